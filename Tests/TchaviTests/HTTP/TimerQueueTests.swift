import Foundation
import Testing

@testable import Tchavi

@Suite(.timeLimit(.minutes(10)))
struct TimerQueueTests {
    @Test func `Timers fire in the order of their deadlines`() async {
        let queue = TimerQueue()
        let fired = AsyncStream.makeStream(of: Int.self)
        for milliseconds in [60, 20, 100, 40] {
            _ = queue.schedule(after: .milliseconds(milliseconds)) { fired.continuation.yield(milliseconds) }
        }
        var order: [Int] = []
        for await milliseconds in fired.stream {
            order.append(milliseconds)
            if order.count == 4 { break }
        }
        #expect(order == [20, 40, 60, 100])
    }

    @Test func `A cancelled timer does not fire, and later ones do`() async {
        let queue = TimerQueue()
        let fired = AsyncStream.makeStream(of: String.self)
        let first = queue.schedule(after: .milliseconds(10)) { fired.continuation.yield("withdrawn") }
        _ = queue.schedule(after: .milliseconds(30)) { fired.continuation.yield("second") }
        queue.withdraw(first)
        for await name in fired.stream {
            #expect(name == "second")
            break
        }
        // A queue that has run empty works again.
        _ = queue.schedule(after: .milliseconds(1)) { fired.continuation.yield("third") }
        for await name in fired.stream {
            #expect(name == "third")
            break
        }
    }

    @Test func `Short timers beside a long one leave no further task asleep`() async {
        let queue = TimerQueue()
        _ = queue.schedule(after: .seconds(60)) {}
        let fired = AsyncStream.makeStream(of: Void.self)
        var iterator = fired.stream.makeAsyncIterator()
        for _ in 0..<100 {
            _ = queue.schedule(after: .milliseconds(1)) { fired.continuation.yield() }
            await iterator.next()
        }
        #expect(queue.sleepingTasks <= 2)
    }

    @Test func `Deadlines stay in order after most of them were removed`() {
        var random = SystemRandomNumberGenerator()
        let start = ContinuousClock.now
        var heap = DeadlineHeap()
        for timer in 0..<1000 {
            let offset = Duration.milliseconds(Int.random(in: 0..<500, using: &random))
            heap.insert(DeadlineHeap.Entry(deadline: start + offset, timer: UInt64(timer)))
        }
        heap.removeAll { $0.timer % 4 != 0 }
        #expect(heap.count == 250)
        var deadlines: [ContinuousClock.Instant] = []
        while let first = heap.first {
            deadlines.append(first.deadline)
            heap.removeFirst()
        }
        #expect(deadlines.count == 250)
        #expect(deadlines == deadlines.sorted())
    }

    @Test func `A timeout does not wait for an operation that ignores cancellation`() async throws {
        let time = TimeSource(ContinuousClock())
        let gate = AsyncStream.makeStream(of: Void.self)
        let late = TchaviError(.timeout, "late")
        for limit in [Duration.milliseconds(10), .seconds(3600)] {
            let task = Task {
                try await time.run(within: limit, orThrow: late) {
                    await Task { for await _ in gate.stream { break } }.value
                }
            }
            if limit > .seconds(1) { task.cancel() }
            let result = await task.result
            #expect(throws: (any Error).self) { try result.get() }
        }
        gate.continuation.finish()
    }

    @Test func `With the system's clock an operation that takes too long is cancelled, and one that does not is not`()
        async throws
    {
        let time = TimeSource(ContinuousClock())
        let late = TchaviError(.timeout, "late")
        let error = await #expect(throws: TchaviError.self) {
            try await time.run(within: .milliseconds(10), orThrow: late) { try await Task.sleep(for: .seconds(3600)) }
        }
        #expect(error?.message == "late")
        #expect(try await time.run(within: .seconds(3600), orThrow: late) { 7 } == 7)
        let task = Task {
            try await time.run(within: .seconds(3600), orThrow: late) { try await Task.sleep(for: .seconds(3600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
