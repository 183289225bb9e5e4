import Tchavi

/// The end of a run.
public struct RunEvent: Sendable, Hashable {
    /// How a run ended. The response of a run that did not complete is the one so far.
    public enum Outcome: Sendable, Hashable {
        /// The run returned its response.
        case completed
        /// The run threw an error.
        case failed(Failure)
        /// The run was cancelled.
        case cancelled
        /// The iterator of the run's stream was released before the run's end.
        case abandoned
    }

    /// The kind of the error that a run threw.
    public struct Failure: Sendable, Hashable {
        /// The name of the error's code, such as `rateLimited` or `toolRounds`; `other` for errors of other types.
        public var code: String
        /// The HTTP status of the response, if there was one.
        public var statusCode: Int?

        /// Creates a failure, for tests of an observer.
        public init(code: String, statusCode: Int? = nil) {
            self.code = code
            self.statusCode = statusCode
        }

        init(_ error: any Error) {
            switch error {
            case let error as TchaviError: self.init(code: error.code.rawValue, statusCode: error.statusCode)
            case let error as PromptError: self.init(code: error.code.rawValue)
            default: self.init(code: "other")
            }
        }
    }

    /// How the run ended.
    public var outcome: Outcome
    /// The id of the prompt.
    public var promptID: String
    /// The version that was run, and why it was selected.
    public var selection: Selection
    /// How long the run took, with its tools. For a stream, from the request of its first event.
    public var duration: Duration
    /// The response, or the response so far; `nil` if the run failed before the prompt was resolved.
    ///
    /// Unless the observer asks for texts with ``PromptObserver/receivesText``, it has no texts of messages, no arguments
    /// and results of tools, and of the model parameters only numbers and Booleans. It has the usage, the attempts, the model
    /// that was asked last, ids, and the names and durations of the tool calls.
    public var response: PromptResponse?
    /// The error that the run threw; `nil` unless the observer asks for texts with ``PromptObserver/receivesText``, because a
    /// server's message may repeat a prompt.
    public var errorDescription: String?

    /// Creates an event, for tests of an observer.
    public init(
        outcome: Outcome,
        promptID: String,
        selection: Selection,
        duration: Duration = .zero,
        response: PromptResponse? = nil,
        errorDescription: String? = nil
    ) {
        self.outcome = outcome
        self.promptID = promptID
        self.selection = selection
        self.duration = duration
        self.response = response
        self.errorDescription = errorDescription
    }

    /// The event without texts.
    var withoutText: RunEvent {
        var event = self
        event.response = response?.withoutText
        event.errorDescription = nil
        return event
    }
}

extension RunEvent.Outcome: CustomStringConvertible {
    /// The outcome in words: `completed`, or `failed: rateLimited, status 429`.
    public var description: String {
        switch self {
        case .completed: "completed"
        case .failed(let failure): "failed: \(failure.code)\(failure.statusCode.map { ", status \($0)" } ?? "")"
        case .cancelled: "cancelled"
        case .abandoned: "abandoned"
        }
    }
}

extension PromptResponse {
    /// A response of what is known to contain no text, so that a property that is added later is left out.
    fileprivate var withoutText: PromptResponse {
        var response = PromptResponse(
            id: id,
            provider: provider,
            model: attempts.last?.model ?? "",
            choices: choices.map(\.withoutText),
            usage: usage,
            modelParams: modelParams.filter { $0.value.double != nil || $0.value.boolean != nil },
            toolCallResults: toolCallResults.map(\.withoutText),
            selection: selection,
            contentHash: contentHash
        )
        response.usage.additionalFields = usage.additionalFields.numbers
        response.attempts = attempts.map(\.withoutText)
        return response
    }
}

extension ChatChoice {
    private static let knownReasons: Set<FinishReason> = [.stop, .length, .toolCalls, .functionCall, .contentFilter]

    fileprivate var withoutText: ChatChoice {
        let calls = message.toolCalls?.map { ToolCall(id: $0.id, name: $0.name, arguments: "") }
        return ChatChoice(
            index: index,
            message: ChatMessage(role: .assistant, content: nil, toolCalls: calls),
            finishReason: finishReason.map { Self.knownReasons.contains($0) ? $0 : "other" }
        )
    }
}

extension ToolCallResult {
    fileprivate var withoutText: ToolCallResult {
        ToolCallResult(
            name: name,
            arguments: "",
            result: .null,
            type: type,
            id: id,
            isError: isError,
            duration: duration,
            round: round
        )
    }
}

extension ModelAttempt {
    fileprivate var withoutText: ModelAttempt {
        var attempt = self
        attempt.failure?.message = ""
        attempt.usage?.additionalFields = usage?.additionalFields.numbers ?? [:]
        return attempt
    }
}

extension [String: JSONValue] {
    /// The details of a usage that are numbers of tokens.
    fileprivate var numbers: [String: JSONValue] {
        filter { $0.key.hasSuffix("_tokens") || $0.key.hasSuffix("_tokens_details") }.compactMapValues(\.numbers)
    }
}

extension JSONValue {
    /// The value if it is a number, or an object reduced to its numbers.
    fileprivate var numbers: JSONValue? {
        if double != nil { return self }
        return object.map { .object($0.numbers) }
    }
}
