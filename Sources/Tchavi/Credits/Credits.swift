public import Foundation

/// The account's credits.
public struct Credits: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the number of credits that are left (`GET /credits/balance`).
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The credits.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func balance(options: RequestOptions = RequestOptions()) async throws -> Decimal {
        let balance: CreditBalance = try await pipeline.send(
            HTTPPipeline.Call(.creditBalance),
            options,
            as: "a credit balance"
        )
        return balance.creditsBalance
    }

    /// Fetches the packs of credits that can be bought (`GET /credits/packs`).
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The packs.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func packs(options: RequestOptions = RequestOptions()) async throws -> [CreditPack] {
        try await pipeline.list(HTTPPipeline.Call(.creditPacks), options, as: "credit packs")
    }
}

/// `{creditsBalance}`, as the gateway sends it.
struct CreditBalance: Codable, Hashable {
    var creditsBalance: Decimal
}
