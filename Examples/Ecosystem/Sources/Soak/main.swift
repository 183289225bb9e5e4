import Foundation
import MemoryUse
import ProgramOptions
import Tchavi
import TchaviTesting

// Makes many calls, streamed and not, to a gateway on a loopback socket, and cancels a third of them at random moments:
// `swift run -c release soak --transport async-http-client --calls 300000`. Prints the memory in use at each tenth, and
// exits with 1 if a call fails, or if a connection is left open when all calls have ended. Over async-http-client it also
// does if the heap in use has grown by more than 8 MiB since the second tenth: by 35 bytes a call for 300,000 of them.

let options = ProgramOptions(["calls": "20000", "width": "32"])

enum Outcome: String, CaseIterable { case answered, cancelled, failed }

/// The process's resident memory in MiB; `nil` if the system does not report it.
func residentMemory() -> Double? {
    guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    return statm.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 * 4096 / 1_048_576 }
}

/// How many sockets the process has open; 0 if the system does not report it.
func openSockets() -> Int {
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return descriptors.count { descriptor in
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
        return target?.hasPrefix("socket:") ?? false
    }
}

func mebibytes(_ value: Double?) -> String { value.map { "\(($0 * 10).rounded() / 10) MiB" } ?? "unknown" }

func call(_ client: TchaviClient, _ index: Int) async -> Outcome {
    let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("How are things in the harbour this morning?")])
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

/// Makes the calls. Releases the client and its transport at the end, so that only what was left behind stays open.
///
/// - Returns: How often each outcome occurred, and the bytes of the heap in use at each tenth.
func makeCalls(_ configuration: TchaviClient.Configuration) async -> (outcomes: [Outcome: Int], heap: [Int]) {
    var configuration = configuration
    configuration.transport = options.transport.make()
    let client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
    let count = options.number("calls")
    return await withTaskGroup(of: Outcome.self) { group in
        var outcomes: [Outcome: Int] = [:]
        var heap: [Int] = []
        var done = 0
        for index in 0..<count {
            if index >= options.number("width"), let outcome = await group.next() {
                outcomes[outcome, default: 0] += 1
                done += 1
            }
            if done > 0, done.isMultiple(of: max(1, count / 10)) { heap.append(report(done)) }
            group.addTask { await call(client, index) }
        }
        for await outcome in group { outcomes[outcome, default: 0] += 1 }
        heap.append(report(count))
        return (outcomes, heap)
    }
}

/// How many connections are open: the process has both ends of each.
func connections() -> Int { (openSockets() - initialSockets) / 2 }

/// Prints the memory in use.
///
/// - Returns: The bytes of the heap in use; -1 if the system does not report them.
func report(_ done: Int) -> Int {
    let heap = heap_bytes_in_use()
    let inUse = heap < 0 ? nil : Double(heap) / 1_048_576
    let memory = "resident \(mebibytes(residentMemory())), heap in use \(mebibytes(inUse))"
    print("\(done) calls, \(memory), \(connections()) connections")
    fflush(nil)
    return heap
}

/// By how many bytes the heap in use has grown after the second tenth, when everything that stays has been allocated.
func growth(_ heap: [Int]) -> Int {
    guard heap.count > 2, let last = heap.last else { return 0 }
    return last - heap[1]
}

var settings = LocalGateway.Configuration()
settings.credits = 1_000_000_000
settings.streamChunkBytes = 300
settings.remembersRequests = false
let server = try LocalGateway(configuration: settings).serve()
// Its default transport opens sockets too, which are not those of a connection.
let configuration = TchaviClient.Configuration(baseURL: server.baseURL)
let initialSockets = openSockets()

print("\(options.number("calls")) calls over \(options.transport.rawValue)")
let (outcomes, heap) = await makeCalls(configuration)
// A transport closes the connections that it does not use when it is released, or a second later.
for _ in 0..<1000 where connections() > 0 { try await Task.sleep(for: .milliseconds(10)) }
let leftBehind = connections()
print(Outcome.allCases.map { "\($0) \(outcomes[$0] ?? 0)" }.joined(separator: ", ") + ", left behind \(leftBehind)")
// Foundation's session on Linux keeps memory for every request: see the article "Transports".
let hasGrown = options.transport == .asyncHTTPClient && growth(heap) > 8 << 20
if hasGrown { print("The heap in use has grown by \(mebibytes(Double(growth(heap)) / 1_048_576)).") }
exit(leftBehind == 0 && outcomes[.failed] == nil && !hasGrown ? 0 : 1)
