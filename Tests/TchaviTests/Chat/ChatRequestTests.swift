import Tchavi
import Testing

struct ChatRequestTests {
    @Test func `Every parameter of the initializer is sent under its own name`() {
        let question = "Why is the sky blue?"
        let request = ChatRequest(
            model: "m",
            messages: [.system("Be brief."), .user(question)],
            temperature: 0.25,
            maxTokens: 10,
            maxCompletionTokens: 20,
            topP: 0.5,
            n: 2,
            stop: ["END"],
            presencePenalty: 0.75,
            frequencyPenalty: -0.5,
            logitBias: ["7": 3.5],
            seed: 42,
            responseFormat: .jsonObject,
            tools: [ToolDefinition(name: "look_up")],
            toolChoice: .required,
            user: "customer-7",
            streamOptions: StreamOptions(includeUsage: false),
            additionalFields: ["top_k": 5]
        )
        let expected: JSONValue = [
            "model": "m",
            "messages": [
                ["role": "system", "content": "Be brief."], ["role": "user", "content": "Why is the sky blue?"],
            ],
            "temperature": 0.25, "max_tokens": 10, "max_completion_tokens": 20, "top_p": 0.5, "n": 2, "stop": ["END"],
            "presence_penalty": 0.75, "frequency_penalty": -0.5, "logit_bias": ["7": 3.5], "seed": 42,
            "response_format": ["type": "json_object"],
            "tools": [["type": "function", "function": ["name": "look_up"]]], "tool_choice": "required",
            "user": "customer-7", "stream_options": ["include_usage": false], "top_k": 5,
        ]
        #expect(request.json == expected)
    }

    @Test func `A parameter that is not given is not sent`() {
        let request = ChatRequest(model: "m", messages: [.user("?")], temperature: 0)
        #expect(request.json == ["model": "m", "messages": [["role": "user", "content": "?"]], "temperature": 0])
    }
}
