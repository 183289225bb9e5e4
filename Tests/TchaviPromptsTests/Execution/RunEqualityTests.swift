import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

/// A run and its stream lead to equal responses.
@Suite(.timeLimit(.minutes(10)))
struct RunEqualityTests {
    private struct City: Decodable { let city: String }

    private static let weather = PromptTool.program("weather") { (place: City) in "grey over \(place.city)" }
    private static let report = PromptTool.schema("report")
    private static let options = RunOptions(tools: [weather, report])

    private static func call(_ name: String, _ arguments: String = #"{"city":"Brest"}"#, id: String = "a") -> ToolCall {
        ToolCall(id: id, name: name, arguments: arguments)
    }

    private static func completion(_ json: String) -> LocalGateway.ScriptedResponse {
        guard let json = try? JSONValue(parsing: json), let completion = try? ChatCompletion(json: json) else {
            return .text("not a completion")
        }
        return .completion(completion)
    }

    /// Every shape of a response that a gateway can be scripted with, each as the responses to the rounds of one run.
    private static let shapes: [[LocalGateway.ScriptedResponse]] = [
        [.text("Hello, Ada.")],
        [.text("")],
        [.toolCalls([call("report")])],
        [.toolCalls([call("report", "{", id: "")], text: "Here it is.")],
        [.toolCalls([call("weather")], text: "Let me see. "), .text("Grey.")],
        [.toolCalls([call("weather"), call("weather", id: "a"), call("weather", id: "")]), .text("Grey.")],
        [.toolCalls([call("weather", "not JSON"), call("nobody", id: "b")]), .text("Grey.")],
        [.toolCalls([call("weather")]), .toolCalls([call("weather")]), .toolCalls([call("report")])],
        [
            completion(
                #"""
                {"id":"c","model":"other","system_fingerprint":"fp","service_tier":"flex","choices":[{"index":0,"message":
                {"role":"assistant","content":null,"refusal":"I cannot.","annotations":[1],"reasoning_content":"Hm."},
                "logprobs":{"content":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,
                "total_tokens":7,"completion_tokens_details":{"reasoning_tokens":2}}}
                """#
            )
        ],
        [
            completion(
                #"""
                {"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":[
                {"type":"thinking","thinking":"Hm."},{"type":"text","text":"Yes."}]},"finish_reason":"length"}]}
                """#
            )
        ],
        [
            completion(
                #"""
                {"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,
                "function_call":{"name":"old","arguments":"{}"}},"finish_reason":"function_call"}]}
                """#
            )
        ],
        [completion(#"{"id":"c","model":"m","choices":[]}"#)],
        [.error(status: 402, code: "insufficient_credits", message: "No credits.")],
        [.toolCalls([call("weather")]), .error(status: 400, code: "invalid_request", message: "No.")],
        [.toolCalls([call("weather")]), .failure(TchaviError(.transport, "The connection was lost."))],
    ]

    private func outcome(_ run: () async throws -> PromptResponse) async -> (PromptResponse?, String?) {
        do {
            return (try await run().comparable, nil)
        } catch let error as TchaviError {
            return (error.response?.comparable, "\(error.code)")
        } catch {
            return ((error as? PromptError)?.response?.comparable, "\(error)")
        }
    }

    @Test(arguments: shapes.indices)
    func `Every scripted response has the same result in a run and in a stream`(index: Int) async throws {
        var settings = LocalGateway.Configuration()
        settings.now = { Date(timeIntervalSince1970: 0) }
        settings.streamChunkBytes = 7
        let gateway = LocalGateway(configuration: settings)
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        var outcomes: [(PromptResponse?, String?)] = []
        for isStream in [false, true] {
            for response in Self.shapes[index] { gateway.enqueue(response) }
            outcomes.append(
                await outcome {
                    isStream
                        ? try await prompt.stream("Hi", options: Self.options).collect()
                        : try await prompt.run("Hi", options: Self.options)
                }
            )
            #expect(gateway.unusedResponses.isEmpty)
        }
        #expect(outcomes[0].0 != nil)
        #expect(outcomes[0].0 == outcomes[1].0)
        #expect(outcomes[0].1 == outcomes[1].1)
    }

    @Test func `Every recorded stream has the result of its completion`() async throws {
        let cases = try #require(try ConformanceCases.own.json("chat-streams.json").array)
        var count = 0
        for json in cases {
            guard let completion = json["completion"], let name = json["stream"]?.string else { continue }
            count += 1
            let events = try ConformanceCases.own.text("chat-streams/\(name).sse")
            var responses: [PromptResponse] = []
            for (type, body) in [("application/json", completion.serialized()), ("text/event-stream", events)] {
                let gateway = LocalGateway()
                gateway.enqueue(
                    .response(status: 200, headers: [.contentType: type], body: Data(body.utf8)),
                    .text("The next round.")
                )
                let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
                let response =
                    type == "application/json"
                    ? try await prompt.run("Hi", options: Self.options)
                    : try await prompt.stream("Hi", options: Self.options).collect()
                _ = gateway.unusedResponses
                responses.append(response.comparable)
            }
            #expect(responses[0] == responses[1], "\(name)")
        }
        #expect(count == 17)
    }

    @Test(arguments: [false, true])
    func `After a run of three rounds, the next turn knows what the tools said`(isStream: Bool) async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([Self.call("weather"), Self.call("nobody", id: "b")], text: "Let me see."),
            .toolCalls([Self.call("weather", #"{"city":"Nice"}"#, id: "c")]),
            .text("Grey in both."),
            .text("As I said.")
        )
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let response =
            isStream
            ? try await prompt.stream("Hi", options: Self.options).collect()
            : try await prompt.run("Hi", options: Self.options)
        #expect(response.newMessages.map(\.role) == [.user, .assistant, .tool, .tool, .assistant, .tool, .assistant])
        #expect(response.newMessages[1].text == "Let me see.")
        var conversation = Conversation()
        conversation.append(response)
        let next = try await prompt.run("Again?", in: conversation, options: Self.options)
        #expect(next.text == "As I said.")
        let sent = try #require(gateway.chatRequests.last).messages
        #expect(sent.dropFirst().dropLast() == response.newMessages[...])
        #expect(sent.contains { $0.text == "grey over Nice" })
        #expect(next.newMessages.map(\.text) == ["Again?", "As I said."])
    }
}
