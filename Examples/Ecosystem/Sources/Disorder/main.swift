import Foundation
import ProgramOptions
import Tchavi

// A gateway in disorder: 16 concurrent callers make calls that a server on 127.0.0.1 answers with faults, each of them
// `--rounds` times in random order. Exits with 1 if a request was sent twice, a call hung, an outcome was wrong, or the
// next call on the same client was not answered.
//
// `swift run -c release disorder --transport async-http-client --rounds 1000`
//
// Half of the callers use the address 127.0.0.1, the others the name `--host`. Foundation's session reports errors in
// other ways when the first address of a name refuses: `.ci/disorder` provides such a name.

let options = ProgramOptions(["rounds": "1000", "seed": "1", "callers": "16", "host": "localhost"])

/// SplitMix64, to repeat the order of a run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

let faults = Fault.allCases.filter { options.transport != .urlSession || !$0.endsProcessWithURLSession }
var generator = SeededGenerator(state: UInt64(options.number("seed")))
let order = faults.flatMap { [Fault](repeating: $0, count: options.number("rounds")) }.shuffled(using: &generator)

let server = try DisorderlyServer()
let callers = Callers(server: server, transport: options.transport.make(), host: options["host"], faults: order)
let start = ContinuousClock.now
let isComplete = await callers.run(max(1, options.number("callers")))
let results = callers.results

func padded(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }

print(padded("fault", 26) + padded("calls", 8) + "repeated  lost   wrong  hung   next   outcomes")
for fault in faults {
    let result = results[fault] ?? Callers.Results()
    let outcomes = result.outcomes.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
    let counts = [result.lost, result.wrong, result.hung, result.failedAfterwards].map { padded(String($0), 7) }
    print(
        padded(fault.rawValue, 26) + padded(String(result.calls), 8) + padded(String(result.repeated), 10)
            + counts.joined() + outcomes.joined(separator: ", ")
    )
}
for fault in Fault.allCases where !faults.contains(fault) {
    print("\(fault.rawValue) is left out: it ends any process that uses URLSession on this system.")
}
let calls = results.values.map(\.calls).reduce(0, +)
let isRight = isComplete && calls == order.count && results.values.allSatisfy(\.isRight)
print("\(options.transport.rawValue): \(calls) faults, \(isRight ? "all right" : "not all right")")
print("in \((ContinuousClock.now - start).formatted(.units(allowed: [.minutes, .seconds])))")
exit(isRight ? 0 : 1)
