import Foundation
import Testing

@testable import Tchavi

struct JSONValueTests {
    @Test(arguments: [
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "9007199254740993", "0", "-1", "0.1",
        "1.5e+300", "true", "null", "\"\"", "[]", "{}", "[[1,2],{\"a\":null}]", "\"\\u0000\\u001f\\\"\\\\\"",
    ])
    func `Values round-trip exactly`(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.serialized() == text)
        let throughFoundation = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
        #expect(throughFoundation == value)
    }

    @Test func `Integers are kept apart from other numbers`() throws {
        #expect(try JSONValue(parsing: "1") == .integer(1))
        #expect(try JSONValue(parsing: "1.0") == .double(1))
        #expect(try JSONValue(parsing: "1e0") == .double(1))
        #expect(try JSONValue(parsing: "18446744073709551616") == .double(18446744073709551616))
        #expect(try JSONValue(parsing: "1.0").integer == 1)
        #expect(try JSONValue(parsing: "1.0").serialized() == "1.0")
    }

    @Test func `The order of an object's keys does not matter`() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":[2]}"#) == JSONValue(parsing: #"{ "b" : [2] , "a" : 1 }"#))
    }

    @Test(arguments: [
        (#""\u00e9""#, "é"), (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""a\/b\n\t""#, "a/b\n\t"), (#""日本""#, "日本"),
    ])
    func `Escapes are read`(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text).string.map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "01", "1.", ".5", "-", "1e", "+1", "nul", "tru", "\"",
        "\"\\x\"",
        "\"\\u12\"", "\"\n\"", "1 2", "[1 2]", "'a'", "1e999", "NaN", "{\"a\":1,}", "\u{FEFF}\u{FEFF}1",
    ])
    func `Invalid JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { _ = try JSONValue(parsing: text) }
    }

    @Test func `Invalid UTF-8 is refused`() throws {
        #expect(throws: JSONError.self) { _ = try JSONValue(parsing: Data([0x22, 0xFF, 0x22])) }
        #expect(try JSONValue(parsing: Data([0xEF, 0xBB, 0xBF, 0x31])) == 1)
    }

    @Test func `An error names the path to what is wrong`() throws {
        let json: JSONValue = ["model": "m", "messages": [["role": "user", "content": "hi"], ["content": "hi"]]]
        let error = #expect(throws: JSONError.self) { _ = try ChatRequest(json: json) }
        #expect(error?.description == "missing, at $.messages[1].role")
    }

    @Test func `Canonical JSON is that of RFC 8785`() throws {
        // Section 3.2.2 and 3.2.3 of the RFC, with its keys in another order.
        let json = try JSONValue(
            parsing: #"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"#
                + #""literals":[null,true,false],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}"#
        )
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(String(decoding: json.canonical(), as: UTF8.self) == expected)
        let keys: JSONValue = ["\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "😀": 5, "\u{80}": 6, "ö": 7]
        #expect(
            String(decoding: keys.canonical(), as: UTF8.self)
                == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}"
        )
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (1e21, "1e+21"),
        (123_456_789_012_345_683_968, "123456789012345680000"),
        (1e-6, "0.000001"), (1e-7, "1e-7"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (0.1, "0.1"), (20.5, "20.5"), (9007199254740994, "9007199254740994"), (1e16, "10000000000000000"),
        (1.2e-10, "1.2e-10"), (.infinity, "Infinity"), (.nan, "NaN"),
    ])
    func `Numbers are written as in ECMAScript`(number: Double, expected: String) {
        #expect(number.ecmaScriptDescription == expected)
    }
}
