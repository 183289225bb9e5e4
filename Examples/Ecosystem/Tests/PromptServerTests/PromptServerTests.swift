import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Tchavi
import TchaviTesting
import Testing

struct PromptServerTests {
    private let server = ServerUnderTest()

    @Test func `A run streams its text, and ends with its usage, version and selection`() async throws {
        server.gateway.enqueue(.text("Your order was shipped."))
        let body = #"{"prompt": "greeting", "input": "Hello", "variables": {"customer": "Ada"}, "user": "user-1"}"#
        let response = try await server.response(.post, "/run", body)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/event-stream")
        let events = try response.events
        #expect(events.filter { $0.name == "text" }.count > 1)
        #expect(events.compactMap { $0.data["text"]?.string }.joined() == "Your order was shipped.")
        let last = try #require(events.last)
        #expect(last.name == "response")
        #expect(last.data["prompt"] == "greeting")
        #expect(last.data["version"] == 1)
        #expect(last.data["selection"]?["reason"] == "fallback")
        #expect((last.data["usage"]?["totalTokens"]?.integer ?? 0) > 0)
        #expect(server.gateway.chatRequests.first?.messages.first?.text == "Greet Ada.")
    }

    @Test func `The client does not see the credits of the server's account`() async throws {
        let response = try await server.response(.post, "/run", #"{"prompt": "tone", "input": "Hello"}"#)
        #expect(try response.events.last?.name == "response")
        #expect(!response.text.lowercased().contains("credits"))
    }

    @Test func `An unknown prompt is not found`() async throws {
        let response = try await server.response(.post, "/run", #"{"prompt": "tune"}"#)
        #expect(response.status == .notFound)
        #expect(try response.json["error"]?["code"] == "notFound")
        // The names of the other prompts are no business of the client.
        #expect(!response.text.contains("greeting"))
    }

    @Test func `A missing variable is named`() async throws {
        let response = try await server.response(.post, "/run", #"{"prompt": "greeting", "input": "Hello"}"#)
        #expect(response.status == .unprocessableContent)
        #expect(try response.json["error"]?["code"] == "missingVariables")
        #expect(try response.json["error"]?["missingVariables"] == ["customer"])
        #expect(server.gateway.requests.isEmpty)
    }

    @Test(arguments: [
        ("", "The body is not valid JSON."), ("{}", "`prompt` is missing."),
        (#"{"prompt": 1}"#, "`prompt` has a value of the wrong type."),
        (#"{"prompt": "tone", "variables": {"a": 1}}"#, "`variables.a` has a value of the wrong type."),
        (
            #"{"prompt": "tone", "tags": {"promptVersionNumber": "1"}}"#,
            "`promptVersionNumber` is not a tag: the server selects the version."
        ),
    ])
    func `A body that is not a run is refused with the reason`(body: String, message: String) async throws {
        let response = try await server.response(.post, "/run", body)
        #expect(response.status == .badRequest)
        #expect(try response.json["error"]?["message"]?.string == message)
    }

    @Test func `A body that is too large is refused`() async throws {
        let input = String(repeating: "a", count: 1 << 20)
        let response = try await server.response(.post, "/run", #"{"prompt": "tone", "input": "\#(input)"}"#)
        #expect(response.status == .contentTooLarge)
    }

    @Test func `An error of the gateway before the first text has a status`() async throws {
        server.gateway.enqueue(.error(status: 402, code: "insufficient_credits", message: "Ada has 0 credits."))
        let response = try await server.response(.post, "/run", #"{"prompt": "tone", "input": "Hello"}"#)
        #expect(response.status == .badGateway)
        #expect(response.headers[.contentType] == "application/json")
        #expect(try response.json["error"]?["code"] == "insufficientCredits")
        #expect(!response.text.contains("Ada"))
    }

    @Test func `An error of the gateway after the first text is the last event`() async throws {
        server.gateway.enqueue(.cutStream(after: 3, of: .text("Your order was shipped.")))
        let response = try await server.response(.post, "/run", #"{"prompt": "tone", "input": "Hello"}"#)
        #expect(response.status == .ok)
        let events = try response.events
        #expect(events.first?.name == "text")
        #expect(events.last?.name == "error")
        #expect(events.last?.data["error"]?["code"] == "transport")
        #expect(!events.contains { $0.name == "response" })
    }

    @Test(arguments: ["open sesamo", "open", "open sesame and more", "", nil])
    func `The webhook refuses any other secret`(secret: String?) async throws {
        var headers: HTTPFields = [:]
        if let secret { headers[try #require(HTTPField.Name("X-Webhook-Secret"))] = secret }
        let response = try await server.response(.post, "/webhook", headers: headers)
        #expect(response.status == .unauthorized)
        #expect(try response.json["error"]?["code"] == "wrongSecret")
    }

    @Test func `The webhook reads the prompts again`() async throws {
        let name = try #require(HTTPField.Name("X-Webhook-Secret"))
        let response = try await server.response(.post, "/webhook", headers: [name: "open sesame"])
        #expect(response.status == .ok)
        #expect(try response.json["prompts"] == 2)
    }
}
