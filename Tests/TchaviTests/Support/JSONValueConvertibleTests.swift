import Tchavi
import Testing

struct JSONValueConvertibleTests {
    private struct Plan: JSONValueConvertible {
        let name: String
        var jsonValue: JSONValue { ["plan": JSONValue(name)] }
    }

    @Test func `JSON is created from values that are not literals`() {
        let tags = ["a", "b"]
        let count = 3
        let name = "Ada"
        let isDraft = true
        let weights = ["a": 0.5]
        let value: JSONValue = [
            "tags": JSONValue(tags), "n": JSONValue(count), "name": JSONValue(name), "draft": JSONValue(isDraft),
            "weights": JSONValue(weights), "who": JSONValue(["first": name]), "first": JSONValue(name.prefix(1)),
            "rows": JSONValue([tags, []]), "greeting": "Hello, \(name)",
        ]
        let expected: JSONValue = [
            "tags": ["a", "b"], "n": 3, "name": "Ada", "draft": true, "weights": ["a": 0.5], "who": ["first": "Ada"],
            "first": "A", "rows": [["a", "b"], []], "greeting": "Hello, Ada",
        ]
        #expect(value == expected)
    }

    @Test func `A literal is the same value with and without the initializer`() {
        #expect(JSONValue("x") == .string("x"))
        #expect(JSONValue(1) == .integer(1))
        #expect(JSONValue(1.5) == .double(1.5))
        #expect(JSONValue(true) == .boolean(true))
        #expect(JSONValue(nil) == .null)
        #expect(JSONValue(["a": 1, "b": "x", "c": nil, "d": [true]]) == ["a": 1, "b": "x", "c": nil, "d": [true]])
        #expect(JSONValue([1, "x"]) == [1, "x"])
    }

    @Test func `Integers of every type are exact, and Booleans are not numbers`() {
        let integers: [JSONValue] = [
            JSONValue(Int.min), JSONValue(Int8.min), JSONValue(Int16.min), JSONValue(Int32.min), JSONValue(Int64.min),
            JSONValue(UInt8.max), JSONValue(UInt16.max), JSONValue(UInt32.max),
        ]
        #expect(
            integers == [
                .integer(.min), .integer(-128), .integer(-32768), .integer(-2_147_483_648), .integer(.min),
                .integer(255), .integer(65535), .integer(4_294_967_295),
            ]
        )
        #expect(JSONValue(UInt64.max) == .unsignedInteger(.max))
        #expect(JSONValue(UInt.max).description == "18446744073709551615")
        #expect(JSONValue(UInt64(Int64.max)) == .integer(.max))
        let flags = [true, false]
        #expect(JSONValue(flags) == .array([.boolean(true), .boolean(false)]))
        #expect(JSONValue(flags.isEmpty) == .boolean(false))
    }

    @Test func `Floating-point numbers keep their digits`() {
        let whole = 2.0
        #expect(JSONValue(whole) == .double(2))
        #expect(JSONValue(Float(0.1)) == .double(0.1))
        #expect(JSONValue(Double.nan).description == "null")
    }

    @Test func `A missing value is null`() {
        let name: String? = nil
        let json: JSONValue = ["a": 1]
        #expect(JSONValue(name) == .null)
        #expect(JSONValue([Optional(1), nil]) == [1, nil])
        #expect(JSONValue(json["a"]) == 1)
        #expect(JSONValue(json["b"]) == .null)
    }

    @Test func `The package's own types and a program's are converted too`() {
        let message = ChatMessage.user("Hi")
        #expect(JSONValue(message) == ["role": "user", "content": "Hi"])
        #expect(JSONValue([message]) == [["role": "user", "content": "Hi"]])
        #expect(JSONValue(["best": Plan(name: "pro")]) == ["best": ["plan": "pro"]])
    }
}
