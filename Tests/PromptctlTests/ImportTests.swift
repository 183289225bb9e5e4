import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import promptctl

struct ImportTests {
    private static let prompts = """
        {"data": [
          {"promptId": "reply", "folderId": "f1", "versions": [
            {"id": "v1", "version": 1, "promptId": "reply", "createdAt": "2026-01-01T00:00:00.000Z",
             "updatedAt": "2026-01-01T00:00:00.000Z",
             "config": {"id": "c", "messages": [{"role": "system", "content": "Greet {{customer}}."}], "modelParameters": {},
                        "model": "gpt-4o-mini", "provider": "openai"}}
          ], "rules": {"v1": [{"id": "d", "timestamp": "2026-01-01T00:00:00.000Z", "rules": {"version": 1,
            "query": {"combinator": "AND", "rules": [{"field": "age", "operator": ">", "value": 18}]}}}]}}
          BROKEN
        ]}
        """
    private static let folders =
        #"{"data": [{"id": "f1", "name": "Customer care", "parentFolderId": null, "tags": {}}]}"#

    /// Serves a workspace, and returns the environment of a program that imports it.
    private func serve(broken: String = "") throws -> (server: LoopbackServer, environment: [String: String]) {
        let prompts = Self.prompts.replacing("BROKEN", with: broken)
        let server = try LoopbackServer { connection in
            while let request = try connection.receiveRequest() {
                let isAuthorized = request.headers["x-maxim-api-key"] == "key"
                let document = request.target.hasSuffix("folders") ? Self.folders : prompts
                let body = isAuthorized ? document : #"{"error": {"message": "Invalid API key"}}"#
                try connection.respond(status: isAuthorized ? 200 : 401, body: Data(body.utf8))
            }
        }
        return (server, ["MAXIM_API_KEY": "key", "MAXIM_BASE_URL": "http://127.0.0.1:\(server.port)"])
    }

    @Test("A workspace becomes files that select the same, with the folders and the differences from Maxim")
    func workspace() async throws {
        let (server, environment) = try serve()
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        let imported = await Invocation("import", "maxim", directory.path, environment: environment)
        #expect(imported.code == .success, "\(imported.messages)")
        #expect(imported.output.contains("reply"))
        #expect(imported.output.contains("`age > 18`"))
        #expect(imported.messages.contains("Wrote 1 prompt to "))
        #expect(imported.messages.hasSuffix("Maxim's SDKs may select another version in 1 place.\n"))
        #expect(try directory.text(of: "f1/reply/1.md").hasSuffix("system:\nGreet {{customer}}.\n"))
        #expect(try directory.text(of: "f1/reply/prompt.json").contains(#""variableSyntax": "braces""#))
        #expect(try directory.text(of: "folders.json").contains("Customer care"))
        let same = await Invocation("diff", "maxim:", directory.path, "--exit-code", environment: environment)
        #expect(same.code == .success, "\(same.output)")
        #expect(await Invocation("list", "maxim:reply", "--ids", environment: environment).output == "reply\n")
        let again = await Invocation("import", "maxim", directory.path, environment: environment)
        #expect(again.code == .data)
        #expect(again.messages.contains("nothing was written"))
        let json = await Invocation(
            "import",
            "maxim",
            directory.path,
            "--overwrite",
            "--json",
            environment: environment
        )
        #expect(json.code == .success)
        #expect(try json.json["differences"]?.array?.first?["kind"] == "comparison")
    }

    @Test("What cannot be read is left out and reported")
    func damagedWorkspace() async throws {
        let (server, environment) = try serve(broken: #", {"promptId": "bad", "versions": [{"id": "v"}]}"#)
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        let imported = await Invocation("import", "maxim", directory.path, environment: environment)
        #expect(imported.code == .findings)
        #expect(imported.messages.contains("error: "))
        #expect(FileManager.default.fileExists(atPath: directory.file("f1/reply/1.md")))
        #expect(!FileManager.default.fileExists(atPath: directory.file("bad")))
    }

    @Test("Prompts with the same id are left out and reported")
    func duplicates() async throws {
        let other = #", {"promptId": "twice", "versions": []}, {"promptId": "twice", "versions": []}"#
        let (server, environment) = try serve(broken: other)
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        let imported = await Invocation("import", "maxim", directory.path, "--json", environment: environment)
        #expect(imported.code == .findings)
        #expect(imported.messages.contains("The prompt `twice` is defined more than once"))
        #expect(try imported.json["prompts"] == 1)
        #expect(await Invocation("lint", "maxim:", environment: environment).code == .findings)
    }

    @Test("A missing or wrong key, and a server that is gone, are different errors")
    func failures() async throws {
        let (server, environment) = try serve()
        let directory = try TemporaryDirectory()
        #expect(await Invocation("import", "maxim", directory.path).code == .usage)
        let wrong = environment.merging(["MAXIM_API_KEY": "wrong"]) { $1 }
        let refused = await Invocation("import", "maxim", directory.path, environment: wrong)
        #expect(refused.code == .unavailable)
        #expect(!refused.messages.contains("wrong"))
        server.stop()
        #expect(await Invocation("import", "maxim", directory.path, environment: environment).code == .unavailable)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test("Responses that curl has saved are imported as well")
    func saved() async throws {
        let directory = try TemporaryDirectory([
            "prompts.json": Self.prompts.replacing("BROKEN", with: ""), "folders.json": Self.folders,
        ])
        let curl = await Invocation(
            "import",
            "maxim",
            "--curl",
            environment: ["MAXIM_BASE_URL": "https://maxim.example/a'b/"]
        )
        #expect(
            curl.output == #"""
                curl --fail --silent --show-error --header "x-maxim-api-key: $MAXIM_API_KEY" --output prompts.json 'https://maxim.example/a'\''b/api/sdk/v4/prompts'
                curl --fail --silent --show-error --header "x-maxim-api-key: $MAXIM_API_KEY" --output folders.json 'https://maxim.example/a'\''b/api/sdk/v3/folders'

                """#
        )
        let imported = await Invocation(
            "import",
            "maxim",
            directory.file("out"),
            "--prompts",
            directory.file("prompts.json"),
            "--folders",
            directory.file("folders.json")
        )
        #expect(imported.code == .success, "\(imported.messages)")
        #expect(FileManager.default.fileExists(atPath: directory.file("out/f1/reply/1.md")))
        let wrong = await Invocation(
            "import",
            "maxim",
            directory.file("x"),
            "--prompts",
            directory.file("folders.json")
        )
        #expect(wrong.code == .data)
        #expect(await Invocation("import", "maxim", directory.file("x"), "--folders", "f").code == .usage)
    }
}
