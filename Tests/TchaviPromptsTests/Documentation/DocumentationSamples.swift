// swift-format-ignore-file
#if canImport(CryptoKit)
import CryptoKit
#endif
import Foundation
#if canImport(SwiftUI)
import SwiftUI
#endif
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

// The code of the README and of the articles, so that it is compiled. `DocumentationTests` looks for every line of the
// documents in this file, which therefore keeps their layout.

func use(_ value: some Any) {}

func readme(key: String) async throws {
    let gateway = try TchaviClient(environment: ProcessInfo.processInfo.environment)
    let library = PromptLibrary(source: .directory("Fixtures/Prompts"), gateway: gateway)

    let prompt = try await library.prompt("support-reply", matching: PromptQuery()
        .deploymentVariable("environment", "production")
        .tag("plan", "enterprise")
        .bucketed(by: "user-42"))

    let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
    use(
        response.text                       // the text of the first choice
    )
    use(
        response.usage.totalTokens          // and promptTokens, completionTokens, latency, creditsUsed
    )
    use(
        response.toolCallResults            // the tool calls, with arguments and results
    )
    use(
        response.selection                  // the version, and the deployment or bucket that decided
    )

    let client = TchaviClient(apiKey: key, baseURL: "https://gateway.example")
    use(client)

    var conversation = Conversation()
    conversation.append(try await prompt.run("Where is my order?", in: conversation, variables: ["customer": "Ada"]))
    let next = try await prompt.run("And the other one?", in: conversation, variables: ["customer": "Ada"])
    use(next)

    struct Ticket: Decodable { let title: String; let urgent: Bool }

    let schema: JSONSchema = .object(["title": .string(), "urgent": .boolean()])
    let ticket = try await prompt.run("It is lost!", variables: ["customer": "Ada"], as: Ticket.self, schema: schema).value
    use(ticket)

    let values = ["customer": "Ada"]
    let options = RunOptions(maxTotalTokens: 20_000)
    do {
        conversation.append(try await prompt.run("Where is my order?", in: conversation, variables: values, options: options))
    } catch {
        guard let response = error.promptResponse else { throw error }
        conversation.append(response)
        conversation.append(try await prompt.run(in: conversation, variables: values, options: options))
    }

    let explanation = try await library.explain("support-reply", matching: PromptQuery()
        .deploymentVariable("environment", "production"))
    print(explanation)
}

func firstPrompt() async throws {
    let client = try TchaviClient(environment: ProcessInfo.processInfo.environment)
    let prompts = PromptLibrary(source: .directory("Prompts"), gateway: client)

    let greeting = try await prompts.prompt("greeting", matching: PromptQuery().tag("plan", "pro"))
    print(try await greeting.run("I am back.", variables: ["customer": "Ada"]).text)
}

extension Bundle {
    /// A package with resources has one of its own.
    static var module: Bundle { .main }
}

func writingPrompts(gateway: TchaviClient, library: PromptLibrary) async throws {
    let written = PromptLibrary(source: .directory("Prompts"), gateway: gateway)
    for diagnostic in try await written.diagnostics() { print(diagnostic) }

    let watching = Task { await library.run() }
    watching.cancel()

    let shipped = PromptLibrary(source: .resources(of: .module, "Prompts"), gateway: gateway)
    use(shipped)

    let text = "---\nmodel: gpt-4o-mini\n---\nGreet <<customer>>.\n"
    let files = FileTree([
        "greeting/1.md": Data(text.utf8),
        "greeting/prompt.json": Data(#"{"deployments": [{"version": 1}]}"#.utf8),
    ])
    let directory = PromptDirectory(reading: files)
    for diagnostic in directory.diagnostics { print(diagnostic) }
    let inMemory = PromptLibrary(source: .memory(directory.prompts.filter(\.isReadable).map(\.record)), gateway: gateway)
    use(inMemory)
}

func publishingPrompts(gateway: TchaviClient, url: URL, token: String) async throws {
    let fetched = PromptLibrary(source: .bundle(at: url), gateway: gateway)
    let reply = try await fetched.prompt("support-reply")
    use(reply)

    let bundle = try await PromptBundle(reading: .directory("Fixtures/Prompts"), publishedAt: Timestamp(Date()))
    try bundle.data.write(to: URL(fileURLWithPath: "prompts.jsonl"), options: .atomic)

    let key = Secret(ProcessInfo.processInfo.environment["BUNDLE_KEY"] ?? "")
    let signed = try await bundle.data(signedWith: .hmacSHA256(key: key))
    use(signed)
    let verified = PromptLibrary(source: .bundle(at: url, verifying: .hmacSHA256(key: key)), gateway: gateway)
    use(verified)

    var options = RemoteSourceOptions()
    options.headers["Authorization"] = "Bearer \(token)"
    options.redirectHosts = ["cdn.example.com"]
    let privateSource = BundleSource.bundle(at: url, verifying: .hmacSHA256(key: key), options: options)
    use(privateSource)

    // In the handler of `POST /prompts-changed`, after checking that the caller may call it:
    try await fetched.refresh()
}

#if canImport(CryptoKit)
func signed(_ bundle: PromptBundle, privateKey: Data) async throws -> Data {
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: privateKey)
    return try await bundle.data(signedWith: .custom { bytes in try key.signature(for: bytes) })
}

func source(at url: URL, publicKey: Data) throws -> BundleSource {
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
    return .bundle(at: url, verifying: .custom { bytes, signature in key.isValidSignature(signature, for: bytes) })
}
#endif

func chat(key: String) async throws {
    let client = try TchaviClient(environment: ProcessInfo.processInfo.environment)
    let completion = try await client.chat.complete(
        ChatRequest(model: "gpt-4o-mini", messages: [.user("Say hello.")])
    )
    print(completion.text, completion.tchavi?.creditsUsed ?? 0)

    let configured = TchaviClient(apiKey: key, baseURL: "https://gateway.example")
    use(configured)
}

func chatArticle(client: TchaviClient, question: String) async throws {
    var request = ChatRequest(
        model: "gpt-4o-mini",
        messages: [.system("Be brief."), .user(question)],
        temperature: 0.2,
        maxTokens: 200
    )
    request.additionalFields["reasoning_effort"] = "low"
    let completion = try await client.chat.complete(request)
    print(completion.text)

    for try await delta in client.chat.stream(request).text {
        print(delta, terminator: "")
    }

    for try await event in client.chat.stream(request) {
        switch event {
        case .chunk(let chunk): print(chunk.text, terminator: "")
        case .metadata(let metadata): print("\n\(metadata.creditsUsed) credits")
        }
    }

    let photo = try await ImageURL(contentsOf: URL(filePath: "cat.jpg"))
    request.messages = [.user(.parts([.text("What is this?"), .image(photo)]))]
    request.tools = [ToolDefinition(name: "get_weather", parameters: .object(["city": .string()]))]
    request.responseFormat = .jsonSchema(name: "animal", .object(["name": .string(), "legs": .integer(minimum: 0)]))

    let file = try await client.send(Endpoint(.get, "/v1/files/{id}"), parameters: ["id": "file-1"])
    print(file["filename"]?.string ?? "")
}

func whenCallsFail(client: TchaviClient, request: ChatRequest) async throws {
    do {
        print(try await client.chat.complete(request).text)
    } catch let error as TchaviError where error.code == .insufficientCredits {
        print("Only \(error.creditsRemaining ?? 0) credits are left.")
    } catch let error as TchaviError where error.code == .rateLimited {
        print("Try again in \(error.retryAfter ?? .seconds(1)).")
    }

    var configuration = TchaviClient.Configuration()
    configuration.timeout = .seconds(20)
    configuration.deadline = .seconds(45)
    configuration.retryPolicy.maxRetries = 4
    let patient = TchaviClient(.apiKey("sk-tch-…"), configuration: configuration)
    _ = patient

    let start = Timestamp(Date())
    do {
        print(try await client.chat.complete(request).text)
    } catch let error as TchaviError where error.code == .timeout || error.code == .transport {
        let filter = UsageFilter(model: request.model, startDate: start)
        for try await log in client.usage.history(filter) { print(log.createdAt, log.creditsCharged) }
    }
}

func resources(client: TchaviClient, password: Secret) async throws {
    let vectors = try await client.embeddings.create(
        EmbeddingRequest(model: "text-embedding-3-small", input: ["first text", "second text"])
    )
    print(vectors.data[0].vector.count)

    let images = try await client.images.generate(ImageRequest(prompt: "A harbour at dawn", size: .square1024))
    print(images.data.first?.url ?? "")

    print(try await client.credits.balance())
    for pack in try await client.credits.packs() { print(pack.name, pack.credits, pack.price, pack.currency) }
    for model in try await client.models.list() { print(model.modelID, model.tier, model.creditsPerThousandInputTokens) }

    for try await log in client.usage.history(UsageFilter(model: "gpt-4o-mini")) {
        print(log.createdAt, log.totalTokens, log.creditsCharged)
    }
    let page = try await client.payments.historyPage(1, pageSize: 20)
    print(page.data.count, "of", page.total)

    let created = try await client.apiKeys.create(APIKeyParameters(label: "ci", allowedEndpoints: ["/v1/chat/completions"]))
    let worker = TchaviClient(.apiKey(created.key), configuration: client.configuration)
    try await client.apiKeys.delete(created.id)

    let payment = try await client.payments.initiate(PaymentParameters(packID: "pack-small", phone: "+229…"))
    let status = try await client.payments.retrieve(payment.id).status
    use((worker, status))

    let account = TchaviClient(.account(email: "me@example.com", password: password))
    print(try await account.users.me().creditsBalance)

    let visitor = TchaviClient(.none)
    _ = try await visitor.auth.register(Registration(email: "me@example.com", password: password))
    try await visitor.auth.login(email: "me@example.com", password: password)

    @Sendable func tokenFromMyServer() async throws -> Secret { password }
    let app = TchaviClient(.token { try await tokenFromMyServer() })
    use(app)
}

func transports() {
    struct TimingTransport: HTTPTransport {
        let base: any HTTPTransport

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            let start = ContinuousClock.now
            let response = try await base.send(request)
            print(request.method, response.status, ContinuousClock.now - start)
            return response
        }
    }

    var configuration = TchaviClient.Configuration()
    configuration.transport = TimingTransport(base: URLSessionTransport.shared)
    configuration.observer = { report in
        print(report.method, report.host, report.path, report.status ?? 0, report.duration, report.outcome)
    }
}

func prompts(gateway: TchaviClient, scannedPage: Data) async throws {
    let library = PromptLibrary(source: .directory("Fixtures/Prompts"), gateway: gateway)
    let prompt = try await library.prompt("support-reply", matching: PromptQuery()
        .deploymentVariable("environment", "production")
        .tag("plan", "enterprise")
        .bucketed(by: "user-42"))
    let response = try await prompt.run("Where is my order?", variables: ["customer": "Ada"])
    print(response.text)
    print(response.usage, response.usage.latency, response.usage.creditsUsed ?? 0)

    for diagnostic in try await library.diagnostics() { print("Skipped \(diagnostic)") }

    let braces = PromptLibrary(source: .directory("Prompts"), gateway: gateway, syntax: .braces)
    _ = braces

    let weather = ToolDefinition(name: "get_weather", parameters: .object(["city": .string("The city's name.")]))
    let record = PromptRecord(
        "weather",
        messages: [.system("Answer in <<unit>>.")],
        model: "gpt-4o-mini",
        modelParameters: ["temperature": 0.2, "tools": [weather.json]]
    )
    let inCode = PromptLibrary(source: .memory([record]), gateway: gateway)
    use(inCode)

    let resolution = try prompt.resolve(
        "What is on the picture?",
        variables: ["customer": "Ada"],
        images: [ImageURL("https://images.example/order.png", detail: .low)],
        options: RunOptions(history: [.user("Hello"), .assistant("Hello Ada, how can I help?")])
    )
    print(resolution.messages.count, resolution.unusedVariables, resolution.contentHash)

    enum Plan: String, VariableConvertible { case free, pro }

    let values: [String: any VariableConvertible] = ["customer": "Ada", "orders": 3, "discount": 0.1, "plan": Plan.pro]
    let welcome = try await prompt.run("Hello!", variables: values)
    use(welcome)

    let receipt = try await ImageURL(contentsOf: URL(filePath: "receipt.jpg"))
    let scan = try await ImageURL(data: scannedPage, mediaType: "image/png", detail: .high)
    let total = try await prompt.run("How much is it?", variables: values, images: [receipt, scan])
    use(total)
}

func selecting(library: PromptLibrary) async throws {
    let query = PromptQuery()
        .deploymentVariable("environment", "production")
        .tag("plan", "enterprise")
        .bucketed(by: "user-42")

    let bucket = Split(salt: "tone-2026", weights: [("formal", 50), ("warm", 50)]).bucket(for: "user-42")
    _ = bucket

    print(try await library.explain("support-reply", matching: query))
}

func checking(gateway: TchaviClient, library: PromptLibrary) async throws {
    for finding in try await library.lint() { print(finding) }

    let deployed = try await library.record("support-reply")
    var planned = deployed
    planned.deployments["support-reply-v3"]?[0].query = RuleGroup(.and, [.rule(Rule("plan", .equal, "enterprise"))])
    for change in await WhatIf(before: deployed, after: planned).changes() { print(change) }
    let selected = try await library.prompt("support-reply")
    print(selected.selection.versionContentHash ?? "none")

    let assignments = AssignmentLog { assignment in print(assignment.experiment, assignment.key, assignment.version) }
    let observed = PromptLibrary(source: .directory("Fixtures/Prompts"), gateway: gateway, observers: [assignments])
    _ = try await observed.prompt("tone", matching: PromptQuery().bucketed(by: "user-42"))
    if let summary = assignments.summary(of: "tone-2026"), summary.hasSampleRatioMismatch {
        print("The shares of the arms differ from their weights: \(summary.arms)")
    }

    var strict = deployed
    for (version, deployments) in strict.deployments {
        strict.deployments[version] = deployments.filter { !$0.isUnconditional }
    }
    let changes = await WhatIf(before: deployed, after: strict).changes()
    print(changes.count, "queries get an unconditional deployment")
}

func running(gateway: TchaviClient, prompt: Prompt, stopButtonWasPressed: Bool) async throws {
    var conversation = Conversation()
    let first = try await prompt.run("Where is my order?", in: conversation, variables: ["customer": "Ada"])
    conversation.append(first)
    let next = try await prompt.run("And the other one?", in: conversation, variables: ["customer": "Ada"])
    use(next)

    conversation.trim(toLast: 20)
    let saved = try JSONEncoder().encode(conversation)
    let resumed = try JSONDecoder().decode(Conversation.self, from: saved)
    use(resumed)

    for try await event in prompt.stream("Where is my order?", variables: ["customer": "Ada"]) {
        switch event {
        case .text(let delta): print(delta, terminator: "")
        case .toolCall(let call): print("[\(call.name) …]")
        case .toolResult(let result): print("[\(result.name): \(result.result)]")
        case .response(let response): print("\n\(response.usage)")
        }
    }

    let whole = prompt.stream("And the other one?", in: conversation, variables: ["customer": "Ada"])
    for try await delta in whole.text { print(delta, terminator: "") }
    if let response = whole.partialResponse { conversation.append(response) }

    let stream = prompt.stream("Where is my order?", variables: ["customer": "Ada"])
    for try await delta in stream.text {
        print(delta, terminator: "")
        if stopButtonWasPressed { break }
    }
    if let partial = stream.partialResponse { conversation.append(partial) }

    var options = RunOptions(model: "gpt-4o", modelParameters: ["temperature": 0])
    options.requestOptions.timeout = .seconds(20)

    let limited = RunOptions(deadline: .seconds(60), maxTotalTokens: 50_000, maxCredits: 10, maxInputBytes: 8_000)
    use(limited)

    var configuration = PromptLibrary.Configuration()
    configuration.gatewayModel = { version in
        version.deploymentID.map { "azure/\($0)" } ?? "\(version.provider)/\(version.model)"
    }
    let routed = PromptLibrary(source: .directory("Prompts"), gateway: gateway, configuration: configuration)
    use(routed)

    let robust = RunOptions(alternativeModels: ["gpt-4o", "claude-sonnet-4"])
    let robustResponse = try await prompt.run("Where is my order?", variables: ["customer": "Ada"], options: robust)
    for attempt in robustResponse.attempts {
        print(attempt.round, attempt.model, attempt.failure?.message ?? "responded")
    }
}

struct RunLog: PromptObserver {
    func finished(_ event: RunEvent) {
        let usage = event.response.map { "\($0.usage)" } ?? "no response"
        print("\(event.promptID): \(event.outcome), \(event.duration), \(usage)")
    }
}

actor ShopStore {
    struct Item: Codable { let name: String }

    func search(_ query: SearchQuery) throws -> [Item] { [] }
    func add(_ text: String) throws {}
    func reset() {}
    func refund(_ request: Refund) throws {}
    func confirms(_ arguments: String) -> Bool { false }
}

struct SearchQuery: Decodable { let query: String; let limit: Int? }

struct Refund: Decodable { let order: String; let amount: Double }

func tools(prompt: Prompt, store: ShopStore, shop: ShopStore, person: ShopStore, key: String) async throws {
    @Sendable func forecast(for city: String) async throws -> String { city }

    struct Place: Decodable { let city: String }

    let weather = PromptTool.program("get_weather", parameters: .object(["city": .string("The city's name.")])) { (place: Place) in
        try await forecast(for: place.city)
    }
    let options = RunOptions(tools: [weather], maxToolRounds: 4)
    let response = try await prompt.run("Will it rain in Brest?", variables: ["unit": "degrees"], options: options)
    for call in response.toolCallResults {
        print(call.name, call.arguments, call.isError ? "failed:" : "returned:", call.result, call.duration)
    }

    let search = PromptTool.program("search", parameters: .object(["query": .string()], optional: ["limit": .integer(minimum: 1)])) {
        (query: SearchQuery) in
        try await store.search(query)
    }
    let note = PromptTool.program("add_note") { (arguments: JSONValue) in
        try await store.add(arguments["text"]?.string ?? "")
    }
    let today = PromptTool.program("today") { Date() }
    let reset = PromptTool.program("reset_filters") { await store.reset() }
    use([search, note, today, reset])

    let position = PromptTool.program("get_position") { () -> JSONValue in
        ["city": "Brest", "latitude": 48.39, "harbour": true]
    }
    use(position)

    let orders = try PromptTool.api(
        "get_order",
        .get,
        "https://orders.example/v1/orders/{id}",
        description: "Returns an order of the shop.",
        parameters: .object(["id": .string("The number of the order.")]),
        headers: ["X-API-Key": Secret(key)]
    )
    use(orders)

    let report = PromptTool.schema("file_report", parameters: .object(["headline": .string()]))
    var captured = try await prompt.run("Write it.", options: RunOptions(tools: [report]))
    if let call = captured.toolCallResults.first(where: { $0.type == .schema }) {
        print(call.result["headline"]?.string ?? "none")
        captured.setToolMessage("Filed as report 17.", forCall: call.id)
    }

    let exploring = RunOptions(unregisteredTools: .capture)
    use(exploring)

    let refund = PromptTool.program("refund", timeout: .seconds(5)) { (request: Refund) in
        guard request.amount <= 100 else { throw PromptToolError("Refunds above 100 need a person.") }
        try await shop.refund(request)
    }

    var guarded = RunOptions(tools: [refund])
    guarded.beforeToolCall = { call in
        guard call.name == "refund" else { return .allow }
        return await person.confirms(call.function.arguments) ? .allow : .deny(reason: "The user said no.")
    }

    var capped = RunOptions(tools: [search])
    capped.beforeToolCall = { call in
        guard var arguments = try JSONValue(parsing: call.function.arguments).object else { return .allow }
        arguments["limit"] = 10
        return .change(arguments: .object(arguments))
    }
    use((guarded, capped))
}

func structuredResponses(prompt: Prompt) async throws {
    struct Ticket: Decodable { let title: String; let urgent: Bool }

    let ticketSchema: JSONSchema = .object(["title": .string(), "urgent": .boolean("Whether a person waits for it.")])
    let quick = RunOptions(deadline: .seconds(30))
    let filed = try await prompt.run("My parcel is lost!", options: quick, as: Ticket.self, schema: ticketSchema, repairs: 1)
    print(filed.value.title, filed.response.usage)

    let strict = ResponseFormat.jsonSchema(name: "ticket", ticketSchema, strict: true)
    let options = RunOptions(modelParameters: ["response_format": strict.json])
    let exact = try await prompt.run("My parcel is lost!", options: options, as: Ticket.self)
    use(exact)

    enum Priority: String, CaseIterable, Decodable { case low, normal, high }

    let claim: JSONSchema = .object(
        [
            "title": .string("At most ten words."),
            "day": .string(format: "date"),
            "channel": .string(allowed: ["mail", "phone"]),
            "priority": .enumeration(of: Priority.self),
            "parcels": .integer(minimum: 1, maximum: 20),
            "value": .number("In euros.", minimum: 0),
            "insured": .boolean(),
            "tags": .array(of: .string(), maximum: 5),
            "reference": .anyOf([.integer(), .string()]),
            "phone": .string().nullable(),
        ],
        optional: ["note": .string()]
    )
    use(claim)

    let fileTicket = PromptTool.schema("file_ticket", description: "Files the ticket.", parameters: ticketSchema)
    let called = try await prompt.run("My parcel is lost!", as: Ticket.self, tool: fileTicket)
    use(called)

    let streamed = try await prompt.stream("My parcel is lost!", options: options).collect()
    let ticket = try streamed.decode(as: Ticket.self)
    use(ticket)
}

func whenRunsFail(library: PromptLibrary, prompt: Prompt, booking: PromptTool) async throws {
    do {
        _ = try await library.prompt("suport-reply")
    } catch let error as PromptError where error.code == .notFound {
        print(error.availablePrompts)
    }

    var conversation = Conversation()
    let values = ["customer": "Ada"]
    let options = RunOptions(tools: [booking], deadline: .seconds(60))
    do {
        let response = try await prompt.run("Book the train to Brest.", in: conversation, variables: values, options: options)
        conversation.append(response)
    } catch {
        guard let done = error.promptResponse else { throw error }
        print("\(error) The tools returned: \(done.toolCallResults.map(\.result))")
        conversation.append(done)
        conversation.append(try await prompt.run(in: conversation, variables: values, options: options))
    }

    do {
        conversation.append(try await prompt.run("And back?", in: conversation, variables: values, options: options))
    } catch let error as PromptError where error.limit != nil {
        print("The run was ended: \(error.message)")
    }
}

struct WhenRunsFailTests {
    @Test func `A run that failed goes on without an input, as the article says`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "a", name: "book", arguments: "{}")]),
            .error(status: 400, code: "invalid_request", message: "No."),
            .text("Booked.")
        )
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let options = RunOptions(tools: [.program("book") { "train 17" }])
        // A dictionary of strings needs no conversion.
        let texts: [String: String] = [:]
        var conversation = Conversation()
        let error = await #expect(throws: TchaviError.self) {
            _ = try await prompt.run("Book.", variables: texts, options: options)
        }
        conversation.append(try #require(error?.response))
        conversation.append(try await prompt.run(in: conversation, options: options))
        let sent = try #require(gateway.chatRequests.last).messages
        #expect(sent.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(sent.last?.text == "train 17")
        #expect(conversation.messages.last?.text == "Booked.")
    }

    @Test func `A run that has reached a limit goes on from its error's response`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "a", name: "book", arguments: "{}")]), .text("Booked."))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        var options = RunOptions(tools: [.program("book") { "train 17" }], maxTotalTokens: 1)
        let limited = options
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("Book.", options: limited) }
        #expect(error?.limit == .tokens)
        var conversation = Conversation()
        conversation.append(try #require(error?.promptResponse))
        options.maxTotalTokens = nil
        conversation.append(try await prompt.run(in: conversation, options: options))
        #expect(conversation.messages.map(\.role) == [.user, .assistant, .tool, .assistant])
        #expect(conversation.messages.last?.text == "Booked.")
    }
}

struct OrderNumber: Decodable { let id: String }

func supportReply(to question: String, from library: PromptLibrary) async throws -> PromptResponse {
    let prompt = try await library.prompt("support")
    let orders = PromptTool.program("get_order", parameters: .object(["id": .string()])) { (order: OrderNumber) -> String in
        "Order \(order.id) is on its way."
    }
    return try await prompt.run(question, variables: ["customer": "Ada"], options: RunOptions(tools: [orders]))
}

struct SupportReplyTests {
    @Test func `The model gets the order that it asks for`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(
            .toolCalls([ToolCall(id: "call_1", name: "get_order", arguments: #"{"id": "17"}"#)]),
            .text("It is on its way, Ada.")
        )
        let record = PromptRecord("support", messages: [.system("You help <<customer>>.")], model: "gpt-4o-mini")
        let library = PromptLibrary(source: .memory([record]), gateway: gateway.client())

        let response = try await supportReply(to: "Where is order 17?", from: library)

        #expect(response.text == "It is on its way, Ada.")
        #expect(response.toolCallResults.map(\.name) == ["get_order"])
        #expect(response.toolCallResults.first?.result.string == "Order 17 is on its way.")
        let requests = gateway.chatRequests
        #expect(requests.count == 2)
        #expect(requests.first?.messages.first?.text == "You help Ada.")
        #expect(requests.last?.messages.last?.text == "Order 17 is on its way.")
        #expect(gateway.unusedResponses.isEmpty)
    }
}

func testing(request: ChatRequest) async throws {
    let local = LocalGateway()
    local.enqueue(.rateLimited(retryAfter: .seconds(1)), .text("Your order left our house this morning."))
    let completion = try await local.client().chat.complete(request)
    print(completion.text, local.requests.count, local.creditsRemaining)
    #expect(local.unusedResponses.isEmpty)

    var session = TchaviClient.Configuration()
    session.transport = local
    let email = LocalGateway.defaultEmail
    let password = Secret(LocalGateway.defaultPassword)
    let account = TchaviClient(.account(email: email, password: password), configuration: session)
    use(account)

    let server = try local.serve()
    var overSocket = TchaviClient.Configuration()
    overSocket.baseURL = server.baseURL
    let remote = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: overSocket)
    _ = remote

    let shop = try LoopbackServer { connection in
        while try connection.receiveRequest() != nil {
            try connection.respond(headers: ["Content-Type": "application/json"], body: Data(#"{"id": "17"}"#.utf8))
        }
    }
    print(shop.baseURL)

    let faulty = try LoopbackServer { connection in
        _ = try connection.receiveRequest()
        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        connection.reset()
    }
    _ = faulty

    var recording = TchaviClient.Configuration()
    recording.transport = CassetteRecorder(to: "Fixtures/Recordings/support.json")

    var replaying = TchaviClient.Configuration()
    replaying.transport = try CassettePlayer("Fixtures/Recordings/support.json")

    let peer = try TransportConformance.Peer()
    let violations = await TransportConformance.violations(of: URLSessionTransport(), against: peer)
    use(violations)

    let clock = TestClock(skippingSleepsUpTo: .seconds(10))
    var configuration = TchaviClient.Configuration()
    configuration.clock = clock
    let client = local.client(configuration: configuration)
    _ = client
}

func queryValues() {
    enum Plan: String { case free, pro }
    let region: String? = nil
    let signedIn = PromptQuery()
        .tag("plan", Plan.pro)
        .tag("region", region)
        .bucketed(by: UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
    use(signedIn)
}

actor KeyValueStore {
    private var values: [String: Data] = [:]
    private var count = 0

    func contents() -> (count: Int, values: [String: Data]) { (count, values) }

    func set(_ key: String, _ value: Data) {
        values[key] = value
        count += 1
    }
}

struct StoreSource: PromptSource {
    let store: KeyValueStore

    var name: String { "key-value store" }

    func load(since validator: String?) async throws -> PromptCatalogue? {
        let (count, values) = await store.contents()
        guard validator != "\(count)" else { return nil }
        var catalogue = PromptCatalogue(entries: [], validator: "\(count)")
        for (key, json) in values.sorted(by: { $0.key < $1.key }) {
            do {
                let record = try JSONDecoder().decode(PromptRecord.self, from: json)
                catalogue.entries.append(.init(location: key, record: record))
            } catch {
                catalogue.diagnostics.append(PromptDiagnostic(location: key, reason: "\(error)"))
            }
        }
        return catalogue
    }
}

struct OwnSourceTests {
    @Test func `The source in the article conforms`() async {
        let store = KeyValueStore()
        await store.set("reply", Data(#"{"promptId": "reply", "versions": []}"#.utf8))
        let violations = await PromptSourceConformance.violations(
            of: StoreSource(store: store),
            changing: { await store.set("greeting", Data(#"{"promptId": "greeting", "versions": []}"#.utf8)) }
        )
        #expect(violations == [])
    }
}

func ownSource(store: KeyValueStore, gateway: TchaviClient) {
    let stored = PromptLibrary(source: StoreSource(store: store), gateway: gateway)
    use(stored)
}

func maxim(gateway: TchaviClient) async throws {
    let key = Secret(ProcessInfo.processInfo.environment["MAXIM_API_KEY"] ?? "")
    let library = PromptLibrary(source: .maxim(apiKey: key), gateway: gateway)
    let query = PromptQuery().deploymentVariable("Environment", "prod")
    let prompt = try await library.prompt("prompt-id", matching: query)
    for diagnostic in try await library.diagnostics() { print(diagnostic) }
    _ = prompt
}

func fetchingPrompts(gateway: TchaviClient, url: URL) async throws {
    var configuration = PromptLibrary.Configuration()
    configuration.cacheDirectory = URL(fileURLWithPath: "/var/cache/my-service")
    configuration.shipped = .directory("Prompts")
    configuration.maxStaleness = .seconds(86400)
    let service = PromptLibrary(
        source: .bundle(at: url),
        gateway: gateway,
        configuration: configuration
    )

    try await service.warmUp()
    let refreshing = Task { await service.run() }
    use(refreshing)

    let fallback = PromptVersionConfig(id: "built-in", messages: [.system("Reply briefly.")], model: "gpt-4o-mini")
    let reply = try await service.prompt("support-reply", default: fallback)
    use(reply)

    let status = service.status
    print(status.promptCount, status.revision ?? "-", status.origin?.rawValue ?? "-", status.age ?? .zero)
    if let error = status.lastError { print("The last refresh failed: \(error)") }

    for await change in service.changes {
        print("added \(change.added), changed \(change.changed), removed \(change.removed)")
    }

    let overlaid = PromptLibrary(sources: [DirectorySource("Overrides"), BundleSource(at: url)], gateway: gateway)
    use(overlaid)

    configuration.contracts = [PromptContract("support-reply", variables: ["customer"], tools: ["find_order"])]

    let care = try await service.prompts(matching: PromptQuery().folder("customer-care"))
    let folders = try await service.folders(matching: PromptQuery().tag("team", "billing"))
    use((care, folders))
}

struct PrintingObserver: PromptObserver {
    func selected(_ event: SelectionEvent) {
        print(event.selection, event.unavailableReason ?? "")
    }
}

func deployedPrompts(gateway: TchaviClient, url: URL) {
    let deployed = PromptLibrary(source: .bundle(at: url), gateway: gateway)
    use(deployed)
}

#if canImport(SwiftUI)
struct PromptList: View {
    let library: PromptLibrary
    @State private var ids: [String] = []

    var body: some View {
        List(ids, id: \.self) { Text($0) }
            .task { await library.run() }
            .task(id: library.status.revision) {
                ids = (try? await library.promptIDs()) ?? []
            }
    }
}
#endif
