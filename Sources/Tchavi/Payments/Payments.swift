/// Payments for packs of credits.
public struct Payments: Sendable {
    let pipeline: HTTPPipeline

    /// Initiates a payment (`POST /payments/initiate`).
    ///
    /// The call is retried only after a 429, or if the gateway was never reached. After any other failure, check
    /// ``history(pageSize:options:)`` before you initiate another payment.
    ///
    /// - Parameters:
    ///   - parameters: What to buy, and how to pay for it.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The payment's id, and the page on which the payer continues.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func initiate(
        _ parameters: PaymentParameters,
        options: RequestOptions = RequestOptions()
    ) async throws -> InitiatedPayment {
        try await pipeline.send(
            HTTPPipeline.Call(.initiatePayment, body: JSONValue(encoding: parameters)),
            options,
            as: "a payment"
        )
    }

    /// Fetches one payment (`GET /payments/{id}`).
    ///
    /// - Parameters:
    ///   - id: The payment's id.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The payment in its current state.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func retrieve(_ id: String, options: RequestOptions = RequestOptions()) async throws -> Payment {
        try await pipeline.send(HTTPPipeline.Call(.payment, id: id), options, as: "a payment")
    }

    /// Fetches every payment, the newest first, page by page as the sequence is read (`GET /payments/history`).
    ///
    /// - Parameters:
    ///   - pageSize: How many payments a page has; `nil` for the gateway's default.
    ///   - options: Options that override the client's configuration for each page's call.
    /// - Returns: The payments.
    public func history(
        pageSize: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) -> PagedSequence<Payment> {
        PagedSequence { page in try await historyPage(page, pageSize: pageSize, options: options) }
    }

    /// Fetches one page of the payments.
    ///
    /// - Parameters:
    ///   - page: The page's number, from 1.
    ///   - pageSize: How many payments a page has; `nil` for the gateway's default.
    ///   - options: Options that override the client's configuration for this call.
    /// - Returns: The page.
    /// - Throws: ``TchaviError``, or `CancellationError`.
    public func historyPage(
        _ page: Int,
        pageSize: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws -> Page<Payment> {
        var call = HTTPPipeline.Call(.paymentHistory)
        call.set("page", String(page))
        call.set("limit", pageSize.map { String($0) })
        return try await pipeline.send(call, options, as: "a page of payments")
    }
}
