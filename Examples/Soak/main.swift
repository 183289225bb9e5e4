import Foundation
import Tchavi
import TchaviTesting

// Makes many calls, streamed and not, to a gateway on a loopback socket, and cancels some of them at random:
// `swift run -c release soak 100000`. Prints the memory in use, and exits with 1 if a call fails or a request leaks.

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
let width = 32

/// The process's resident memory in MiB; `nil` if the system does not report it.
func residentMemory() -> Double? {
    guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    return statm.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 * 4096 / 1_048_576 }
}

var settings = LocalGateway.Configuration()
settings.credits = 1_000_000_000
settings.streamChunkBytes = 300
settings.remembersRequests = false
let gateway = LocalGateway(configuration: settings)
let server = try gateway.serve()
let transport = URLSessionTransport()
var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
configuration.transport = transport
let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("How are things in the harbour this morning?")])

enum Outcome { case succeeded, cancelled, failed }

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
    case .success: return .succeeded
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
let counts = [Outcome.succeeded, .cancelled, .failed].map { "\($0) \(outcomes[$0] ?? 0)" }
print(counts.joined(separator: ", "))
for _ in 0..<500 where transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(10)) }
print("requests still running: \(transport.runningRequests)")
exit(transport.runningRequests == 0 && outcomes[.failed] == nil ? 0 : 1)
