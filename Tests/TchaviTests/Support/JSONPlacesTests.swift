import Testing

@testable import Tchavi

struct JSONPlacesTests {
    private static let text = Array(#"  {"a": [1, {"b\u0063": "x]"}], "é": {"a": 2, "a": 3}, "e": []}"#.utf8)
    private static let places = JSONPlaces(text, at: 0)

    private static func rest(_ offset: Int) -> String { String(decoding: text[offset...], as: UTF8.self) }

    @Test func `The value at a path is found, or the innermost value on the path`() {
        func value(_ path: JSONError.Step...) -> String { Self.rest(Self.places.value(at: path)) }
        #expect(value().hasPrefix("{\"a\": [1"))
        #expect(value(.member("a"), .element(1)).hasPrefix("{\"b"))
        #expect(value(.member("a"), .element(1), .member("bc")).hasPrefix("\"x]\"}"))
        #expect(value(.member("a"), .element(2)).hasPrefix("[1,"))
        #expect(value(.member("a"), .member("b")).hasPrefix("[1,"))
        #expect(value(.member("é"), .member("a")).hasPrefix("3}"), "the last of several")
        #expect(value(.member("é"), .element(0)).hasPrefix("{\"a\": 2"))
        #expect(value(.member("e"), .member("x"), .member("y")).hasPrefix("[]}"))
    }

    @Test func `The name of a member is found`() {
        func name(_ path: JSONError.Step...) -> String { Self.rest(Self.places.name(at: path)) }
        #expect(name(.member("é")).hasPrefix("\"é\": {"))
        #expect(name(.member("é"), .member("a")).hasPrefix("\"a\": 3"))
        #expect(name(.member("é"), .member("x")).hasPrefix("{\"a\": 2"))
    }

    @Test func `The path to an offset is found`() throws {
        let repeated = try JSONPrefix(parsing: Self.text, in: 0..<Self.text.count).repeatedNames
        #expect(repeated.map(Self.rest).allSatisfy { $0.hasPrefix("\"a\": 3") })
        #expect(repeated.map { Self.places.path(to: $0) } == [[.member("é"), .member("a")]])
        #expect(Self.places.path(to: 0).isEmpty)
    }

    @Test func `A value is parsed without what follows it`() throws {
        let bytes = Array("x [1, {}] y".utf8)
        let prefix = try JSONPrefix(parsing: bytes, in: 1..<bytes.count)
        #expect(prefix.value == [1, [:]])
        #expect(prefix.end == 9)
        let error = #expect(throws: JSONError.self) { try JSONPrefix(parsing: bytes, in: 1..<7) }
        #expect(error?.offset == 7, "incomplete at the end of the range")
        #expect(error?.reason.hasSuffix(", at byte 7") == true)
        #expect(throws: JSONError.self) { try JSONPrefix(parsing: bytes, in: 1..<9, maximumDepth: 1) }
    }
}
