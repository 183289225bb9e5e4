import Tchavi

/// A run while it goes on, to be iterated once: text as the model writes it, tools as they are called, and last the
/// response.
///
/// ```swift
/// for try await event in prompt.stream("Where is my order?", variables: ["customer": "Ada"]) {
///     switch event {
///     case .text(let delta): print(delta, terminator: "")
///     case .toolCall(let call): print("[\(call.name) …]")
///     case .toolResult(let result): print("[\(result.name): \(result.result)]")
///     case .response(let response): print("\n\(response.usage.totalTokens) tokens")
///     }
/// }
/// ```
///
/// Nothing is sent before the first event is asked for. A second iterator throws, since to iterate again would be to run,
/// and to pay, again. Dropping the iterator ends the run.
public struct PromptStream: AsyncSequence, Sendable {
    /// An event of a run.
    public enum Event: Sendable, Hashable {
        /// More of the first choice's text.
        case text(String)
        /// The model begins to ask for a tool; its arguments are still to come.
        case toolCall(ToolCallStart)
        /// A tool's call and its result. Those of a round come together, in the order of the calls.
        case toolResult(ToolCallResult)
        /// The response, the same that ``Prompt/run(_:variables:images:options:)`` would have returned; the last event.
        case response(PromptResponse)
    }

    /// A tool call whose arguments are still to come.
    public struct ToolCallStart: Sendable, Hashable {
        /// The tool's name.
        public let name: String
        /// The call's id, where the model has given one by then.
        public let id: String
    }

    /// An event of a run.
    public typealias Element = Event

    private let gateway: TchaviClient
    private let options: RunOptions
    private let start: @Sendable () throws -> PromptRun
    private let singlePass = SinglePass()

    init(gateway: TchaviClient, options: RunOptions, start: @escaping @Sendable () throws -> PromptRun) {
        self.gateway = gateway
        self.options = options
        self.start = start
    }

    /// Creates the iterator; a second one throws.
    public func makeAsyncIterator() -> Iterator {
        let isFirst = singlePass.take()
        return Iterator(gateway: gateway, options: options) { [start] in
            guard isFirst else { throw TchaviError.iteratedTwice("The stream of a run") }
            return try start()
        }
    }

    /// Reads the run to its end.
    ///
    /// - Returns: The response, as ``Prompt/run(_:variables:images:options:)`` would have returned it.
    /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws.
    public func collect() async throws -> PromptResponse {
        var last: PromptResponse?
        for try await case .response(let response) in self { last = response }
        // A run that does not throw ends with its response; one that was cancelled has none.
        guard let last else { throw CancellationError() }
        return last
    }

    /// The first choice's text alone, delta by delta, over all rounds.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// Reads a run event by event.
    public struct Iterator: AsyncIteratorProtocol {
        private let gateway: TchaviClient
        private let options: RunOptions
        private let start: @Sendable () throws -> PromptRun
        private var run: PromptRun?
        private var chat: ChatCompletionStream.Iterator?
        private var ready: [Event] = []
        private var announced: Set<Int> = []
        /// The time spent waiting for the model, in this round.
        private var waited = Duration.zero
        private var timeToFirstToken: Duration?
        private var isOver = false

        fileprivate init(
            gateway: TchaviClient,
            options: RunOptions,
            start: @escaping @Sendable () throws -> PromptRun
        ) {
            self.gateway = gateway
            self.options = options
            self.start = start
        }

        /// Waits for the next event.
        ///
        /// - Returns: The next event, or `nil` after the response and after an error.
        /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws. What had arrived of a completion when its
        ///   stream failed is the error's `partialCompletion`.
        public mutating func next() async throws -> Event? {
            while true {
                if !ready.isEmpty { return ready.removeFirst() }
                guard !isOver else { return nil }
                do {
                    try await proceed()
                } catch {
                    // A run that has failed is over: to go on would be to ask, and to pay, again.
                    isOver = true
                    chat = nil
                    throw error
                }
            }
        }

        private mutating func proceed() async throws {
            var run = try self.run.take() ?? start()
            defer { self.run = run }
            let time = gateway.pipeline.time
            // Taken out, so that what it has folded so far is not copied with every chunk.
            var iterator =
                chat.take()
                ?? gateway.chat.stream(run.request, options: options.requestOptions).makeAsyncIterator()
            let start = time.elapsed()
            let event = try await iterator.next()
            waited += time.elapsed() - start
            switch event {
            case .chunk(let chunk):
                chat = iterator
                announce(chunk, after: run.response.usage.latency + waited)
            case .metadata: chat = iterator
            case nil: try await endRound(&run, iterator.completion, time)
            }
        }

        private mutating func announce(_ chunk: ChatCompletionChunk, after latency: Duration) {
            if !chunk.text.isEmpty { ready.append(.text(chunk.text)) }
            let calls = chunk.choices.first { $0.index == 0 }?.delta.toolCalls ?? []
            for call in calls {
                guard let name = call.function?.name, !name.isEmpty,
                    announced.insert(call.index ?? announced.count).inserted
                else { continue }
                ready.append(.toolCall(ToolCallStart(name: name, id: call.id ?? "")))
            }
            if timeToFirstToken == nil, !ready.isEmpty { timeToFirstToken = latency }
        }

        private mutating func endRound(
            _ run: inout PromptRun,
            _ completion: ChatCompletion,
            _ time: TimeSource
        ) async throws {
            announced = []
            let calls = try run.receive(completion, latency: waited)
            waited = .zero
            if !calls.isEmpty {
                let results = try await run.toolbox.results(of: calls, round: run.round, time: time)
                run.append(results)
                ready += results.map { .toolResult($0) }
            }
            guard calls.isEmpty || run.isEnded else { return }
            var response = run.response
            response.usage.timeToFirstToken = timeToFirstToken
            ready.append(.response(response))
            isOver = true
        }
    }

    /// The first choice's text, delta by delta, to be iterated once.
    public struct TextDeltas: AsyncSequence, Sendable {
        /// A text that is not empty.
        public typealias Element = String

        fileprivate let stream: PromptStream

        /// Reads delta by delta.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var iterator: PromptStream.Iterator

            /// Waits for the next delta.
            ///
            /// - Returns: A text that is not empty, or `nil` at the end of the run.
            /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws.
            public mutating func next() async throws -> String? {
                while let event = try await iterator.next() {
                    if case .text(let delta) = event { return delta }
                }
                return nil
            }
        }

        /// Creates the iterator; a second one throws.
        public func makeAsyncIterator() -> Iterator { Iterator(iterator: stream.makeAsyncIterator()) }
    }
}
