public import Foundation

/// The account's credits, and the packs of credits that can be bought.
public struct Credits: Sendable {
    let pipeline: HTTPPipeline

    /// Fetches the number of credits that are left (`GET /credits/balance`).
    ///
    /// - Parameter options: Options that override the client's configuration for this call.
    /// - Returns: The number of credits.
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
    /// - Parameter options: Options that override the client's configuration for this call.
    /// - Returns: The packs.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func packs(options: RequestOptions = RequestOptions()) async throws -> [CreditPack] {
        try await pipeline.list(HTTPPipeline.Call(.creditPacks), options, as: "credit packs")
    }
}

/// The response to a request for the balance.
struct CreditBalance: Codable, Hashable {
    var creditsBalance: Decimal
}
