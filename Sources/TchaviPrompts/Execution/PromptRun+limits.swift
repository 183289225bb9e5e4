import Foundation
import Tchavi

extension PromptRun {
    /// Checks what the run may still do before it calls the model.
    func checkLimits() throws(PromptError) {
        if isOverdue { throw deadlineError() }
        // The first call's cost is not known before it is made.
        guard hasCalled else { return }
        if let limit = options.maxTotalTokens {
            guard let used = response.usage.totalTokens else {
                throw limitError(
                    .tokens,
                    "its server does not report how many tokens it has used, and `maxTotalTokens` is \(limit)"
                )
            }
            guard used < limit else {
                throw limitError(.tokens, "it has used \(used) tokens, and `maxTotalTokens` is \(limit)")
            }
        }
        if let limit = options.maxCredits {
            guard let used = response.usage.creditsUsed else {
                throw limitError(.credits, "its gateway does not report what it has cost, and `maxCredits` is \(limit)")
            }
            guard used < limit else {
                throw limitError(.credits, "it has cost \(used) credits, and `maxCredits` is \(limit)")
            }
        }
    }

    func deadlineError() -> PromptError {
        limitError(.deadline, "its deadline of \((options.deadline ?? .zero).roundedSeconds) s has passed")
    }

    func tooManyRounds() -> PromptError {
        let requests = repairs == 0 ? "requested tools" : "requested tools, or had to repair its response,"
        var error = PromptError(
            .toolRounds,
            "The model of `\(promptID)` \(requests) \(round) times; `maxToolRounds` is \(options.maxToolRounds).",
            advice: "Check `response.toolCallResults` for repeated calls, or raise `maxToolRounds`.",
            promptID: promptID
        )
        error.limit = .rounds
        return error
    }

    private func limitError(_ limit: PromptError.Limit, _ reason: String) -> PromptError {
        var error = PromptError(
            .limit,
            "The run of `\(promptID)` was ended: \(reason).",
            advice: "What it had done is in the error's `response`. Raise the limit if runs may go that far.",
            promptID: promptID
        )
        error.limit = limit
        return error
    }
}
