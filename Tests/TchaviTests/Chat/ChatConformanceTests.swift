import Foundation
import Tchavi
import TestSupport
import Testing

struct ChatConformanceTests {
    /// The cases with a completion, or those with an error.
    private static func cases(with result: String) throws -> [JSONValue] {
        try #require(try ConformanceCases.own.json("chat-streams.json").array).filter { $0[result] != nil }
    }

    /// The stream of a case, with one kind of line ends.
    private static func stream(_ json: JSONValue, lineEnd: String) throws -> (name: String, events: String) {
        let name = try #require(json["stream"]?.string)
        let events = try ConformanceCases.own.text("chat-streams/\(name).sse")
        return (name, events.replacing("\n", with: lineEnd))
    }

    private static func collect(_ events: String, chunkBytes: Int?) async throws -> ChatCompletion {
        let transport = StubTransport { _, _ in .events(events, chunkBytes: chunkBytes) }
        return try await transport.client().chat.stream(.hello).collect()
    }

    @Test(arguments: [nil, 1, 7, 64, 1000], ["\n", "\r\n", "\r"])
    func `Every stream results in its completion`(chunkBytes: Int?, lineEnd: String) async throws {
        let cases = try Self.cases(with: "completion")
        #expect(cases.count == 17)
        for json in cases {
            let (name, events) = try Self.stream(json, lineEnd: lineEnd)
            let completion = try await Self.collect(events, chunkBytes: chunkBytes)
            #expect(completion.json == json["completion"], "\(name)")
        }
    }

    @Test(arguments: [nil, 1, 7, 64, 1000], ["\n", "\r\n", "\r"])
    func `Every stream that fails throws its error, with the partial completion`(
        chunkBytes: Int?,
        lineEnd: String
    ) async throws {
        let cases = try Self.cases(with: "error")
        #expect(cases.count == 6)
        for json in cases {
            let (name, events) = try Self.stream(json, lineEnd: lineEnd)
            let error = await #expect(throws: TchaviError.self, "\(name)") {
                _ = try await Self.collect(events, chunkBytes: chunkBytes)
            }
            let expected = try #require(json["error"])
            #expect(error?.code.rawValue == expected["code"]?.string, "\(name)")
            #expect(error?.errorCode == expected["errorCode"]?.string, "\(name)")
            #expect(error?.statusCode == expected["statusCode"]?.integer, "\(name)")
            if let message = expected["message"]?.string { #expect(error?.message == message, "\(name)") }
            #expect(error?.partialCompletion?.json == json["partial"], "\(name)")
        }
    }

    @Test func `A completion in one body equals that of its stream`() async throws {
        for json in try Self.cases(with: "completion") {
            let body = try #require(json["completion"])
            let transport = StubTransport { _, _ in .json(body) }
            let whole = try await transport.client().chat.complete(.hello)
            let (name, events) = try Self.stream(json, lineEnd: "\n")
            #expect(whole.json == body, "\(name)")
            #expect(try await Self.collect(events, chunkBytes: nil) == whole, "\(name)")
        }
    }
}
