import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

struct PromptResponseTests {
    @Test func `A response is encoded as Maxim's JSON, with additional keys`() async throws {
        struct Nothing: Decodable {}
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "c", name: "f", arguments: "{}")]), .text("Hi"))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: ["temperature": 0.7]))
        let tool = PromptTool.program("f") { (_: Nothing) in "sunny" }
        let response = try await prompt.run("?", options: RunOptions(tools: [tool]))
        let json = response.json
        #expect(json["choices"]?[0]?["finishReason"] == "stop")
        #expect(json["choices"]?[0]?["message"]?["content"] == "Hi")
        #expect(json["usage"]?["totalTokens"]?.integer == response.usage.totalTokens)
        #expect(json["usage"]?["latency"]?.double == json["usage"]?["latency"]?.double)
        #expect(json["modelParams"] == ["temperature": 0.7])
        #expect(json["toolCallResults"]?[0]?["result"] == "sunny")
        #expect(json["toolCallResults"]?[0]?["type"] == "PROGRAM")
        #expect(json["toolCallResults"]?[0]?["isError"] == nil)
        #expect(json["resolvedMessages"]?.array?.count == 2)
        #expect(json["selection"]?["version"] == 1)
        let coded = try JSONDecoder().decode(PromptResponse.self, from: JSONEncoder().encode(response))
        #expect(coded.json == json)
    }

    @Test func `Maxim's own responses are read`() throws {
        let json = try JSONValue(
            parsing: #"""
                {"id":"r1","provider":"openai","model":"gpt-4","choices":[{"index":0,"message":{"role":"assistant","content":"Sunny"},
                "finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"latency":1200.5},
                "modelParams":{"temperature":0.7},"toolCallResults":{"version":2,"results":[{"name":"get_weather","result":{"sky":"blue"},
                "type":"API","id":"call_123","isError":"timed out"}]},"traceId":"t"}
                """#
        )
        let response = try PromptResponse(json: json)
        #expect(response.text == "Sunny")
        #expect(response.usage.totalTokens == 21)
        #expect(response.usage.latency == .milliseconds(1200.5))
        #expect(response.toolCallResults.map(\.type) == [.api])
        #expect(response.toolCallResults[0].isError)
        #expect(response.additionalFields == ["traceId": "t"])
        #expect(try PromptResponse(json: response.json) == response)
    }
}
