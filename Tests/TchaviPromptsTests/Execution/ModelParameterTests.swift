import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

struct ModelParameterTests {
    private static let tool: JSONValue = ["type": "function", "function": ["name": "weather"]]

    private func request(_ parameters: [String: JSONValue]) throws -> JSONValue {
        try ChatRequest(model: "m", messages: [], parameters: parameters).json
    }

    @Test(arguments: [JSONValue.null, []])
    func `Without tools, nothing that concerns tools is sent`(tools: JSONValue) throws {
        let json = try request([
            "tools": tools, "tool_choice": "required", "parallel_tool_calls": false, "temperature": 1, "top_k": 3,
        ])
        #expect(json == ["model": "m", "messages": [], "temperature": 1, "top_k": 3])
    }

    @Test func `A tool choice that would be refused goes with the tools as well`() throws {
        #expect(try request(["tools": nil, "tool_choice": 7]) == ["model": "m", "messages": []])
    }

    @Test func `With tools, or where none are mentioned, the tool choice is kept`() throws {
        let parameters: [String: JSONValue] = ["tool_choice": "auto", "parallel_tool_calls": true]
        #expect(try request(parameters)["tool_choice"] == "auto")
        #expect(try request(parameters)["parallel_tool_calls"] == true)
        let json = try request(parameters.merging(["tools": [Self.tool]]) { $1 })
        #expect(json["tool_choice"] == "auto")
        #expect(json["parallel_tool_calls"] == true)
        #expect(json["tools"] == [Self.tool])
    }

    @Test func `A run that removes the version's tools removes their choice`() async throws {
        let stored: [String: JSONValue] = [
            "tools": [Self.tool], "tool_choice": ["type": "function", "function": ["name": "weather"]],
            "parallel_tool_calls": false,
        ]
        let gateway = LocalGateway()
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: stored))
        let request = try prompt.resolve(options: RunOptions(modelParameters: ["tools": nil])).request
        #expect(request.json == ["model": "gpt-4o-mini", "messages": [["role": "system", "content": "x"]]])
    }

    @Test func `Tools of other kinds are sent as the version has them`() throws {
        let search: JSONValue = ["type": "web_search", "search_context_size": "low"]
        #expect(try request(["tools": [search, Self.tool]])["tools"] == [search, Self.tool])
    }
}
