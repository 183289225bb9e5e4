import Foundation
import Tchavi

extension LocalGateway {
    func images(
        _ call: AuthenticatedRequest,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let request = try Self.read(body, ImageRequest.self)
        try Self.check(request.prompt, "prompt")
        if let model = request.model { try Self.check(model, "model") }
        let count = request.n ?? 1
        guard (1...10).contains(count) else { throw .invalid("`n` must be between 1 and 10.") }
        let usage = TokenUsage(promptTokens: (request.prompt.utf8.count + 3) / 4, completionTokens: 0)
        let model = request.model ?? "dall-e-3"
        let tchavi = try charge(call, Decimal(5 * count), model: model, usage, &accounts)
        let data = (1...count).map { number in
            let name = SHA256.hexadecimal(Array(request.prompt.utf8)).prefix(12)
            return GeneratedImage(
                url: request.responseFormat == .base64 ? nil : "https://images.example/\(name)-\(number).png",
                base64: request.responseFormat == .base64 ? Self.onePixel : nil,
                revisedPrompt: request.prompt
            )
        }
        return Self.json(ImagesResponse(created: call.created, data: data, tchavi: tchavi).json)
    }

    /// A PNG of one transparent pixel.
    private static let onePixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
}
