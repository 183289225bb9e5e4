import Foundation
import Tchavi
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct TestClockTests {
    private let request = ChatRequest(model: "m", messages: [.user("?")])

    private func client(
        _ gateway: LocalGateway,
        _ clock: TestClock,
        timeout: Duration? = .seconds(60),
        deadline: Duration? = nil
    ) -> TchaviClient {
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        configuration.timeout = timeout
        configuration.deadline = deadline
        configuration.retryBudget = nil
        return gateway.client(configuration: configuration)
    }

    @Test func `Streams under a skipping clock keep their metadata and do not time out`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(120))
        let refused = Locked<Set<String>>([])
        var settings = LocalGateway.Configuration()
        settings.remembersRequests = false
        settings.credits = 1_000_000
        let gateway = LocalGateway(configuration: settings) { request in
            let text = request.messages[0].text
            let isFirst = text.hasSuffix("0") && refused.withLock { $0.insert(text).inserted }
            return isFirst ? .rateLimited(retryAfter: .seconds(90)) : .text("Hi")
        }
        let client = client(gateway, clock, deadline: .seconds(600))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4000 {
                if number >= 8 { try await group.next() }
                group.addTask {
                    let request = ChatRequest(model: "m", messages: [.user("\(number)")])
                    let completion = try await client.chat.stream(request).collect()
                    #expect(completion.tchavi != nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(clock.sleeps == Array(repeating: .seconds(90), count: 400))
    }

    @Test func `A skipped wait counts toward the deadline of its call alone`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(120))
        let gateway = LocalGateway()
        let client = client(gateway, clock, deadline: .seconds(100))
        for calls in 1...2 {
            gateway.enqueue(.rateLimited(retryAfter: .seconds(60)), .rateLimited(retryAfter: .seconds(60)))
            let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(request) }
            #expect(error?.code == .rateLimited)
            #expect(error?.attempts == 2)
            #expect(clock.sleeps == Array(repeating: .seconds(60), count: calls))
        }
        #expect(clock.now.offset == .zero)
        #expect(gateway.unusedResponses.isEmpty)
    }

    @Test func `Timeouts, delays of the gateway and sleeps of the program are not skipped`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(120))
        var settings = LocalGateway.Configuration()
        settings.latency = .seconds(5)
        settings.clock = clock
        let client = client(LocalGateway(configuration: settings), clock)
        let call = Task { try await client.chat.complete(request) }
        let sleep = Task { try await clock.sleep(for: .seconds(3)) }
        // The attempt's timeout, the gateway's delay and the sleep.
        await clock.whenSleeping(count: 3)
        clock.advance(by: .seconds(5))
        try await sleep.value
        #expect(try await call.value.text.isEmpty == false)
        #expect(clock.sleeps.isEmpty)
    }

    @Test func `A wait between retries beyond the limit is not skipped`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(10))
        let gateway = LocalGateway()
        gateway.enqueue(.rateLimited(retryAfter: .seconds(11)), .text("at last"))
        // Without a timeout, only the wait between the attempts sleeps.
        let client = client(gateway, clock, timeout: nil)
        let call = Task { try await client.chat.complete(request) }
        await clock.whenSleeping()
        #expect(gateway.unusedResponses.count == 1)
        clock.advance(by: .seconds(11))
        #expect(try await call.value.text == "at last")
        #expect(clock.sleeps.isEmpty)
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
