import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

struct ResolutionTests {
    private let gateway = LocalGateway()

    @Test func `Messages come before history and input, and only messages are rendered`() async throws {
        let prompt = try await gateway.prompt()
        let history: [ChatMessage] = [.user("Hi <<name>>"), .assistant("Hello"), .tool("{}", callID: "c")]
        let resolution = try prompt.resolve(
            "I am <<name>>",
            variables: ["name": "<<name>>", "spare": "x"],
            options: RunOptions(history: history)
        )
        #expect(resolution.messages == [.system("Greet <<name>>.")] + history + [.user("I am <<name>>")])
        #expect(resolution.usedVariables == ["name"])
        #expect(resolution.unusedVariables == ["spare"])
        #expect(gateway.requests.isEmpty)
    }

    @Test func `Images become parts of the user's message, and text alone stays a string`() async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let image = ImageURL("https://images.example/cat.png", detail: .low)
        #expect(try prompt.resolve("Look").messages[1].content == .text("Look"))
        #expect(
            try prompt.resolve("Look", images: [image]).messages[1].json["content"] == [
                ["type": "text", "text": "Look"],
                ["type": "image_url", "image_url": ["url": "https://images.example/cat.png", "detail": "low"]],
            ]
        )
        #expect(try prompt.resolve(images: [image]).messages[1].json["content"]?.array?.count == 1)
        #expect(try prompt.resolve().messages.count == 1)
        #expect(try prompt.resolve("").messages.count == 1)
    }

    @Test(arguments: ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://x", "", "//x", "<<url>>"])
    func `Unsupported image URLs are refused after rendering`(url: String) async throws {
        let part = ContentPart.image(ImageURL("<<url>>"))
        let stored = try await gateway.prompt(.simple("p", [ChatMessage(role: .user, content: .parts([part]))]))
        let fromMessages = #expect(throws: PromptError.self) { _ = try stored.resolve(variables: ["url": url]) }
        #expect(fromMessages?.code == .invalidInput)
        let plain = try await gateway.prompt(.simple("p", [.system("x")]))
        let fromInput = #expect(throws: PromptError.self) { _ = try plain.resolve(images: [ImageURL(url)]) }
        #expect(fromInput?.code == .invalidInput)
    }

    @Test(arguments: ["https://e.example/i.png", "HTTP://e.example/i", "data:image/png;base64,AAAA"])
    func `Image URLs are rendered and accepted`(url: String) async throws {
        let part = ContentPart.image(ImageURL("<<url>>"))
        let prompt = try await gateway.prompt(
            .simple("p", [ChatMessage(role: .user, content: .parts([.text("<<what>>"), part]))])
        )
        let messages = try prompt.resolve(variables: ["url": url, "what": "A cat"]).messages
        #expect(messages[0].content == .parts([.text("A cat"), .image(ImageURL(url))]))
    }

    @Test func `Every missing variable is listed with its message, and nothing is sent`() async throws {
        let prompt = try await gateway.prompt(
            .simple(
                "p",
                [
                    .system("<<a>> <<b>>"), .user("<<b>> <<c>>"),
                    ChatMessage(role: .user, content: .parts([.text("<<d>>")])),
                ]
            )
        )
        let error = await #expect(throws: PromptError.self) { _ = try await prompt.run("Hi", variables: ["c": ""]) }
        #expect(error?.code == .missingVariables)
        #expect(error?.missingVariables.map(\.name) == ["a", "b", "d"])
        #expect(error?.missingVariables.map(\.messageIndex) == [0, 0, 2])
        #expect(
            error?.message == "Version 1 of `p` needs values for `a` (message 0), `b` (message 0), `d` (message 2)."
        )
        #expect(gateway.requests.isEmpty)
    }

    @Test func `A history may contain instructions only if it is trusted`() async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        for role in [Role.system, .developer, "wizard"] {
            var options = RunOptions(history: [.user("a"), ChatMessage(role: role, content: "b")])
            let error = #expect(throws: PromptError.self) { _ = try prompt.resolve("c", options: options) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains("Message 1") == true)
            options.trustsHistory = true
            #expect(try prompt.resolve("c", options: options).messages.count == 4)
        }
    }

    @Test func `Braces are a separate syntax`() async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("{{a}} <<a>>")]), syntax: .braces)
        #expect(try prompt.resolve(variables: ["a": "1"]).messages[0].text == "1 <<a>>")
    }

    @Test func `Known parameters are typed, and others are passed through`() async throws {
        let parameters: [String: JSONValue] = [
            "temperature": 0.5, "max_tokens": 10, "stop": "x", "reasoning_effort": "low", "top_p": nil,
        ]
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: parameters))
        let request = try prompt.resolve(
            options: RunOptions(model: "other", modelParameters: ["temperature": 1, "top_k": 3])
        ).request
        #expect(request.temperature == 1)
        #expect(request.maxTokens == 10)
        #expect(request.stop == ["x"])
        #expect(request.model == "other")
        #expect(request.additionalFields == ["reasoning_effort": "low", "top_k": 3])
    }

    @Test(arguments: ["model", "messages", "stream"])
    func `Parameters that every run sets itself are refused`(name: String) async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: [name: true]))
        let error = #expect(throws: PromptError.self) { _ = try prompt.resolve() }
        #expect(error?.code == .invalidRecord)
        #expect(error?.message.contains("`\(name)`") == true)
    }

    @Test func `The error names a parameter of the wrong type`() async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: ["temperature": "hot"]))
        let error = #expect(throws: PromptError.self) { _ = try prompt.resolve() }
        #expect(error?.message.contains("$.temperature") == true)
    }

    @Test func `The content hash depends on the request alone`() async throws {
        let prompt = try await gateway.prompt()
        let hash = try prompt.resolve("Hi", variables: ["name": "Ada"]).contentHash
        // Reproduced with another implementation of SHA-256 over the canonical JSON of the request:
        // {"messages":[{"content":"Greet Ada.","role":"system"},{"content":"Hi","role":"user"}],"model":"gpt-4o-mini"}
        #expect(hash == "0e50ead69b9de8b0a998bc1e1f23072d9679434caf319e56abd164a6ac16d644")
        #expect(try prompt.resolve("Hi", variables: ["name": "Ada", "spare": "x"]).contentHash == hash)
        let options = RunOptions(modelParameters: ["stream_options": ["include_usage": false]])
        #expect(try prompt.resolve("Hi", variables: ["name": "Ada"], options: options).contentHash == hash)
        #expect(try prompt.resolve("Hi!", variables: ["name": "Ada"]).contentHash != hash)
    }

    @Test func `Images of the history are checked as well`() async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")]))
        let history = [ChatMessage(role: .user, content: .parts([.image("file:///etc/passwd")]))]
        let error = #expect(throws: PromptError.self) { _ = try prompt.resolve(options: RunOptions(history: history)) }
        #expect(error?.message.contains("the history's message 0") == true)
    }

    @Test(arguments: [["model": JSONValue.string("gpt-4o")], ["temperature": "hot"]])
    func `An invalid parameter of the caller is not reported as an error of the record`(parameters: [String: JSONValue])
        async throws
    {
        let prompt = try await gateway.prompt(.simple("p", [.system("x")], parameters: ["stream": nil]))
        let error = #expect(throws: PromptError.self) {
            _ = try prompt.resolve(options: RunOptions(modelParameters: parameters))
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.hasPrefix("`RunOptions.modelParameters` for `p`") == true)
    }

    @Test func `The error of a missing variable names those that were given and are not used`() async throws {
        let prompt = try await LocalGateway().prompt()
        let error = #expect(throws: PromptError.self) { try prompt.resolve(variables: ["nmae": "Ada", "age": 36]) }
        #expect(error?.message.hasSuffix("Given, but not used: `age`, `nmae`.") == true)
    }

    @Test func `A prompt made in code is deployed`() async throws {
        let record = PromptRecord("hello", messages: [.system("Hello <<name>>")], model: "m")
        let prompt = try await LocalGateway().prompt(record)
        #expect(try prompt.resolve(variables: ["name": "Ada"]).messages == [.system("Hello Ada")])
        #expect(prompt.version == 1)
    }
}
