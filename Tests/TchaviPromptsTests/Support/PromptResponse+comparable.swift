import Tchavi
import TchaviPrompts

extension PromptResponse {
    /// The response without what depends on the time and on the account's history.
    var comparable: PromptResponse {
        var response = self
        response.id = ""
        response.selection?.snapshotAge = nil
        response.usage.latency = .zero
        response.usage.timeToFirstToken = nil
        response.usage.creditsRemaining = nil
        for index in toolCallResults.indices { response.toolCallResults[index].duration = .zero }
        for index in attempts.indices {
            response.attempts[index].completionID = nil
            response.attempts[index].latency = .zero
        }
        return response
    }
}
