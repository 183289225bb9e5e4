import Tchavi

extension LocalGateway {
    func embeddings(
        _ call: AuthenticatedRequest,
        _ body: JSONValue,
        _ accounts: inout LocalAccounts
    ) throws(RequestFailure) -> TransportResponse {
        let request = try Self.read(body, EmbeddingRequest.self)
        let inputs: [String] =
            switch request.input {
            case .text(let text): [text]
            case .texts(let texts): texts
            case .tokens(let tokens): [tokens.map(String.init).joined(separator: " ")]
            case .tokenArrays(let arrays): arrays.map { $0.map(String.init).joined(separator: " ") }
            }
        try Self.check(request.model, "model")
        guard !inputs.isEmpty, !inputs.contains(where: \.isEmpty) else {
            throw .invalid("`input` is or holds an empty text.")
        }
        let dimensions = request.dimensions ?? 8
        guard (1...4096).contains(dimensions) else { throw .invalid("`dimensions` must be between 1 and 4096.") }
        let usage = TokenUsage(
            promptTokens: inputs.reduce(0) { $0 + ($1.utf8.count + 3) / 4 },
            completionTokens: 0
        )
        let tchavi = try charge(call, Self.cost(usage, configuration), model: request.model, usage, &accounts)
        let data = inputs.enumerated().map { Embedding(index: $0, vector: Self.vector($1, dimensions)) }
        let response = EmbeddingsResponse(data: data, model: request.model, usage: usage, tchavi: tchavi)
        guard request.encodingFormat == .base64, case .object(var members) = response.json else {
            return Self.json(response.json)
        }
        members["data"] = .array(
            data.map { ["object": "embedding", "index": $0.index.json, "embedding": .string($0.base64)] }
        )
        return Self.json(.object(members))
    }

    /// A unit vector derived from a hash of the text, without any meaning.
    private static func vector(_ text: String, _ dimensions: Int) -> [Float] {
        var numbers: [Float] = []
        var digest = SHA256.digest(Array(text.utf8))
        while numbers.count < dimensions {
            numbers += digest.map { Float($0) - 127.5 }
            digest = SHA256.digest(digest)
        }
        numbers.removeLast(numbers.count - dimensions)
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { $0 / length }
    }
}
