import Foundation
import Tchavi
import TchaviAsyncHTTPClient
import TchaviTesting

// What a call through the client costs over its transport: `swift run -c release call-benchmarks`. Each way sends the
// same request bytes to the same server on 127.0.0.1; they take turns, so that a shared machine troubles them alike.
//
// `call-benchmarks profile <client|decoded|transport> [seconds]` repeats one way over async-http-client with 16
// concurrent callers, for a profiler.

let server = try CannedServer()
var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
configuration.retryPolicy = .none

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "profile" {
    configuration.transport = AsyncHTTPClientTransport()
    let ways = try await CallWays(configuration)
    let way = arguments.dropFirst().first.flatMap(CallWays.Way.init(rawValue:)) ?? .client
    let end = ContinuousClock.now + .seconds(arguments.dropFirst(2).first.flatMap { Int($0) } ?? 10)
    while ContinuousClock.now < end { _ = try await ways.callsPerSecond(way, callers: 16, calls: 8000) }
    exit(0)
}

let turns = arguments.first.flatMap { Int($0) } ?? 11
print("Calls a second, medians of \(turns) turns\n")
print("| transport | callers | transport alone | and decoded | client | client / decoded | client / transport |")
print("|---|---|---|---|---|---|---|")
let transports: [(name: String, transport: any HTTPTransport, calls: Int)] = [
    ("URLSession", URLSessionTransport(), 1500), ("async-http-client", AsyncHTTPClientTransport(), 6000),
]
for (name, transport, calls) in transports {
    configuration.transport = transport
    let ways = try await CallWays(configuration)
    for callers in [1, 16, 64] {
        let medians = try await ways.medians(callers: callers, calls: callers == 1 ? calls / 3 : calls, turns: turns)
        let rates = medians.map { String(Int($0.rounded())) }.joined(separator: " | ")
        let ratios = medians.dropLast().reversed().map { String(format: "%.2f ×", $0 / medians[2]) }
        print("| \(name) | \(callers) | \(rates) | \(ratios.joined(separator: " | ")) |")
    }
}
