import Foundation
import Testing

@testable import Tchavi

/// JSON that is nested as deep as it may be, and deeper.
struct JSONDepthTests {
    private enum Shape: CaseIterable {
        case arrays, objects, both

        func text(_ depth: Int) -> String {
            let levels = (0..<depth).map { level in
                self == .arrays || (self == .both && level.isMultiple(of: 2)) ? ("[", "]") : (#"{"a":"#, "}")
            }
            return levels.map(\.0).joined() + "1" + levels.reversed().map(\.1).joined()
        }
    }

    /// Runs a test on a thread with the stack of those that Darwin's libraries create.
    private func onSmallStack(_ test: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread { continuation.resume(with: Result { try test() }) }
            thread.stackSize = 512 << 10
            thread.start()
        }
    }

    @Test func `Values nested 128 levels deep fit on a stack of 512 KiB`() async throws {
        for shape in Shape.allCases {
            try await onSmallStack {
                let text = shape.text(128)
                let value = try JSONValue(parsing: text)
                let other = try JSONValue(parsing: Data(text.utf8))
                #expect(value == other)
                #expect(Set([value, other]).count == 1)
                #expect(value.serialized() == text)
                #expect(value.canonical() == Array(text.utf8))
                #expect(try JSONValue(parsing: value.prettyPrinted()) == value)
                let encoded = try JSONEncoder().encode(value)
                #expect(try JSONDecoder().decode(JSONValue.self, from: encoded) == value)
                #expect(try value.decoded(as: JSONValue.self) == value)
                #expect(try JSONValue(encoding: value) == value)
            }
        }
    }

    @Test func `Values nested 129 levels deep are refused`() {
        for shape in Shape.allCases {
            let text = shape.text(129)
            let parsing = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: text) }
            #expect(parsing?.reason.contains("nested more than 128 levels deep") == true)
            let decoding = #expect(throws: DecodingError.self) {
                _ = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            }
            #expect(decoding.map { "\($0)" }?.contains("nested more than 128 levels deep") == true)
        }
        #expect(throws: JSONError.self) { _ = try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `The levels around a value that is decoded count`() throws {
        struct Outer: Decodable { let inner: [JSONValue] }
        func decode(_ depth: Int) throws -> Outer {
            let text = #"{"inner":[\#(Shape.arrays.text(depth))]}"#
            return try JSONDecoder().decode(Outer.self, from: Data(text.utf8))
        }
        #expect(try decode(126).inner.count == 1)
        #expect(throws: DecodingError.self) { _ = try decode(127) }
    }

    @Test func `The steps to decode through Codable are linear in the depth`() throws {
        func steps(_ depth: Int, _ shape: Shape) throws -> Int {
            let json = try JSONValue(parsing: shape.text(depth))
            let decoder = CountingDecoder(json)
            #expect(try JSONValue(from: decoder) == json)
            return decoder.steps.withLock { $0 }
        }
        // Eight times as deep; about 64 times the steps, if each level failed once.
        for shape in Shape.allCases { #expect(try steps(120, shape) < 9 * steps(15, shape)) }
    }

    @Test func `A kind that was wrong for one member is not tried for the next`() throws {
        let members = Dictionary(uniqueKeysWithValues: (0..<1000).map { ("\($0)", JSONValue.array([.object([:])])) })
        let decoder = CountingDecoder(.object(members))
        #expect(try JSONValue(from: decoder) == .object(members))
        // One step for each array, and two for each object, which is found before it is decoded. A failure takes two more.
        #expect(decoder.steps.withLock { $0 } < 4100)
    }

    private static let custom = JSONDecoder.KeyDecodingStrategy.custom { path in
        PathKey(stringValue: "x" + (path.last?.stringValue ?? ""))
    }

    @Test(arguments: [JSONDecoder.KeyDecodingStrategy.convertFromSnakeCase, custom])
    func `A strategy for keys does not change those of JSON`(strategy: JSONDecoder.KeyDecodingStrategy) throws {
        let text = #"[{"max_length":1,"maxLength":[{"one_of":[{"min_items":null}]}],"_a":{"b_c":{"d_e":"f"}}}]"#
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = strategy
        let value = try decoder.decode(JSONValue.self, from: Data(text.utf8))
        #expect(try value == JSONValue(parsing: text))
        let error = #expect(throws: DecodingError.self) {
            _ = try decoder.decode(JSONValue.self, from: Data(Shape.objects.text(129).utf8))
        }
        #expect(error.map { "\($0)" }?.contains("nested more than 128 levels deep") == true)
    }

    @Test(arguments: [JSONDecoder.KeyDecodingStrategy.convertFromSnakeCase, custom])
    func `A strategy for keys does not change a completion`(strategy: JSONDecoder.KeyDecodingStrategy) throws {
        var completion = ChatCompletion(
            id: "c",
            model: "m",
            choices: [ChatChoice(message: .assistant("Hi"), finishReason: .toolCalls)],
            usage: TokenUsage(promptTokens: 3, completionTokens: 4)
        )
        completion.choices[0].message.toolCalls = [ToolCall(id: "a", name: "f", arguments: "{}")]
        completion.additionalFields = ["service_tier": "default"]
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = strategy
        #expect(try decoder.decode(ChatCompletion.self, from: JSONEncoder().encode(completion)) == completion)
    }

    @Test func `Values of every kind are decoded through Codable, in any order`() throws {
        let text =
            #"[1,"a",true,null,1.5,[],{},{"a":1,"b":"x","c":[{"d":false}],"e":null},2,[1,[2,"y"]],-1,18446744073709551615,1e300,false,"b",0.1]"#
        let value = try JSONValue(parsing: text)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == value)
        let list = try PropertyListEncoder().encode(["a": ["x", 1, 2.5, true] as JSONValue])
        #expect(try PropertyListDecoder().decode([String: JSONValue].self, from: list) == ["a": ["x", 1, 2.5, true]])
    }
}
