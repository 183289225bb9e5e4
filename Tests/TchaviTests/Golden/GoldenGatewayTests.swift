import Foundation
import TestSupport
import Testing

@testable import Tchavi

/// Every type of the gateway's wire against its golden files: what is read, what is written, and that no key can be
/// misspelt without a test that fails.
struct GoldenGatewayTests {
    // MARK: Chat

    @Test func `A chat request is read`() throws {
        let request = try Golden.read("ChatRequest.full", as: ChatRequest.self)
        #expect(request.model == "gpt-4o-mini")
        #expect(request.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(request.temperature == 0.75)
        #expect(request.topP == 0.875)
        #expect(request.maxTokens == 512)
        #expect(request.maxCompletionTokens == 640)
        #expect(request.n == 3)
        #expect(request.stop == ["END", "\n\n"])
        #expect(request.presencePenalty == 0.5)
        #expect(request.frequencyPenalty == -0.25)
        #expect(request.logitBias == ["1734": 25, "50256": -100])
        #expect(request.user == "customer-7f3a")
        #expect(request.responseFormat?.type == "json_schema")
        #expect(request.responseFormat?.jsonSchema?["name"] == "weather_report")
        #expect(request.seed == 4242)
        #expect(request.tools?.map(\.name) == ["get_weather"])
        #expect(request.toolChoice == .function("get_weather"))
        #expect(request.streamOptions?.includeUsage == true)
        #expect(request.additionalFields.isEmpty)
        let minimal = try Golden.read("ChatRequest.minimal", as: ChatRequest.self)
        #expect(minimal == ChatRequest(model: "gpt-4o", messages: [.user("Where is my order A-1093?")]))
    }

    @Test func `Messages, tool calls and tools are read`() throws {
        let message = try Golden.read("ChatMessage.full", as: ChatMessage.self)
        #expect(message.role == .assistant)
        #expect(message.content == "I am looking up the weather in Cotonou.")
        #expect(message.name == "forecaster")
        #expect(message.toolCallID == "call_5HnX8parent")
        #expect(message.toolCalls == [try Golden.read("ToolCall.full", as: ToolCall.self)])
        #expect(message.additionalFields.isEmpty)
        let bare = try Golden.read("ChatMessage.minimal", as: ChatMessage.self)
        #expect(bare == ChatMessage(role: .assistant, content: nil))

        let call = try Golden.read("ToolCall.full", as: ToolCall.self)
        #expect(call.id == "call_9TqZ4weather")
        #expect(call.type == "function")
        #expect(call.name == "get_weather")
        #expect(call.function.arguments == #"{"city":"Cotonou","unit":"celsius"}"#)

        let tool = try Golden.read("ToolDefinition.full", as: ToolDefinition.self)
        #expect(tool.type == "function")
        #expect(tool.name == "get_weather")
        #expect(tool.description == "Gives the current weather of a city.")
        #expect(tool.parameters?["required"] == ["city"])
        let short = try Golden.read("ToolDefinition.minimal", as: ToolDefinition.self)
        #expect(short == ToolDefinition(name: "find_order"))
    }

    @Test func `A completion is read`() throws {
        let completion = try Golden.read("ChatCompletion.full", as: ChatCompletion.self)
        #expect(completion.id == "chatcmpl-B7kQ2xV9")
        #expect(completion.created == 1_773_480_413)
        #expect(completion.model == "gpt-4o-mini-2024-07-18")
        #expect(completion.systemFingerprint == "fp_5050236cbd")
        #expect(completion.usage == (try Golden.read("TokenUsage.full", as: TokenUsage.self)))
        #expect(completion.tchavi == (try Golden.read("TchaviMetadata.full", as: TchaviMetadata.self)))
        #expect(completion.choices == [try Golden.read("ChatChoice.full", as: ChatChoice.self)])
        #expect(completion.additionalFields.isEmpty)
        let minimal = try Golden.read("ChatCompletion.minimal", as: ChatCompletion.self)
        #expect(minimal.usage == nil)
        #expect(minimal.systemFingerprint == nil)

        let choice = try Golden.read("ChatChoice.full", as: ChatChoice.self)
        #expect(choice.index == 2)
        #expect(choice.finishReason == .toolCalls)
        #expect(choice.logprobs?["content"]?[0]?["logprob"] == -0.25)
        #expect(choice.message == (try Golden.read("ChatMessage.full", as: ChatMessage.self)))
        #expect(try Golden.read("ChatChoice.minimal", as: ChatChoice.self).finishReason == nil)

        let usage = try Golden.read("TokenUsage.full", as: TokenUsage.self)
        #expect(usage.promptTokens == 57)
        #expect(usage.completionTokens == 29)
        #expect(usage.totalTokens == 86)

        let metadata = try Golden.read("TchaviMetadata.full", as: TchaviMetadata.self)
        #expect(metadata.tier.description == "PRO")
        #expect(metadata.modelType.description == "chat")
        #expect(metadata.mode == "flex")
        #expect(metadata.modeEffective == "standard")
        #expect(metadata.creditsUsed == 12.5)
        #expect(metadata.creditsRemaining == 1487.5)
    }

    @Test func `A chunk is read`() throws {
        let chunk = try Golden.read("ChatCompletionChunk.full", as: ChatCompletionChunk.self)
        #expect(chunk.id == "chatcmpl-D5pR6zK1")
        #expect(chunk.created == 1_773_480_587)
        #expect(chunk.model == "gpt-4o-mini-2024-07-18")
        #expect(chunk.systemFingerprint == "fp_eaab8d114b")
        #expect(chunk.usage?.totalTokens == 86)
        #expect(chunk.additionalFields.isEmpty)
        let choice = try #require(chunk.choices.first)
        #expect(choice.index == 2)
        #expect(choice.finishReason == .toolCalls)
        #expect(choice.delta.role == .assistant)
        #expect(choice.delta.content == "One moment")
        let calls = try #require(choice.delta.toolCalls)
        #expect(calls.map(\.index) == [4, 4])
        #expect(calls.map(\.id) == ["call_9TqZ4weather", nil])
        #expect(calls.map(\.type) == ["function", nil])
        #expect(calls[0].function?.name == "get_weather")
        #expect(calls[1].function?.arguments == #","unit":"celsius"}"#)
        #expect(try Golden.read("ChatCompletionChunk.minimal", as: ChatCompletionChunk.self).choices[0].index == 3)
    }

    // MARK: Embeddings and images

    @Test func `Embeddings are read`() throws {
        let request = try Golden.read("EmbeddingRequest.full", as: EmbeddingRequest.self)
        #expect(request.model == "text-embedding-3-small")
        #expect(request.input == .texts(["Where is my order?", "Où est ma commande ?"]))
        #expect(request.encodingFormat == .base64)
        #expect(request.dimensions == 256)
        #expect(request.user == "customer-7f3a")
        let response = try Golden.read("EmbeddingsResponse.full", as: EmbeddingsResponse.self)
        #expect(response.model == "text-embedding-3-small")
        #expect(response.data == [try Golden.read("Embedding.full", as: Embedding.self)])
        #expect(response.usage?.promptTokens == 14)
        #expect(response.usage?.totalTokens == 16)
        #expect(response.tchavi?.creditsUsed == 0.25)
        let embedding = try Golden.read("Embedding.full", as: Embedding.self)
        #expect(embedding.index == 2)
        #expect(embedding.vector == [0.125, -0.5, 0.75])
    }

    @Test func `Images are read`() throws {
        let request = try Golden.read("ImageRequest.full", as: ImageRequest.self)
        #expect(request.prompt == "A lighthouse on the beach of Grand-Popo at dusk")
        #expect(request.model == "dall-e-3")
        #expect(request.n == 3)
        #expect(request.quality == .hd)
        #expect(request.responseFormat == .base64)
        #expect(request.size == .wide1792)
        #expect(request.style == .natural)
        #expect(request.user == "customer-7f3a")
        let response = try Golden.read("ImagesResponse.full", as: ImagesResponse.self)
        #expect(response.created == 1_773_480_702)
        #expect(response.tchavi?.creditsUsed == 40)
        let image = try Golden.read("GeneratedImage.full", as: GeneratedImage.self)
        #expect(response.data == [image])
        #expect(image.url == "https://images.example.com/generated/9f2c.png")
        #expect(image.base64 == "iVBORw0KGgo=")
        #expect(image.revisedPrompt == "A tall white lighthouse on a sandy beach at dusk")
    }

    // MARK: Credits, keys, usage, models

    @Test func `Credits are read`() throws {
        #expect(try Golden.read("CreditBalance.full", as: CreditBalance.self).creditsBalance == 1487.5)
        let pack = try Golden.read("CreditPack.full", as: CreditPack.self)
        #expect(pack.id == "pack_team")
        #expect(pack.name == "Team")
        #expect(pack.credits == 5000)
        #expect(pack.price == 12.5)
        #expect(pack.currency == "EUR")
        #expect(pack.duration == .monthly)
        #expect(pack.maxKeys == 15)
        #expect(pack.rateLimit == 120)
        #expect(!pack.isActive)
        #expect(pack.description == "Credits for a small team, renewed each month.")
        #expect(try Golden.read("CreditPack.minimal", as: CreditPack.self).description == nil)
    }

    @Test func `API keys are read`() throws {
        let key = try Golden.read("APIKey.full", as: APIKey.self)
        #expect(key.id == "key_4f9c21")
        #expect(key.keyPrefix == "sk-tch-4f9c")
        #expect(key.label == "Production server")
        #expect(key.status == .suspended)
        #expect(key.allowedIPs == ["203.0.113.7", "198.51.100.0/24"])
        #expect(key.allowedEndpoints == ["/v1/chat/completions", "/v1/embeddings"])
        #expect(key.expiresAt?.text == "2027-01-31T23:59:58.750Z")
        #expect(key.lastUsedAt?.text == "2026-03-14T09:26:53.589Z")
        #expect(key.createdAt.text == "2026-01-15T08:30:12.345Z")
        let minimal = try Golden.read("APIKey.minimal", as: APIKey.self)
        #expect(minimal.label == nil && minimal.allowedIPs == nil && minimal.allowedEndpoints == nil)
        #expect(minimal.expiresAt == nil && minimal.lastUsedAt == nil)
        let new = try Golden.decode(Golden.json("NewAPIKey.full"), as: NewAPIKey.self)
        #expect(new.apiKey == key)
        #expect(new.key.revealed() == "sk-tch-4f9c-example-only")
        let parameters = try Golden.read("APIKeyParameters.full", as: APIKeyParameters.self)
        #expect(parameters.label == "Production server")
        #expect(parameters.allowedIPs == ["203.0.113.7"])
        #expect(parameters.allowedEndpoints == ["/v1/chat/completions"])
        #expect(parameters.expiresAt?.text == "2027-01-31T23:59:58.750Z")
        let changes = try Golden.read("APIKeyChanges.full", as: APIKeyChanges.self)
        #expect(changes.label == "Staging server")
        #expect(changes.allowedIPs == ["198.51.100.0/24"])
        #expect(changes.allowedEndpoints == ["/v1/embeddings"])
        #expect(try Golden.read("Acknowledgement.full", as: Acknowledgement.self).message == "The API key was revoked.")
    }

    @Test func `Usage is read`() throws {
        let statistics = try Golden.read("UsageStatistics.full", as: UsageStatistics.self)
        #expect(statistics.totalRequests == 1204)
        #expect(statistics.totalTokens == 356_789)
        #expect(statistics.totalCreditsUsed == 412.5)
        #expect(statistics.periodStart.text == "2026-03-01T00:00:00.125Z")
        #expect(statistics.periodEnd.text == "2026-03-31T23:59:59.875Z")
        let log = try Golden.read("UsageLog.full", as: UsageLog.self)
        #expect(log.id == "log_71d0e5")
        #expect(log.apiKeyPrefix == "sk-tch-4f9c")
        #expect(log.endpoint == "/v1/chat/completions")
        #expect(log.model == "gpt-4o-mini")
        #expect(log.promptTokens == 57)
        #expect(log.completionTokens == 29)
        #expect(log.totalTokens == 86)
        #expect(log.creditsCharged == 12.5)
        #expect(log.latency == .milliseconds(843))
        #expect(log.status == .error)
        #expect(log.errorCode == "UPSTREAM_TIMEOUT")
        #expect(log.createdAt.text == "2026-03-14T09:26:53.589Z")
        #expect(try Golden.read("UsageLog.minimal", as: UsageLog.self).latency == nil)
        let page = try Golden.read("UsageLogPage.full", as: Page<UsageLog>.self)
        #expect(page.data == [log])
        #expect(page.page == 2)
        #expect(page.limit == 25)
        #expect(page.total == 61)
        #expect(page.hasMore)
    }

    @Test func `Models are read`() throws {
        let model = try Golden.read("GatewayModel.full", as: GatewayModel.self)
        #expect(model.id == "tier_pro_gpt4o")
        #expect(model.modelID == "gpt-4o")
        #expect(model.tier == .pro)
        #expect(model.creditsPerThousandInputTokens == 2.5)
        #expect(model.creditsPerThousandOutputTokens == 7.5)
        #expect(model.displayName == "GPT-4o")
        #expect(model.provider == "openai")
        #expect(model.supportsFlex)
        #expect(!model.isActive)
    }

    // MARK: Payments and accounts

    @Test func `Payments are read`() throws {
        let payment = try Golden.read("Payment.full", as: Payment.self)
        #expect(payment.id == "pay_8e31fa")
        #expect(payment.packID == "pack_team")
        #expect(payment.packName == "Team")
        #expect(payment.amount == 12.5)
        #expect(payment.currency == "EUR")
        #expect(payment.provider == .stripe)
        #expect(payment.status == .completed)
        #expect(payment.creditsGranted == 5000)
        #expect(payment.createdAt.text == "2026-03-14T09:26:53.589Z")
        #expect(payment.completedAt?.text == "2026-03-14T09:27:41.032Z")
        #expect(try Golden.read("PaymentPage.full", as: Page<Payment>.self).data == [payment])
        let parameters = try Golden.read("PaymentParameters.full", as: PaymentParameters.self)
        #expect(parameters.packID == "pack_team")
        #expect(parameters.phone == "+2290100000000")
        #expect(parameters.correspondent == "MTN_MOMO_BEN")
        let initiated = try Golden.read("InitiatedPayment.full", as: InitiatedPayment.self)
        #expect(initiated.paymentID == "pay_8e31fa")
        #expect(initiated.status == .completed)
        #expect(initiated.redirectURL == "https://pay.example.com/checkout/8e31fa")
        #expect(initiated.depositID == "deposit_5c07")
    }

    @Test func `Accounts are read`() throws {
        let user = try Golden.read("AccountUser.full", as: AccountUser.self)
        #expect(user.id == "user_6a3d70")
        #expect(user.email == "adjoa@example.com")
        #expect(user.name == "Adjoa Dossou-Gbété")
        #expect(user.role == .admin)
        #expect(user.status == .suspended)
        #expect(user.emailVerified)
        #expect(user.creditsBalance == 1487.5)
        #expect(user.createdAt.text == "2026-01-15T08:30:12.345Z")
        let response = try Golden.read("RegistrationResponse.full", as: RegistrationResponse.self)
        #expect(response.message == "Check your inbox to confirm the address.")
        #expect(response.user == user)
    }

    @Test func `Errors are read`() throws {
        let error = try #require(ErrorReader.reported(in: try Golden.json("TchaviErrorResponse.full"), status: nil))
        #expect(error.errorCode == "VALIDATION_ERROR")
        #expect(error.message == "The pack does not exist.")
        #expect(error.statusCode == 422)
        #expect(error.details?["received"] == "pack_gone")
        let minimal = try #require(
            ErrorReader.reported(in: try Golden.json("TchaviErrorResponse.minimal"), status: nil)
        )
        #expect(minimal.errorCode == "NOT_FOUND")
        #expect(minimal.details == nil)
    }

    // MARK: Request bodies with secrets

    @Test func `Bodies that hold passwords equal the golden files`() async throws {
        let registration = Registration(
            email: "adjoa@example.com",
            password: "not-a-real-password",
            name: "Adjoa Dossou-Gbété"
        )
        #expect(registration.body == (try Golden.json("Registration.full")))
        let bare = Registration(email: "kofi@example.com", password: "another-example-password")
        #expect(bare.body == (try Golden.json("Registration.minimal")))
        let changes = AccountChanges(
            name: "Adjoa D.",
            email: "adjoa.d@example.com",
            language: .french,
            currentPassword: "not-a-real-password",
            newPassword: "another-example-password"
        )
        #expect(changes.body == (try Golden.json("AccountChanges.full")))
        #expect(AccountChanges().body == [:])
        let login = try Golden.json("LoginResponse.full")
        let transport = StubTransport { _, _ in .json(login) }
        let response = try await transport.client(.none).auth.login(
            email: "adjoa@example.com",
            password: "not-a-real-password"
        )
        let sent = try JSONValue(parsing: try #require(transport.requests.first?.body))
        #expect(sent == (try Golden.json("LoginRequest.full")))
        #expect(response.accessToken.revealed() == "example-access-token")
        #expect(response.user == (try Golden.read("AccountUser.full", as: AccountUser.self)))
    }

    // MARK: All of them

    private static let cases = [
        GoldenCase("ChatRequest", ChatRequest.self), GoldenCase("ChatMessage", ChatMessage.self),
        GoldenCase("ToolCall", ToolCall.self),
        GoldenCase("ToolDefinition", ToolDefinition.self), GoldenCase("TokenUsage", TokenUsage.self),
        GoldenCase("ChatChoice", ChatChoice.self), GoldenCase("ChatCompletion", ChatCompletion.self),
        GoldenCase("ChunkChoice", ChunkChoice.self), GoldenCase("ChatCompletionChunk", ChatCompletionChunk.self),
        GoldenCase("TchaviMetadata", TchaviMetadata.self), GoldenCase("EmbeddingRequest", EmbeddingRequest.self),
        GoldenCase("Embedding", Embedding.self),
        // The gateway counts no completion tokens for embeddings; here they are 0.
        GoldenCase("EmbeddingsResponse", EmbeddingsResponse.self, adding: ["completion_tokens"]),
        GoldenCase("ImageRequest", ImageRequest.self), GoldenCase("GeneratedImage", GeneratedImage.self),
        GoldenCase("ImagesResponse", ImagesResponse.self), GoldenCase("CreditBalance", CreditBalance.self),
        GoldenCase("CreditPack", CreditPack.self), GoldenCase("APIKey", APIKey.self),
        GoldenCase("APIKeyParameters", APIKeyParameters.self), GoldenCase("APIKeyChanges", APIKeyChanges.self),
        GoldenCase("Acknowledgement", Acknowledgement.self), GoldenCase("UsageStatistics", UsageStatistics.self),
        GoldenCase("UsageLog", UsageLog.self), GoldenCase("UsageLogPage", Page<UsageLog>.self),
        GoldenCase("GatewayModel", GatewayModel.self), GoldenCase("Payment", Payment.self),
        GoldenCase("PaymentPage", Page<Payment>.self), GoldenCase("PaymentParameters", PaymentParameters.self),
        GoldenCase("InitiatedPayment", InitiatedPayment.self),
        GoldenCase("RegistrationResponse", RegistrationResponse.self),
        GoldenCase("AccountUser", AccountUser.self),
    ]

    @Test func `Every type round-trips its golden files`() throws { try GoldenCase.checkRoundTrips(Self.cases) }

    @Test func `No key can be renamed or deleted unnoticed`() throws {
        let (keys, defaulted) = try GoldenCase.mutateAll(Self.cases)
        // Their values in the files are also what their absence means; another value is noticed.
        #expect(defaulted == ["object", "type", "delta", "total_tokens", "role"], "\(defaulted.sorted())")
        #expect(keys > 500)
        print("Renamed and deleted \(keys) keys of the gateway's golden files.")
    }
}
