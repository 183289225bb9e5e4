import Foundation
import Tchavi
import TchaviTesting
import Testing

@testable import TchaviPrompts

/// A library whose bundle is fetched from a server that goes wrong, over a real socket, for ten simulated minutes.
@Suite(.timeLimit(.minutes(10)))
struct BundleOutageTests {
    private static let key: Secret = "a key for the tests' bundles"

    /// What the server does from the second request on.
    struct Outage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// The server's response to a request, as it stands on the wire.
        let response: @Sendable () async throws -> Data
        /// How many requests are made in ten minutes, the first one included.
        let requests: ClosedRange<Int>
        /// The text that the status' error contains.
        let error: String
        var isRefused = false
    }

    private static func response(_ status: Int, _ body: Data, _ headers: String = "") -> Data {
        Data("HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\n\(headers)\r\n".utf8) + body
    }

    private static func bundle(
        _ records: [PromptRecord] = [.saying("new")],
        publishedAt: String = "2026-11-21T12:00:00Z",
        key: Secret = Self.key
    ) async throws -> Data {
        try await PromptBundle(records: records, publishedAt: Timestamp(publishedAt))
            .data(signedWith: .hmacSHA256(key: key))
    }

    /// Failures make for requests after 60 s and then with pauses of 1, 2, 4 … s.
    private static let backedOff = 8...12

    static let outages = [
        Outage(
            testDescription: "500",
            response: { response(500, Data("oops".utf8)) },
            requests: backedOff,
            error: "status 500"
        ),
        Outage(
            testDescription: "429 with Retry-After",
            response: { response(429, Data(), "Retry-After: 200\r\n") },
            requests: 4...5,
            error: "status 429"
        ),
        Outage(
            testDescription: "401",
            response: { response(401, Data(#"{"error": {"message": "No."}}"#.utf8)) },
            requests: 2...2,
            error: "status 401",
            isRefused: true
        ),
        Outage(
            testDescription: "a truncated body",
            response: {
                let body = try await bundle()
                return Data("HTTP/1.1 200 X\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body.dropLast(20)
            },
            requests: backedOff,
            error: "transport"
        ),
        Outage(
            testDescription: "JSON of another shape",
            response: { response(200, Data(#"{"prompts": []}"#.utf8)) },
            requests: backedOff,
            error: "bundle"
        ),
        Outage(
            testDescription: "a wrong checksum",
            response: {
                let text = String(decoding: try await bundle(), as: UTF8.self)
                return response(200, Data(text.replacing("new", with: "odd").utf8))
            },
            requests: backedOff,
            error: "revision"
        ),
        Outage(
            testDescription: "a wrong signature",
            response: { response(200, try await bundle(key: "another key for the bundles")) },
            requests: backedOff,
            error: "signature"
        ),
        Outage(
            testDescription: "an older signed bundle",
            response: { response(200, try await bundle(publishedAt: "2026-11-20T12:00:00Z")) },
            requests: backedOff,
            error: "published"
        ),
        Outage(
            testDescription: "an empty catalogue",
            response: {
                // What a publisher of its own writes: `PromptBundle` refuses it.
                let manifest = BundleManifest(
                    revision: SHA256.hexadecimal([]),
                    count: 0,
                    folders: 0,
                    publishedAt: Timestamp("2026-11-21T12:00:00Z")
                ).line
                let signature = SHA256.authenticationCode(of: manifest, key: Array(key.revealed().utf8))
                let line = #"{"signature":"\#(Data(signature).base64EncodedString())"}"#
                return response(200, Data(manifest) + Data("\n\(line)\n".utf8))
            },
            requests: backedOff,
            error: "no prompts"
        ),
        Outage(
            testDescription: "a closed connection",
            response: { Data() },
            requests: backedOff,
            error: "transport"
        ),
    ]

    @Test(arguments: outages)
    func `Nothing good is replaced, and the status says what failed`(_ outage: Outage) async throws {
        let isBroken = Locked(false)
        let requests = Locked(0)
        let good = try await Self.bundle(
            [.saying("good"), .saying("other", id: "q")],
            publishedAt: "2026-11-21T11:00:00Z"
        )
        let bad = try await outage.response()
        let server = try LoopbackServer { connection in
            guard try connection.receiveRequest() != nil else { return }
            requests.withLock { $0 += 1 }
            if isBroken.withLock({ $0 }) {
                try connection.send(bad)
            } else {
                try connection.respond(body: good)
            }
        }
        defer { server.stop() }
        let clocked = ClockedClient()
        let source = BundleSource.bundle(
            at: server.baseURL.appendingPathComponent("prompts.bundle"),
            verifying: .hmacSHA256(key: Self.key)
        )
        let library = PromptLibrary(source: source, gateway: clocked.client, configuration: .forTests)
        #expect(try await library.prompt("p").messages[0].text == "good")
        isBroken.withLock { $0 = true }

        // Each request ends before the time goes on.
        let running = Task { await library.run() }
        for _ in 0..<600 {
            await clocked.clock.whenSleeping()
            clocked.clock.advance(by: .seconds(1))
            while library.isReading { try await Task.sleep(for: .milliseconds(1)) }
            for _ in 0..<10 { await Task.yield() }
        }
        running.cancel()
        await running.value
        let made = requests.withLock { $0 }
        #expect(outage.requests.contains(made), "\(made) requests")
        let prompt = try await library.prompt("p")
        #expect(prompt.messages[0].text == "good")
        #expect(prompt.selection.origin == .source)
        #expect(prompt.selection.snapshotAge == .seconds(600))
        #expect(try await library.promptIDs() == ["p", "q"])
        let status = library.status
        #expect(status.age == .seconds(600))
        #expect(status.isRefused == outage.isRefused)
        let error = try #require(status.lastError)
        #expect("\(error)".contains(outage.error), "\(error)")
        #expect(!"\(error)".contains(Self.key.revealed()))

        // The server recovers: an explicit refresh is not delayed by the pauses before.
        isBroken.withLock { $0 = false }
        try await library.refresh()
        #expect(library.status.lastError == nil)
        #expect(library.status.age == .zero)
        #expect(!library.status.isRefused)
    }

    @Test func `One bad prompt among a hundred costs itself, and an unreadable arm takes its part in the split`()
        async throws
    {
        var lines = (0..<100).map { PromptRecord.saying("\($0)", id: "p\(100 + $0)") }.map(\.json)
        let content = Locked(try Self.unsigned(lines))
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil { try connection.respond(body: content.withLock { $0 }) }
        }
        defer { server.stop() }
        let configuration = PromptLibrary.Configuration.forTests
        let library = PromptLibrary(source: .bundle(at: server.baseURL), configuration: configuration)
        #expect(try await library.promptIDs().count == 100)

        // Its older form goes on being served whole.
        lines[7] = ["promptId": "p107", "versions": "none"]
        try content.withLock { $0 = try Self.unsigned(lines) }
        try await library.refresh()
        #expect(try await library.promptIDs().count == 100)
        #expect(try await library.prompt("p107").messages[0].text == "7")
        #expect(try await library.diagnostics().contains { $0.promptID == "p107" && $0.servesOlderForm })

        // A process that has not seen it before does not serve it, and the others all the same.
        let fresh = PromptLibrary(source: .bundle(at: server.baseURL), configuration: configuration)
        #expect(try await fresh.promptIDs().count == 99)
        let error = await #expect(throws: PromptError.self) { _ = try await fresh.prompt("p107") }
        #expect(error?.code == .invalidRecord)

        // Two arms of equal weight, one of which cannot be read.
        var first = Deployment(id: "d1")
        first.weight = 1
        var second = Deployment(id: "d2")
        second.weight = 1
        lines[7] = [
            "promptId": "p107",
            "versions": [
                [
                    "id": "v1", "version": 1,
                    "config": ["messages": [["role": "system", "content": "arm"]], "model": "m"],
                ],
                ["id": "v2", "version": 2, "config": ["messages": 3, "model": "m"]],
            ],
            "rules": ["v1": [first.json], "v2": [second.json]],
        ]
        try content.withLock { $0 = try Self.unsigned(lines) }
        let third = PromptLibrary(source: .bundle(at: server.baseURL), configuration: configuration)
        var served = 0
        var refused = 0
        for user in 0..<200 {
            do {
                #expect(try await third.prompt("p107", matching: PromptQuery().bucketed(by: user)).version == 1)
                served += 1
            } catch let error as PromptError {
                #expect(error.code == .invalidRecord)
                refused += 1
            }
        }
        // The unreadable arm keeps its users.
        #expect((60...140).contains(served) && (60...140).contains(refused))
    }

    /// A bundle of lines that need not be valid records.
    private static func unsigned(_ records: [JSONValue]) throws -> Data {
        let body: [UInt8] = records.flatMap { record -> [UInt8] in record.canonical() + [0x0A] }
        let manifest = BundleManifest(
            revision: SHA256.hexadecimal(body),
            count: records.count,
            folders: 0,
            publishedAt: nil
        )
        return Data(manifest.line + [0x0A] + body)
    }
}
