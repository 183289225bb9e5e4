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

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// A row of the table: the median of each way, and of the ratios within each turn.
func row(_ label: String, _ turns: [[Double]], costRatio: (_ way: Double, _ client: Double) -> Double) -> String {
    let values = [0, 1, 2].map { way in String(Int(median(turns.map { $0[way] }).rounded())) }
    let ratios = [1, 0].map { way in
        String(format: "%.2f ×", median(turns.map { costRatio($0[way], $0[2]) }))
    }
    return "| \(label) | \((values + ratios).joined(separator: " | ")) |"
}

let turns = arguments.first.flatMap { Int($0) } ?? 31
print("Calls a second, and processor time of a call in µs (the server's included): medians of \(turns) turns.\n")
print("| transport | callers | | transport alone | and decoded | client | client / decoded | client / transport |")
print("|---|---|---|---|---|---|---|---|")
let transports: [(name: String, transport: any HTTPTransport, calls: Int)] = [
    ("async-http-client", AsyncHTTPClientTransport(), 1600), ("URLSession", URLSessionTransport(), 640),
]
for (name, transport, calls) in transports {
    configuration.transport = transport
    let ways = try await CallWays(configuration)
    for callers in [1, 16, 64] {
        let costs = try await ways.costs(callers: callers, calls: callers == 1 ? calls / 4 : calls, turns: turns)
        let label = "\(name) | \(callers) |"
        print(row("\(label) calls/s", costs.map { $0.map(\.callsPerSecond) }) { way, client in way / client })
        print(row("\(label) µs", costs.map { $0.map(\.processorTime) }) { way, client in client / way })
    }
}
