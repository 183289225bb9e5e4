import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// The limit on the time of a whole stream.
struct StreamDeadlineTests {
    private static let chunk = #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hal"}}]}"# + "\n\n"
    private static let done =
        #"data: {"id":"c","choices":[{"index":0,"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"

    private let clock = TestClock()

    private func client(_ respond: @escaping StubTransport.Responder) -> TchaviClient {
        StubTransport(respond).client { $0.clock = clock }
    }

    private static func options(_ seconds: Int) -> RequestOptions {
        var options = RequestOptions()
        options.streamDeadline = .seconds(seconds)
        return options
    }

    private static func stalled(after texts: String...) -> TransportResponse {
        let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
        for text in texts { writer.write(Data(text.utf8)) }
        return TransportResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
    }

    /// Reads a stream and advances the clock once it is silent.
    private func error(
        of stream: ChatCompletionStream,
        after duration: Duration
    ) async -> TchaviError? {
        let chunks = Counter()
        let task = Task {
            for try await _ in stream { chunks.add() }
        }
        while chunks.value == 0 { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: duration)
        return await #expect(throws: TchaviError.self) { try await task.value }
    }

    @Test func `A silent stream ends at its deadline, with the partial completion`() async {
        let client = client { _, _ in Self.stalled(after: Self.chunk) }
        let error = await error(of: client.chat.stream(.hello, options: Self.options(30)), after: .seconds(30))
        #expect(error?.code == .timeout)
        #expect(error?.message.contains("deadline") == true)
        #expect(error?.operation == "POST /v1/chat/completions")
        #expect(error?.partialCompletion?.text == "Hal")
    }

    @Test func `The idle timeout still applies before the deadline`() async {
        let client = client { _, _ in Self.stalled(after: Self.chunk) }
        let error = await error(of: client.chat.stream(.hello, options: Self.options(61)), after: .seconds(60))
        #expect(error?.message.contains("silent for 60") == true)
    }

    @Test func `The deadline counts from the begin of the call`() async {
        let client = client { [clock] _, _ in
            clock.advance(by: .seconds(20))
            return Self.stalled(after: Self.chunk)
        }
        let error = await error(of: client.chat.stream(.hello, options: Self.options(30)), after: .seconds(10))
        #expect(error?.message.contains("deadline") == true)
        #expect(error?.partialCompletion?.text == "Hal")
    }

    @Test func `A stream that keeps sending ends at its deadline too`() async throws {
        let client = client { _, _ in Self.stalled(after: Self.chunk, Self.chunk, Self.done) }
        var iterator = client.chat.stream(.hello, options: Self.options(30)).makeAsyncIterator()
        _ = try await iterator.next()
        clock.advance(by: .seconds(29))
        _ = try await iterator.next()
        clock.advance(by: .seconds(1))
        do {
            _ = try await iterator.next()
            Issue.record("The stream goes on after its deadline.")
        } catch let error as TchaviError {
            #expect(error.code == .timeout)
            #expect(error.partialCompletion?.text == "HalHal")
        }
        #expect(try await iterator.next() == nil)
    }

    @Test func `The deadline also limits the wait for the headers`() async {
        let client = client { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return .json(.completion)
        }
        let task = Task { try await client.chat.stream(.hello, options: Self.options(30)).collect() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(30))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
        #expect(error?.message.contains("deadline") == true)
    }

    @Test func `A deadline that passes after the completion, while its metadata is awaited, is not an error`()
        async throws
    {
        let client = client { _, _ in Self.stalled(after: Self.chunk, Self.done) }
        let chunks = Counter()
        let task = Task {
            var iterator = client.chat.stream(.hello, options: Self.options(1)).makeAsyncIterator()
            while try await iterator.next() != nil { chunks.add() }
            return iterator.completion
        }
        while chunks.value < 2 { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(1))
        #expect(try await task.value.text == "Hal")
    }

    @Test func `JSON instead of a stream is not awaited beyond the deadline`() async {
        let begun = Counter()
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(Data("{".utf8))
            return TransportResponse(status: 200, headers: ["Content-Type": "application/json"], body: body)
        }
        let client = transport.client {
            $0.clock = clock
            $0.observer = { _ in begun.add() }
        }
        let task = Task { try await client.chat.stream(.hello, options: Self.options(30)).collect() }
        while begun.value == 0 { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(30))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
    }

    @Test func `A stream of events ends at its deadline`() async throws {
        let client = client { _, _ in Self.stalled(after: "data: 1\n\n") }
        let stream = try await client.stream(Endpoint(.get, "/events"), options: Self.options(30))
        let task = Task { for try await _ in stream {} }
        await clock.whenSleeping()
        clock.advance(by: .seconds(30))
        let error = await #expect(throws: TchaviError.self) { try await task.value }
        #expect(error?.message.contains("deadline") == true)
    }
}
