import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

// Runs a prompt whose model calls two tools at once, one of which fails, and prints the captured calls:
// `swift run tool-calls`.

struct City: Decodable { let city: String }
struct Port: Decodable { let port: String }
struct Weather: Encodable {
    let celsius: Double
    let sky: String
}
struct TideTableClosed: LocalizedError {
    let port: String
    var errorDescription: String? { "The tide table of \(port) is closed for maintenance." }
}

let tools = [
    PromptTool.program("get_weather") { (place: City) in
        try await Task.sleep(for: .milliseconds(20))
        return Weather(celsius: 11.5, sky: "showers over \(place.city)")
    },
    PromptTool.program("get_tides") { (place: Port) -> String in throw TideTableClosed(port: place.port) },
]

// Without a real gateway, the model's two responses are scripted.
let local = LocalGateway()
local.enqueue(
    .toolCalls([
        ToolCall(id: "call_1", name: "get_weather", arguments: #"{"city": "Saint-Malo"}"#),
        ToolCall(id: "call_2", name: "get_tides", arguments: #"{"port": "Saint-Malo"}"#),
    ]),
    .text("Showers over Saint-Malo, 11.5 °C. I could not look up the tides.")
)
let gateway = try ExampleGateway(local: local)
let library = PromptLibrary(source: .directory(ExampleGateway.prompts), gateway: gateway.client, tools: tools)

let prompt = try await library.prompt("weather", matching: PromptQuery().deploymentVariable("coast", true))
let response = try await prompt.run(
    "Can I walk to the Grand Bé in Saint-Malo this afternoon?",
    variables: ["unit": "degrees Celsius"]
)

print("Selected  \(prompt.selection)")
print("Response  \(response.text)")
print("\nTool calls, in the order of the model's response:")
for call in response.toolCallResults {
    print("  \(call.name)(\(call.arguments))")
    print("    \(call.isError ? "failed:" : "returned") \(call.result)")
    print("    \(call.type), round \(call.round), id \(call.id), in \(call.duration.shortMilliseconds)")
}
let usage = response.usage
print("\nUsage     \(usage) over both rounds, \(usage.creditsUsed ?? 0) credits")
print("Latency   \(usage.latency.shortMilliseconds), without the time spent in tools")
