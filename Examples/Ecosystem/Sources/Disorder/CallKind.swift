import Tchavi

/// What a call asks the gateway for. Transports differ in how they send a request with a body and one without, and the
/// client in which failures it retries.
enum CallKind: CaseIterable, Sendable {
    case completion
    case stream
    /// Retried only after a 429.
    case payment
    /// Sends no body.
    case deletion

    /// Makes a call and reads its whole response.
    func send(_ client: TchaviClient, _ options: RequestOptions) async throws {
        let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Is all in order?")])
        switch self {
        case .completion: _ = try await client.chat.complete(request, options: options)
        case .stream: _ = try await client.chat.stream(request, options: options).collect()
        case .payment: _ = try await client.payments.initiate(PaymentParameters(packID: "pack_1"), options: options)
        case .deletion: _ = try await client.apiKeys.delete("key_1", options: options)
        }
    }
}
