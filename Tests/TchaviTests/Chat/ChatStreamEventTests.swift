import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// Events of a chat stream, and the limits of it, over a real socket.
@Suite(.timeLimit(.minutes(10)))
struct ChatStreamEventTests {
    private static func chunk(_ text: String, finish: Bool = false) -> String {
        let reason = finish ? #""stop""# : "null"
        return #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":\#(reason)}]}"#
    }

    private func collect(
        _ events: [String],
        _ change: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) async throws -> ChatCompletion {
        let server = try LoopbackServer.streaming(events)
        defer { server.stop() }
        return try await server.client(change).chat.stream(.hello).collect()
    }

    // MARK: Named events

    @Test(arguments: [
        "event: ping\ndata: {}", "event: ping\ndata: pong", "event: ping\ndata:", "event: status\ndata: [1]",
        "event: usage\ndata: {\"usage\":{\"total_tokens\":1}}", "event: queue\ndata: \"choices\"",
    ])
    func `Named events that are not chunks are skipped`(event: String) async throws {
        let completion = try await collect([Self.chunk("Hel"), event, Self.chunk("lo", finish: true), "data: [DONE]"])
        #expect(completion.text == "Hello")
        #expect(completion.usage == nil)
    }

    @Test(arguments: ["message", "chunk", "completion.delta"])
    func `Named events with choices are chunks`(name: String) async throws {
        let events = [Self.chunk("Hel"), Self.chunk("lo", finish: true), "data: [DONE]"].map { "event: \(name)\n\($0)" }
        #expect(try await collect(events).text == "Hello")
        let error = await #expect(throws: TchaviError.self) {
            _ = try await collect(["event: \(name)\ndata: {\"choices\":7}"])
        }
        #expect(error?.code == .decoding)
    }

    @Test func `Events of a name under which a chunk has arrived are chunks`() async throws {
        let usage = #"data: {"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}"#
        let chunks = [Self.chunk("Hi", finish: true), usage, "data: [DONE]"].map { "event: chunk\n\($0)" }
        let completion = try await collect(["event: ping\ndata: {}"] + chunks)
        #expect(completion.text == "Hi")
        #expect(completion.usage?.totalTokens == 3)
        let error = await #expect(throws: TchaviError.self) {
            _ = try await collect([chunks[0], "event: chunk\ndata: {\"choi"])
        }
        #expect(error?.code == .decoding)
        // Events of other names are skipped as before.
        #expect(try await collect([chunks[0], "event: usage\n\(usage)", chunks[2]]).usage == nil)
    }

    @Test(arguments: ["é", "sk-tch-loopback "])
    func `The text of an error event is cut`(text: String) async throws {
        let long = String(repeating: text, count: 100_000)
        let error = await #expect(throws: TchaviError.self) { _ = try await collect(["event: error\ndata: \(long)"]) }
        let message = try #require(error?.message)
        #expect(message.utf8.count == 4096)
        #expect(!message.contains("loopback"))
    }

    @Test(arguments: [
        (#"{"error":{"message":"Too many tides.","code":429}}"#, "Too many tides.", TchaviError.Code.rateLimited),
        (#"{"error":"BUSY","message":"Try later.","statusCode":503}"#, "Try later.", .api),
        (#"{"message":"Overloaded","type":"overloaded_error"}"#, "Overloaded", .api),
        ("upstream went away", "upstream went away", .api), (#""upstream went away""#, "upstream went away", .api),
        ("", "The server reported an error without a message.", .api),
    ])
    func `An error event is thrown with its text`(data: String, message: String, code: TchaviError.Code) async throws {
        let error = await #expect(throws: TchaviError.self) {
            _ = try await collect([Self.chunk("Hel"), "event: error\ndata: \(data)"])
        }
        #expect(error?.message == message)
        #expect(error?.code == code)
        #expect(error?.advice != nil)
        #expect(error?.partialCompletion?.text == "Hel")
    }

    @Test func `An error in an event of another name is thrown`() async throws {
        let error = await #expect(throws: TchaviError.self) {
            _ = try await collect(["event: chunk\ndata: {\"error\":{\"message\":\"No.\",\"type\":\"t\"}}"])
        }
        #expect(error?.message == "No.")
    }

    @Test func `An unnamed event that is not a chunk is an error`() async throws {
        let error = await #expect(throws: TchaviError.self) { _ = try await collect([#"data: {"type":"ping"}"#]) }
        #expect(error?.code == .decoding)
    }

    // MARK: Limits

    @Test func `Events before one that is too large arrive before the error`() async throws {
        let server = try LoopbackServer.streaming([
            Self.chunk("Hel"), Self.chunk("lo"), "data: \(String(repeating: "x", count: 2000))",
        ])
        defer { server.stop() }
        let client = server.client { $0.maximumEventBytes = 1000 }
        var text = ""
        let error = await #expect(throws: TchaviError.self) {
            for try await delta in client.chat.stream(.hello).text { text += delta }
        }
        #expect(text == "Hello")
        #expect(error?.code == .stream)
        #expect(error?.partialCompletion?.text == "Hello")
    }

    @Test func `What a stream accumulates is limited as a whole`() async throws {
        let events = (0..<200).map { Self.chunk("\($0) ", finish: $0 == 199) }
        #expect(try await collect(events).text.hasSuffix("199 "))
        let error = await #expect(throws: TchaviError.self) {
            _ = try await collect(events) { $0.maximumResponseBytes = 1000 }
        }
        #expect(error?.code == .transport)
        #expect(error?.message.contains("maximumResponseBytes") == true)
        let text = try #require(error?.partialCompletion?.text)
        #expect(text.hasPrefix("0 1 2 ") && !text.contains("20 "))
        // Events that are skipped do not count.
        let pings = [String](repeating: "event: ping\ndata: {}", count: 500)
        #expect(
            try await collect(pings + [Self.chunk("Hi", finish: true)]) { $0.maximumResponseBytes = 1000 }.text == "Hi"
        )
    }

    @Test func `An empty text before other parts leaves no part`() async throws {
        let completion = try await collect([
            Self.chunk(""), #"data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":"hm"}]}}]}"#,
            Self.chunk("Hi", finish: true),
        ])
        guard case .parts(let parts)? = completion.choices[0].message.content else {
            Issue.record("The content is \(String(describing: completion.choices[0].message.content))")
            return
        }
        #expect(parts.map(\.type) == ["thinking", "text"])
        #expect(parts.last?.text == "Hi")
    }
}

struct ReasoningBlockTests {
    private func message(_ deltas: String...) throws -> ChatMessage {
        var accumulator = ChatCompletionAccumulator()
        for delta in deltas {
            let json = try JSONValue(parsing: #"{"id":"c","model":"m","choices":[{"index":0,"delta":\#(delta)}]}"#)
            accumulator.append(try ChatCompletionChunk(json: json))
        }
        return try #require(accumulator.completion.choices.first?.message)
    }

    @Test func `Thinking blocks are put together until their signature arrives`() throws {
        let message = try message(
            #"{"thinking_blocks":[{"type":"thinking","thinking":"One ","signature":null}]}"#,
            #"{"thinking_blocks":[{"type":"thinking","thinking":"two"}]}"#,
            #"{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"s1"}]}"#,
            #"{"thinking_blocks":[{"type":"redacted_thinking","data":"r1"},{"type":"redacted_thinking","data":"r2"}]}"#,
            #"{"thinking_blocks":[{"type":"thinking","thinking":"Three","signature":""}]}"#,
            #"{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"s2"}]}"#
        )
        #expect(
            message.additionalFields["thinking_blocks"] == [
                ["type": "thinking", "thinking": "One two", "signature": "s1"],
                ["type": "redacted_thinking", "data": "r1"], ["type": "redacted_thinking", "data": "r2"],
                ["type": "thinking", "thinking": "Three", "signature": "s2"],
            ]
        )
    }

    @Test func `Reasoning details are put together by their index`() throws {
        let message = try message(
            #"{"reasoning_details":[{"type":"reasoning.text","index":0,"format":"f","text":"One "}]}"#,
            #"{"reasoning_details":[{"type":"reasoning.text","index":0,"format":"f","text":"two","signature":"s"}]}"#,
            #"{"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"x"}]}"#,
            #"{"reasoning_details":[{"type":"reasoning.encrypted","data":"y"}]}"#
        )
        #expect(
            message.additionalFields["reasoning_details"] == [
                ["type": "reasoning.text", "index": 0, "format": "f", "text": "One two", "signature": "s"],
                ["type": "reasoning.encrypted", "index": 1, "data": "x"], ["type": "reasoning.encrypted", "data": "y"],
            ]
        )
    }
}
