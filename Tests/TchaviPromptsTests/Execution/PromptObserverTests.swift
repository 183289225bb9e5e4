import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

struct PromptObserverTests {
    @TaskLocal static var request = "none"

    private struct Recorder: PromptObserver {
        let name: String
        let calls: Locked<[String]>

        func selected(_ event: SelectionEvent) {
            calls.withLock { $0.append("\(name) \(event.selection.version ?? 0) \(PromptObserverTests.request)") }
        }
    }

    /// Uses none of the events.
    private struct Idle: PromptObserver {}

    @Test func `Observers are called in order, before the prompt is returned, on the calling task`() async throws {
        let calls = Locked<[String]>([])
        let library = PromptLibrary(
            source: .memory([.simple("p", [.system("x")])]),
            gateway: LocalGateway().client(),
            observers: [Recorder(name: "first", calls: calls), Idle(), Recorder(name: "second", calls: calls)]
        )
        _ = try await library.explain("p")
        await #expect(throws: PromptError.self) {
            _ = try await library.prompt("p", matching: PromptQuery().version(7))
        }
        #expect(calls.withLock { $0 } == [])
        try await Self.$request.withValue("request-1") { _ = try await library.prompt("p") }
        #expect(calls.withLock { $0 } == ["first 1 request-1", "second 1 request-1"])
        let task = Self.$request.withValue("request-2") { Task { _ = try await library.prompt("p") } }
        try await task.value
        #expect(calls.withLock { $0 }.suffix(2) == ["first 1 request-2", "second 1 request-2"])
    }

    @Test func `An event has the selection, the query and the split that decided`() async throws {
        let events = Locked<[SelectionEvent]>([])
        struct Collector: PromptObserver {
            let events: Locked<[SelectionEvent]>
            func selected(_ event: SelectionEvent) { events.withLock { $0.append(event) } }
        }
        let library = PromptLibrary(
            source: .directory(Fixtures.prompts),
            gateway: LocalGateway().client(),
            observers: [Collector(events: events)]
        )
        let query = PromptQuery().bucketed(by: "user-42")
        let prompt = try await library.prompt("tone", matching: query)
        let plain = try await library.prompt("weather", matching: query)
        let (first, second) = events.withLock { ($0[0], $0[1]) }
        #expect(first.selection == prompt.selection && first.query == query)
        #expect(first.split?.salt == "tone-2026")
        #expect(first.split?.arms.map(\.deploymentID) == ["formal", "warm"])
        #expect(second.selection == plain.selection && second.split == nil)
    }
}

/// Work that takes long leaves the caller's actor, and what is cached stays on it.
struct PromptLibraryIsolationTests {
    /// Runs an actor's jobs, and counts them.
    private final class CountingExecutor: SerialExecutor {
        private let queue = DispatchQueue(label: "counting")
        let jobs = Locked(0)

        func enqueue(_ job: consuming ExecutorJob) {
            jobs.withLock { $0 += 1 }
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private actor Caller {
        private let executor = CountingExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        /// How often the actor was left and entered again in the course of some work.
        func switches(_ work: () async throws -> Void) async rethrows -> Int {
            let before = executor.jobs.withLock { $0 }
            try await work()
            return executor.jobs.withLock { $0 } - before
        }

        func measure() async throws {
            let record = PromptRecord.simple("p", [.system("x")])
            let library = PromptLibrary(source: .memory([record]), gateway: LocalGateway().client())
            _ = try await library.promptIDs()
            // Once for the deployments, and once for the messages of the version that is selected.
            #expect(try await switches { _ = try await library.prompt("p") } == 2)
            #expect(try await switches { for _ in 0..<1000 { _ = try await library.prompt("p") } } == 0)
            #expect(try await switches { _ = try await library.explain("p") } == 1)
            #expect(try await switches { _ = try await library.lint() } == 1)
            #expect(await switches { _ = await record.lint() } == 1)
            #expect(await switches { _ = await WhatIf(before: record, after: record).changes() } == 1)
        }
    }

    @Test func `Only compiling, explaining, linting and what-if leave the caller's actor`() async throws {
        try await Caller().measure()
    }
}
