import Foundation
import Testing

@testable import TchaviPrompts

struct VariableConvertibleTests {
    private struct OrderNumber: CustomStringConvertible, VariableConvertible {
        let number: Int
        var description: String { "#\(number)" }
    }

    private struct Secret: VariableConvertible {
        var variableText: String { "hidden" }
    }

    private enum Tone: String, VariableConvertible { case friendly, formal }

    private enum Level: Int, CustomStringConvertible, VariableConvertible {
        case low = 1
        var description: String { "level \(rawValue)" }
    }

    /// A function as those of prompts are: what its callers write must compile.
    private func texts(variables: [String: any VariableConvertible] = [:]) -> [String: String] { variables.texts }

    @Test func `Dictionaries of strings and of mixed literals are accepted`() {
        let strings: [String: String] = ["name": "Ada"]
        let numbers = ["count": 3]
        let orders = ["order": OrderNumber(number: 7)]
        #expect(texts() == [:])
        #expect(texts(variables: strings) == strings)
        #expect(texts(variables: numbers) == ["count": "3"])
        #expect(texts(variables: orders) == ["order": "#7"])
        #expect(
            texts(variables: ["name": "Ada", "count": 3, "price": 2.5, "isNew": true, "order": OrderNumber(number: 7)])
                == ["name": "Ada", "count": "3", "price": "2.5", "isNew": "true", "order": "#7"]
        )
        #expect(texts(variables: ["tone": Tone.formal, "level": Level.low]) == ["tone": "formal", "level": "level 1"])
        #expect(texts(variables: ["secret": Secret()]) == ["secret": "hidden"])
    }

    @Test func `Numbers have their shortest form`() {
        let values: [(any VariableConvertible, String)] = [
            (3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
            (Float(0.1), "0.1"), (Float(3), "3"), (Float(16_777_216), "16777216"), (Float.infinity, "Infinity"),
            (Double.nan, "NaN"), (Float.nan, "NaN"), (Decimal(string: "3.10") ?? 0, "3.1"), (Decimal(3), "3"),
            (Int.min, "-9223372036854775808"), (UInt64.max, "18446744073709551615"),
            (Int128.max, "170141183460469231731687303715884105727"), (UInt8(7), "7"), (Int16(-7), "-7"),
        ]
        for (value, text) in values { #expect(value.variableText == text) }
    }

    @Test func `Texts, Booleans, UUIDs and URLs have theirs`() throws {
        let id = UUID()
        #expect("<<a>>".variableText == "<<a>>")
        #expect("Ada Lovelace".dropFirst(4).variableText == "Lovelace")
        #expect(Character("é").variableText == "é")
        #expect(true.variableText == "true" && false.variableText == "false")
        #expect(id.variableText == id.uuidString)
        let base = try #require(URL(string: "https://img.example/a/"))
        #expect(try #require(URL(string: "b.png", relativeTo: base)).variableText == "https://img.example/a/b.png")
    }
}
