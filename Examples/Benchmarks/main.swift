import AllocationCounter
import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

// Measures the package's own work in one run: `swift run -c release benchmarks`. On a shared machine compare the ratios,
// not the times.

/// Returns the time of one call, as the median of several runs, and the number of its memory allocations.
func measure(_ calls: Int, runs: Int = 7, _ body: () throws -> Void) rethrows -> (time: Duration, allocations: Int) {
    for _ in 0..<max(1, calls / 10) { try body() }
    var times: [Duration] = []
    let before = allocation_count()
    for _ in 0..<runs {
        let start = ContinuousClock.now
        for _ in 0..<calls { try body() }
        times.append((ContinuousClock.now - start) / calls)
    }
    let allocations = Double(allocation_count() - before) / Double(calls * runs)
    return (times.sorted()[runs / 2], Int(allocations.rounded()))
}

func measure(_ calls: Int, runs: Int = 7, _ body: () async throws -> Void) async rethrows -> Duration {
    for _ in 0..<max(1, calls / 10) { try await body() }
    var times: [Duration] = []
    for _ in 0..<runs {
        let start = ContinuousClock.now
        for _ in 0..<calls { try await body() }
        times.append((ContinuousClock.now - start) / calls)
    }
    return times.sorted()[runs / 2]
}

func microseconds(_ duration: Duration) -> String {
    String(format: "%.2f", Double(duration.components.attoseconds) / 1e12 + Double(duration.components.seconds) * 1e6)
}

func ratio(_ first: Duration, _ second: Duration) -> String { String(format: "%.2f", first / second) }

// MARK: Selection

/// Returns a prompt with one deployment per tenant, each in one of four regions, all in production.
func record(_ count: Int) -> PromptRecord {
    let versions = (1...max(1, count)).map { number in
        let config = PromptVersionConfig(id: "c", messages: [.system("Hi")], model: "gpt-4o-mini")
        return PromptVersion(id: "v\(number)", version: number, promptID: "p", config: config)
    }
    let deployments = versions.map { version in
        let rules = RuleGroup(
            .and,
            [
                .rule(Rule("environment", .equal, "production")),
                .rule(Rule("region", .equal, .string("region-\(version.version % 4)"))),
                .rule(Rule("tenant", .equal, .string("tenant-\(version.version)"))),
            ]
        )
        return (version.id, [Deployment(id: "d\(version.version)", query: rules)])
    }
    return PromptRecord(promptID: "p", versions: versions, deployments: Dictionary(uniqueKeysWithValues: deployments))
}

if try await measureLibrary(CommandLine.arguments) { exit(0) }

print("Selecting a version (µs and allocations per call)\n")
print("| deployments | time | allocations |")
print("|---|---|---|")
var ten: Duration?
for count in [1, 10, 100, 1000, 10_000] {
    let selector = CompiledSelector(record(count))
    let query = PromptQuery().deploymentVariable("environment", "production")
        .deploymentVariable("region", "region-\(count % 4)").deploymentVariable("tenant", "tenant-\(count)")
    precondition(selector.select(query).selection.version == count)
    let (time, allocations) = measure(20_000) { _ = selector.select(query) }
    if count == 10 { ten = time }
    print("| \(count) | \(microseconds(time)) | \(allocations) |")
    if count == 10_000, let ten { print("\n10,000 deployments take \(ratio(time, ten)) times as long as 10.") }
}

try await measureChecks()
try await measureLibraries()

// MARK: Templates

let names = (0..<20).map { "variable_\($0)" }
let text = names.map { "<<\($0)>> " + String(repeating: "lorem ipsum ", count: 41) }.joined()
let template = Template(parsing: text)
let values = Dictionary(uniqueKeysWithValues: names.map { ($0, "value of \($0)") })
let rendering = try measure(5000) { _ = try template.rendered(values) }
print(
    "\nRendering \(text.utf8.count) bytes with 20 variables: \(microseconds(rendering.time)) µs, "
        + "\(rendering.allocations) allocations"
)

// MARK: Chunks, requests and records

let chunkText =
    #"{"id":"chatcmpl-9","object":"chat.completion.chunk","created":1773480587,"model":"gpt-4o-mini","#
    + #""system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"#
    + #""finish_reason":null}],"usage":null}"#
let chunkJSON = try JSONValue(parsing: chunkText)
let chunk = try ChatCompletionChunk(json: chunkJSON)
let parsing = try measure(20_000) { _ = try JSONValue(parsing: chunkText) }
let reading = try measure(20_000) { _ = try ChatCompletionChunk(json: chunkJSON) }
let writing = measure(20_000) { _ = chunk.json }
let versions = (1...3).map { number in
    let messages: [ChatMessage] = [.system("You answer <<customer>>."), .user("Where is my order?")]
    let config = PromptVersionConfig(id: "c", messages: messages, model: "gpt-4o-mini", tags: ["plan": "pro"])
    return PromptVersion(id: "v\(number)", version: number, promptID: "p", config: config)
}
let storedJSON = PromptRecord(promptID: "p", versions: versions, deployments: ["v1": [Deployment(id: "d")]]).json
let stored = try PromptRecord(json: storedJSON)
let readingRecord = try measure(5_000) { _ = try PromptRecord(json: storedJSON) }
let writingRecord = measure(5_000) { _ = stored.json }
print("\n| µs and allocations per call | time | allocations |\n|---|---|---|")
for (what, result) in [
    ("parsing a chunk's JSON", parsing), ("decoding the chunk", reading), ("encoding the chunk", writing),
    ("decoding a record of 3 versions", readingRecord), ("encoding the record", writingRecord),
] {
    print("| \(what) | \(microseconds(result.time)) | \(result.allocations) |")
}

// MARK: Tool calls

/// Returns the chunks of a stream with this many parallel tool calls, each in two deltas.
func toolChunks(_ count: Int) -> [ChatCompletionChunk] {
    let begins = (0..<count).map {
        ToolCallDelta(index: $0, id: "call-\($0)", function: .init(name: "f", arguments: "{"))
    }
    let ends = (0..<count).map { ToolCallDelta(index: $0, function: .init(arguments: "}")) }
    return (begins + ends).map { call in
        var delta = ChatDelta()
        delta.toolCalls = [call]
        return ChatCompletionChunk(id: "c", model: "m", choices: [ChunkChoice(delta: delta)])
    }
}

func accumulating(_ chunks: [ChatCompletionChunk]) -> Duration {
    measure(1, runs: 3) {
        var accumulator = ChatCompletionAccumulator()
        for chunk in chunks { accumulator.append(chunk) }
        precondition(accumulator.completion.choices[0].message.toolCalls?.count == chunks.count / 2)
    }.time
}

let fewCalls = accumulating(toolChunks(2000))
let manyCalls = accumulating(toolChunks(32_000))
print(
    "\nCombining 32,000 tool calls takes \(ratio(manyCalls, fewCalls)) times as long as 2000, which is 16 times as many."
)

// MARK: Runs and streams, over a loopback socket

var settings = LocalGateway.Configuration()
settings.credits = 1_000_000_000
settings.remembersRequests = false
let gateway = LocalGateway(configuration: settings) { _ in .text(String(repeating: "word ", count: 200)) }
let server = try gateway.serve()
let client = TchaviClient(
    .apiKey(Secret(LocalGateway.defaultAPIKey)),
    configuration: TchaviClient.Configuration(baseURL: server.baseURL)
)
let config = PromptVersionConfig(id: "c", messages: [.system("Greet <<name>>.")], model: "gpt-4o-mini")
let greeting = PromptRecord(
    promptID: "greeting",
    versions: [PromptVersion(id: "v1", version: 1, promptID: "greeting", config: config)],
    deployments: ["v1": [Deployment(id: "everyone")]]
)
let library = PromptLibrary(source: .memory([greeting]), gateway: client)
let prompt = try await library.prompt("greeting")
let fetching = try await measure(20_000) { _ = try await library.prompt("greeting") }
print("\n`library.prompt`, cached, from the main actor: \(microseconds(fetching)) µs")
let body = try prompt.resolve("Hello", variables: ["name": "Ada"]).request.json

func send(stream: Bool) async throws -> TransportResponse {
    guard case .object(var members) = body else { preconditionFailure("a request is an object") }
    if stream { members.merge(["stream": true, "stream_options": ["include_usage": true]]) { $1 } }
    let request = TransportRequest(
        method: .post,
        url: server.baseURL.appendingPathComponent("v1/chat/completions"),
        // The same headers as the client's.
        headers: [
            "Authorization": "Bearer \(LocalGateway.defaultAPIKey)", "Content-Type": "application/json",
            "Accept": stream ? "text/event-stream" : "application/json", "User-Agent": "tchavi-swift/0.1.0",
            "Idempotency-Key": UUID().uuidString,
        ],
        body: JSONValue.object(members).serializedData()
    )
    return try await URLSessionTransport.shared.send(request)
}

// Interleaved, so that a change of the machine's speed affects all measurements.
var runs: [Duration] = []
var bare: [Duration] = []
var streams: [Duration] = []
var split: [Duration] = []
for _ in 0..<5 {
    runs.append(try await measure(100, runs: 1) { _ = try await prompt.run("Hello", variables: ["name": "Ada"]) })
    bare.append(
        try await measure(100, runs: 1) {
            let data = try await send(stream: false).body.collect(upTo: .max)
            _ = try ChatCompletion(json: JSONValue(parsing: data))
        }
    )
    streams.append(
        try await measure(30, runs: 1) {
            for try await _ in prompt.stream("Hello", variables: ["name": "Ada"]) {}
        }
    )
    split.append(
        try await measure(30, runs: 1) {
            var rest = Data()
            var lines = 0
            for try await chunk in try await send(stream: true).body {
                rest.append(chunk)
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    lines += 1
                    rest.removeSubrange(rest.startIndex...end)
                }
            }
            precondition(lines > 400)
        }
    )
}
func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }
print(
    "\n`run`: \(microseconds(median(runs))) µs; the bare transport with the same bytes decoded: "
        + "\(microseconds(median(bare))) µs; ratio \(ratio(median(runs), median(bare)))"
)
print(
    "A stream of 200 chunks: \(microseconds(median(streams))) µs; reading and splitting its bytes: "
        + "\(microseconds(median(split))) µs; ratio \(ratio(median(streams), median(split)))"
)
