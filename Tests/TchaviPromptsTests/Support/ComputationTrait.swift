import Testing

/// Lets long computations run one after another.
///
/// Tests run on the few threads of the cooperative pool. Without turns, computations that never suspend take all of
/// them, and tests that talk to a server meet a timeout because nobody reads the response meanwhile.
struct ComputationTrait: TestTrait, SuiteTrait, TestScoping {
    let isRecursive = true

    private static let turns = Turns()

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Self.turns.take()
        do {
            try await function()
            await Self.turns.pass()
        } catch {
            await Self.turns.pass()
            throw error
        }
    }
}

extension Trait where Self == ComputationTrait {
    /// The test computes for a second or more without suspending.
    static var computation: Self { Self() }
}

private actor Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func pass() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
