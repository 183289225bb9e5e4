import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// Every resource over a real loopback socket.
@Suite(.timeLimit(.minutes(10)))
struct ResourceTests {
    private let served: ServedGateway

    init() throws {
        var configuration = LocalGateway.Configuration()
        configuration.now = { Date(timeIntervalSince1970: 1_767_600_000) }
        served = try ServedGateway(configuration)
    }

    /// The last request as it went over the wire: method, target, and body to the byte.
    private var lastRequest: String {
        guard let request = served.gateway.requests.last else { return "" }
        return "\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))"
    }

    @Test func `Embeddings of strings and tokens are decoded from either encoding`() async throws {
        let client = served.client()
        var request = EmbeddingRequest(model: "text-embedding-3-small", input: ["first", "second"])
        request.dimensions = 16
        let floats = try await client.embeddings.create(request)
        #expect(
            lastRequest
                == #"POST /v1/embeddings {"dimensions":16,"input":["first","second"],"model":"text-embedding-3-small"}"#
        )
        #expect(floats.data.map(\.index) == [0, 1])
        #expect(floats.data[0].vector.count == 16)
        #expect(floats.tchavi?.modelType == .embedding)
        request.encodingFormat = .base64
        let base64 = try await client.embeddings.create(request)
        #expect(lastRequest.contains(#""encoding_format":"base64""#))
        #expect(base64.data == floats.data)
        for (input, wire) in [
            (EmbeddingRequest.Input.text("x"), #""x""#), (.tokens([1, 2]), "[1,2]"),
            (.tokenArrays([[1], [2, 3]]), "[[1],[2,3]]"),
        ] {
            _ = try await client.embeddings.create(EmbeddingRequest(model: "m", input: input))
            #expect(lastRequest == #"POST /v1/embeddings {"input":\#(wire),"model":"m"}"#)
            #expect(try EmbeddingRequest.Input(json: input.json) == input)
        }
    }

    @Test func `Numbers of an embedding keep their bits`() throws {
        let numbers: [Float] = [0.1, -1.5e-7, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, 16_777_216]
        let embedding = Embedding(index: 3, vector: numbers)
        #expect(try Embedding(json: embedding.json) == embedding)
        #expect(try Embedding(json: JSONValue(parsing: embedding.json.serialized())) == embedding)
        #expect(try Embedding(json: ["index": 3, "embedding": .string(embedding.base64)]) == embedding)
        #expect(throws: JSONError.self) { _ = try Embedding(json: ["embedding": "AAA="]) }
        #expect(throws: JSONError.self) { _ = try Embedding(json: ["embedding": [1, "2"]]) }
    }

    @Test func `Images are returned by URL or as base64`() async throws {
        let client = served.client()
        let byURL = try await client.images.generate(
            ImageRequest(prompt: "A harbour", n: 2, quality: .hd, size: .wide1792, style: .vivid)
        )
        #expect(
            lastRequest
                == #"POST /v1/images/generations {"n":2,"prompt":"A harbour","quality":"hd","size":"1792x1024","style":"vivid"}"#
        )
        #expect(byURL.data.count == 2)
        #expect(byURL.data[0].url?.hasPrefix("https://") == true)
        #expect(byURL.tchavi?.creditsUsed == 10)
        let inline = try await client.images.generate(ImageRequest(prompt: "A harbour", responseFormat: .base64))
        #expect(lastRequest == #"POST /v1/images/generations {"prompt":"A harbour","response_format":"b64_json"}"#)
        #expect(inline.data[0].data?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
        #expect(ImageQuality(rawValue: "dazzling").rawValue == "dazzling")
    }

    @Test func `Credits, packs and models are read`() async throws {
        let client = served.client()
        #expect(try await client.credits.balance() == 1000)
        #expect(lastRequest == "GET /credits/balance ")
        let packs = try await client.credits.packs()
        #expect(packs.map(\.duration) == [.oneShot, .monthly])
        #expect(packs[0].price == 5000)
        #expect(try await client.models.list().count == 2)
        #expect(lastRequest == "GET /models ")
        #expect(try await client.models.list(includingInactive: true).count == 3)
        #expect(lastRequest == "GET /models?all=true ")
    }

    @Test func `API keys are created, shown once, changed and revoked`() async throws {
        let client = served.client(ServedGateway.account)
        let made = try await client.apiKeys.create(APIKeyParameters(label: "ci", allowedIPs: ["10.0.0.1"]))
        #expect(lastRequest == #"POST /api-keys {"allowedIps":["10.0.0.1"],"label":"ci"}"#)
        #expect(!"\(made)".contains(made.key.revealed()))
        #expect(try JSONValue(encoding: made)["key"] == "<redacted>")
        _ = try await served.client(.apiKey(made.key)).chat.complete(.hello)
        #expect(try await client.apiKeys.list().map(\.label) == ["default", "ci"])
        #expect(try await client.apiKeys.retrieve(made.apiKey.id).lastUsedAt != nil)
        let changed = try await client.apiKeys.update(made.apiKey.id, APIKeyChanges(label: "other"))
        #expect(lastRequest == #"PATCH /api-keys/\#(made.apiKey.id) {"label":"other"}"#)
        #expect(changed.label == "other")
        #expect(changed.allowedIPs == ["10.0.0.1"])
        #expect(try await client.apiKeys.delete(made.apiKey.id).message == "The key was revoked.")
        #expect(lastRequest == "DELETE /api-keys/\(made.apiKey.id) ")
        #expect(try await client.apiKeys.retrieve(made.apiKey.id).status == .revoked)
        let error = await #expect(throws: TchaviError.self) {
            _ = try await served.client(.apiKey(made.key)).chat.complete(.hello)
        }
        #expect(error?.code == .authentication)
    }

    @Test(arguments: ["", ".", "..", "a/b", "a?b=c", "ä"])
    func `An id is one segment of the path, or refused`(id: String) async throws {
        let error = await #expect(throws: TchaviError.self) { _ = try await served.client().apiKeys.retrieve(id) }
        #expect(error?.code == (["", ".", ".."].contains(id) ? .invalidRequest : .api))
        if error?.code == .api { #expect(served.gateway.requests[0].path.split(separator: "/").count == 2) }
    }

    @Test func `Usage matches the charges`() async throws {
        let client = served.client()
        var charged = Decimal(0)
        for _ in 0..<3 { charged += try await client.chat.complete(.hello).tchavi?.creditsUsed ?? 0 }
        charged += try await client.embeddings.create(EmbeddingRequest(model: "e", input: "x")).tchavi?.creditsUsed ?? 0
        let statistics = try await client.usage.statistics(period: .week)
        #expect(lastRequest == "GET /usage/stats?period=week ")
        #expect(statistics.totalCreditsUsed == charged)
        #expect(statistics.totalRequests == 4)
        #expect(try await client.credits.balance() == 1000 - charged)
        var logged = Decimal(0)
        for try await log in client.usage.history() { logged += log.creditsCharged }
        #expect(logged == charged)
        let page = try await client.usage.historyPage(
            2,
            UsageFilter(
                model: "gpt-4o-mini",
                endpoint: "/v1/chat/completions",
                startDate: Timestamp("2026-01-01T00:00:00Z")
            ),
            pageSize: 2
        )
        #expect(
            lastRequest
                == "GET /usage/history?page=2&limit=2&model=gpt-4o-mini&endpoint=%2Fv1%2Fchat%2Fcompletions&startDate=2026-01-01T00%3A00%3A00Z "
        )
        #expect(page.data.count == 1)
        #expect(page.total == 3)
        #expect(!page.hasMore)
    }

    @Test func `Payments complete, and grant their credits once`() async throws {
        let client = served.client()
        let begun = try await client.payments.initiate(PaymentParameters(packID: "pack-small", phone: "+22900000000"))
        #expect(lastRequest == #"POST /payments/initiate {"packId":"pack-small","phone":"+22900000000"}"#)
        #expect(begun.status == .pending)
        #expect(try await client.payments.retrieve(begun.paymentID).status == .pending)
        #expect(try await client.payments.retrieve(begun.paymentID).status == .completed)
        #expect(try await client.payments.retrieve(begun.paymentID).completedAt != nil)
        #expect(try await client.credits.balance() == 1500)
        var ids: [String] = []
        for try await payment in client.payments.history() { ids.append(payment.id) }
        #expect(ids == [begun.paymentID])
    }

    @Test func `An account is registered, logs in, and is changed`() async throws {
        let client = served.client(.none)
        let registered = try await client.auth.register(
            Registration(email: "bo@tchavi.example", password: "long-enough", name: "Bo")
        )
        #expect(
            lastRequest == #"POST /auth/register {"email":"bo@tchavi.example","name":"Bo","password":"long-enough"}"#
        )
        #expect(registered.user?.name == "Bo")
        #expect(client.auth.mode == .none)
        let login = try await client.auth.login(email: "bo@tchavi.example", password: "long-enough")
        #expect(login.user?.email == "bo@tchavi.example")
        #expect(!"\(login)".contains(login.accessToken.revealed()))
        #expect(client.auth.mode == .session)
        #expect(try await client.users.me().id == registered.user?.id)
        let changes = AccountChanges(
            name: "Bob",
            language: .french,
            currentPassword: "long-enough",
            newPassword: "longer-still"
        )
        #expect(try await client.users.update(changes).name == "Bob")
        #expect(
            lastRequest
                == #"PATCH /users/me {"currentPassword":"long-enough","language":"fr","name":"Bob","newPassword":"longer-still"}"#
        )
        let error = await #expect(throws: TchaviError.self) {
            try await client.auth.login(email: "bo@tchavi.example", password: "long-enough")
        }
        #expect(error?.code == .authentication)
        #expect(!"\(changes)".contains("long-enough"))
    }

    // MARK: Pages

    /// Returns pages of these sizes, with `limit` and these members.
    private func pages(_ sizes: [Int], _ members: [String: JSONValue], ignoresPage: Bool = false) -> StubTransport {
        StubTransport { request, _ in
            let query = request.url.query ?? ""
            let number = ignoresPage ? 1 : Int(query.split(separator: "&").first?.dropFirst(5) ?? "") ?? 0
            let count = number <= sizes.count ? sizes[number - 1] : 0
            let data = (0..<count).map { index -> JSONValue in
                [
                    "id": "\(number)-\(index)", "packId": "p", "amount": 1, "currency": "XOF", "provider": "STRIPE",
                    "status": "PENDING",
                    "creditsGranted": 1, "createdAt": "2026-01-01T00:00:00Z",
                ]
            }
            let page: [String: JSONValue] = ["data": .array(data), "page": .integer(Int64(number)), "limit": 2]
            return .json(.object(page.merging(members) { $1 }))
        }
    }

    private func count(_ transport: StubTransport) async throws -> Int {
        var count = 0
        for try await _ in transport.client().payments.history(pageSize: 2) { count += 1 }
        return count
    }

    @Test(arguments: [([2, 2, 0], 3), ([2, 1], 3), ([0], 1), ([1, 1, 2, 1], 5)])
    func `An empty page ends a list, and a short one does not`(sizes: [Int], requests: Int) async throws {
        let transport = pages(sizes, ["total": 99, "hasMore": true])
        #expect(try await count(transport) == sizes.reduce(0, +))
        #expect(transport.requests.count == requests)
    }

    @Test func `A page without another one ends a list`() async throws {
        let transport = pages([2, 2], ["total": 99, "hasMore": false])
        #expect(try await count(transport) == 2)
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [["page": 1], ["page": nil], [:]] as [[String: JSONValue]])
    func `A server that ignores the page's number does not repeat a list for ever`(
        members: [String: JSONValue]
    ) async throws {
        let transport = pages([2], members.merging(["total": 99, "hasMore": true]) { $1 }, ignoresPage: true)
        #expect(try await count(transport) == 2)
        #expect(transport.requests.count == 2)
    }

    @Test(
        arguments: [
            // The server limits pages to 100 and yet reports the requested limit.
            ([100, 100, 50], ["total": 250, "limit": 500], 3), ([2, 2], ["total": 4], 2), ([2, 1], ["total": 3], 2),
            ([2, 2], [:], 1), ([2, 2, 1], ["total": 5, "page": nil, "limit": nil], 3), ([1], ["total": 1], 1),
            ([2, 2], ["total": 4, "page": .integer(.max)], 2), ([2, 2], ["total": 4, "page": .integer(.min)], 2),
            // A page is smaller than the one before it, and a page larger than the elements before it.
            ([3, 1, 3], ["total": 7], 3), ([1, 4, 1], ["total": 6], 3), ([2, 1], ["total": 9], 3),
        ] as [([Int], [String: JSONValue], Int)]
    )
    func `Without hasMore, the total says whether there are more pages`(
        sizes: [Int],
        members: [String: JSONValue],
        requests: Int
    ) async throws {
        let transport = pages(sizes, members)
        let count = try await count(transport)
        #expect(count == (members["total"] == nil || requests == 1 ? sizes[0] : sizes.reduce(0, +)))
        #expect(transport.requests.count == requests)
    }

    @Test func `Elements whose hashes are the same are not taken for a repeated page`() async throws {
        struct Colliding: Hashable, Sendable {
            let number: Int
            func hash(into hasher: inout Hasher) {}
        }
        let pages = (1...3).map {
            Page(data: [Colliding(number: $0)], page: $0, limit: 1, total: 3, reportsMore: $0 < 3)
        }
        var numbers: [Int] = []
        for try await element in PagedSequence({ pages[$0 - 1] }) { numbers.append(element.number) }
        #expect(numbers == [1, 2, 3])
    }

    @Test func `A page that repeats the one before it ends a list`() async throws {
        let sequence = PagedSequence { Page(data: [min($0, 3)], page: $0, limit: 1, total: 99, reportsMore: true) }
        var numbers: [Int] = []
        for try await number in sequence { numbers.append(number) }
        #expect(numbers == [1, 2, 3])
    }

    @Test func `Pages are fetched as they are read`() async throws {
        let transport = pages([2, 2, 2], ["total": 99, "hasMore": true])
        for try await _ in transport.client().payments.history() { break }
        #expect(transport.requests.count == 1)
        var sizes: [Int] = []
        for try await page in transport.client().payments.history().pages { sizes.append(page.data.count) }
        #expect(sizes == [2, 2, 2])
    }
}
