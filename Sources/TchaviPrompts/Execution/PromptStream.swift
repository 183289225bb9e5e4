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
///     case .response(let response): print("\n\(response.usage)")
///     }
/// }
/// ```
///
/// The sequence is lazy and single-pass. The run starts when the first event is requested; dropping the iterator
/// cancels it; what it had done by then is in ``partialResponse``. A second iterator throws, because iterating again would
/// run, and bill, the prompt again.
public struct PromptStream: AsyncSequence, Sendable {
    /// An event of a run.
    public enum Event: Sendable, Hashable {
        /// More text of the first choice; never empty.
        case text(String)
        /// The model has started to request a tool; the call's arguments have not arrived yet.
        case toolCall(ToolCallStart)
        /// A tool call and its result. The results of a round arrive together, in the order of the calls.
        case toolResult(ToolCallResult)
        /// The last event: the response, as ``Prompt/run(_:in:variables:images:options:)`` would have returned it.
        case response(PromptResponse)
    }

    /// A tool call whose arguments have not arrived yet.
    public struct ToolCallStart: Sendable, Hashable {
        /// The name of the requested tool.
        public let name: String
        /// The id of the call, which its result has too, unless the model sends it later than the name.
        public let id: String
    }

    /// An event of a run.
    public typealias Element = Event

    let prompt: Prompt
    let input: RunInput
    let singlePass = SinglePass()
    let lastResponse = Locked<PromptResponse?>(nil)

    init(prompt: Prompt, input: RunInput) {
        self.prompt = prompt
        self.input = input
    }

    /// The response so far of a run that has ended: also of one that was cancelled, or whose iterator was released before
    /// the end; `nil` while the run is in progress, and if it failed before the model was called.
    public var partialResponse: PromptResponse? { lastResponse.withLock { $0 } }

    /// Creates the iterator; a second one throws.
    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: self)
    }

    /// Runs the prompt to its end.
    ///
    /// - Returns: The response, as ``Prompt/run(_:in:variables:images:options:)`` would have returned it.
    /// - Throws: What ``Prompt/run(_:in:variables:images:options:)`` throws.
    public func collect() async throws -> PromptResponse {
        var last: PromptResponse?
        for try await case .response(let response) in self { last = response }
        // A run that does not throw ends with its response.
        guard let last else { throw CancellationError() }
        return last
    }

    /// The text of the first choice alone, delta by delta, over all rounds.
    public var text: TextDeltas { TextDeltas(stream: self) }

    /// The iterator of a run's events. Its copies share the run.
    public struct Iterator: AsyncIteratorProtocol {
        private let stream: PromptStream
        private let events = Events()

        fileprivate init(stream: PromptStream) { self.stream = stream }

        /// Waits for the next event.
        ///
        /// - Returns: The next event, or `nil` after the response or an error.
        /// - Throws: What ``Prompt/run(_:in:variables:images:options:)`` throws. If a completion's stream failed, the
        ///   error's `partialCompletion` holds what had arrived of it.
        public mutating func next() async throws -> Event? {
            try await events.next(of: stream)
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
            /// - Throws: What ``Prompt/run(_:in:variables:images:options:)`` throws.
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
