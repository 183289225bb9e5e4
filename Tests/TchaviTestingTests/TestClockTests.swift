import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct TestClockTests {
    @Test func `Short sleeps return immediately and advance the clock`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(10))
        try await clock.sleep(for: .seconds(3))
        try await clock.sleep(for: .seconds(10))
        #expect(clock.now.offset == .seconds(13))
        #expect(clock.sleeps == [.seconds(3), .seconds(10)])
    }

    @Test func `Long sleeps wait until the clock reaches them`() async throws {
        let clock = TestClock()
        let task = Task { try await clock.sleep(for: .seconds(5)) }
        await clock.whenSleeping()
        clock.advance(by: .seconds(5))
        try await task.value
        #expect(clock.now.offset == .seconds(5))
    }

    @Test func `A sleep ends when its task is cancelled, before or after it began`() async throws {
        let clock = TestClock()
        for waits in [true, false] {
            let task = Task { try await clock.sleep(for: .seconds(5)) }
            if waits { await clock.whenSleeping() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
