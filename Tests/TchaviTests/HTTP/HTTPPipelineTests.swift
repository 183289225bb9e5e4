import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// The way from a client's call to its transport and back, with injected time.
@Suite(.timeLimit(.minutes(10)))
struct HTTPPipelineTests {
    @Test func `A call carries the key, JSON and an idempotency key`() async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        _ = try await transport.client().chat.complete(.hello)
        let request = try #require(transport.requests.first)
        #expect(request.method == .post)
        #expect(request.url.absoluteString == "http://localhost:3001/v1/chat/completions")
        #expect(request.headers["authorization"] == "Bearer sk-tch-stub-secret")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["idempotency-key"]?.isEmpty == false)
        let body = try JSONValue(parsing: try #require(request.body))
        #expect(body == ["model": "gpt-4o-mini", "messages": [["role": "user", "content": "Hello"]]])
    }

    @Test func `A 429, a 502 and a 503 are retried, under one idempotency key`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(30))
        let transport = StubTransport { _, attempt in
            attempt < 4 ? .json(["error": "busy"], status: [429, 502, 503][attempt - 1]) : .json(.completion)
        }
        let client = transport.client {
            $0.clock = clock
            $0.retryPolicy.maxRetries = 3
        }
        #expect(try await client.chat.complete(.hello).text == "Hi")
        #expect(clock.sleeps == [.milliseconds(500), .seconds(1), .seconds(2)])
        #expect(Set(transport.requests.map { $0.headers["idempotency-key"] }).count == 1)
    }

    @Test func `After the last retry the error is thrown, with the number of attempts`() async throws {
        let transport = StubTransport { _, _ in
            .json(
                ["error": "rate_limit_exceeded", "message": "Slow down.", "statusCode": 429],
                status: 429,
                headers: ["Retry-After": "7", "X-Request-Id": "req-9"]
            )
        }
        let clock = TestClock(skippingSleepsUpTo: .seconds(30))
        let client = transport.client { $0.clock = clock }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .rateLimited)
        #expect(error?.attempts == 3)
        #expect(error?.retryAfter == .seconds(7))
        #expect(error?.requestID == "req-9")
        #expect(error?.description.contains("tried 3 times") == true)
        #expect(clock.sleeps == [.seconds(7), .seconds(7)])
    }

    @Test func `A retry delay beyond two minutes or the deadline is an error at once`() async throws {
        for (asked, deadline) in [("121", Duration?.none), ("60", .seconds(59))] {
            let clock = TestClock(skippingSleepsUpTo: .seconds(30))
            let transport = StubTransport { _, _ in .json([:], status: 429, headers: ["Retry-After": asked]) }
            let client = transport.client {
                $0.clock = clock
                $0.deadline = deadline
            }
            let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
            #expect(error?.code == .rateLimited)
            #expect(transport.requests.count == 1)
            #expect(clock.sleeps.isEmpty)
        }
    }

    @Test func `A failure to connect is retried, a lost connection is not`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(30))
        let refused = StubTransport { _, attempt in
            guard attempt > 2 else { throw TchaviError.couldNotConnect("refused") }
            return .json(.completion)
        }
        #expect(try await refused.client { $0.clock = clock }.chat.complete(.hello).text == "Hi")
        let lost = StubTransport { _, _ in throw TchaviError.connectionLost("lost") }
        let error = await #expect(throws: TchaviError.self) {
            _ = try await lost.client { $0.clock = clock }.chat.complete(.hello)
        }
        #expect(error?.code == .transport)
        #expect(lost.requests.count == 1)
    }

    @Test func `A lost connection is retried if the gateway supports idempotency keys`() async throws {
        let clock = TestClock(skippingSleepsUpTo: .seconds(30))
        let transport = StubTransport { _, attempt in
            guard attempt > 1 else { throw TchaviError.connectionLost("lost") }
            return .json(.completion)
        }
        let client = transport.client {
            $0.clock = clock
            $0.honoursIdempotencyKey = true
        }
        #expect(try await client.chat.complete(.hello).text == "Hi")
        #expect(Set(transport.requests.map { $0.headers["idempotency-key"] }).count == 1)
    }

    @Test func `An attempt that takes too long is cancelled and not retried`() async throws {
        let clock = TestClock()
        let transport = StubTransport { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return .json(.completion)
        }
        let client = transport.client { $0.clock = clock }
        let task = Task { try await client.chat.complete(.hello) }
        await clock.whenSleeping()
        clock.advance(by: .seconds(60))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
        #expect(error?.message.contains("60") == true)
        #expect(transport.requests.count == 1)
    }

    @Test func `Cancelling a call works while it waits for the response, and between attempts`() async throws {
        let clock = TestClock()
        let silent = StubTransport { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return .json(.completion)
        }
        let busy = StubTransport { _, _ in .json([:], status: 503) }
        for (transport, timeout) in [(silent, Optional(Duration.seconds(60))), (busy, nil)] {
            let client = transport.client {
                $0.clock = clock
                $0.timeout = timeout
                $0.deadline = nil
            }
            let task = Task { try await client.chat.complete(.hello) }
            await clock.whenSleeping()
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
    }

    @Test func `A stream that stalls ends with a timeout and the partial completion`() async throws {
        let clock = TestClock()
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            let event = #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hal"}}]}"# + "\n\n"
            writer.write(Data(event.utf8))
            return TransportResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
        }
        let client = transport.client { $0.clock = clock }
        let stream = client.chat.stream(.hello)
        let chunks = Counter()
        let task = Task {
            for try await _ in stream { chunks.add() }
        }
        while chunks.value == 0 { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(60))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
        #expect(error?.partialCompletion?.text == "Hal")
    }

    @Test func `After DONE the stream is read for at most two seconds to get the credits`() async throws {
        let clock = TestClock()
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(
                Data(
                    """
                    data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}

                    data: [DONE]


                    """.utf8
                )
            )
            return TransportResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: body)
        }
        let client = transport.client { $0.clock = clock }
        let stream = client.chat.stream(.hello)
        let chunks = Counter()
        let task = Task {
            var iterator = stream.makeAsyncIterator()
            while try await iterator.next() != nil { chunks.add() }
            return iterator.completion
        }
        while chunks.value == 0 { await Task.yield() }
        await clock.whenSleeping()
        clock.advance(by: .seconds(2))
        let completion = try await task.value
        #expect(completion.text == "Hi")
        #expect(completion.tchavi == nil)
    }

    @Test func `The count of attempts continues after the credential is renewed`() async throws {
        let reports = Locked<[AttemptReport]>([])
        let asked = Locked(0)
        let transport = StubTransport { _, attempt in
            .json(["error": "x", "message": "No."], status: attempt == 1 ? 401 : 503)
        }
        let token = Credential.token {
            asked.withLock { asked in
                asked += 1
                return Secret("token-\(asked)")
            }
        }
        let client = transport.client(token) {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(30))
            $0.observer = { report in reports.withLock { $0.append(report) } }
        }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        // The renewal costs none of the two retries.
        #expect(error?.attempts == 4)
        #expect(reports.withLock { $0.map(\.attempt) } == [1, 2, 3, 4])
        let tokens = ["Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-2"]
        #expect(transport.requests.map { $0.headers[.authorization] } == tokens)
    }

    @Test func `A body over 64 KiB is decoded off the caller's actor, a small one on it`() async throws {
        let text = String(repeating: "x", count: 100 << 10)
        let transport = StubTransport { _, _ in .json(["data": [["id": .string(text), "name": "n"]]]) }
        let json = try await transport.client().send(Endpoint(.get, "/things"))
        #expect(json["data"]?[0]?["id"]?.string == text)
        func response(_ body: Data) async throws -> JSONResponse {
            try await JSONResponse(
                TransportResponse(status: 200),
                body: body,
                to: HTTPPipeline.Call(.models),
                sent: HeaderFields()
            )
        }
        let small = try await response(Data("{}".utf8))
        let large = try await response(json.serializedData())
        #expect(try await Self.decodesOnMainQueue(small))
        #expect(try await !Self.decodesOnMainQueue(large))
    }

    @MainActor
    private static func decodesOnMainQueue(_ response: JSONResponse) async throws -> Bool {
        let key = DispatchSpecificKey<Bool>()
        DispatchQueue.main.setSpecific(key: key, value: true)
        return try await response.value { _ throws(JSONError) in DispatchQueue.getSpecific(key: key) ?? false }
    }

    // MARK: Errors

    @Test func `The gateway's own errors are typed`() async throws {
        let cases: [(status: Int, body: JSONValue, code: TchaviError.Code, errorCode: String)] = [
            (401, ["error": "unauthorized", "message": "No.", "statusCode": 401], .authentication, "unauthorized"),
            (
                402,
                [
                    "error": "insufficient_credits", "message": "No.", "statusCode": 402,
                    "details": ["creditsRemaining": 0.25],
                ],
                .insufficientCredits, "insufficient_credits"
            ),
            (
                400, ["error": ["message": "No.", "type": "invalid_request_error", "param": "n", "code": nil]], .api,
                "invalid_request_error"
            ),
            (200, ["error": ["message": "No.", "type": "server_error", "code": nil]], .api, "server_error"),
            (200, ["error": ["message": "No.", "code": 429]], .rateLimited, ""),
        ]
        for entry in cases {
            let transport = StubTransport { _, _ in .json(entry.body, status: entry.status) }
            let error = await #expect(throws: TchaviError.self) {
                _ = try await transport.client { $0.retryPolicy = .none }.chat.complete(.hello)
            }
            #expect(error?.code == entry.code)
            #expect(error?.message == "No.")
            #expect(error?.errorCode ?? "" == entry.errorCode)
            #expect(error?.advice != nil)
            #expect(error?.operation == "POST /v1/chat/completions")
            if entry.code == .insufficientCredits { #expect(error?.creditsRemaining == Decimal(string: "0.25")) }
        }
    }

    @Test(arguments: ["x-request-id", "Request-ID"])
    func `Every error of a response has its request id`(name: String) async throws {
        for body in ["{}", "not JSON", #"{"error":"x","message":"No."}"#] {
            let transport = StubTransport { _, _ in
                var headers = HeaderFields()
                headers[name] = "req-7"
                return TransportResponse(status: 200, headers: headers, body: TransportBody(Data(body.utf8)))
            }
            let error = await #expect(throws: TchaviError.self) {
                _ = try await transport.client().chat.complete(.hello)
            }
            #expect(error?.requestID == "req-7")
            #expect(error?.operation == "POST /v1/chat/completions")
        }
    }

    @Test func `A body that is not JSON is kept, truncated to 4 KiB`() async throws {
        let page = "<html>" + String(repeating: "é", count: 10_000)
        for status in [200, 500] {
            let transport = StubTransport { _, _ in
                TransportResponse(status: status, body: TransportBody(Data(page.utf8)))
            }
            let error = await #expect(throws: TchaviError.self) {
                _ = try await transport.client().chat.complete(.hello)
            }
            #expect(error?.code == (status == 200 ? .decoding : .api))
            #expect(error?.statusCode == status)
            #expect(error?.body?.hasPrefix("<html>é") == true)
            #expect((error?.body?.utf8.count ?? 0) <= 4100)
        }
    }

    @Test func `A key that the server repeats is redacted everywhere`() async throws {
        let transport = StubTransport { _, _ in
            .json(
                [
                    "error": [
                        "message": "Incorrect key: sk-tch-stub-secret", "code": "k sk-tch-stub-secret",
                        "x": "sk-tch-stub-secret",
                    ]
                ],
                status: 401,
                headers: ["X-Debug": "sk-tch-stub-secret", "Set-Cookie": "session=abc"]
            )
        }
        let error = try #require(
            await #expect(throws: TchaviError.self) { _ = try await transport.client().chat.complete(.hello) }
        )
        var dumped = "\(error) \(error.localizedDescription)"
        dump(error, to: &dumped)
        #expect(!dumped.contains("stub-secret"))
        #expect(!dumped.contains("session=abc"))
        #expect(error.message == "Incorrect key: <redacted>")
    }

    @Test(arguments: ["", "sk-tch-1\n", "sk tch", "sk-tch-ü"])
    func `A key that cannot be used is reported by the first call, and nothing is sent`(key: String) async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let client = transport.client(.apiKey(Secret(key)))
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .authentication)
        #expect(error?.advice?.contains("TCHAVI_API_KEY") == true)
        #expect(transport.requests.isEmpty)
    }

    @Test func `A header value with a line break is refused`() async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let options = RequestOptions(headers: ["X-Trace": "a\r\nX-Evil: b"])
        let error = await #expect(throws: TchaviError.self) {
            _ = try await transport.client().chat.complete(.hello, options: options)
        }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("X-Trace") == true)
        #expect(transport.requests.isEmpty)
    }

    @Test func `Headers of a call cannot set the credential, and it can be left out`() async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let headers: HeaderFields = ["Authorization": "Bearer other", "X-Trace": "7"]
        _ = try await transport.client().chat.complete(.hello, options: RequestOptions(headers: headers))
        _ = try await transport.client().chat.complete(.hello, options: RequestOptions(omitsCredential: true))
        _ = try await transport.client(.none).chat.complete(.hello)
        #expect(transport.requests.map { $0.headers["authorization"] } == ["Bearer sk-tch-stub-secret", nil, nil])
        #expect(transport.requests[0].headers["x-trace"] == "7")
    }

    @Test func `Headers of a call replace those that the client sets itself`() async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let own: HeaderFields = [
            "Idempotency-Key": "order-7", "Accept": "application/vnd.example+json", "User-Agent": "shop/2",
            "Content-Type": "application/json; charset=utf-8",
        ]
        let client = transport.client { $0.headers = own }
        _ = try await client.chat.complete(.hello, options: RequestOptions(headers: own))
        _ = try await client.chat.complete(.hello, options: RequestOptions(headers: own, idempotencyKey: "order-8"))
        _ = try await client.chat.complete(.hello)
        let sent = transport.requests.map(\.headers)
        #expect(sent.map { $0[.idempotencyKey] }.prefix(2) == ["order-7", "order-8"])
        // The configuration's would make each call a repetition of the first.
        #expect(sent[2][.idempotencyKey]?.count == 36)
        #expect(sent.map { $0[.accept] } == [own[.accept], own[.accept], "application/json"])
        for headers in sent {
            #expect(headers[.userAgent] == "shop/2")
            #expect(headers[.contentType] == "application/json; charset=utf-8")
            #expect(Set(headers.fields.map { $0.name.lowercased() }).count == headers.fields.count)
        }
    }

    @Test(arguments: [
        #"{"error": "rate_limit_exceeded", "message": "Slow down.", "statusCode": 429}"#,
        #"{"error": {"message": "Bad gateway.", "code": 502}}"#,
        #"{"error": "unauthorized", "message": "No.", "statusCode": 401}"#,
        #"{"error": {"message": "", "type": "overloaded_error"}}"#,
    ])
    func `An error within a successful response is thrown, and neither retried nor answered by another token`(
        body: String
    ) async throws {
        let transport = StubTransport { _, _ in
            TransportResponse(
                status: 200,
                headers: ["Content-Type": "application/json", "Retry-After": "0"],
                body: TransportBody(Data(body.utf8))
            )
        }
        let asked = Counter()
        let credential = Credential.token {
            asked.add()
            return Secret("token-\(asked.value)")
        }
        for honours in [false, true] {
            let client = transport.client(credential) { $0.honoursIdempotencyKey = honours }
            let before = (transport.requests.count, asked.value)
            await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
            #expect((transport.requests.count, asked.value) == (before.0 + 1, before.1 + 1))
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"message": ""}"#, #"{"code": null, "type": null, "at": 7}"#, "null", "[]", "7", #""""#,
    ])
    func `A member named error is data where it does not describe an error`(error: String) async throws {
        let json = try JSONValue(parsing: #"{"id": "job-1", "error": \#(error)}"#)
        let transport = StubTransport { _, _ in .json(json) }
        #expect(try await transport.client().send(Endpoint(.get, "/jobs/1")) == json)
        let refusing = StubTransport { _, _ in .json(json, status: 400) }
        await #expect(throws: TchaviError.self) { _ = try await refusing.client().send(Endpoint(.get, "/jobs/1")) }
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `A call without any time left is not sent, and asks for no credential`(time: Duration) async throws {
        let transport = StubTransport { _, _ in .json(.completion) }
        let asked = Counter()
        let client = transport.client(
            .token {
                asked.add()
                return "token-of-the-program"
            }
        )
        for options in [RequestOptions(deadline: time), RequestOptions(timeout: time)] {
            for isStream in [false, true] {
                let error = await #expect(throws: TchaviError.self) {
                    if isStream {
                        _ = try await client.chat.stream(.hello, options: options).collect()
                    } else {
                        _ = try await client.chat.complete(.hello, options: options)
                    }
                }
                #expect(error?.code == .timeout)
                #expect(error?.attempts == nil)
            }
            if options.deadline != nil { #expect(asked.value == 0) }
        }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: ["/error", "/events", "/decoding", "/chat", "/renewed"])
    func `What a server repeats of a request is redacted, also after its token was replaced`(path: String) async throws
    {
        let isReplaced = Locked(false)
        let firsts = Locked<[String]>([])
        let transport = StubTransport { request, attempt in
            // The program's next token is there before the response to this one.
            isReplaced.withLock { $0 = true }
            firsts.withLock { $0.append(request.headers.fields.map(\.value).joined(separator: " ")) }
            let sent = firsts.withLock { $0.joined(separator: " ") }
            switch path {
            case "/events":
                let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
                writer.finish(throwing: TchaviError.connectionLost("Lost after \(sent)."))
                return TransportResponse(status: 200, headers: HeaderFields(), body: body)
            case "/chat": return .events("data: {\"error\": {\"message\": \(JSONValue.string(sent).serialized())}}\n\n")
            case "/decoding": return TransportResponse(status: 200, body: TransportBody(Data("<p>\(sent)".utf8)))
            case "/renewed" where attempt == 1: return .json([:], status: 401)
            default: return .json(["error": "teapot", "message": .string("You sent \(sent).")], status: 418)
            }
        }
        let client = transport.client(.token { isReplaced.withLock { $0 } ? "token-of-tomorrow" : "token-of-today" })
        let options = RequestOptions(
            headers: [
                "Cookie": "a=1; session=cookie-of-today", "X-Api-Key": "key of-today", "X-Password": "of-today x",
            ]
        )
        let error = await #expect(throws: TchaviError.self) {
            switch path {
            case "/events":
                for try await _ in try await client.stream(Endpoint(.post, path), options: options) {}
            case "/chat": _ = try await client.chat.stream(.hello, options: options).collect()
            default: _ = try await client.send(Endpoint(.post, path), options: options)
            }
        }
        let shown = error.map { "\($0) \($0.details ?? nil) \($0.headers)" } ?? ""
        #expect(shown.contains("<redacted>"))
        #expect(!shown.contains("of-today"))
        #expect(!shown.contains("of-tomorrow"))
    }

    @Test(arguments: 0..<40)
    func `A body that is cut within a repeated key shows no part of it`(offset: Int) async throws {
        let key = "sk-tch-stub-secret"
        let padding = String(repeating: "x", count: offset)
        let body = padding + String(repeating: key + " ", count: 2000)
        let transport = StubTransport { _, _ in TransportResponse(status: 400, body: TransportBody(Data(body.utf8))) }
        let error = await #expect(throws: TchaviError.self) { _ = try await transport.client().chat.complete(.hello) }
        let shown = try #require(error?.body)
        let rest = shown.replacing("<redacted>", with: "").drop { $0 == "x" }
        #expect(!rest.contains("sk"))
    }

    @Test(arguments: ["plain-pass-word", #"p"w\ord-é-secret"#, "a/b&c=d e%f-secret"])
    func `A password is redacted in each form in which a server repeats it`(password: String) async throws {
        let transport = StubTransport { request, _ in
            let sent = String(decoding: request.body ?? Data(), as: UTF8.self)
            let query = password.percentEncoded(keeping: .query)
            let text = "\(sent) \(sent.replacing("/", with: "\\/")) \(password) \(query)"
            let padded = String(repeating: "x", count: 4080 - password.utf8.count / 2) + text
            return TransportResponse(status: 400, body: TransportBody(Data((text + padded).utf8)))
        }
        let client = transport.client(.none)
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await client.auth.login(email: "ada@example.org", password: Secret(password)) },
            { _ = try await client.auth.register(Registration(email: "a@b", password: Secret(password))) },
            { _ = try await client.users.update(AccountChanges(newPassword: Secret(password))) },
            { _ = try await transport.client(.account(email: "a@b", password: Secret(password))).users.me() },
        ]
        for call in calls {
            let error = try #require(await #expect(throws: TchaviError.self) { try await call() })
            #expect(error.body?.contains("<redacted>") == true)
            for part in ["pass-word", "secret", "ord-é"] { #expect(!"\(error) \(error.body ?? "")".contains(part)) }
        }
    }

    @Test func `A response that has a new credential and cannot be read is not quoted`() async throws {
        let cut = #"{"accessToken": "token-of-tomorrow", "key": "key-of-tomorrow", "user": {"id":"#
        let reported = #"{"accessToken": "token-of-tomorrow", "error": {"code": 7, "key": "key-of-tomorrow"}}"#
        for body in [cut, reported] {
            let transport = StubTransport { _, _ in TransportResponse(status: 200, body: TransportBody(Data(body.utf8)))
            }
            let client = transport.client(.none)
            let calls: [@Sendable () async throws -> Void] = [
                { _ = try await client.auth.login(email: "ada@example.org", password: "pass-word-1") },
                { _ = try await client.apiKeys.create(APIKeyParameters(label: "x")) },
            ]
            for call in calls {
                let error = try #require(await #expect(throws: TchaviError.self) { try await call() })
                var dumped = "\(error)"
                dump(error, to: &dumped)
                #expect(!dumped.contains("of-tomorrow"))
            }
        }
    }

    @Test(arguments: [302, 303, 307])
    func `The body of a redirect does not decide whether the call is retried`(status: Int) async throws {
        for body: JSONValue in [
            ["error": "x", "statusCode": 429], ["error": ["message": "x", "code": 503]],
            ["error": "x", "statusCode": 401],
        ] {
            let transport = StubTransport { _, _ in .json(body, status: status, headers: ["Location": "/x"]) }
            let client = transport.client(.token { Secret("token-\(UUID())") })
            let parameters = PaymentParameters(packID: "p", phone: "+22900000000")
            let error = await #expect(throws: TchaviError.self) { _ = try await client.payments.initiate(parameters) }
            #expect(error?.statusCode == status)
            #expect(transport.requests.count == 1)
        }
    }

    @Test func `The endless body of a refusal is read up to the size limit`() async throws {
        let isEnded = Locked(false)
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max) { isEnded.withLock { $0 = true } }
            for _ in 0..<20 { writer.write(Data(repeating: UInt8(ascii: "x"), count: 100)) }
            return TransportResponse(status: 500, body: body)
        }
        let client = transport.client { $0.maximumResponseBytes = 1000 }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.statusCode == 500)
        #expect(error?.body?.utf8.count == 1000)
        #expect(isEnded.withLock { $0 })
    }

    @Test func `What was done is acknowledged by any successful response`() async throws {
        for body in ["", "null", "[]", #"{"message": 7}"#, #"{"message": "Deleted."}"#] {
            let transport = StubTransport { _, _ in TransportResponse(status: 204, body: TransportBody(Data(body.utf8)))
            }
            let message = try await transport.client().apiKeys.delete("k").message
            #expect(message == (body.contains("Deleted.") ? "Deleted." : ""))
        }
    }

    @Test func `A wait that ends in the year 9999 is an error at once, with advice`() async throws {
        let transport = StubTransport { _, _ in
            .json([:], status: 429, headers: ["Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"])
        }
        let error = await #expect(throws: TchaviError.self) {
            _ = try await transport.client().chat.complete(.hello)
        }
        #expect(error?.retryAfter == .seconds(1_000_000_000))
        #expect(error?.advice == "Wait 1000000000 s, then try again.")
        #expect(transport.requests.count == 1)
    }

    @Test func `The status of a refusal is told although the transport's own error ends its body`() async throws {
        struct Broken: Error {}
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(Data(#"{"error": "slow_down", "message": "Later."}"#.utf8))
            writer.finish(throwing: Broken())
            return TransportResponse(status: 429, headers: ["Retry-After": "0"], body: body)
        }
        let client = transport.client { $0.retryPolicy.initialDelay = .milliseconds(1) }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .rateLimited)
        #expect(error?.message == "Later.")
        #expect(transport.requests.count == 3)
    }

    @Test func `A response that is too large is an error`() async throws {
        let transport = StubTransport { _, _ in .json(["x": .string(String(repeating: "x", count: 2000))]) }
        let client = transport.client { $0.maximumResponseBytes = 1000 }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .transport)
        #expect(error?.message.contains("1000 bytes") == true)
    }

    // MARK: Settings

    @Test func `A client is created from the environment`() throws {
        let client = try TchaviClient(environment: [
            "TCHAVI_API_KEY": "sk-tch-1", "TCHAVI_BASE_URL": "http://gateway.example/v1",
            "TCHAVI_ALLOW_INSECURE_HTTP": "1",
        ])
        #expect(client.configuration.baseURL.absoluteString == "http://gateway.example/v1")
        #expect(client.configuration.allowsInsecureHTTP)
        #expect(
            try TchaviClient(environment: ["TCHAVI_API_KEY": "k"]).configuration.baseURL.absoluteString
                == "http://localhost:3001"
        )
        let error = #expect(throws: TchaviError.self) { _ = try TchaviClient(environment: [:]) }
        #expect(error?.code == .authentication)
        let invalid = ["TCHAVI_API_KEY": "k", "TCHAVI_BASE_URL": "http://ada:pass-word@[gateway"]
        let second = #expect(throws: TchaviError.self) { _ = try TchaviClient(environment: invalid) }
        #expect(second.map { "\($0)".contains("pass-word") } == false)
        #expect(second?.message.contains("TCHAVI_BASE_URL") == true)
    }

    @Test func `Endpoints can be replaced, and other endpoints called`() async throws {
        let transport = StubTransport { request, _ in
            request.url.path.hasSuffix("events") ? .events("event: a\ndata: 1\n\n") : .json(.completion)
        }
        let client = transport.client { $0.endpoints[.chatCompletions] = Endpoint(.post, "/openai/chat") }
        _ = try await client.chat.complete(.hello)
        let answer = try await client.send(
            Endpoint(.get, "/files/{id}"),
            parameters: ["id": "a/b"],
            query: ["all": "true"]
        )
        #expect(answer["id"] == "c1")
        var events: [ServerSentEvent] = []
        for try await event in try await client.stream(Endpoint(.post, "/events")) { events.append(event) }
        #expect(events == [ServerSentEvent(event: "a", data: "1")])
        #expect(
            transport.requests.map(\.url.absoluteString) == [
                "http://localhost:3001/openai/chat", "http://localhost:3001/files/a%2Fb?all=true",
                "http://localhost:3001/events",
            ]
        )
        // A POST has a body that is not empty, also where there is nothing to say.
        #expect(
            transport.requests.map { $0.body.map { String(decoding: $0, as: UTF8.self) } }.suffix(2) == [nil, "{}"]
        )
    }

    @Test func `A renewed credential has all its retries, and the attempts go on counting`() async throws {
        let statuses = [401, 503, 200]
        let transport = StubTransport { _, attempt in
            statuses[attempt - 1] == 200 ? .json(.completion) : .json(["error": "x"], status: statuses[attempt - 1])
        }
        let tokens = Counter()
        let attempts = Locked<[Int]>([])
        let credential = Credential.token {
            tokens.add()
            return Secret("token-number-\(tokens.value)")
        }
        let client = transport.client(credential) {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(1))
            $0.retryPolicy.maxRetries = 1
            $0.timeout = nil
            $0.deadline = nil
            $0.observer = { report in attempts.withLock { $0.append(report.attempt) } }
        }
        _ = try await client.chat.complete(.hello)
        #expect(attempts.withLock { $0 } == [1, 2, 3])
    }

    @Test func `A call that is cancelled before it begins sends nothing`() async {
        let transport = StubTransport { _, _ in .json(.completion) }
        for limit in [Duration?.none, .seconds(60)] {
            let client = transport.client { $0.timeout = limit }
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await client.chat.complete(.hello)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func `Work is cancelled at once when its time is up, whatever the waiter's actor does`() async {
        let isCancelled = Locked(false)
        let first = FirstResult<Void>()
        let began = AsyncStream.makeStream(of: Void.self)
        let waiter = Task {
            try await first.value(orOf: {
                try await withTaskCancellationHandler {
                    began.continuation.yield()
                    try await Task.sleep(for: .seconds(600))
                } onCancel: {
                    isCancelled.withLock { $0 = true }
                }
            })
        }
        for await _ in began.stream { break }
        first.finish(.failure(TchaviError(.timeout, "The time is up.")))
        #expect(isCancelled.withLock { $0 })
        await #expect(throws: TchaviError.self) { try await waiter.value }
    }

    @Test func `An error of a stream of events says which call it was, and shows no key`() async throws {
        let transport = StubTransport { _, _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(Data("event: a\ndata: 1\n\n".utf8))
            writer.finish(throwing: TchaviError.connectionLost("Lost with sk-tch-stub-secret."))
            return TransportResponse(status: 200, headers: ["X-Request-Id": "req-7"], body: body)
        }
        let error = await #expect(throws: TchaviError.self) {
            for try await _ in try await transport.client().stream(Endpoint(.post, "/events")) {}
        }
        #expect(error?.code == .transport)
        #expect(error?.operation == "POST /events")
        #expect(error?.requestID == "req-7")
        #expect(error?.message.contains("secret") == false)
    }

    @Test func `A body beyond 64 KiB is written and read as a small one is`() async throws {
        let text = String(repeating: "long ", count: 30_000)
        let transport = StubTransport { request, _ in
            let sent = try JSONValue(parsing: request.body ?? Data())["messages"]?[0]?["content"] ?? .null
            return .json([
                "id": "c1", "model": "m",
                "choices": [["index": 0, "message": ["role": "assistant", "content": sent], "finish_reason": "stop"]],
            ])
        }
        let completion = try await transport.client().chat.complete(
            ChatRequest(model: "m", messages: [.user(.text(text))])
        )
        #expect(completion.text == text)
    }

    @Test func `The status of the response takes precedence over the one in its body`() async throws {
        let transport = StubTransport { _, _ in .json(["error": "x", "message": "No.", "statusCode": 0], status: 401) }
        let error = await #expect(throws: TchaviError.self) { _ = try await transport.client().chat.complete(.hello) }
        #expect(error?.code == .authentication)
    }

    @Test func `The error of a 429 says how long to wait`() async throws {
        let body: JSONValue = ["error": "rate_limit_exceeded", "message": "Slow down.", "statusCode": 429]
        let transport = StubTransport { _, _ in .json(body, status: 429, headers: ["Retry-After": "7"]) }
        let client = transport.client { $0.retryPolicy = .none }
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.advice == "Wait 7 s, then try again.")
    }

    @Test func `A successful response may have no body`() async throws {
        let transport = StubTransport { _, _ in TransportResponse(status: 204) }
        #expect(try await transport.client().send(Endpoint(.delete, "/things/{id}"), parameters: ["id": "1"]).isNull)
    }

    @Test func `A key at the end of a truncated body is redacted completely`() async throws {
        let body = String(repeating: "x", count: 4090) + "sk-tch-stub-secret"
        let transport = StubTransport { _, _ in TransportResponse(status: 500, body: TransportBody(Data(body.utf8))) }
        let error = await #expect(throws: TchaviError.self) { _ = try await transport.client().chat.complete(.hello) }
        #expect(error?.body?.contains("sk-tch") == false)
    }

    @Test func `A transport's own error becomes a TchaviError`() async throws {
        struct Odd: Error {}
        let transport = StubTransport { _, _ in throw Odd() }
        let error = await #expect(throws: TchaviError.self) { _ = try await transport.client().chat.complete(.hello) }
        #expect(error?.code == .transport)
    }

    @Test func `A response over its size limit is not retried`() async throws {
        let transport = StubTransport { _, _ in .json(["x": .string(String(repeating: "x", count: 2000))]) }
        let client = transport.client {
            $0.maximumResponseBytes = 1000
            $0.honoursIdempotencyKey = true
        }
        await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(transport.requests.count == 1)
    }

    @Test func `A DELETE is sent with its body, and a GET with one is refused`() async throws {
        let transport = StubTransport { _, _ in .json([:]) }
        _ = try await transport.client().send(Endpoint(.delete, "/x"), body: ["a": 1])
        #expect(transport.requests[0].body == Data(#"{"a":1}"#.utf8))
        await #expect(throws: TchaviError.self) {
            _ = try await transport.client().send(Endpoint(.get, "/x"), body: ["a": 1])
        }
    }
}
