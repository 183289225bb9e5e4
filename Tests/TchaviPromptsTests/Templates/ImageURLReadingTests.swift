import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

struct ImageURLReadingTests {
    private static let image: JSONValue = ["type": "image_url", "image_url": ["url": "https://<<host>>/a.png"]]

    private static func prompt(_ files: [String: String]) throws -> AuthoredPrompt {
        try #require(PromptDirectory(reading: FileTree(files.mapValues { Data($0.utf8) })).prompts.first)
    }

    @Test func `A version's file with a variable in a host is reported with its line, and stays in the record`() throws
    {
        let prompt = try Self.prompt([
            "p/1.md": "---\nmodel: m\n---\nHi.\n",
            "p/2.md": "---\nmodel: m\ntags: {\"plan\": \"pro\"}\n---\nuser:\nLook.\n![low](https://<<host>>/a.png)\n",
            "p/prompt.json": #"{"deployments": [{"version": 2, "id": "a"}], "fallback": 1}"#,
        ])
        #expect(prompt.diagnostics.map(\.description).count == 1)
        #expect(prompt.diagnostics.first?.location == "p/2.md")
        #expect(prompt.diagnostics.first?.line == 7)
        #expect(prompt.diagnostics.first?.reason.contains("authority") == true)
        #expect(prompt.record.versions.map(\.version) == [1, 2])
        #expect(prompt.record.versions[0].unreadableReason == nil)
        #expect(prompt.record.versions[1].unreadableReason == prompt.diagnostics.first?.description)
        #expect(prompt.record.versions[1].config?.messages == [])
        #expect(prompt.record.versions[1].config?.tags == ["plan": "pro"])
    }

    @Test func `So is a message that is given as JSON`() throws {
        let prompt = try Self.prompt([
            "p/1.md": """
            ---
            model: m
            ---
            message:
            {"role": "user", "content": [
              {"type": "text", "text": "a"},
              {"type": "image_url", "image_url": {"url": "{{scheme}}://img.example/"}}
            ]}

            """
        ])
        #expect(prompt.diagnostics.map(\.line) == [7])
        #expect(prompt.record.versions[0].unreadableReason?.contains("p/1.md:7:") == true)
    }

    @Test(arguments: ["https://img.example/<<x>>.png", "<<photo>>", "data:image/png;base64,<<x>>"])
    func `Other variables in images are read`(url: String) throws {
        let prompt = try Self.prompt(["p/1.md": "---\nmodel: m\n---\nuser:\n![](\(url))\n"])
        #expect(prompt.diagnostics.isEmpty)
        #expect(prompt.record.versions[0].config?.messages == [.user(.parts([.image(ImageURL(url))]))])
    }

    @Test(arguments: [false, true])
    func `A version of a JSON record is unreadable alone`(isPayload: Bool) throws {
        let message: JSONValue = ["role": "user", "content": [Self.image]]
        let stored: JSONValue = isPayload ? ["role": "user", "payload": message] : message
        let record: JSONValue = [
            "promptId": "w",
            "versions": [
                [
                    "id": "a", "version": 1,
                    "config": ["model": "m", "messages": [["role": "system", "content": "x"]]],
                ],
                ["id": "b", "version": 2, "config": ["model": "m", "messages": [stored]]],
            ],
        ]
        let prompt = try Self.prompt(["w.json": record.serialized()])
        #expect(prompt.diagnostics.map(\.line) == [1])
        #expect(
            prompt.diagnostics.first?.reason.contains(
                "versions[1].config.messages[0]" + (isPayload ? ".payload" : "") + ".content[0].image_url.url"
            ) == true
        )
        #expect(prompt.record.versions.map { $0.unreadableReason == nil } == [true, false])
        #expect(throws: JSONError.self) { try PromptRecord(json: record) }
    }

    @Test func `A selected version with a variable in a host is an invalid record, and the others run`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.appendingPathComponent("p")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
        try directory.write("p/1.md", "---\nmodel: m\n---\nHi.\n")
        try directory.write("p/2.md", "---\nmodel: m\n---\n![](https://img.example<<suffix>>/a.png)\n")
        try directory.write(
            "p/prompt.json",
            #"{"deployments": [{"version": 2, "when": {"plan": "pro"}}, {"version": 1}]}"#
        )
        let library = PromptLibrary(source: .directory(directory.url.path))
        let error = await #expect(throws: PromptError.self) {
            _ = try await library.prompt("p", matching: PromptQuery().deploymentVariable("plan", "pro"))
        }
        #expect(error?.code == .invalidRecord)
        #expect(error?.message.contains("2.md:4:1") == true)
        #expect(try await library.prompt("p").version == 1)
    }

    @Test func `A record that no file has is refused when it is selected`() async throws {
        let message = try ChatMessage(json: ["role": "user", "content": [Self.image]])
        let error = await #expect(throws: PromptError.self) {
            _ = try await LocalGateway().prompt(.simple("p", [.system("x"), message]))
        }
        #expect(error?.code == .invalidRecord)
        #expect(error?.message.contains("message 1") == true)
        // With the other syntax, there is no variable.
        _ = try await LocalGateway().prompt(.simple("p", [message]), syntax: .braces)
    }

    @Test func `A default with a variable in a host cannot be resolved`() async throws {
        let message = try ChatMessage(json: ["role": "user", "content": [Self.image]])
        let config = PromptVersionConfig(id: "default", messages: [message], model: "m")
        let library = PromptLibrary(source: .memory([.simple("other")]))
        let prompt = try await library.prompt("p", default: config)
        let error = #expect(throws: PromptError.self) { _ = try prompt.resolve(variables: ["host": "img.example"]) }
        #expect(error?.code == .invalidRecord)
    }
}
