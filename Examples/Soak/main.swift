import Foundation
import Tchavi
import TchaviTesting

// Calls a gateway on a loopback socket many times, complete and streamed, and cancels some at random moments:
// `swift run -c release soak 100000`. Prints the memory as it goes, and ends with 1 if something is left behind.

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
let width = 32

/// The memory that the process holds, in MiB; `nil` where the system does not say.
func residentMemory() -> Double? {
    guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    return statm.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 * 4096 / 1_048_576 }
}

var settings = LocalGateway.Configuration()
settings.credits = 1_000_000_000
settings.streamPieceBytes = 300
settings.remembersRequests = false
let gateway = LocalGateway(configuration: settings)
let server = try gateway.serve()
let transport = URLSessionTransport()
var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
configuration.transport = transport
let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("How are things in the harbour this morning?")])

enum Outcome { case answered, cancelled, failed }

func call(_ index: Int) async -> Outcome {
    let task = Task {
        if index.isMultiple(of: 2) {
            _ = try await client.chat.complete(request)
        } else {
            _ = try await client.chat.stream(request).collect()
        }
    }
    if index.isMultiple(of: 3) {
        try? await Task.sleep(for: .microseconds(Int.random(in: 0...3000)))
        task.cancel()
    }
    switch await task.result {
    case .success: return .answered
    case .failure(is CancellationError): return .cancelled
    case .failure(let error):
        print("failed: \(error)")
        return .failed
    }
}

var outcomes: [Outcome: Int] = [:]
var done = 0
let step = max(1, count / 10)
await withTaskGroup(of: Outcome.self) { group in
    for index in 0..<count {
        if index >= width, let outcome = await group.next() {
            outcomes[outcome, default: 0] += 1
            done += 1
            if done.isMultiple(of: step) {
                let memory = residentMemory().map { "\(Int($0.rounded())) MiB" } ?? "memory unknown"
                print("\(done) calls, \(memory), \(server.openConnections) connections")
            }
        }
        group.addTask { await call(index) }
    }
    for await outcome in group { outcomes[outcome, default: 0] += 1 }
}
print("answered \(outcomes[.answered] ?? 0), cancelled \(outcomes[.cancelled] ?? 0), failed \(outcomes[.failed] ?? 0)")
for _ in 0..<500 where transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(10)) }
print("left behind: \(transport.runningRequests) requests")
exit(transport.runningRequests == 0 && outcomes[.failed] == nil ? 0 : 1)
