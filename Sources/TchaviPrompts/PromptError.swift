public import Foundation
public import Tchavi

/// An error in finding, selecting, resolving or running a prompt.
///
/// Errors of the gateway are thrown unchanged, as `TchaviError`; cancellation throws `CancellationError`.
public struct PromptError: Error, Sendable, Hashable {
    /// The kind of an error. The set is open: later versions of the package may add members.
    public struct Code: OpenEnum, JSONScalar {
        /// The name of the code.
        public let rawValue: String
        /// Creates a code from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The prompt does not exist; ``PromptError/availablePrompts`` lists those that do and have similar ids.
        public static let notFound: Code = "notFound"
        /// The prompt exists, but no version of it matches the query.
        public static let noMatch: Code = "noMatch"
        /// Variables of the messages have no value; ``PromptError/missingVariables`` lists them.
        public static let missingVariables: Code = "missingVariables"
        /// The stored prompt or version cannot be read, or cannot be run.
        public static let invalidRecord: Code = "invalidRecord"
        /// An argument of the call is not valid: an image URL, a role in the history, a model parameter.
        public static let invalidInput: Code = "invalidInput"
        /// The model requested tools again after ``RunOptions/maxToolRounds`` rounds; ``PromptError/response`` holds
        /// the response so far.
        public static let toolRounds: Code = "toolRounds"
        /// A limit on the run was reached; ``PromptError/limit`` says which.
        public static let limit: Code = "limit"
        /// The model refused to respond, or a filter removed its response, where a value was expected.
        public static let refusal: Code = "refusal"
        /// The response reached its maximum number of tokens before the expected value was complete.
        public static let truncated: Code = "truncated"
        /// The response is not the expected value.
        public static let invalidResponse: Code = "invalidResponse"
        /// The prompts held in memory are older than allowed, and could not be refreshed.
        public static let stale: Code = "stale"
        /// The source could not be read, and nothing was read before.
        public static let unavailable: Code = "unavailable"
        /// The selected version does not fit the program's ``PromptContract``.
        public static let contract: Code = "contract"
        /// A file of the disk cache is damaged, or cannot be read or written. A library reports it and reads its source.
        public static let diskCache: Code = "diskCache"
    }

    /// A limit on a run. The set is open: later versions of the package may add members.
    public struct Limit: OpenEnum, JSONScalar {
        /// The name of the limit.
        public let rawValue: String
        /// Creates a limit from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// ``RunOptions/deadline``.
        public static let deadline: Limit = "deadline"
        /// ``RunOptions/maxToolRounds``.
        public static let rounds: Limit = "rounds"
        /// ``RunOptions/maxTotalTokens``.
        public static let tokens: Limit = "tokens"
        /// ``RunOptions/maxCredits``.
        public static let credits: Limit = "credits"
        /// ``RunOptions/maxInputBytes``.
        public static let input: Limit = "input"
    }

    /// A variable that has no value, with the message that uses it.
    public struct MissingVariable: Sendable, Hashable {
        /// The name of the variable.
        public let name: String
        /// The index of the first message that uses the variable, from 0.
        public let messageIndex: Int
    }

    /// The kind of the error.
    public var code: Code
    /// What failed and why, in one sentence.
    public var message: String
    /// How to fix it, in one sentence.
    public var advice: String?
    /// The id of the prompt that the error is about.
    public var promptID: String?
    /// The ids of at most five prompts that exist and are most similar to the requested one, the nearest first, if that was
    /// not found.
    public var availablePrompts: [String] = []
    /// The variables that have no value.
    public var missingVariables: [MissingVariable] = []
    /// The limit that was reached, if one was.
    public var limit: Limit?
    /// The response so far, if the error ended a run that had called the model: what the model and the tools had returned,
    /// what it cost, and in ``PromptResponse/newMessages`` a transcript that can be sent.
    public var response: PromptResponse?

    /// Creates an error.
    public init(_ code: Code, _ message: String, advice: String? = nil, promptID: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.promptID = promptID
    }
}

extension PromptError: CustomStringConvertible, LocalizedError {
    /// The code, the message and the advice in one line.
    public var description: String { "Prompt error (\(code)): \(message)" + (advice.map { " " + $0 } ?? "") }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
