import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct FormattingTests {
    private static func format(_ path: String, _ text: String) -> String {
        let formatted = FileTree([path: Data(text.utf8)]).formatted()
        return String(decoding: formatted[path] ?? Data(), as: UTF8.self)
    }

    @Test func `Comments, notes, the order of keys and escapes are kept`() {
        let text = """
            \u{FEFF}---  \r
            # The model  \u{20}
              # indented
            tags:   {"b" :1,
            "a": [ "x" ], "n":1.50}

            model: m  \u{20}
            tools: [{"type": "function", "function": {"name": "f"}}]
            ---
            Be brief.


            user:  \u{20}

            What is this?

            ![A cat](<<photo>>)\u{20}
            \\user:
            message:

            {"role":"user" ,
              "content": "\\u0041"}
            assistant:
            """
        #expect(
            Self.format("p/1.md", text) == """
                ---
                # The model
                  # indented
                tags: {"b": 1, "a": ["x"], "n": 1.50}

                model: m
                tools: [
                  {"type": "function", "function": {"name": "f"}}
                ]
                ---
                Be brief.

                user:
                What is this?
                ![A cat](<<photo>>)
                \\user:

                message:
                {"role": "user", "content": "\\u0041"}

                assistant:

                """
        )
    }

    @Test func `A prompt json has a line for each deployment`() {
        let files = FileTree([
            "p/1.md": Data("---\nmodel: m\n---\nHi.\n".utf8),
            "p/prompt.json": Data(
                #"{"fallback":1,"deployments":[{"version":1 , "when":{"b":1,"a":[ ]}}],"extra":{}}"#.utf8
            ),
        ])
        #expect(
            files.formatted()["p/prompt.json"].map { String(decoding: $0, as: UTF8.self) } == """
                {
                  "fallback": 1,
                  "deployments": [
                    {"version": 1, "when": {"b": 1, "a": []}}
                  ],
                  "extra": {}
                }

                """
        )
    }

    @Test(arguments: [
        ("p/1.md", "---\r\nmodl: m\r\n---\r\nHi."), ("p/prompt.json", "{ "),
        ("w.json", #"{"promptId":"w","versions":[]}"#),
        ("README.md", "a \r\n"), (".x/1.md", "---\nmodel: m\n---\n\n\nHi."), ("prompt.json", "{ }"),
    ])
    func `Files with errors and files that are not written by hand are unchanged`(path: String, text: String) {
        #expect(Self.format(path, text) == text)
    }

    @Test(arguments: AuthoringConformanceTests.cases)
    func `Formatting keeps what the files mean, and changes nothing the second time`(
        expected: AuthoringConformanceTests.Case
    ) {
        let formatted = expected.files.formatted()
        #expect(formatted.formatted() == formatted)
        let prompts = PromptDirectory(reading: expected.files).prompts
        #expect(PromptDirectory(reading: formatted).prompts.map(\.record) == prompts.map(\.record))
    }

    @Test(.computation) func `Files that were written from records are formatted already`() throws {
        var generator = RecordGenerator(seed: 3)
        for index in 0..<500 {
            let files = try FileTree(writing: [generator.record()])
            #expect(files.formatted() == files, "record \(index)")
        }
    }

    @Test(.computation) func `Odd lines and line breaks keep their meaning`() {
        var random = Generator(state: 11)
        let lines = [
            "user:", "user: ", "message:", "{\"role\": \"user\"}", "![a](b) ", "![](c)", "", " ", "\t", "a\r", "\r",
            "  b", "\\user:", "c ",
        ]
        for _ in 0..<2000 {
            var text = "---\nmodel: m\n" + random.pick(["", "# c \n", "\n", "tags: {\n\n \"a\" : 1}\n\n"]) + "---\n"
            for _ in 0..<random.pick([1, 3, 6]) { text += random.pick(lines) + random.pick(["\n", "\n", "\r\n"]) }
            text += random.pick(["", "end", "end\r"])
            let files = FileTree(["p/1.md": Data(text.utf8)])
            let formatted = files.formatted()
            #expect(formatted.formatted() == formatted, "\(text.debugDescription)")
            let meaning = PromptDirectory(reading: files).prompts.map(\.record)
            #expect(PromptDirectory(reading: formatted).prompts.map(\.record) == meaning, "\(text.debugDescription)")
        }
    }
}
