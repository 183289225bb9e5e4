import Foundation
import Tchavi
import TchaviTesting
import Testing

struct CassetteRedactionTests {
    /// A transport with one response, whose body comes in chunks of three bytes.
    private struct FixedTransport: HTTPTransport {
        var status = 200
        var headers = HeaderFields()
        var body = ""

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            let bytes = Array(body.utf8)
            let (stream, continuation) = AsyncThrowingStream<Data, any Error>.makeStream()
            for start in stride(from: 0, to: bytes.count, by: 3) {
                continuation.yield(Data(bytes[start..<min(start + 3, bytes.count)]))
            }
            continuation.finish()
            return TransportResponse(status: status, headers: headers, body: TransportBody(stream))
        }
    }

    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("cassette-\(UUID()).json").path

    private func request(
        _ target: String = "/",
        headers: HeaderFields = HeaderFields(),
        body: String? = nil
    ) throws -> TransportRequest {
        TransportRequest(
            method: .post,
            url: try #require(URL(string: "https://gateway.example" + target)),
            headers: headers,
            body: body.map { Data($0.utf8) }
        )
    }

    /// Records an exchange; checks that its request is found again.
    private func recorded(_ request: TransportRequest, _ transport: FixedTransport) async throws -> Cassette.Exchange {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: transport)
        #expect(try await recorder.send(request).body.collect(upTo: .max) == Data(transport.body.utf8))
        let cassette = try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: file))).decoded(
            as: Cassette.self
        )
        let exchange = try #require(cassette.exchanges.first)
        _ = try await CassettePlayer(cassette).send(request)
        return exchange
    }

    @Test(arguments: [
        "password", "PASSWORD", "new_password", "passwordConfirmation", "Pass-Phrase", "accessToken", "Access_Token",
        "ACCESSTOKEN", "id_token", "authToken", "refresh-token", "token", "key", "apiKey", "X-Api-Key", "secretKey",
        "client_secret", "aws_secret_access_key", "session", "sessionId", "session_token", "privateKey",
        "authorization",
        "Set-Cookie", "jwt", "otp", "pin", "credentials",
    ])
    func `Members with the name of a secret are redacted`(name: String) async throws {
        let value = "s3cr"
        let body = JSONValue.object(["a": [.object([name: .string(value)])], name: [.string(value)]]).serialized()
        let exchange = try await recorded(request(body: body), FixedTransport(body: body))
        for json in [exchange.request.body, exchange.response.body] {
            #expect(json?["a"]?[0]?[name] == "<redacted>")
            #expect(json?[name]?[0] == "<redacted>")
        }
    }

    @Test func `Members that are not secrets are kept`() async throws {
        let body: JSONValue = [
            "usage": ["total_tokens": 7, "prompt_tokens_details": ["cached_tokens": 1]], "max_tokens": 5,
            "costPerToken": 0.25, "tokens": ["a", "b"], "apiKeyPrefix": "sk-tch-abc", "keyPrefix": "sk-tch-abc",
            "idempotencyKey": "i-1", "monkey": "m", "token": nil, "session": ["user": "Ada"], "password": "",
            "logprobs": ["content": [["token": "Hello", "logprob": -0.1, "top_logprobs": []]]],
            "text": #"{"a": 1.0}"#,
            "schema": ["properties": ["password": ["type": "string"]], "required": ["password"]],
        ]
        let exchange = try await recorded(request(), FixedTransport(body: body.serialized()))
        #expect(exchange.response.body == body)
    }

    @Test func `Only the token of a log probability is text`() async throws {
        let body: JSONValue = ["token": "Hello", "logprob": -0.1, "password": "s3cr", "id_token": "s3cr"]
        let exchange = try await recorded(request(), FixedTransport(body: body.serialized()))
        #expect(
            exchange.response.body
                == ["token": "Hello", "logprob": -0.1, "password": "<redacted>", "id_token": "<redacted>"]
        )
    }

    @Test func `A secret with spaces is redacted as a whole`() async throws {
        let exchange = try await recorded(
            request(headers: ["X-Password": "correct horse battery staple"]),
            FixedTransport(body: "got correct horse battery staple!")
        )
        #expect(exchange.response.body == "got <redacted>!")
    }

    @Test(arguments: [
        #"pass"word\ü/9"#, "line\nbreak\tand more", "😀 emoji secret", "percent % and + sign", "12345678901",
    ])
    func `A credential is redacted however a response escapes it`(secret: String) async throws {
        let sent = JSONValue.object(["password": .string(secret)]).serialized()
        let escaped = String(JSONValue.string(secret).serialized().dropFirst().dropLast())
        let slashes = escaped.replacing("/", with: "\\/")
        let units = secret.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
        let percent = secret.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let form =
            secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics)?.replacing("%20", with: "+") ?? ""
        for form in [escaped, slashes, units, percent, form, percent.uppercased()] {
            for body in [
                #"{"echo": "<\#(form)>", "at": ["x\#(form)"], "\#(form)": 1}"#, "not JSON: \(form)!",
                "event: x\r\ndata: {\"error\": \"got \(form)\"}\r\n\r\ndata: oops \(form)\n\n",
            ] {
                let transport = FixedTransport(
                    headers: ["X-Echo": "https://a.example/\(percent)?q=\(percent)"],
                    body: body
                )
                let exchange = try await recorded(request("/\(percent)?q=\(percent)", body: sent), transport)
                let text = exchange.response.body?.serialized() ?? ""
                #expect(!text.contains(form), "\(text)")
                let isUnicode = form != percent && form.contains("\\u00")
                #expect(!isUnicode || !text.contains("\\\\u"), "\(text)")
                #expect(text.contains("<redacted>"))
                #expect(exchange.request.target == "/<redacted>?q=<redacted>")
                #expect(exchange.response.headers["x-echo"] == "https://a.example/<redacted>?q=<redacted>")
            }
        }
    }

    @Test(arguments: [
        ("/a?api_key=s3cr&page=2", "/a?api_key=<redacted>&page=2"),
        ("/a?page=2&TOKEN=s3cr", "/a?page=2&TOKEN=<redacted>"),
        ("/a?access_token=s3cr", "/a?access_token=<redacted>"),
        ("/a?key=s3cr&key=t", "/a?key=<redacted>&key=<redacted>"),
        ("/a?X-Amz-Signature=s3cr&sig=s3cr", "/a?X-Amz-Signature=<redacted>&sig=<redacted>"),
        ("/a?api%5Fkey=s3cr", "/a?api%5Fkey=<redacted>"), ("/a?max_tokens=5&q=key", "/a?max_tokens=5&q=key"),
        ("/a?key=", "/a?key="),
    ])
    func `Query items with the name of a secret are redacted`(target: String, redacted: String) async throws {
        let location = "https://ada:s3cr@gateway.example" + target
        let body = JSONValue.object(["url": .string(location)]).serialized()
        let exchange = try await recorded(request(target), FixedTransport(headers: ["Location": location], body: body))
        #expect(exchange.request.target == redacted)
        #expect(exchange.response.headers["location"] == "https://ada:<redacted>@gateway.example" + redacted)
        #expect(exchange.response.body?["url"]?.string == "https://ada:<redacted>@gateway.example" + redacted)
    }

    @Test func `Forms, lines of JSON, events and JSON in strings are redacted`() async throws {
        let form = try await recorded(request(body: "grant_type=refresh_token&refresh_token=s3cr"), FixedTransport())
        #expect(form.request.body == "grant_type=refresh_token&refresh_token=<redacted>")
        let events = """
            : comment
            event: x
            data: {"choices": [], "token": "s3cr"}

            data: {"token":
            data: "s3cr"}

            data:{"a": 1}
            data: [DONE]

            {"id_token": "s3cr"}
            """
        let body = try await recorded(request(), FixedTransport(body: events)).response.body?.string
        #expect(
            body == """
                : comment
                event: x
                data: {"choices":[],"token":"<redacted>"}

                data: {"token":"<redacted>"}

                data:{"a": 1}
                data: [DONE]

                {"id_token":"<redacted>"}
                """
        )
        let arguments = try await recorded(
            request(),
            FixedTransport(body: #"{"arguments": "{\"user\": \"Ada\", \"password\": \"s3cr\"}"}"#)
        )
        let json = try JSONValue(parsing: try #require(arguments.response.body?["arguments"]?.string))
        #expect(json == ["user": "Ada", "password": "<redacted>"])
    }

    @Test func `Lists of secrets are redacted`() async throws {
        let body = #"{"refresh_tokens": ["s3cr", "list-of-secrets"], "stopTokens": 2, "echo": "list-of-secrets"}"#
        let exchange = try await recorded(request(body: body), FixedTransport(body: body))
        #expect(exchange.request.body?["refresh_tokens"] == ["<redacted>", "<redacted>"])
        #expect(exchange.response.body?["stopTokens"] == 2)
        #expect(exchange.response.body?["echo"] == "<redacted>")
    }

    @Test func `Numbers that are secrets are redacted`() async throws {
        let exchange = try await recorded(
            request(body: #"{"password": 12345678901, "pin": 1234}"#),
            FixedTransport(body: #"{"echo": 12345678901, "echoes": "12345678901", "other": 1234567890}"#)
        )
        #expect(exchange.request.body == ["password": "<redacted>", "pin": "<redacted>"])
        #expect(exchange.response.body == ["echo": "<redacted>", "echoes": "<redacted>", "other": 1_234_567_890])
    }

    @Test(arguments: [
        ("refreshToken=abc; Path=/auth; HttpOnly", "refreshToken=<redacted>; Path=/auth; HttpOnly"),
        (
            "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT, b=x=y; Max-Age=5",
            "a=<redacted>; Expires=Wed, 21 Oct 2015 07:28:00 GMT, b=<redacted>; Max-Age=5"
        ),
        ("a=1; Expires=Fri, 21 Oct 2135 07:28:00 GMT; Secure", "a=<redacted>; Secure"),
        ("a=1,2; Path=/", "a=<redacted>; Path=/"), ("a=; Max-Age=0", "a=; Max-Age=0"),
        ("nameless; Path=/", "<redacted>"),
    ])
    func `A cookie keeps its name and attributes`(cookie: String, redacted: String) async throws {
        let exchange = try await recorded(request(), FixedTransport(headers: ["Set-Cookie": cookie]))
        #expect(exchange.response.headers["set-cookie"] == redacted)
    }

    @Test func `A credential is redacted in later exchanges too`() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: FixedTransport(body: "was first-token, session-value"))
        for token in ["first-token", "second-token"] {
            let headers: HeaderFields = ["Authorization": "Bearer \(token)", "Cookie": "sid=session-value; b=2"]
            _ = try await recorder.send(request(headers: headers)).body.collect(upTo: .max)
        }
        let player = try CassettePlayer(file)
        for _ in 1...2 {
            let body = try await player.send(request()).body.collect(upTo: .max)
            #expect(String(decoding: body, as: UTF8.self) == "was <redacted>, <redacted>")
        }
    }

    @Test func `An exchange is recorded once, however often its body is read after the end`() async throws {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let recorder = CassetteRecorder(to: file, transport: FixedTransport(body: "abcd"))
        let iterator = try await recorder.send(request()).body.makeAsyncIterator()
        while try await iterator.next() != nil {}
        #expect(try await iterator.next() == nil)
        #expect(try CassettePlayer(file).remaining == 1)
    }

    @Test func `A write error is reported until the whole cassette has been written`() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cassettes-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("a.json").path
        let recorder = CassetteRecorder(to: file, transport: FixedTransport(body: "abcd"))
        _ = try await recorder.send(request()).body.collect(upTo: .max)
        #expect(recorder.writeError != nil)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        _ = try await recorder.send(request()).body.collect(upTo: .max)
        #expect(recorder.writeError == nil)
        #expect(try CassettePlayer(file).remaining == 2)
    }
}
