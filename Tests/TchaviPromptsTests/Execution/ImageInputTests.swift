import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ImageInputTests {
    /// The beginning of a PNG file, and every byte.
    private static let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(0...255))

    private let gateway = LocalGateway()

    private func file(_ content: Data, named name: String = "image") throws -> (TemporaryDirectory, URL) {
        let directory = try TemporaryDirectory()
        let url = directory.url.appendingPathComponent(name)
        try content.write(to: url)
        return (directory, url)
    }

    /// The bytes of a base64 data URL, decoded by other means than those that encoded it.
    private func decoded(_ image: ImageURL, _ prefix: String) throws -> Data {
        #expect(image.url.hasPrefix(prefix))
        return try #require(Data(base64Encoded: String(image.url.dropFirst(prefix.count))))
    }

    // MARK: On the wire

    @Test func `Images by URL, by data URL and from a file arrive byte for byte`() async throws {
        let (directory, url) = try file(Self.png, named: "cat.dat")
        let images = [
            ImageURL("HTTPS://img.example/a%2Fb/ü.png?x=<<name>>&y=%20#z", detail: .high),
            try await ImageURL(data: Self.png, mediaType: "image/png"),
            try await ImageURL(contentsOf: url, detail: .low),
            "DATA:IMAGE/GIF;base64,R0lGODlhAQABAAAAACw=",
        ]
        _ = directory
        let prompt = try await gateway.prompt()
        _ = try await prompt.run("Look", variables: ["name": "Ada"], images: images)
        let encoded = "data:image/png;base64," + Self.png.base64EncodedString()
        let parts = try #require(gateway.requests.first?.json?["messages"]?[1]?["content"]?.array)
        #expect(
            parts == [
                ["type": "text", "text": "Look"],
                [
                    "type": "image_url",
                    "image_url": ["url": "HTTPS://img.example/a%2Fb/ü.png?x=<<name>>&y=%20#z", "detail": "high"],
                ],
                ["type": "image_url", "image_url": ["url": .string(encoded)]],
                ["type": "image_url", "image_url": ["url": .string(encoded), "detail": "low"]],
                ["type": "image_url", "image_url": ["url": "DATA:IMAGE/GIF;base64,R0lGODlhAQABAAAAACw="]],
            ]
        )
        // Swift's equality of strings would not see another encoding of a character.
        let body = try #require(gateway.requests.first?.body)
        #expect(body.range(of: Data("\"HTTPS://img.example/a%2Fb/ü.png?x=<<name>>&y=%20#z\"".utf8)) != nil)
    }

    @Test func `An image of a stored message arrives with its variables replaced`() async throws {
        let parts: [ContentPart] = [
            .image("https://img.example/<<path>>"), .image("data:image/png;base64,<<photo>>"), .image("<<url>>"),
        ]
        let prompt = try await gateway.prompt(.simple("p", [.user(.parts(parts))]))
        #expect(prompt.variableNames == ["path", "photo", "url"])
        _ = try await prompt.run(
            variables: ["path": "@evil.example/", "photo": "iVBORw0KGgo=", "url": "http://img.example/?a=b"]
        )
        let sent = try #require(gateway.requests.first?.json?["messages"]?[0]?["content"]?.array)
        #expect(
            sent.map { $0["image_url"]?["url"] } == [
                "https://img.example/%40evil.example%2F", "data:image/png;base64,iVBORw0KGgo=",
                "http://img.example/?a=b",
            ]
        )
    }

    @Test func `A file and audio of a stored message arrive with their variables replaced`() async throws {
        let message = try ChatMessage(json: [
            "role": "user",
            "content": [
                ["type": "file", "file": ["file_data": "<<document>>", "filename": "<<name>>"]],
                ["type": "input_audio", "input_audio": ["data": "<<audio>>", "format": "wav"]],
            ],
        ])
        let prompt = try await gateway.prompt(.simple("p", [message]))
        let error = #expect(throws: PromptError.self) { _ = try prompt.resolve(variables: ["name": "a.pdf"]) }
        #expect(error?.missingVariables.map(\.name) == ["document", "audio"])
        let sent = try prompt.resolve(variables: ["document": "data:,x", "name": "a.pdf", "audio": "UklGRg=="]).request
        #expect(
            sent.json["messages"]?[0]?["content"] == [
                ["type": "file", "file": ["file_data": "data:,x", "filename": "a.pdf"]],
                ["type": "input_audio", "input_audio": ["data": "UklGRg==", "format": "wav"]],
            ]
        )
    }

    @Test func `An invalid value is named with its message, and nothing is sent`() async throws {
        let parts: [ContentPart] = [.image("data:image/png;base64,<<photo>>"), .image("https://img.example/<<dir>>/a")]
        let prompt = try await gateway.prompt(.simple("p", [.system("x"), .user(.parts(parts))]))
        for (values, name) in [(["photo": "n/a", "dir": "a"], "photo"), (["photo": "AAAA", "dir": ".."], "dir")] {
            let error = await #expect(throws: PromptError.self) { _ = try await prompt.run(variables: values) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains("The value of `\(name)` in message 1 of version 1 of `p`") == true)
            #expect(error?.advice != nil)
        }
        #expect(gateway.requests.isEmpty)
    }

    @Test(arguments: [
        "file:///etc/passwd", "https://img.example/a\r\nX: y", "https://img.example/a b", "\nhttps://img.example/",
        "https:///img.example", "data:image/png",
    ])
    func `An image that is not a location of one is refused, with its place`(url: String) async throws {
        let prompt = try await gateway.prompt(.simple("p", [.system("x"), .user(.parts([.image("<<url>>")]))]))
        let good = "https://img.example/"
        let input = #expect(throws: PromptError.self) {
            _ = try prompt.resolve(variables: ["url": good], images: [ImageURL(url)])
        }
        let value = #expect(throws: PromptError.self) { _ = try prompt.resolve(variables: ["url": url]) }
        let history = #expect(throws: PromptError.self) {
            let options = RunOptions(history: [.user(.parts([.image(ImageURL(url))]))])
            _ = try prompt.resolve(variables: ["url": good], options: options)
        }
        for (error, place) in [(input, "the input"), (value, "message 1"), (history, "the history's message 0")] {
            #expect(error?.code == .invalidInput)
            #expect(error?.message.contains(" in \(place) ") == true)
            #expect(error?.message.utf8.contains { $0 < 0x20 } == false, "the message is one line")
        }
    }

    // MARK: From bytes

    @Test(arguments: [
        ("image/png", "data:image/png;base64,"), ("IMAGE/SVG+XML", "data:image/svg+xml;base64,"),
        ("image/vnd.adobe.photoshop", "data:image/vnd.adobe.photoshop;base64,"),
    ])
    func `A data URL contains the bytes and the media type`(mediaType: String, prefix: String) async throws {
        let image = try await ImageURL(data: Self.png, mediaType: mediaType, detail: .low)
        #expect(try decoded(image, prefix) == Self.png)
        #expect(image.detail == .low)
        let large = Data(repeating: 0xA5, count: 3 << 20)
        #expect(try decoded(await ImageURL(data: large, mediaType: mediaType), prefix) == large)
    }

    @Test(arguments: [
        "", "image", "image/", "/png", "text/html", "image/png;base64,AAAA", "image/png\r\n", " image/png",
        "image/png,x", "image/a/b", "image/ü", "application/pdf",
    ])
    func `Another media type is refused`(mediaType: String) async {
        let error = await #expect(throws: TchaviError.self) {
            _ = try await ImageURL(data: Self.png, mediaType: mediaType)
        }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("`\(mediaType)`") == true)
    }

    @Test(arguments: [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "png"), ([0xFF, 0xD8, 0xFF, 0xE0], "jpeg"),
        (Array("GIF87a".utf8), "gif"), (Array("GIF89a..".utf8), "gif"), (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), "webp"),
    ])
    func `Formats are recognized by their first bytes, whatever a file is named`(bytes: [UInt8], name: String)
        async throws
    {
        let prefix = "data:image/\(name);base64,"
        #expect(try decoded(await ImageURL(data: Data(bytes)), prefix) == Data(bytes))
        // A part of other data, whose indices do not begin at zero.
        #expect(try decoded(await ImageURL(data: (Data([7]) + Data(bytes)).dropFirst()), prefix) == Data(bytes))
        let (directory, url) = try file(Data(bytes), named: "a.heic")
        #expect(try decoded(await ImageURL(contentsOf: url), prefix) == Data(bytes))
        _ = directory
    }

    @Test(arguments: ["", "plain text", "GIF88a", "RIFF\0\0\0\0WAVE", "\u{89}PNG"])
    func `Bytes that are not recognized are refused`(text: String) async {
        let error = await #expect(throws: TchaviError.self) { _ = try await ImageURL(data: Data(text.utf8)) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.hasSuffix(text.isEmpty ? "is empty." : "PNG, JPEG, GIF or WebP image.") == true)
    }

    // MARK: From files

    @Test func `Other formats are recognized by their extensions`() async throws {
        let (directory, url) = try file(Data("<svg/>".utf8), named: "a.SVG")
        #expect(try decoded(await ImageURL(contentsOf: url), "data:image/svg+xml;base64,") == Data("<svg/>".utf8))
        let named = try await ImageURL(contentsOf: url, mediaType: "image/x-own")
        #expect(named.url.hasPrefix("data:image/x-own;base64,"))
        _ = directory
    }

    @Test func `A file that is not an image is refused, with its path and the reason`() async throws {
        let (directory, text) = try file(Data("<html>".utf8), named: "a.png")
        let empty = directory.url.appendingPathComponent("empty.svg")
        try Data().write(to: empty)
        let pipe = directory.url.appendingPathComponent("pipe.png")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        let cases: [(URL, String)] = [
            (text, "is not recognized"), (empty, "is empty"), (pipe, "is not a regular file"),
            (directory.url, "is not a regular file"),
            (directory.url.appendingPathComponent("none.png"), "does not exist"),
            (text.appendingPathComponent("x.png"), "cannot be read"),
        ]
        for (url, reason) in cases {
            let error = await #expect(throws: TchaviError.self) { _ = try await ImageURL(contentsOf: url) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains("`\(url.path)` \(reason)") == true, "\(error?.message ?? "")")
        }
        let remote = try #require(URL(string: "https://img.example/a.png"))
        let error = await #expect(throws: TchaviError.self) { _ = try await ImageURL(contentsOf: remote) }
        #expect(error?.message.contains("file") == true)
    }

    @Test func `A file may have the greatest size, and no byte more`() async throws {
        let (directory, url) = try file(Self.png)
        #expect(try await ImageURL(contentsOf: url, maximumSize: Self.png.count).url.hasPrefix("data:image/png"))
        #expect(try await ImageURL(contentsOf: url, maximumSize: .max).url.hasPrefix("data:image/png"))
        let error = await #expect(throws: TchaviError.self) {
            _ = try await ImageURL(contentsOf: url, maximumSize: Self.png.count - 1)
        }
        #expect(error?.message.contains("is larger than \(Self.png.count - 1) bytes") == true)
        #expect(ImageURL.defaultMaximumSize == 20 * 1024 * 1024)
        let large = directory.url.appendingPathComponent("large.png")
        try (Self.png + Data(count: ImageURL.defaultMaximumSize - Self.png.count)).write(to: large)
        let image = try await ImageURL(contentsOf: large)
        #expect(image.url.utf8.count == 22 + (ImageURL.defaultMaximumSize + 2) / 3 * 4)
        let handle = try FileHandle(forWritingTo: large)
        try handle.seekToEnd()
        try handle.write(contentsOf: [0])
        try handle.close()
        await #expect(throws: TchaviError.self) { _ = try await ImageURL(contentsOf: large) }
    }
}
