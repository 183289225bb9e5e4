import Foundation
import Tchavi
import TchaviAsyncHTTPClient

// What a call through the client costs over its transport: `swift run -c release call-benchmarks`. Each way sends the
// same request bytes to the same server on 127.0.0.1; they take turns, so that a shared machine troubles them alike.
//
// `call-benchmarks profile <client|decoded|transport> [seconds]` repeats one way over async-http-client with 16
// concurrent callers, for a profiler.

let server = try await CannedServer()
var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
configuration.retryPolicy = .none

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "profile" {
    configuration.transport = AsyncHTTPClientTransport()
    let ways = try await CallWays(configuration)
    let way = arguments.dropFirst().first.flatMap(CallWays.Way.init(rawValue:)) ?? .client
    let end = ContinuousClock.now + .seconds(arguments.dropFirst(2).first.flatMap { Int($0) } ?? 10)
    while ContinuousClock.now < end { _ = try await ways.cost(of: way, callers: 16, calls: 8000) }
    exit(0)
}

let turns = arguments.first.flatMap { Int($0) } ?? 11
print("Calls a second, and processor time of a call in µs (the server's included): medians of \(turns) turns.\n")
print("| transport | callers | | transport alone | and decoded | client | client / decoded | client / transport |")
print("|---|---|---|---|---|---|---|---|")
let transports: [(name: String, transport: any HTTPTransport, calls: Int)] = [
    ("async-http-client", AsyncHTTPClientTransport(), 4800), ("URLSession", URLSessionTransport(), 1280),
]
for (name, transport, calls) in transports {
    configuration.transport = transport
    let ways = try await CallWays(configuration)
    for callers in [1, 16, 64] {
        let costs = try await ways.medians(callers: callers, calls: callers == 1 ? calls / 4 : calls, turns: turns)
        func row(_ label: String, _ values: [Double], _ ratios: [Double]) {
            let cells = values.map { String(Int($0.rounded())) } + ratios.map { String(format: "%.2f ×", $0) }
            print("| \(name) | \(callers) | \(label) | \(cells.joined(separator: " | ")) |")
        }
        let rates = costs.map(\.callsPerSecond)
        row("calls/s", rates, [rates[1] / rates[2], rates[0] / rates[2]])
        let times = costs.map(\.processorTime)
        row("µs", times, [times[2] / times[1], times[2] / times[0]])
    }
}
