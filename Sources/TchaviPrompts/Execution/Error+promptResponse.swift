public import Tchavi

extension TchaviError {
    /// The response so far, if the error ended a run of a prompt that had called the model: what the model and the tools
    /// had returned, what it cost, and in ``PromptResponse/newMessages`` a transcript that can be sent.
    ///
    /// A completion of which only a part has arrived is in ``PromptResponse/choices``.
    public var response: PromptResponse? { run as? PromptResponse }
}

extension Error {
    /// The response so far, if the error is a `TchaviError` or ``PromptError`` that ended a run of a prompt after it had
    /// called the model.
    ///
    /// A run that was cancelled throws `CancellationError`, which has none: its response is in ``PromptStream/partialResponse``
    /// and goes to the observers.
    public var promptResponse: PromptResponse? { (self as? TchaviError)?.response ?? (self as? PromptError)?.response }
}
