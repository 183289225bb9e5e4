import Foundation
import Tchavi
import TestSupport
import Testing

@Suite(.enabled(if: ConformanceCases.recorded.arePresent, "the recorded cases are not beside the checkout"))
struct RecordedChatTests {
    /// Returns the completion of a stream that arrives in chunks of some size, or throws its error.
    private func fold(_ events: String, chunkBytes: Int?) async throws -> ChatCompletion {
        let transport = StubTransport { _, _ in .events(events, chunkBytes: chunkBytes) }
        return try await transport.client().chat.stream(.hello).collect()
    }

    @Test(arguments: [nil, 1, 7, 100])
    func `Every recorded stream results in its completion or error`(chunkBytes: Int?) async throws {
        let cases = try #require(try ConformanceCases.recorded.json("chat-streams.json")["cases"]?.array)
        #expect(cases.count == 11)
        for entry in cases {
            let name = try #require(entry["name"]?.string)
            let events = try #require(entry["raw_sse"]?.string)
            if entry["malformed_json"] == true {
                let error = await #expect(throws: TchaviError.self) {
                    _ = try await fold(events, chunkBytes: chunkBytes)
                }
                #expect(error?.code == .decoding, "\(name)")
                continue
            }
            if let expected = entry["expect_error"], !expected.isNull {
                let error = await #expect(throws: TchaviError.self) {
                    _ = try await fold(events, chunkBytes: chunkBytes)
                }
                #expect(error?.code == .api, "\(name)")
                #expect(error?.message == expected["message"]?.string, "\(name)")
                #expect(error?.errorCode == expected["type"]?.string, "\(name)")
                let text = entry["expect_choice0"]?["content"]?.string ?? ""
                #expect(error?.partialCompletion?.text == text, "\(name)")
                continue
            }
            let completion = try await fold(events, chunkBytes: chunkBytes)
            try compare(completion, entry, name)
        }
    }

    private func compare(_ completion: ChatCompletion, _ entry: JSONValue, _ name: String) throws {
        let expected = try #require(entry["expect_choice0"])
        let choice = try #require(completion.choices.first)
        let message = choice.message
        if name.hasPrefix("mistral") {
            // The cases' own fold reads no content in parts; a reader of the stream wants its text.
            #expect(message.text == "Hello, world!")
        } else {
            #expect(message.text == expected["content"]?.string ?? "", "\(name)")
        }
        #expect(message.refusal == expected["refusal"]?.string, "\(name)")
        #expect(message.additionalFields["reasoning_content"]?.string == expected["reasoning"]?.string, "\(name)")
        #expect(choice.finishReason?.rawValue == expected["finish_reason"]?.string, "\(name)")
        #expect(message.role == .assistant)
        let calls = expected["tool_calls"]?.array ?? []
        #expect((message.toolCalls ?? []).count == calls.count, "\(name)")
        for (call, expected) in zip(message.toolCalls ?? [], calls) {
            #expect(call.id == expected["id"]?.string, "\(name)")
            #expect(call.name == expected["name"]?.string, "\(name)")
            #expect(call.function.arguments == expected["arguments"]?.string, "\(name)")
        }
        if let usage = expected["usage"], !usage.isNull {
            #expect(completion.usage?.promptTokens == usage["prompt_tokens"]?.integer, "\(name)")
            #expect(completion.usage?.completionTokens == usage["completion_tokens"]?.integer, "\(name)")
            #expect(
                completion.usage?.additionalFields["completion_tokens_details"] == usage["completion_tokens_details"]
            )
        }
        guard let final = entry["expect_sdk_final"], final["choices"] != nil else { return }
        #expect(completion.id == final["id"]?.string, "\(name)")
        #expect(completion.created == final["created"]?.integer, "\(name)")
        #expect(completion.choices.count == final["choices"]?.array?.count, "\(name)")
        for (choice, expected) in zip(completion.choices, final["choices"]?.array ?? []) {
            #expect(choice.message.content?.text == expected["message"]?["content"]?.string, "\(name)")
        }
    }

    @Test func `Azure's filter results are kept`() async throws {
        let cases = try #require(try ConformanceCases.recorded.json("chat-streams.json")["cases"]?.array)
        let entry = try #require(cases.first { $0["name"]?.string?.contains("Azure") == true })
        let completion = try await fold(try #require(entry["raw_sse"]?.string), chunkBytes: nil)
        #expect(completion.additionalFields["prompt_filter_results"]?[0]?["prompt_index"] == 0)
        #expect(completion.choices.first?.additionalFields["content_filter_results"] == [:])
    }

    @Test func `Every recorded completion is read and written without loss`() async throws {
        let cases = try #require(try ConformanceCases.recorded.json("chat-completions.json")["cases"]?.array)
        #expect(cases.count == 3)
        for entry in cases {
            let body = try #require(entry["body"])
            let transport = StubTransport { _, _ in .json(body) }
            let completion = try await transport.client().chat.complete(.hello)
            #expect(completion.json.withoutNulls == body.withoutNulls, "\(entry["name"]?.string ?? "")")
        }
    }

    @Test func `Reasoning, thinking parts and usage details are available`() async throws {
        let cases = try #require(try ConformanceCases.recorded.json("chat-completions.json")["cases"]?.array)
        let deepseek = try ChatCompletion(json: try #require(cases[0]["body"]))
        #expect(
            deepseek.choices[0].message.additionalFields["reasoning_content"]?.string?.hasPrefix("The user is") == true
        )
        #expect(deepseek.choices[0].message.toolCalls?.first?.name == "weather")
        #expect(deepseek.usage?.additionalFields["prompt_cache_hit_tokens"] == 320)
        let mistral = try ChatCompletion(json: try #require(cases[1]["body"]))
        #expect(mistral.text == "2 + 2 = 4")
    }
}
