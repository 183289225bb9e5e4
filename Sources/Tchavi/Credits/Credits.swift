/// The account's credits.
public struct Credits: Sendable {
    let pipeline: HTTPPipeline

    /// How many credits are left (`GET /credits/balance`).
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The balance.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func balance(options: RequestOptions = RequestOptions()) async throws -> CreditBalance {
        try await pipeline.send(HTTPPipeline.Call(.creditBalance), options, as: "a credit balance")
    }

    /// The packs of credits that can be bought (`GET /credits/packs`).
    ///
    /// - Parameter options: What this call does differently from the client's configuration.
    /// - Returns: The packs.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func packs(options: RequestOptions = RequestOptions()) async throws -> [CreditPack] {
        try await pipeline.list(HTTPPipeline.Call(.creditPacks), options, as: "credit packs")
    }
}
