import Tchavi

/// A run in progress, whose end is reported to the prompt's observers exactly once.
///
/// Not `Sendable`: it belongs to the task that runs the prompt. If it is released before its end was reported, the run
/// was abandoned: its stream was dropped.
final class RunReport {
    /// The state; `nil` until the prompt has been resolved.
    var run: PromptRun?
    /// Called with the last response, if a model was called.
    private let onEnd: @Sendable (PromptResponse) -> Void
    let prompt: Prompt
    private var isReported = false

    init(_ prompt: Prompt, onEnd: @escaping @Sendable (PromptResponse) -> Void = { _ in }) {
        self.prompt = prompt
        self.onEnd = onEnd
    }

    deinit {
        run?.closeTranscript()
        report(.abandoned)
    }

    /// The response so far.
    var response: PromptResponse {
        run?.response ?? PromptResponse(id: "", model: prompt.model, choices: [])
    }

    /// Reports that the run has ended with its response.
    func completed() -> PromptResponse {
        report(.completed)
        return response
    }

    /// Reports that the run has ended with an error.
    ///
    /// - Returns: The error, with the response so far.
    func failed(_ error: any Error) -> any Error {
        let error = run?.ended(by: error) ?? error
        report(error is CancellationError ? .cancelled : .failed(RunEvent.Failure(error)), error)
        return error
    }

    private func report(_ outcome: RunEvent.Outcome, _ error: (any Error)? = nil) {
        guard !isReported else { return }
        isReported = true
        let response: PromptResponse? = run == nil ? nil : self.response
        if let response, run?.hasCalled == true { onEnd(response) }
        guard !prompt.observers.isEmpty else { return }
        let event = RunEvent(
            outcome: outcome,
            promptID: prompt.promptID,
            selection: prompt.selection,
            duration: run?.duration ?? .zero,
            response: response,
            errorDescription: error.map { "\($0)" }
        )
        let bare = event.withoutText
        for observer in prompt.observers { observer.finished(observer.receivesText ? event : bare) }
    }
}
