import Tchavi

/// A run as it goes on: text as it is written, tools as they are called, and last the response.
///
/// ```swift
/// for try await event in try prompt.stream("Where is my order?", variables: ["customer": "Ada"]) {
///     switch event {
///     case .text(let delta): print(delta, terminator: "")
///     case .toolCall(let call): print("[\(call.name) …]")
///     case .toolResult(let result): print("[\(result.name): \(result.result)]")
///     case .response(let response): print("\n\(response.usage.totalTokens) tokens")
///     }
/// }
/// ```
///
/// Nothing is sent before the first event is asked for. To iterate again is to run again. Dropping the iterator ends
/// the run.
public struct PromptStream: AsyncSequence, Sendable {
    /// What a run gives as it goes on.
    public enum Event: Sendable, Hashable {
        /// More of the first choice's text.
        case text(String)
        /// The model begins to ask for a tool; its arguments are still to come.
        case toolCall(ToolCallStart)
        /// A tool's call and what came of it. Those of a round come together, in the order of the calls.
        case toolResult(ToolCallResult)
        /// The response, the same that ``Prompt/run(_:variables:images:options:)`` would have given; the last event.
        case response(PromptResponse)
    }

    /// A tool call whose arguments are still to come.
    public struct ToolCallStart: Sendable, Hashable {
        /// The tool's name.
        public let name: String
        /// The call's id, where the model has given one by then.
        public let id: String
    }

    /// What a run gives as it goes on.
    public typealias Element = Event

    let run: PromptRun
    let gateway: TchaviClient
    let options: RunOptions

    /// Begins a run.
    public func makeAsyncIterator() -> Iterator { Iterator(run: run, gateway: gateway, options: options) }

    /// Goes through a run event by event.
    public struct Iterator: AsyncIteratorProtocol {
        private let gateway: TchaviClient
        private let options: RunOptions
        private var run: PromptRun
        private var chat: ChatCompletionStream.Iterator?
        private var ready: [Event] = []
        private var announced: Set<Int> = []
        /// The time spent waiting for the model, in this round.
        private var waited = Duration.zero
        private var timeToFirstToken: Duration?
        private var isComplete = false

        fileprivate init(run: PromptRun, gateway: TchaviClient, options: RunOptions) {
            self.run = run
            self.gateway = gateway
            self.options = options
        }

        /// The next event, or `nil` after the response.
        ///
        /// - Returns: The next event.
        /// - Throws: What ``Prompt/run(_:variables:images:options:)`` throws. What had arrived of an answer when its
        ///   stream failed is the error's `partialCompletion`.
        public mutating func next() async throws -> Event? {
            while true {
                if !ready.isEmpty { return ready.removeFirst() }
                guard !isComplete else { return nil }
                do {
                    try await proceed()
                } catch {
                    // A run that has failed is over: to go on would be to ask, and to pay, again.
                    isComplete = true
                    chat = nil
                    throw error
                }
            }
        }

        private mutating func proceed() async throws {
            let time = gateway.pipeline.time
            let start = time.elapsed()
            // Taken out, so that what it has folded so far is not copied with every chunk.
            guard var iterator = chat.take() else {
                chat = try await gateway.chat.stream(run.request, options: options.requestOptions).makeAsyncIterator()
                waited += time.elapsed() - start
                return
            }
            let event = try await iterator.next()
            waited += time.elapsed() - start
            chat = iterator
            switch event {
            case .chunk(let chunk): announce(chunk)
            case .metadata: break
            case nil: try await endRound(iterator.completion, time)
            }
        }

        private mutating func announce(_ chunk: ChatCompletionChunk) {
            if !chunk.text.isEmpty { ready.append(.text(chunk.text)) }
            let calls = chunk.choices.first { $0.index == 0 }?.delta.toolCalls ?? []
            for call in calls {
                guard let name = call.function?.name, !name.isEmpty,
                    announced.insert(call.index ?? announced.count).inserted
                else { continue }
                ready.append(.toolCall(ToolCallStart(name: name, id: call.id ?? "")))
            }
            if timeToFirstToken == nil, !ready.isEmpty { timeToFirstToken = run.response.usage.latency + waited }
        }

        private mutating func endRound(_ completion: ChatCompletion, _ time: TimeSource) async throws {
            chat = nil
            announced = []
            let calls = try run.absorb(completion, latency: waited)
            waited = .zero
            if !calls.isEmpty {
                let results = try await run.toolbox.results(of: calls, round: run.round, time: time)
                run.absorb(results)
                ready += results.map { .toolResult($0) }
            }
            guard calls.isEmpty || run.isEnded else { return }
            var response = run.response
            response.usage.timeToFirstToken = timeToFirstToken
            ready.append(.response(response))
            isComplete = true
        }
    }
}
