import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

/// A run of three rounds, with a failure at each of its steps: nothing that has happened is lost.
@Suite(.timeLimit(.minutes(10)))
struct RunFailureTests {
    /// Where the failure happens.
    enum Step: String, CaseIterable {
        case call1, call2, call3
        case firstToolOf1, secondToolOf1, toolOf2

        /// The number of the call that fails, if one does.
        var call: Int? { Self.allCases.firstIndex(of: self).flatMap { $0 < 3 ? $0 + 1 : nil } }
    }

    /// What happens there.
    enum Fault: String, CaseIterable {
        /// The gateway refuses the call, or the tool throws.
        case error
        /// The connection is lost before the response, or the tool does.
        case connection
        /// The stream breaks off after its first events; of a call that is not streamed, the connection.
        case cut
        /// The run is cancelled.
        case cancel
        /// The run's deadline passes.
        case deadline
    }

    struct Case: CustomTestStringConvertible {
        let step: Step
        let fault: Fault
        let isStream: Bool
        var testDescription: String { "\(fault) in \(step)\(isStream ? ", streamed" : "")" }

        static let all: [Case] = Step.allCases.flatMap { step in
            Fault.allCases.flatMap { fault in
                [false, true].map { Case(step: step, fault: fault, isStream: $0) }
            }
        }
    }

    private struct Place: Decodable { let place: String }
    private struct Broken: Error {}

    /// What the tools have done.
    private final class Recorder: Sendable {
        let finished = Locked<[String]>([])
        let events = Locked<[RunEvent]>([])
    }

    private struct Observer: PromptObserver {
        let recorder: Recorder
        var receivesText: Bool { true }
        func finished(_ event: RunEvent) { recorder.events.withLock { $0.append(event) } }
    }

    private static func call(_ tool: String, _ place: String) -> ToolCall {
        ToolCall(id: "call_\(place)", name: tool, arguments: #"{"place":"\#(place)"}"#)
    }

    /// The model's responses without a failure.
    private static let script: [LocalGateway.ScriptedResponse] = [
        .toolCalls([call("first", "A"), call("second", "B")], text: "Let me see."),
        .toolCalls([call("first", "C")], text: "One more."),
        .text("All done."),
    ]

    /// Waits until the task is cancelled, or for its time limit.
    private static func hang() async throws {
        try await Task.sleep(for: .seconds(3600))
    }

    @Test(arguments: Case.all)
    func `What an error carries is what the gateway and the tools have recorded`(_ testCase: Case) async throws {
        let (step, fault) = (testCase.step, testCase.fault)
        let clock = TestClock()
        let recorder = Recorder()
        let task = Locked<Task<PromptResponse, any Error>?>(nil)
        let stop: @Sendable () -> Void = {
            if fault == .cancel { task.withLock { $0?.cancel() } } else { clock.advance(by: .seconds(60)) }
        }

        // The gateway responds by the number of the call.
        let calls = Locked(0)
        let gateway = LocalGateway { _ in
            let number = calls.withLock { count in
                count += 1
                return count
            }
            let whole = Self.script[number - 1]
            guard step.call == number else { return whole }
            switch fault {
            case .error: return .error(status: 402, code: "insufficient_credits", message: "No credits.")
            case .connection: return .failure(.connectionLost("The connection was lost."))
            case .cut: return .cutStream(after: 3, of: whole)
            case .cancel, .deadline:
                stop()
                return .failure(TchaviError(.timeout, "No response arrived."))
            }
        }
        let tool: @Sendable (String, Place) async throws -> String = { name, place in
            let steps: [String: Step] = ["A": .firstToolOf1, "B": .secondToolOf1, "C": .toolOf2]
            if steps[place.place] == step {
                switch fault {
                case .error: throw Broken()
                case .connection, .cut: throw TchaviError.connectionLost("The tool's connection was lost.")
                case .cancel, .deadline:
                    // The other tool of the round has finished by then.
                    while step != .toolOf2, recorder.finished.withLock({ $0.isEmpty }) { await Task.yield() }
                    stop()
                    try await Self.hang()
                }
            }
            recorder.finished.withLock { $0.append(place.place) }
            return "\(name) at \(place.place)"
        }
        let tools = ["first", "second"].map { name in
            PromptTool.program(name) { (place: Place) in try await tool(name, place) }
        }
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        configuration.retryPolicy = .none
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")])]),
            gateway: gateway.client(configuration: configuration),
            observers: [Observer(recorder: recorder)]
        )
        let prompt = try await library.prompt("p")
        let options = RunOptions(tools: tools, toolTimeout: .seconds(3600), deadline: .seconds(30))
        let stream = prompt.stream("Hi", options: options)
        let run = Task {
            // Begins when it can be cancelled.
            while task.withLock({ $0 == nil }) { await Task.yield() }
            return testCase.isStream ? try await stream.collect() : try await prompt.run("Hi", options: options)
        }
        task.withLock { $0 = run }
        let result = await run.result

        // Exactly one end is reported, with the same response as the error.
        let events = recorder.events.withLock { $0 }
        #expect(events.count == 1)
        let event = try #require(events.first)
        let response = try #require(event.response)
        switch result {
        case .success(let success):
            // A failing tool does not end the run.
            #expect(step.call == nil && fault != .cancel && fault != .deadline)
            #expect(event.outcome == .completed && success == response && success.text == "All done.")
            let failed = try #require(success.toolCallResults.first { $0.isError })
            #expect(failed.errorDescription?.isEmpty == false)
            if fault == .error { #expect(failed.result == "The tool failed.") }
        case .failure(let error as CancellationError):
            #expect(fault == .cancel, "\(error)")
            #expect(event.outcome == .cancelled)
        case .failure(let error as PromptError):
            #expect(fault == .deadline && error.code == .limit && error.limit == .deadline)
            #expect(error.response == response)
        case .failure(let error as TchaviError):
            #expect(step.call != nil && fault != .deadline && fault != .cancel, "\(error)")
            #expect(error.response == response)
            #expect(event.outcome == .failed(RunEvent.Failure(code: error.code.rawValue, statusCode: error.statusCode)))
        case .failure(let error): Issue.record(error)
        }
        if testCase.isStream { #expect(stream.partialResponse == response) }

        // Every request is an attempt, and every tool that has finished has its result.
        #expect(response.attempts.count == gateway.requests.count)
        let succeeded = response.toolCallResults.filter { !$0.isError }
        let finished = Set(recorder.finished.withLock { $0 })
        let captured = Set(succeeded.map { String($0.id.dropFirst(5)) })
        if step.call == nil, fault == .cancel || fault == .deadline {
            // A tool may have finished at the very moment at which its round was stopped.
            #expect(captured.isSubset(of: finished))
            #expect(response.toolCallResults.count == response.newMessages.count { $0.role == .tool })
        } else {
            #expect(captured == finished)
        }
        // Every message that arrived as a whole is there, with a result for each of its calls.
        let answered = response.attempts.count { $0.failure == nil && $0.completionID != nil }
        let assistants = response.newMessages.filter { $0.role == .assistant }
        let texts = ["Let me see.", "One more.", "All done."]
        #expect(assistants.prefix(answered).map(\.text) == texts.prefix(answered)[...].map(\.self))
        #expect(response.newMessages.first == .user("Hi"))
        #expect(assistants.flatMap { $0.toolCalls ?? [] }.count == response.newMessages.count { $0.role == .tool })
        if fault == .cut, testCase.isStream, let number = step.call {
            #expect(assistants.last?.text.isEmpty == false)
            #expect(texts[number - 1].hasPrefix(assistants.last?.text ?? "?"))
            #expect(response.choices.first?.message.text == assistants.last?.text)
        }
        // The next turn can be sent.
        let next = LocalGateway()
        next.enqueue(.text("Welcome back."))
        let again = try await next.prompt(.simple("p", [.system("x")]))
        #expect(try await again.run("Next", in: Conversation(response.newMessages)).text == "Welcome back.")
    }

    @Test(arguments: [0, 1, 2, 3, 4, 8, 12])
    func `A stream that is dropped reports what had arrived, once`(eventCount: Int) async throws {
        let recorder = Recorder()
        let gateway = LocalGateway()
        Self.script.forEach { gateway.enqueue($0) }
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")])]),
            gateway: gateway.client(),
            observers: [Observer(recorder: recorder)]
        )
        let tools = ["first", "second"].map { name in PromptTool.program(name) { (place: Place) in place.place } }
        let prompt = try await library.prompt("p")
        let stream = prompt.stream("Hi", options: RunOptions(tools: tools))
        var seen: [PromptStream.Event] = []
        if eventCount > 0 {
            for try await event in stream {
                seen.append(event)
                if seen.count == eventCount { break }
            }
        }
        _ = gateway.unusedResponses
        let events = recorder.events.withLock { $0 }
        #expect(events.count == (eventCount == 0 ? 0 : 1))
        guard let event = events.first else {
            #expect(stream.partialResponse == nil)
            return
        }
        #expect(event.outcome == .abandoned)
        #expect(event.response == stream.partialResponse)
        let response = try #require(event.response)
        #expect(response.attempts.count == gateway.requests.count)
        let text = seen.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined()
        let assistants = response.newMessages.filter { $0.role == .assistant }.map(\.text).joined()
        #expect(assistants.hasPrefix(text))
        let results = seen.count { if case .toolResult = $0 { true } else { false } }
        #expect(response.toolCallResults.count >= results)
        let next = LocalGateway()
        let again = try await next.prompt(.simple("p", [.system("x")]))
        _ = try await again.run("Next", in: Conversation(response.newMessages))
    }

    @Test func `An error before the first call has no response, and its end is reported too`() async throws {
        let recorder = Recorder()
        let library = PromptLibrary(
            source: .memory([.simple()]),
            gateway: LocalGateway().client(),
            observers: [Observer(recorder: recorder)]
        )
        let prompt = try await library.prompt("greeting")
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("Hi") }
        #expect(error?.response == nil)
        await #expect(throws: PromptError.self) { _ = try await prompt.stream("Hi").collect() }
        let failure = RunEvent.Outcome.failed(RunEvent.Failure(code: "missingVariables"))
        #expect(recorder.events.withLock { $0.map(\.outcome) } == [failure, failure])
        #expect(recorder.events.withLock { $0.allSatisfy { $0.response == nil } })
    }
}
