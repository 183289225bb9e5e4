import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct CompiledMessagesTests {
    private static func compiled(_ parts: JSONValue...) throws -> CompiledMessages {
        CompiledMessages(
            [.system("You are <<role>>."), try ChatMessage(json: ["role": "user", "content": .array(parts)])],
            syntax: .angleBrackets
        )
    }

    private static func error(_ messages: CompiledMessages, _ values: [String: String])
        -> CompiledMessages.RenderingError?
    {
        do {
            _ = try messages.rendered(values)
            return nil
        } catch {
            return error
        }
    }

    @Test func `Variables in files, audio and unknown parts are rendered`() throws {
        let messages = try Self.compiled(
            ["type": "file", "file": ["file_data": "<<document>>", "filename": "<<name>>.pdf"]],
            ["type": "input_audio", "input_audio": ["data": "<<audio>>", "format": "wav"]],
            ["type": "<<type>>", "items": [["deep": ["\\<<a>> <<b>>", 1, nil]], true], "<<key>>": "<<b>>"],
            ["type": "text", "text": "<<t>>", "cache_control": ["type": "<<cache>>"]],
            ["type": "image_url", "image_url": ["url": "<<photo>>", "detail": "<<detail>>", "alt": "<<alt>>"]]
        )
        #expect(
            messages.variables.map(\.name) == [
                "role", "document", "name", "audio", "b", "t", "cache", "photo", "alt",
            ]
        )
        #expect(messages.variables.map(\.messageIndex) == [0] + [Int](repeating: 1, count: 8))
        let values = [
            "role": "r", "document": "data:application/pdf;base64,AA==", "name": "a/b", "audio": "<<b>>", "b": "B",
            "t": "T", "cache": "ephemeral", "photo": "https://img.example/a", "alt": "a \"cat\"",
        ]
        let rendered = try messages.rendered(values)[1].json["content"]
        #expect(
            rendered == [
                ["type": "file", "file": ["file_data": "data:application/pdf;base64,AA==", "filename": "a/b.pdf"]],
                ["type": "input_audio", "input_audio": ["data": "<<b>>", "format": "wav"]],
                ["type": "<<type>>", "items": [["deep": ["<<a>> B", 1, nil]], true], "<<key>>": "B"],
                ["type": "text", "text": "T", "cache_control": ["type": "ephemeral"]],
                [
                    "type": "image_url",
                    "image_url": ["url": "https://img.example/a", "detail": "<<detail>>", "alt": "a \"cat\""],
                ],
            ]
        )
    }

    @Test(arguments: ["role", "document", "audio", "photo", "alt"])
    func `A variable of any part is missing if it has no value`(name: String) throws {
        let messages = try Self.compiled(
            ["type": "file", "file": ["file_data": "<<document>>"]],
            ["type": "input_audio", "input_audio": ["data": "<<audio>>"]],
            ["type": "image_url", "image_url": ["url": "https://img.example/<<photo>>", "alt": "<<alt>>"]]
        )
        var values = ["role": "", "document": "", "audio": "", "photo": "", "alt": ""]
        #expect(Self.error(messages, values) == nil)
        values[name] = nil
        guard case .missingVariables(let names) = Self.error(messages, values) else {
            Issue.record("It rendered without its values.")
            return
        }
        #expect(names == [name])
    }

    @Test func `Parts without variables stay as they are`() throws {
        let part: JSONValue = [
            "type": "input_audio", "input_audio": ["data": "UklGRg==", "n": [1, 2.5, true, nil, [:]]], "x": "a << b",
        ]
        let messages = try Self.compiled(part)
        #expect(messages.variables.map(\.name) == ["role"])
        #expect(try messages.rendered(["role": "r"])[1].json["content"]?.array == [part])
    }

    @Test func `Errors name the message`() throws {
        let image: JSONValue = ["type": "image_url", "image_url": ["url": "data:image/png;base64,<<photo>>"]]
        let messages = try Self.compiled(["type": "text", "text": "a"], image)
        guard case .invalidValue(let value, messageIndex: 1) = Self.error(messages, ["role": "", "photo": "?"]) else {
            Issue.record("It rendered an invalid value.")
            return
        }
        #expect(value.variable == "photo")
        let misplaced = try Self.compiled(["type": "image_url", "image_url": ["url": "https://<<photo>>/"]])
        guard case .misplacedVariable(messageIndex: 1) = Self.error(misplaced, ["role": "", "photo": "a"]) else {
            Issue.record("It rendered a URL whose host is a value.")
            return
        }
    }
}
