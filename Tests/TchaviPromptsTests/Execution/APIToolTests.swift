import Foundation
import Synchronization
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

@Suite(.timeLimit(.minutes(10)))
struct APIToolTests {
    /// A transport whose responses come from a closure, and which records the requests.
    private final class ScriptedTransport: HTTPTransport {
        private let respond: @Sendable (TransportRequest) throws -> TransportResponse
        private let sent = Mutex<[TransportRequest]>([])

        init(
            _ respond: @escaping @Sendable (TransportRequest) throws -> TransportResponse = { _ in .init(status: 204) }
        ) {
            self.respond = respond
        }

        var requests: [TransportRequest] { sent.withLock { $0 } }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            sent.withLock { $0.append(request) }
            return try respond(request)
        }
    }

    private static let order = "https://orders.example/v1/orders/{id}"
    private static let key = "sk-\"live\"/0123456789"

    private func call(_ tool: PromptTool, _ arguments: String = #"{"id":"7"}"#) async throws -> JSONValue {
        let body = try #require(tool.body)
        return try await body(Data(arguments.utf8))
    }

    private func failure(_ tool: PromptTool, _ arguments: String = #"{"id":"7"}"#) async throws -> String {
        let error = await #expect(throws: (any Error).self) { _ = try await call(tool, arguments) }
        let described = try #require(error as? any LocalizedError, "\(String(describing: error))")
        return try #require(described.errorDescription)
    }

    private func request(
        _ method: TransportMethod = .get,
        _ url: String,
        _ arguments: String,
        headers: [String: Secret] = [:]
    ) async throws -> TransportRequest {
        let transport = ScriptedTransport()
        let tool = try PromptTool.api("t", method, url, headers: headers, transport: transport)
        #expect(try await call(tool, arguments) == "done")
        return try #require(transport.requests.first)
    }

    /// The result or error of a response to a call with a key in its headers.
    private func outcome(
        status: Int = 200,
        _ body: String,
        headers: HeaderFields = HeaderFields(),
        sending: [String: Secret] = ["X-Api-Key": Secret(key)]
    ) async throws -> Result<JSONValue, PromptToolError> {
        let transport = ScriptedTransport { _ in
            TransportResponse(status: status, headers: headers, body: TransportBody(Data(body.utf8)))
        }
        let tool = try PromptTool.api("t", .get, Self.order, headers: sending, transport: transport)
        do {
            return .success(try await call(tool))
        } catch let error as PromptToolError {
            return .failure(error)
        }
    }

    // MARK: Requests

    @Test func `A tool is defined as a function that sends requests`() throws {
        let schema = JSONSchema.object(["id": .string()])
        let tool = try PromptTool.api(
            "get_order",
            .get,
            Self.order,
            description: "d",
            parameters: schema,
            timeout: .seconds(3)
        )
        #expect(tool.kind == .api)
        #expect(tool.definition == ToolDefinition(name: "get_order", description: "d", parameters: schema))
        #expect(tool.timeout == .seconds(3))
    }

    @Test(arguments: [
        ("https://a.example/o/{id}", #"{"id":"x y/z"}"#, "https://a.example/o/x%20y%2Fz"),
        ("https://a.example/o/{id}", #"{"id":42}"#, "https://a.example/o/42"),
        ("https://a.example/o/{id}", #"{"id":true}"#, "https://a.example/o/true"),
        ("https://a.example/o/v{id}.json", #"{"id":1.5}"#, "https://a.example/o/v1.5.json"),
        ("https://a.example/{a}/{b}/{a}", #"{"a":"{b}","b":"é"}"#, "https://a.example/%7Bb%7D/%C3%A9/%7Bb%7D"),
        ("https://a.example/o?q={q}&x=1", #"{"q":"a&x=2#/?"}"#, "https://a.example/o?q=a%26x%3D2%23%2F%3F&x=1"),
        ("https://a.example/o?q={q}", #"{"q":"","z":"1","b":2}"#, "https://a.example/o?q=&b=2&z=1"),
        ("https://a.example?q={q}", #"{"q":"../.."}"#, "https://a.example?q=..%2F.."),
        ("https://a.example:8443/o", #"{"a b":"c&d","n":null,"e":[]}"#, "https://a.example:8443/o?a%20b=c%26d"),
        ("https://a.example/o", #"{"tag":["x","y",1,false]}"#, "https://a.example/o?tag=x&tag=y&tag=1&tag=false"),
        ("https://a.example/o", "{}", "https://a.example/o"),
    ])
    func `Arguments fill the placeholders, and the others become the query`(
        template: String,
        arguments: String,
        url: String
    ) async throws {
        for method in [TransportMethod.get, .delete, "HEAD"] {
            let request = try await request(method, template, arguments)
            #expect(request.url.absoluteString == url)
            #expect(request.method == method)
            #expect(request.body == nil)
        }
    }

    @Test(arguments: [TransportMethod.post, .put, .patch])
    func `The other arguments become the body`(method: TransportMethod) async throws {
        let arguments = #"{"id":"7","items":[{"sku":"a","n":2}],"note":null}"#
        let request = try await request(method, Self.order, arguments)
        #expect(request.url.absoluteString == "https://orders.example/v1/orders/7")
        #expect(
            request.body.map { String(decoding: $0, as: UTF8.self) } == #"{"items":[{"n":2,"sku":"a"}],"note":null}"#
        )
        #expect(request.headers[.contentType] == "application/json")
        #expect(try await self.request(method, Self.order, #"{"id":"7"}"#).body == Data("{}".utf8))
    }

    @Test func `A request has the headers of the tool, and none of the gateway's`() async throws {
        let headers: [String: Secret] = ["X-Api-Key": Secret(Self.key), "accept": "text/csv"]
        let request = try await request(.get, Self.order, #"{"id":"7"}"#, headers: headers)
        #expect(Set(request.headers.fields.map { $0.name.lowercased() }) == ["x-api-key", "accept", "user-agent"])
        #expect(request.headers["X-Api-Key"] == Self.key)
        #expect(request.headers[.accept] == "text/csv")
    }

    // MARK: Arguments that are refused

    @Test(arguments: [
        "..", ".", "../../admin", "..\\\\admin", "x/../../admin", "..;/admin", "%2e%2e", "%2E%2e%2fadmin",
        "%252e%252e/x",
        "..%2f", "a/.", "",
    ])
    func `No argument leads to another path`(value: String) async throws {
        let transport = ScriptedTransport()
        for template in [Self.order, "https://orders.example/v1/{id}/lines?full=1"] {
            let tool = try PromptTool.api("t", .get, template, transport: transport)
            let message = try await failure(tool, #"{"id":"\#(value)"}"#)
            #expect(message.contains("`id`"))
            #expect(!message.contains("orders.example"))
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func `Several arguments together lead to no other path either`() async throws {
        let transport = ScriptedTransport()
        let tool = try PromptTool.api("t", .get, "https://a.example/v1/{a}{b}/x", transport: transport)
        _ = try await failure(tool, #"{"a":".","b":"."}"#)
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [
        "@evil.example/", "//evil.example", "https://evil.example/", "evil.example:443", "x?x=1#",
        "\\r\\nHost: evil.example",
        "\\u0000", "#", ":80", "x\\nX-Admin: 1", "[::1]",
    ])
    func `No argument changes the host, the query or the headers`(value: String) async throws {
        let request = try await request(.get, "https://orders.example:8443/v1/{id}/x?full=1", #"{"id":"\#(value)"}"#)
        #expect(request.url.scheme == "https")
        #expect(request.url.host == "orders.example")
        #expect(request.url.port == 8443)
        #expect(request.url.user == nil)
        #expect(request.url.query == "full=1")
        #expect(request.url.fragment == nil)
        let path = try #require(URLComponents(url: request.url, resolvingAgainstBaseURL: false)?.percentEncodedPath)
        #expect(path.hasPrefix("/v1/") && path.hasSuffix("/x"))
        #expect(path.split(separator: "/", omittingEmptySubsequences: false).count == 4)
        #expect(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(request.headers.fields.count == 2)
    }

    @Test(arguments: [
        (#"{}"#, "`id` is missing"), (#"{"id":null}"#, "`id` is missing"), (#"{"id":[1]}"#, "not an array"),
        (#"{"id":{"a":1}}"#, "not an object"), (#"{"id":"7","q":{"a":1}}"#, "`q` must be"),
        (#"{"id":"7","q":[[1]]}"#, "`q` must be"), (#"{"id":"7","q":[null]}"#, "not null"),
        ("[]", "expected an object"), ("7", "expected an object"), (#"{"id":"#, "cannot be decoded"),
        (#"{"id":"7","full":"0"}"#, "`full` is not allowed"), (#"{"id":"7","a b":"0"}"#, "`a b` is not allowed"),
    ])
    func `The model is told which argument cannot be used`(arguments: String, part: String) async throws {
        let transport = ScriptedTransport()
        let tool = try PromptTool.api("t", .get, Self.order + "?full=1&a%20b=2", transport: transport)
        let message = try await failure(tool, arguments)
        #expect(message.contains(part), "\(message)")
        #expect(transport.requests.isEmpty)
    }

    @Test func `An argument that the parameters do not allow is refused`() async throws {
        let transport = ScriptedTransport()
        let schema = JSONSchema.object(["id": .string()], optional: ["note": .string()])
        let tool = try PromptTool.api("t", .post, Self.order, parameters: schema, transport: transport)
        #expect(try await failure(tool, #"{"id":"7","price":0}"#) == "The argument `price` is not allowed.")
        #expect(transport.requests.isEmpty)
        #expect(try await call(tool, #"{"id":"7","note":"n"}"#) == "done")
        let open = try PromptTool.api("t", .post, Self.order, parameters: ["type": "object"], transport: transport)
        #expect(try await call(open, #"{"id":"7","price":0}"#) == "done")
    }

    // MARK: Definitions that are refused

    @Test(arguments: [
        "{scheme}://a.example/", "https://{host}/", "https://{tenant}.a.example/x", "https://a.example:{port}/x",
        "https://{user}@a.example/", "https://user:{id}@a.example/", "https://a.example{path}",
        "https://a.example{path}/x",
        "https://u:sekret-0@a.example/x", "https://a.example\\@b.example/{id}", "https://a.example/{id}#top",
        "https:///x/{id}",
        "/v1/orders/{id}", "orders.example/{id}", "ftp://a.example/{id}", "http://a.example/{id}",
        "http://127.0.0.1.evil.example/{id}", "https://a.example/{id", "https://a.example/id}", "https://a.example/{}",
        "https://a.example/{a{b}}", "https://a.example/../{id}", "https://a.example/a b",
        "https://a.example/x?k=sekret-0{",
        "https://a.example/é", "https://a.example/{a/b}", "",
    ])
    func `A template that does not fix where a request goes is refused`(template: String) {
        let error = #expect(throws: TchaviError.self) { try PromptTool.api("t", .get, template) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.advice != nil)
        #expect(error?.description.contains("sekret") == false)
    }

    @Test func `Plain http is for this computer, or where it is allowed`() throws {
        _ = try PromptTool.api("t", .get, "http://127.0.0.1:8080/{id}")
        _ = try PromptTool.api("t", .get, "http://[::1]:8080/{id}")
        _ = try PromptTool.api("t", .get, "http://a.example/{id}", allowsInsecureHTTP: true)
    }

    @Test func `Headers, methods and parameters that cannot be right are refused`() {
        #expect(throws: TchaviError.self) {
            try PromptTool.api("t", .get, Self.order, headers: ["X-Key": "a\r\nHost: b"])
        }
        #expect(throws: TchaviError.self) { try PromptTool.api("t", .get, Self.order, headers: ["X Key": "a"]) }
        #expect(throws: TchaviError.self) { try PromptTool.api("t", "GET /x", Self.order) }
        let error = #expect(throws: TchaviError.self) {
            try PromptTool.api("t", .get, Self.order, parameters: .object(["number": .string()]))
        }
        #expect(error?.message.contains("`id`") == true)
    }

    // MARK: Results

    @Test(
        arguments: [
            (#"{"a":[1,null]}"#, "application/json", ["a": [1, nil]]),
            ("[1]", "text/plain", [1]), (#""x""#, "application/problem+json; charset=utf-8", "x"),
            ("17", "application/json", 17),
            ("17", "text/plain", "17"), ("", "application/json", "done"), (#"{"a":"#, "application/json", #"{"a":"#),
            ("<html><body>é</body></html>", "text/html", "<html><body>é</body></html>"),
            ("true story", "text/plain", "true story"),
        ] as [(String, String, JSONValue)]
    )
    func `A body is given as JSON if it is, and as text otherwise`(body: String, type: String, result: JSONValue)
        async throws
    {
        #expect(try await outcome(body, headers: ["Content-Type": type]).get() == result)
    }

    @Test func `A body that is not text is an error`() async throws {
        let transport = ScriptedTransport { _ in
            TransportResponse(status: 200, body: TransportBody(Data([0x89, 0xFF, 0xFE])))
        }
        let tool = try PromptTool.api("t", .get, Self.order, transport: transport)
        #expect(try await failure(tool) == "The response is not text.")
    }

    @Test func `Of a 4xx, the model is told the status and the beginning of the body`() async throws {
        let body = String(repeating: "né ", count: 20_000)
        for status in [400, 404, 409, 429, 499] {
            #expect(
                try await outcome(status: status, "No order.")
                    == .failure(.init("The server responded with status \(status): No order."))
            )
            #expect(
                try await outcome(status: status, " ") == .failure(.init("The server responded with status \(status)."))
            )
            guard case .failure(let error) = try await outcome(status: status, body) else {
                Issue.record("succeeded")
                return
            }
            #expect(error.message.contains("né né"))
            #expect(error.message.utf8.count < 1100)
        }
    }

    @Test(arguments: [100, 199, 300, 301, 302, 303, 304, 307, 308, 500, 502, 503, 599])
    func `Of any other status, the model is told nothing else`(status: Int) async throws {
        let result = try await outcome(
            status: status,
            "stack trace",
            headers: ["Location": "https://orders.example/v2"]
        )
        #expect(result == .failure(PromptToolError("The server responded with status \(status).")))
    }

    @Test(arguments: [200, 404])
    func `A key that the server repeats is redacted, in every form`(status: Int) async throws {
        let escaped = #"sk-\"live\"\/0123456789"#
        let bodies = [
            "key \(Self.key) is", "key \(Self.key)\u{301}", #"{"error":"\#(escaped)"}"#, #"{"\#(escaped)":1}"#,
            #"{"e":["\u0073\u006b-\"live\"/0123456789"]}"#, "broken {\"e\":\"\(escaped)\"",
            "?k=sk-%22live%22%2F0123456789",
            String(repeating: "x", count: 1020) + Self.key, String(repeating: Self.key, count: 800) + "sk-\"liv",
            String(repeating: "é", count: 8190) + Self.key,
        ]
        for body in bodies {
            for headers in [
                ["X-Api-Key": Secret(Self.key)], ["Authorization": Secret("Bearer \(Self.key)")],
                ["X-Auth": Secret(Self.key)],
            ] {
                let text =
                    switch try await outcome(status: status, body, sending: headers) {
                    case .success(let json): json.serialized()
                    case .failure(let error): error.message
                    }
                #expect(!text.contains("0123456789"), "\(body.prefix(60))")
                #expect(!text.contains("live"), "\(body.prefix(60))")
            }
        }
    }

    @Test func `A short value of an ordinary header is redacted in errors only`() async throws {
        let headers: [String: Secret] = ["X-Api-Version": "2026-01-05", "Accept": "application/json"]
        let body = #"{"due":"2026-01-05","type":"application/json"}"#
        #expect(try await outcome(body, sending: headers).get() == ["due": "2026-01-05", "type": "application/json"])
        let expected = #"The server responded with status 400: {"due":"<redacted>","type":"application/json"}"#
        #expect(try await outcome(status: 400, body, sending: headers) == .failure(PromptToolError(expected)))
    }

    @Test func `A body that breaks off in the middle of a key does not show its beginning`() async throws {
        let transport = ScriptedTransport { _ in
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            writer.write(Data("No key is sk-\"live\"/01234".utf8))
            writer.finish(throwing: TchaviError.connectionLost("x"))
            return TransportResponse(status: 403, body: body)
        }
        let tool = try PromptTool.api(
            "t",
            .get,
            Self.order,
            headers: ["X-Api-Key": Secret(Self.key)],
            transport: transport
        )
        let message = try await failure(tool)
        #expect(message.hasPrefix("The server responded with status 403"))
        #expect(!message.contains("live"))
    }

    @Test func `A body that is cut in the middle of a long key does not show its beginning`() async throws {
        let key = String(repeating: "abcd0123", count: 50)
        let body = String(repeating: key, count: 41)
        guard case .failure(let error) = try await outcome(status: 400, body, sending: ["X-Api-Key": Secret(key)])
        else {
            Issue.record("succeeded")
            return
        }
        #expect(error.message.hasPrefix("The server responded with status 400"))
        #expect(!error.message.contains("abcd"))
    }

    // MARK: Failures

    @Test func `Of a failure of the network, the model is told nothing about the network`() async throws {
        let errors: [(any Error & Sendable, Bool)] = [
            (TchaviError.couldNotConnect("10.0.0.7 refused"), false),
            (TchaviError.connectionLost("reset by 10.0.0.7"), true),
            (TchaviError(.invalidRequest, "http_proxy is 10.0.0.7"), false), (URLError(.badServerResponse), true),
        ]
        for (error, mayHaveRun) in errors {
            let tool = try PromptTool.api("t", .get, Self.order, transport: ScriptedTransport { _ in throw error })
            let message = try await failure(tool)
            #expect(message.hasPrefix("The server could not be reached"))
            #expect(message.contains("may have been carried out") == mayHaveRun)
            #expect(!message.contains("10.0.0.7"))
        }
    }

    @Test func `Cancellation is not an error of the tool`() async throws {
        let tool = try PromptTool.api(
            "t",
            .get,
            Self.order,
            transport: ScriptedTransport { _ in throw CancellationError() }
        )
        await #expect(throws: CancellationError.self) { _ = try await call(tool) }
    }

    // MARK: A server

    private func tool(_ server: LoopbackServer, _ method: TransportMethod = .get, timeout: Duration? = nil) throws
        -> PromptTool
    {
        try PromptTool.api("order", method, "http://127.0.0.1:\(server.port)/v1/{id}", timeout: timeout)
    }

    @Test func `A request arrives as it was made`() async throws {
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                let seen: JSONValue = [
                    "target": .string(request.target), "cookie": request.headers[.cookie].map { .string($0) } ?? .null,
                    "authorization": request.headers[.authorization].map { .string($0) } ?? .null,
                    "body": request.json ?? .null,
                ]
                try connection.respond(headers: ["Set-Cookie": "session=1"], body: seen.serializedData())
            }
        }
        defer { server.stop() }
        let post = try tool(server, .post)
        for value in ["a/b", "@evil.example/", "x?x=1#", "\\r\\nX-Admin: 1"] {
            let result = try await call(post, #"{"id":"\#(value)","n":1}"#)
            let target = try #require(result["target"]?.string)
            #expect(target.hasPrefix("/v1/") && target.split(separator: "/").count == 2 && !target.contains("?"))
            #expect(result["body"] == ["n": 1])
            #expect(result["cookie"] == .null)
            #expect(result["authorization"] == .null)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `A redirect is an error and not followed`(status: Int) async throws {
        let targets = Mutex<[String]>([])
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                targets.withLock { $0.append(request.target) }
                let isFirst = request.target == "/v1/7"
                try connection.respond(
                    status: isFirst ? status : 200,
                    headers: ["Location": "/elsewhere"],
                    body: Data("{}".utf8)
                )
            }
        }
        defer { server.stop() }
        for method in [TransportMethod.get, .post] {
            #expect(try await failure(tool(server, method)) == "The server responded with status \(status).")
        }
        #expect(targets.withLock { $0 } == ["/v1/7", "/v1/7"])
    }

    @Test(arguments: [true, false])
    func `A body of more than 1 MiB is an error, whether or not its length is known`(isKnown: Bool) async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            let length = isKnown ? "Content-Length: \(10 << 20)\r\n" : ""
            try connection.send("HTTP/1.1 200 OK\r\n\(length)Connection: close\r\n\r\n")
            let chunk = Data(repeating: UInt8(ascii: "x"), count: 64 << 10)
            for _ in 0..<160 { try connection.send(chunk) }
        }
        defer { server.stop() }
        #expect(try await failure(tool(server)) == "The response is larger than 1 MiB.")
    }

    @Test func `A body of exactly 1 MiB is a result`() async throws {
        let body = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil { try connection.respond(body: body) }
        }
        defer { server.stop() }
        #expect(try await call(tool(server)).string?.utf8.count == 1 << 20)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
    func `A server that stalls costs its time limit, and the run goes on`(beginning: String) async throws {
        let closed = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send(beginning)
            connection.waitForClose()
            closed.continuation.yield()
        }
        defer { server.stop() }
        let gateway = LocalGateway()
        gateway.enqueue(.toolCalls([ToolCall(id: "c", name: "order", arguments: #"{"id":"7"}"#)]), .text("Sorry."))
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let tool = try tool(server, timeout: .seconds(2))
        let response = try await prompt.run("?", options: RunOptions(tools: [tool]))
        let result = try #require(response.toolCallResults.first)
        #expect(result.isError)
        #expect(result.type == .api)
        #expect(result.result.string?.contains("timed out") == true)
        for await _ in closed.stream { break }
    }

    @Test func `A server that cannot be reached is an error`() async throws {
        let tool = try PromptTool.api("t", .get, "http://127.0.0.1:1/{id}")
        #expect(try await failure(tool) == "The server could not be reached.")
    }
}
