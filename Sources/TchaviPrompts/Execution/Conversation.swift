public import Tchavi

/// The messages of a conversation, without those of a prompt's version: each turn may use another version.
///
/// ```swift
/// var conversation = Conversation()
/// let response = try await prompt.run("Where is my order?", in: conversation)
/// conversation.append(response)
/// let next = try await prompt.run("And the other one?", in: conversation)
/// ```
///
/// A run does not change the conversation: append its response, or that of an error to keep what the run had done before
/// it failed. A conversation can be encoded and decoded. Decoding one confers no trust: each run checks the roles of its
/// messages, as those of ``RunOptions/history``.
public struct Conversation: Sendable, Hashable {
    /// The messages so far, in order.
    public private(set) var messages: [ChatMessage]
    /// The name of the model that wrote the last messages, as it was requested.
    private var model: String?

    /// The indices of the messages with which a turn begins. Within a turn there are other messages of the user, if the model
    /// was asked to repair its response.
    private var turnStarts: [Int]

    /// Creates a conversation without messages.
    public init() { self.init([]) }

    /// Creates a conversation of messages.
    public init(_ messages: [ChatMessage]) {
        self.messages = messages
        turnStarts = messages.indices.filter { messages[$0].role == .user }
    }

    /// Adds the messages of a turn.
    ///
    /// - Parameter response: The response of a run; its ``PromptResponse/newMessages`` are added.
    public mutating func append(_ response: PromptResponse) {
        if let model = response.attempts.last?.model {
            messages = messages(for: model)
            self.model = model
        }
        if !response.newMessages.isEmpty { turnStarts.append(messages.count) }
        messages += response.newMessages
    }

    /// Adds a message, for instance one that was not written by a model.
    public mutating func append(_ message: ChatMessage) {
        if message.role == .user { turnStarts.append(messages.count) }
        messages.append(message)
    }

    /// The messages as they are sent to a model: reasoning and its signatures go back only to the model that wrote them.
    func messages(for model: String?) -> [ChatMessage] {
        guard let own = self.model, own != model else { return messages }
        return messages.map(\.withoutAdditionalFields)
    }

    /// The number of turns.
    public var turnCount: Int { turnStarts.count }

    /// Removes the oldest turns. A turn begins with the user's message, so that no result of a tool is separated from its call.
    ///
    /// - Parameter count: How many turns to keep; all are kept if there are fewer.
    public mutating func trim(toLast count: Int) {
        guard turnStarts.count > count else { return }
        let start = count > 0 ? turnStarts[turnStarts.count - count] : messages.count
        messages.removeFirst(start)
        turnStarts = turnStarts.filter { $0 >= start }.map { $0 - start }
    }
}

extension Conversation: JSONMapped {
    private init(_ messages: [ChatMessage], _ model: String?) {
        self.init(messages)
        self.model = model
    }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("messages", &messages)
        json.field("model", &model)
        if json.isReading { self = Conversation(messages, model) }
        json.defaulted("turnStarts", &turnStarts)
        // A file that was edited by hand may have other messages.
        let isValid =
            zip(turnStarts, turnStarts.dropFirst()).allSatisfy(<)
            && turnStarts.allSatisfy { messages.indices.contains($0) && messages[$0].role != .tool }
        if json.isReading, !isValid { self = Conversation(messages, model) }
    }
}
