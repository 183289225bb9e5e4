import Foundation
import Tchavi
import TchaviTesting
import TestSupport
import Testing

@testable import TchaviPrompts

@Suite(.timeLimit(.minutes(10)))
struct MaximSourceTests {
    private static let key = "maxim-key-0123456789"

    /// A Maxim API that responds to each path and query with a script.
    private struct API {
        let server: LoopbackServer
        let requests = Locked<[ReceivedRequest]>([])

        init(_ responses: [String: (status: Int, body: String)], headers: HeaderFields = HeaderFields()) throws {
            let requests = requests
            server = try LoopbackServer { connection in
                while let request = try connection.receiveRequest() {
                    requests.withLock { $0.append(request) }
                    let response = responses[request.target] ?? (404, #"{"error":{"message":"Nothing here"}}"#)
                    try connection.respond(status: response.status, headers: headers, body: Data(response.body.utf8))
                }
            }
        }

        init(prompts: String, status: Int = 200, headers: HeaderFields = HeaderFields()) throws {
            try self.init(
                [MaximSourceTests.prompts: (status, prompts), MaximSourceTests.folders: (200, #"{"data":[]}"#)],
                headers: headers
            )
        }

        func source(_ promptID: String? = nil) -> MaximSource {
            .maxim(apiKey: Secret(MaximSourceTests.key), promptID: promptID, baseURL: server.baseURL)
        }

        /// Loads a catalogue, and stops the server.
        func catalogue() async throws -> PromptCatalogue {
            defer { server.stop() }
            return try #require(try await source().load(since: nil))
        }

        func library() -> PromptLibrary {
            PromptLibrary(source: source(), gateway: LocalGateway().client(), configuration: .forTests)
        }
    }

    private static let prompts = "/api/sdk/v4/prompts"
    private static let folders = "/api/sdk/v3/folders"

    private static func prompt(_ id: String, text: String = "Hello {{name}}", version: Int = 1) -> String {
        #"{"promptId":"\#(id)","folderId":"f1","rules":{"v1":[{"id":"d1","timestamp":"2026-01-01T00:00:00.000Z","#
            + #""rules":{"version":1,"query":null},"isFallback":false}]},"versions":[{"id":"v1","version":\#(version),"#
            + #""promptId":"\#(id)","createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","#
            + #""config":{"id":"c1","messages":[{"payload":{"role":"system","content":"\#(text)"}}],"#
            + #""modelParameters":{},"model":"gpt-4o-mini","provider":"openai","tags":null}}]}"#
    }

    private static func data(_ prompts: String...) -> String { #"{"data":[\#(prompts.joined(separator: ","))]}"# }

    @Test func `The catalogue is fetched with the key and run with braces`() async throws {
        let api = try API(prompts: Self.data(Self.prompt("greeting"), Self.prompt("other")))
        defer { api.server.stop() }
        let library = api.library()
        #expect(try await library.promptIDs() == ["greeting", "other"])
        let prompt = try await library.prompt("greeting")
        #expect(try prompt.resolve(variables: ["name": "Ada"]).messages == [.system("Hello Ada")])
        let requests = api.requests.withLock { $0 }
        #expect(Set(requests.map(\.target)) == [Self.prompts, Self.folders])
        #expect(requests.allSatisfy { $0.headers["x-maxim-api-key"] == Self.key })
        #expect(requests.count == 2)
    }

    @Test func `A prompt that names its syntax keeps it`() async throws {
        let prompt = Self.prompt("p").replacing(
            #"{"promptId":"p","folderId""#,
            with: #"{"variableSyntax":"angleBrackets","promptId":"p","folderId""#
        )
        let api = try API(prompts: Self.data(prompt, Self.prompt("q")))
        defer { api.server.stop() }
        #expect(try await api.catalogue().entries.map(\.record.variableSyntax) == [.angleBrackets, .braces])
    }

    @Test func `One prompt is fetched by its id, which the response need not repeat`() async throws {
        let record = Self.prompt("a/b c").replacing(#""promptId":"a/b c","folderId""#, with: #""folderId""#)
        let api = try API([
            Self.prompts + "?promptId=a%2Fb%20c": (200, #"{"data":\#(record)}"#),
            Self.folders: (200, #"{"data":[]}"#),
        ])
        defer { api.server.stop() }
        let catalogue = try #require(try await api.source("a/b c").load(since: nil))
        #expect(catalogue.entries.map(\.record.promptID) == ["a/b c"])
        #expect(catalogue.diagnostics.isEmpty)
        #expect(api.source("a/b c").name != api.source().name)
    }

    @Test func `A version is fetched by its number`() async throws {
        let api = try API([
            Self.prompts + "?promptId=p&promptVersionNumber=7": (200, #"{"data":\#(Self.prompt("p", version: 7))}"#)
        ])
        defer { api.server.stop() }
        let version = try #require(try await api.source().version(7, of: "p"))
        #expect(version.version == 7)
        #expect(version.config?.messages == [.system("Hello {{name}}")])
        #expect(try await api.source("q").version(7, of: "p") == nil)
    }

    @Test(arguments: [
        (404, #"{"error":{"message":"No"}}"#), (400, #"{"error":{"message":"Prompt version not found"}}"#),
        (200, #"{"error":{"message":"Version 7 does not exist"}}"#), (200, #"{"data":null}"#),
        (200, #"{"data":{"promptId":"p","rules":{},"versions":[]}}"#), (200, #"{"data":[]}"#),
    ])
    func `A version that the server does not have is nil`(status: Int, body: String) async throws {
        let api = try API([Self.prompts + "?promptId=p&promptVersionNumber=7": (status, body)])
        defer { api.server.stop() }
        #expect(try await api.source().version(7, of: "p") == nil)
    }

    @Test func `Another error of the request for a version is thrown`() async throws {
        let api = try API([Self.prompts + "?promptId=p&promptVersionNumber=7": (400, #"{"error":{"message":"Bad"}}"#)])
        defer { api.server.stop() }
        let error = await #expect(throws: TchaviError.self) { try await api.source().version(7, of: "p") }
        #expect(error?.message == "Bad")
    }

    @Test func `Folders have their parents and tags, and a damaged one is a diagnostic`() async throws {
        let api = try API([
            Self.prompts: (200, Self.data(Self.prompt("p"))),
            Self.folders: (
                200,
                #"{"data":[{"id":"f1","name":"Support","parentFolderId":null,"tags":{"team":"a","vip":true,"x":null}},"#
                    + #"{"id":"f2","name":"Inner","parentFolderId":"f1"},{"name":"no id"},"#
                    + #"{"id":"f3","name":"Gone","deletedAt":"2026"}]}"#
            ),
        ])
        defer { api.server.stop() }
        let catalogue = try await api.catalogue()
        #expect(catalogue.folders.map(\.id) == ["f1", "f2"])
        #expect(catalogue.folders[0].tags == ["team": "a", "vip": true])
        #expect(catalogue.folders[1].parentFolderID == "f1")
        #expect(catalogue.diagnostics.map(\.reason) == ["`data[2].id` is missing."])
    }

    @Test func `The revision does not depend on the order, and changes with the content`() async throws {
        let (first, second) = (Self.prompt("a"), Self.prompt("b"))
        let revision = try await API(prompts: Self.data(first, second)).catalogue().revision
        #expect(revision != nil)
        #expect(try await API(prompts: Self.data(second, first)).catalogue().revision == revision)
        let spaced = #"{"error":null, "data": [ \#(second) , \#(first) ]}"#
        #expect(try await API(prompts: spaced).catalogue().revision == revision)
        let changed = Self.data(first, Self.prompt("b", text: "Bye"))
        #expect(try await API(prompts: changed).catalogue().revision != revision)
        let folders = try API([
            Self.prompts: (200, Self.data(first, second)), Self.folders: (200, #"{"data":[{"id":"f","name":""}]}"#),
        ])
        #expect(try await folders.catalogue().revision != revision)
    }

    @Test(arguments: [
        "{}", "[]", "7", #"{"data":null}"#, #"{"data":{}}"#, #"{"data":"x"}"#, #"{"data":[7]}"#,
        #"{"data":[{"message":"hello"}]}"#, "", "<html>", #"{"data":[{"promptId""#,
    ])
    func `A response of another shape is an error, never an empty catalogue`(body: String) async throws {
        let error = await #expect(throws: TchaviError.self) { try await API(prompts: body).catalogue() }
        #expect(error?.code == .decoding)
        #expect(error?.message.contains(Self.prompts) == true)
    }

    @Test func `Folders of another shape are an error`() async throws {
        let api = try API([Self.prompts: (200, Self.data(Self.prompt("p"))), Self.folders: (200, "{}")])
        defer { api.server.stop() }
        let error = await #expect(throws: TchaviError.self) { try await api.catalogue() }
        #expect(error?.message.contains(Self.folders) == true)
    }

    @Test(arguments: [
        #"{"error":{"message":"Key \#(key) expired"},"data":[]}"#, #"{"error":"Key \#(key) expired"}"#,
    ])
    func `An error in a response of status 200 is thrown without the key`(body: String) async throws {
        let error = await #expect(throws: TchaviError.self) { try await API(prompts: body).catalogue() }
        #expect(error?.code == .api)
        #expect(error?.message == "Key \(Secret.placeholder) expired")
    }

    @Test(arguments: [401, 403, 429, 500])
    func `An error status is thrown with the server's message, without the key`(status: Int) async throws {
        let body = #"{"error":{"message":"Refused \#(Self.key)"}}"#
        let api = try API(
            prompts: body,
            status: status,
            headers: ["Retry-After": "7", "x-request-id": "r \(Self.key)"]
        )
        let error = try #require(await #expect(throws: TchaviError.self) { try await api.catalogue() })
        #expect(error.statusCode == status)
        #expect(error.message == "Refused \(Secret.placeholder)")
        #expect(error.retryAfter == .seconds(7))
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains(Self.key) && !"\(error)".contains(Self.key))
        #expect(!"\(api.source())".contains(Self.key))
    }

    @Test func `A truncated body is an error`() async throws {
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": []")
            connection.reset()
        }
        defer { server.stop() }
        let source = MaximSource.maxim(apiKey: Secret(Self.key), baseURL: server.baseURL)
        await #expect(throws: TchaviError.self) { try await source.load(since: nil) }
    }

    @Test func `One bad prompt among a hundred costs no other`() async throws {
        var prompts = (0..<100).map { Self.prompt("p\($0)") }
        prompts[40] = prompts[40].replacing(#""model":"gpt-4o-mini","#, with: "")
        prompts[60] = #"{"promptId":"p60"}"#
        let api = try API(prompts: #"{"data":[\#(prompts.joined(separator: ","))]}"#)
        defer { api.server.stop() }
        let library = api.library()
        #expect(try await library.promptIDs().count == 99)
        #expect(Set(try await library.diagnostics().map(\.promptID)) == ["p40", "p60"])
        for id in ["p40", "p60"] {
            let error = await #expect(throws: PromptError.self) { try await library.prompt(id) }
            #expect(error?.code == .invalidRecord)
        }
        _ = try await library.prompt("p41")
    }

    @Test func `A deleted prompt is left out`() async throws {
        let deleted = Self.prompt("gone").replacing(
            #"{"promptId":"gone","folderId""#,
            with: #"{"deletedAt":"2026","promptId":"gone","folderId""#
        )
        let api = try API(prompts: Self.data(deleted, Self.prompt("p")))
        defer { api.server.stop() }
        #expect(try await api.catalogue().entries.map(\.record.promptID) == ["p"])
        #expect(try await API(prompts: Self.data(deleted)).catalogue().entries.isEmpty)
    }

    @Test(arguments: ["Use {{partials.tone.2}}!", "{{ partials.Brand Voice.latest }}"])
    func `A version with a partial is refused by name, and no other`(text: String) async throws {
        let api = try API(prompts: Self.data(Self.prompt("p", text: text), Self.prompt("q")))
        defer { api.server.stop() }
        let library = api.library()
        let error = try #require(await #expect(throws: PromptError.self) { try await library.prompt("p") })
        #expect(error.code == .invalidRecord)
        let partial = text.contains("tone") ? "tone.2" : "Brand Voice.latest"
        #expect(error.message.contains("uses the partial `\(partial)`"))
        #expect(try await library.diagnostics().map(\.promptID) == ["p"])
        _ = try await library.prompt("q")
    }

    @Test func `A variable that is no partial is one`() async throws {
        let api = try API(prompts: Self.data(Self.prompt("p", text: "partials.x {{partial}} {{mypartials.x}}")))
        defer { api.server.stop() }
        let prompt = try await api.library().prompt("p")
        let messages = try prompt.resolve(variables: ["partial": "1", "mypartials.x": "2"]).messages
        #expect(messages == [.system("partials.x 1 2")])
    }

    @Test func `A prompt chain is refused by name, and no other`() async throws {
        let chain = #"{"promptChainId":"chain","rules":{},"versions":[]}"#
        let api = try API(prompts: Self.data(chain, Self.prompt("q")))
        defer { api.server.stop() }
        let library = api.library()
        let error = try #require(await #expect(throws: PromptError.self) { try await library.prompt("chain") })
        #expect(error.code == .invalidRecord)
        #expect(error.message.contains("prompt chain"))
        _ = try await library.prompt("q")
    }
}
