import Foundation
import Tchavi
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LocalGatewayTests {
    private let request = ChatRequest(model: "gpt-4o-mini", messages: [.user("Where is my order?")])

    @Test func `The default response says that it is not a language model`() async throws {
        let completion = try await LocalGateway().client().chat.complete(request)
        #expect(completion.text == "This is LocalGateway, not a language model. You asked: Where is my order?")
        #expect(completion.usage.map { $0.totalTokens == $0.promptTokens + $0.completionTokens } == true)
    }

    @Test func `Credits run out with a 402, and the charges add up`() async throws {
        var configuration = LocalGateway.Configuration()
        configuration.credits = Decimal(string: "0.1") ?? 0
        let gateway = LocalGateway(configuration: configuration)
        var spent = Decimal(0)
        let error = await #expect(throws: TchaviError.self) {
            while true { spent += try await gateway.client().chat.complete(request).tchavi?.creditsUsed ?? 0 }
        }
        #expect(error?.code == .insufficientCredits)
        #expect(error?.creditsRemaining == gateway.creditsRemaining)
        #expect(spent > 0)
        #expect(spent + gateway.creditsRemaining == configuration.credits)
    }

    @Test func `A wrong key is a 401, and scripted responses are kept for valid requests`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text("scripted"))
        var configuration = TchaviClient.Configuration()
        configuration.transport = gateway
        let stranger = TchaviClient(.apiKey("sk-tch-wrong"), configuration: configuration)
        let error = await #expect(throws: TchaviError.self) { _ = try await stranger.chat.complete(request) }
        #expect(error?.code == .authentication)
        #expect(error?.requestID == "req-local-1")
        #expect(try await gateway.client().chat.complete(request).text == "scripted")
    }

    @Test func `The client obeys the retry delay of a 429`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.rateLimited(retryAfter: .seconds(3)), .text("at last"))
        let clock = TestClock(skippingSleepsUpTo: .seconds(10))
        var configuration = TchaviClient.Configuration()
        configuration.clock = clock
        #expect(try await gateway.client(configuration: configuration).chat.complete(request).text == "at last")
        #expect(clock.sleeps == [.seconds(3)])
        #expect(gateway.requests.count == 2)
    }

    @Test func `Tools are called with arguments derived from their schemas`() async throws {
        var request = ChatRequest(model: "m", messages: [.user("How is the weather in Zürich?")])
        request.tools = [
            ToolDefinition(
                name: "get_weather",
                parameters: [
                    "type": "object", "required": ["city", "unit", "days"],
                    "properties": [
                        "city": ["type": "string"], "unit": ["type": "string", "enum": ["celsius"]],
                        "days": ["type": "integer"],
                    ],
                ]
            )
        ]
        let completion = try await LocalGateway().client().chat.complete(request)
        let call = try #require(completion.choices[0].message.toolCalls?.first)
        #expect(try JSONValue(parsing: call.function.arguments) == ["city": "Zürich", "unit": "celsius", "days": 1])
        #expect(completion.choices[0].finishReason == .toolCalls)
    }

    @Test func `Invalid requests are refused with a status and a message`() async throws {
        let gateway = LocalGateway()
        let client = gateway.client()
        let missing = await #expect(throws: TchaviError.self) {
            _ = try await client.send(Endpoint(.post, "/v1/chat/completions"), body: ["model": "m"])
        }
        #expect(missing?.statusCode == 400)
        #expect(missing?.message.contains("$.messages") == true)
        let unknown = await #expect(throws: TchaviError.self) { _ = try await client.send(Endpoint(.get, "/nothing")) }
        #expect(unknown?.statusCode == 404)
    }

    @Test func `A request that is refused uses no scripted completion`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text("kept"))
        var refused = request
        refused.messages = []
        let error = await #expect(throws: TchaviError.self) { _ = try await gateway.client().chat.complete(refused) }
        #expect(error?.statusCode == 400)
        #expect(gateway.unusedResponses.count == 1)
        #expect(try await gateway.client().chat.complete(request).text == "kept")
        #expect(gateway.unusedResponses.isEmpty)
    }

    #if os(macOS) || os(Linux)
    /// Makes a call without time limits, whose tasks may keep the gateway a little longer than the call.
    private static func complete(_ gateway: LocalGateway) async throws {
        var configuration = TchaviClient.Configuration()
        (configuration.timeout, configuration.deadline) = (nil, nil)
        _ = try await gateway.client(configuration: configuration).chat
            .complete(ChatRequest(model: "m", messages: [.user("?")]))
    }

    @Test func `A gateway that is released lists the responses left unused on standard error`() async throws {
        let left = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let gateway = LocalGateway()
            let long = String(repeating: "a", count: 50)
            gateway.enqueue(.text("used"), .text(long), .cutStream(after: 3, of: .toolCalls([])), .rateLimited())
            try await Self.complete(gateway)
        }
        let expected = """
            LocalGateway: scripted responses were left unused: [.text("\(String(repeating: "a", count: 40))…"), \
            .cutStream(after: 3, of: .toolCalls()), .error(status: 429, code: "rate_limit_exceeded")]

            """
        let text = left.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } ?? ""
        #expect(text.contains(expected), "\(text)")
    }

    @Test func `A gateway lists nothing if all responses are used or the test has read the rest`() async throws {
        let silent = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let used = LocalGateway()
            used.enqueue(.text("used"))
            #expect(used.unusedResponses.count == 1)
            try await Self.complete(used)
            let read = LocalGateway()
            read.enqueue(.text("left"))
            #expect(read.unusedResponses.count == 1)
        }
        let text = silent.map { String(decoding: $0.standardErrorContent, as: UTF8.self) }
        #expect(text?.contains("LocalGateway") == false)
        let changed = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let gateway = LocalGateway()
            gateway.enqueue(.text("one"))
            _ = gateway.unusedResponses
            gateway.enqueue(.text("two"))
        }
        #expect(changed.map { String(decoding: $0.standardErrorContent, as: UTF8.self).contains("two") } == true)
    }
    #endif

    @Test(arguments: [(.nan, 0), (.infinity, .max), (-.infinity, .min), (4e9 + 0.5, Int(clamping: 4_000_000_000))])
    func `A date that Int cannot hold is clamped`(seconds: Double, created: Int) async throws {
        var configuration = LocalGateway.Configuration()
        configuration.now = { Date(timeIntervalSince1970: seconds) }
        let client = LocalGateway(configuration: configuration).client()
        #expect(try await client.chat.complete(request).created == created)
        #expect(try await client.images.generate(ImageRequest(prompt: "?")).created == created)
    }

    @Test(arguments: [nil, 1, 3])
    func `Responses and streams are the same on a socket as in the process`(chunkBytes: Int?) async throws {
        var settings = LocalGateway.Configuration()
        settings.streamChunkBytes = chunkBytes
        let gateway = LocalGateway(configuration: settings)
        let server = try gateway.serve()
        let client = TchaviClient(
            .apiKey(Secret(LocalGateway.defaultAPIKey)),
            configuration: TchaviClient.Configuration(baseURL: server.baseURL)
        )
        // Chunks of one or three bytes split the characters of this text.
        gateway.enqueue(.text("Grüße 👩‍👩‍👧 aus Zürich"), .text("Grüße 👩‍👩‍👧 aus Zürich"))
        #expect(try await client.chat.complete(request).text == "Grüße 👩‍👩‍👧 aus Zürich")
        let completion = try await client.chat.stream(request).collect()
        #expect(completion.text == "Grüße 👩‍👩‍👧 aus Zürich")
        #expect(completion.tchavi?.creditsRemaining == gateway.creditsRemaining)
        #expect(gateway.requests.count == 2)
    }

    @Test func `Dropping a served stream closes its connection`() async throws {
        let gateway = LocalGateway()
        gateway.enqueue(.text(String(repeating: "word ", count: 50_000)))
        let server = try gateway.serve()
        let client = TchaviClient(
            .apiKey(Secret(LocalGateway.defaultAPIKey)),
            configuration: TchaviClient.Configuration(baseURL: server.baseURL)
        )
        for try await _ in client.chat.stream(request) { break }
        while server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
}
