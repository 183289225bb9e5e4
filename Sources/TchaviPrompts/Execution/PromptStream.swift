import Tchavi

/// The events of a run in progress: text as the model writes it, tool calls and their results, and the response as the
/// last event.
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
/// The sequence is lazy and single-pass. The run starts when the first event is requested; dropping the iterator
/// cancels it. A second iterator throws, because iterating again would run, and bill, the prompt again.
public struct PromptStream: AsyncSequence, Sendable {
    /// An event of a run.
    public enum Event: Sendable, Hashable {
        /// More text of the first choice; never empty.
        case text(String)
        /// The model has started to request a tool; the call's arguments have not arrived yet.
        case toolCall(ToolCallStart)
        /// A tool call and its result. The results of a round arrive together, in the order of the calls.
        case toolResult(ToolCallResult)
        /// The last event: the response, as ``Prompt/run(_:variables:images:options:)`` would have returned it.
        case response(PromptResponse)
    }

    /// A tool call whose arguments have not arrived yet.
    public struct ToolCallStart: Sendable, Hashable {
        /// The name of the requested tool.
        public let name: String
        /// The id of the call; empty if the model has not sent one yet.
        public let id: String
    }

    /// An event of a run.
    public typealias Element = Event

    private let options: RunOptions
    private let start: @Sendable () async throws -> PromptRun
    private let singlePass = SinglePass()

    init(options: RunOptions, start: @escaping @Sendable () async throws -> PromptRun) {
        self.options = options
        self.start = start
    }

    /// Creates the iterator; a second one throws.
    public func makeAsyncIterator() -> Iterator {
        Iterator(options: options) { [start, singlePass] in
            guard singlePass.take() else { throw TchaviError.iteratedTwice("The stream of a run") }
            return try await start()
        }
    }

    /// Runs the prompt to its end.
    ///
    /// - Returns: The response, as ``Prompt/run(_:variables:images:options:)`` would have returned it.
    /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws.
    public func collect() async throws -> PromptResponse {
        var last: PromptResponse?
        for try await case .response(let response) in self { last = response }
        // A run that does not throw ends with its response, unless it was cancelled.
        guard let last else { throw CancellationError() }
        return last
    }

    /// The text of the first choice alone, delta by delta, over all rounds.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// The iterator of a run's events.
    public struct Iterator: AsyncIteratorProtocol {
        private let options: RunOptions
        private let start: @Sendable () async throws -> PromptRun
        private var run: PromptRun?
        private var chat: ChatCompletionStream.Iterator?
        private var pending: ArraySlice<Event> = []
        /// The number of tool calls of this round that have an event.
        private var startedCalls = 0
        /// The time spent waiting for the model in this round.
        private var roundLatency = Duration.zero
        private var timeToFirstToken: Duration?
        private var isFinished = false

        fileprivate init(
            options: RunOptions,
            start: @escaping @Sendable () async throws -> PromptRun
        ) {
            self.options = options
            self.start = start
        }

        /// Waits for the next event.
        ///
        /// - Returns: The next event, or `nil` after the response or an error.
        /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws. If a completion's stream failed, the
        ///   error's `partialCompletion` holds what had arrived of it.
        public mutating func next() async throws -> Event? {
            while true {
                if let event = pending.popFirst() { return event }
                guard !isFinished else { return nil }
                do {
                    try await proceed()
                } catch {
                    // Continuing after an error would send, and bill, the request again.
                    isFinished = true
                    chat = nil
                    throw error
                }
            }
        }

        private mutating func proceed() async throws {
            var run: PromptRun
            if let current = self.run.take() { run = current } else { run = try await start() }
            defer { self.run = run }
            let time = run.gateway.pipeline.time
            // Taken out, so that the completion it has collected so far is not copied with every chunk.
            var iterator =
                chat.take()
                ?? run.gateway.chat.stream(run.request, options: options.requestOptions).makeAsyncIterator()
            let start = time.elapsed()
            let event = try await iterator.next()
            roundLatency += time.elapsed() - start
            switch event {
            case .chunk(let chunk):
                addEvents(of: chunk, iterator.toolCalls, latency: run.response.usage.latency + roundLatency)
                chat = iterator
            case .metadata: chat = iterator
            case nil:
                addCalls(heldUpIn: iterator.toolCalls)
                // The iterator has ended: asked once more, after these events, it returns `nil` again.
                if pending.isEmpty { try await endRound(&run, iterator.completion, time) } else { chat = iterator }
            }
        }

        private mutating func addEvents(of chunk: ChatCompletionChunk, _ calls: [ToolCallDelta], latency: Duration) {
            if !chunk.text.isEmpty { pending.append(.text(chunk.text)) }
            // A call whose name has not arrived yet holds up those after it, so that the events are in order.
            for call in calls.dropFirst(startedCalls) {
                guard let name = call.name, !name.isEmpty else { break }
                startedCalls += 1
                pending.append(.toolCall(ToolCallStart(name: name, id: call.id ?? "")))
            }
            if timeToFirstToken == nil, !pending.isEmpty { timeToFirstToken = latency }
        }

        /// Adds the events of calls that waited for the name of one before them, which has not arrived.
        private mutating func addCalls(heldUpIn calls: [ToolCallDelta]) {
            for call in calls.dropFirst(startedCalls) {
                guard let name = call.name, !name.isEmpty else { continue }
                pending.append(.toolCall(ToolCallStart(name: name, id: call.id ?? "")))
            }
            startedCalls = calls.count
        }

        private mutating func endRound(
            _ run: inout PromptRun,
            _ completion: ChatCompletion,
            _ time: TimeSource
        ) async throws {
            startedCalls = 0
            let calls = try run.receive(completion, latency: roundLatency)
            roundLatency = .zero
            if !calls.isEmpty {
                let results = try await run.toolbox.results(of: calls, round: run.round, time: time)
                run.append(results)
                pending += results.map { .toolResult($0) }
            }
            guard calls.isEmpty || run.isEnded else { return }
            var response = run.response
            response.usage.timeToFirstToken = timeToFirstToken
            pending.append(.response(response))
            isFinished = true
        }
    }

    /// The text of the first choice, delta by delta; single-pass, as the stream is.
    public struct TextDeltas: AsyncSequence, Sendable {
        /// A string that is not empty.
        public typealias Element = String

        fileprivate let stream: PromptStream

        /// The iterator of the deltas.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var iterator: PromptStream.Iterator

            /// Waits for the next delta.
            ///
            /// - Returns: A string that is not empty, or `nil` at the end of the run.
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
