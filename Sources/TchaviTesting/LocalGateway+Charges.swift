import Foundation
import Tchavi

extension LocalGateway {
    static func cost(_ usage: TokenUsage, _ configuration: Configuration) -> Decimal {
        Decimal(usage.totalTokens) * configuration.creditsPerThousandTokens / 1000
    }

    /// Charges a call to the caller's account and logs it.
    func charge(
        _ call: AuthenticatedRequest,
        _ cost: Decimal,
        model: String,
        _ usage: TokenUsage,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TchaviMetadata {
        let tchavi = accounts.charge(
            call.caller,
            cost,
            endpoint: call.request.path,
            model: model,
            usage: usage,
            now: call.now
        )
        guard let tchavi else {
            var failure = RequestFailure(
                status: 402,
                code: "insufficient_credits",
                message: "The account does not have enough credits."
            )
            failure.details = [
                "creditsRemaining": accounts[call.caller.account].credits.json, "creditsNeeded": cost.json,
            ]
            throw failure
        }
        return tchavi
    }
}
