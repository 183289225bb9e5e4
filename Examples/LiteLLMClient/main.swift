import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts

// Calls LiteLLM's proxy, with the models of `.ci/litellm.yaml`, and prints what came back, without ids and keys:
// `litellm-client URL KEY`, with a URL that ends in /v1.

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let url = arguments.first, let key = arguments.last else {
    printError("Usage: litellm-client URL KEY")
    exit(64)
}

let client = TchaviClient(apiKey: key, baseURL: url)
let question = "Is the tide high in Brest?"
let request = ChatRequest(model: "tide", messages: [.user(.text(question))])

struct Place: Decodable { let city: String }
struct Tide: Decodable { let city: String, high: Bool }
let tools = [
    PromptTool.program("get_tide", description: "The tide in a port", parameters: .object(["city": .string()])) {
        (place: Place) in "high"
    },
    PromptTool.program("get_time", description: "The time") { "14:05" },
]

let version = PromptVersion(
    id: "tide-v1",
    version: 1,
    promptID: "tide",
    config: PromptVersionConfig(id: "tide-c1", messages: [.system(.text("Answer briefly."))], model: "tide")
)
let record = PromptRecord(promptID: "tide", versions: [version], fallbackVersion: version)
let library = PromptLibrary(source: .memory([record]), gateway: client)

do {
    let prompt = try await library.prompt("tide")
    try await completions()
    for model in ["claude", "claude-thinking"] {
        try await toolCalls(prompt, RunOptions(tools: tools, model: model), model)
        try await structuredResponse(prompt, model)
    }
    try await alternativeModels(prompt)
    await errors(prompt)
} catch {
    print("\(error)")
    exit(1)
}

func completions() async throws {
    title("A completion")
    show(try await client.chat.complete(request))
    title("A streamed completion")
    var count = 0
    for try await delta in client.chat.stream(request).text where !delta.isEmpty { count += 1 }
    print("\(count) deltas")
    show(try await client.chat.stream(request).collect())
}

/// Runs a prompt with tools, whole and streamed, and a next turn of each conversation.
func toolCalls(_ prompt: Prompt, _ options: RunOptions, _ model: String) async throws {
    var conversation = Conversation()
    title("Tools with \(model)")
    let response = try await prompt.run(question, options: options)
    show(response)
    conversation.append(response)
    title("The next turn, streamed")
    let next = try await prompt.stream("And tomorrow?", in: conversation, options: options).collect()
    show(next)
    conversation.append(next)
    title("The same conversation with another model")
    var others = options
    others.model = model == "claude" ? "claude-thinking" : "claude"
    show(try await prompt.run("And the day after?", in: conversation, options: others))

    title("Tools with \(model), streamed")
    var streamed = Conversation()
    let stream = prompt.stream(question, options: options)
    for try await event in stream {
        switch event {
        case .text: break
        case .toolCall(let call): print("event     call of \(call.name)")
        case .toolResult(let result): print("event     result of \(result.name)")
        case .response(let response):
            show(response)
            streamed.append(response)
        }
    }
    title("The next turn")
    show(try await prompt.run("And tomorrow?", in: streamed, options: options))
}

func structuredResponse(_ prompt: Prompt, _ model: String) async throws {
    title("A structured response of \(model)")
    let schema: JSONSchema = .object(["city": .string(), "high": .boolean("Whether the tide is high.")])
    let result = try await prompt.run(question, options: RunOptions(model: model), as: Tide.self, schema: schema)
    print("value     \(result.value)")
    show(result.response)
}

func alternativeModels(_ prompt: Prompt) async throws {
    title("Alternative models")
    let options = RunOptions(model: "limited", alternativeModels: ["broken", "tide"])
    show(try await prompt.run(question, options: options))
    title("Alternative models, streamed")
    show(try await prompt.stream(question, options: options).collect())
}

func errors(_ prompt: Prompt) async {
    title("A wrong key")
    await showError { try await TchaviClient(apiKey: "sk-wrong", baseURL: url).chat.complete(request) }
    for (model, name) in [
        ("nosuch", "An unknown model"), ("limited", "A rate limit"), ("too-long", "The context length"),
    ] {
        title(name)
        await showError { try await prompt.run(question, options: RunOptions(model: model)) }
        title("\(name), streamed")
        await showError { try await prompt.stream(question, options: RunOptions(model: model)).collect() }
    }
}

// MARK: Output

func title(_ text: String) { print("\n== \(text)") }

func show(_ completion: ChatCompletion) {
    print("text      \(completion.text)")
    print("model     \(completion.model), \(completion.choices.first?.finishReason?.rawValue ?? "no finish reason")")
    if let usage = completion.usage { print("usage     \(usage.promptTokens) in, \(usage.completionTokens) out") }
}

func show(_ response: PromptResponse) {
    print("text      \(response.text)")
    for call in response.toolCallResults {
        print("tool      \(call.name)(\(call.arguments)) -> \(call.result), round \(call.round)")
    }
    for attempt in response.attempts {
        let outcome = attempt.failure.map { "\($0.code), status \($0.statusCode ?? 0)" } ?? "answered"
        print("attempt   round \(attempt.round), \(attempt.model): \(outcome)")
    }
    let usage = response.usage
    let cached = usage.cachedTokens.map { ", \($0) cached" } ?? ""
    let reasoning = usage.reasoningTokens.map { ", \($0) for reasoning" } ?? ""
    print("usage     \(usage)\(cached)\(reasoning)")
    for message in response.newMessages {
        let calls = (message.toolCalls ?? []).map(\.name).joined(separator: ", ")
        let fields = message.additionalFields.keys.sorted().joined(separator: ", ")
        print(
            "message   \(message.role): \(message.text.isEmpty ? "calls \(calls)" : message.text)"
                + (fields.isEmpty ? "" : ", with \(fields)")
        )
    }
}

func showError(_ operation: () async throws -> some Any) async {
    do {
        print("no error, but \(try await operation())")
    } catch let error as TchaviError {
        print("code      \(error.code), status \(error.statusCode ?? 0), \(error.errorCode ?? "no error code")")
        print("message   \(error.message.prefix { $0 != "\n" })")
        print("advice    \(error.advice ?? "none")")
        print("attempts  \(error.attempts ?? 0)")
    } catch {
        print("\(error)")
    }
}
