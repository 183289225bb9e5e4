import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct PromptBundleTests {
    private static let date = Timestamp("2026-05-01T10:00:00Z")
    private static let key: Secret = "0123456789abcdef0123456789abcdef"

    private static func bundle(publishedAt: Timestamp? = nil) throws -> PromptBundle {
        var folder = PromptFolder(id: "support", name: "Support")
        folder.tags = ["team": "care"]
        return try PromptBundle(
            records: [.simple("b"), .simple("a"), .simple("c")],
            folders: [folder, PromptFolder(id: "billing", name: "Billing")],
            publishedAt: publishedAt
        )
    }

    /// A bundle of lines that `PromptBundle` does not write, with a matching manifest.
    private static func bundle(lines: [String], count: Int? = nil, folders: Int = 0) -> Data {
        let body = Array(lines.map { $0 + "\n" }.joined().utf8)
        let manifest = BundleManifest(
            revision: SHA256.hexadecimal(body),
            count: count ?? lines.count - folders,
            folders: folders,
            publishedAt: nil
        )
        return Data(manifest.line + [0x0A] + body)
    }

    private static func line(_ record: PromptRecord) -> String {
        String(decoding: record.json.canonical(), as: UTF8.self)
    }

    private static func refusal(_ data: Data, _ verifier: BundleVerifier? = nil) -> PromptError? {
        #expect(throws: PromptError.self) { try PromptBundle(data, verifying: verifier) }
    }

    // MARK: Writing

    @Test func `The same prompts give the same bytes, in whichever order`() throws {
        let first = try PromptBundle(records: [.simple("b"), .simple("a")], publishedAt: Self.date)
        let second = try PromptBundle(records: [.simple("a"), .simple("b")], publishedAt: Self.date)
        #expect(first.data == second.data)
        #expect(first.records.map(\.promptID) == ["a", "b"])
        #expect(try PromptBundle(first.data).data == first.data)
    }

    @Test func `The revision is the hash of all lines after the first`() throws {
        let bundle = try Self.bundle()
        let text = String(decoding: bundle.data, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.count == 7 && lines[6].isEmpty)
        #expect(
            lines[0] == #"{"count":3,"folders":2,"format":"tchavi-prompt-bundle/1","revision":"\#(bundle.revision)"}"#
        )
        #expect(bundle.revision == SHA256.hexadecimal(Array(lines.dropFirst().joined(separator: "\n").utf8)))
        #expect(lines[1].contains(#""id":"billing""#) && lines[2].contains(#""id":"support""#))
        #expect(lines[3] == Self.line(.simple("a")) && lines[5] == Self.line(.simple("c")))
    }

    @Test func `A changed folder changes the revision`() throws {
        let before = try PromptBundle(records: [.simple()], folders: [PromptFolder(id: "f", name: "F")])
        let after = try PromptBundle(records: [.simple()], folders: [PromptFolder(id: "f", name: "G")])
        #expect(before.revision != after.revision)
    }

    @Test func `The fixtures survive a round trip`() async throws {
        let bundle = try await PromptBundle(reading: .directory(Fixtures.prompts), publishedAt: Self.date)
        let read = try PromptBundle(bundle.data)
        let expected = try Fixtures.promptRecords().sorted { $0.promptID.precedesInBytes($1.promptID) }
        #expect(expected.count > 3)
        #expect(read.records == expected)
        #expect(read.diagnostics.isEmpty)
        #expect(read.publishedAt == Self.date)
        #expect(read.data == bundle.data)
    }

    @Test func `Folders with their tags survive a round trip`() throws {
        let bundle = try Self.bundle()
        let read = try PromptBundle(bundle.data)
        #expect(read.folders == bundle.folders)
        #expect(read.folders.map(\.id) == ["billing", "support"])
        #expect(read.folders.last?.tags == ["team": "care"])
    }

    @Test func `A source with a prompt that cannot be read is refused, unless it may be left out`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("good.json", .simple("good"))
        try directory.write("broken.json", #"{"promptId":"broken","versions":[{"id":"v1","version":1,"config":7}]}"#)
        let source = DirectorySource(directory.url.path)
        let error = await #expect(throws: PromptError.self) { try await PromptBundle(reading: source) }
        #expect(error?.message.contains("broken.json") == true)
        let bundle = try await PromptBundle(reading: source, leavesOutUnreadable: true)
        #expect(bundle.records.map(\.promptID) == ["good"])
    }

    @Test func `No prompts, ids given twice, and unreadable parts are refused`() throws {
        #expect(throws: PromptError.self) { try PromptBundle(records: []) }
        #expect(throws: PromptError.self) { try PromptBundle(records: [.simple("a"), .simple("a")]) }
        // One id to a library, whose dictionaries compare strings by canonical equivalence.
        #expect(throws: PromptError.self) { try PromptBundle(records: [.simple("\u{E9}"), .simple("e\u{301}")]) }
        let folder = PromptFolder(id: "f", name: "F")
        #expect(throws: PromptError.self) { try PromptBundle(records: [.simple()], folders: [folder, folder]) }
        #expect(throws: PromptError.self) { try PromptBundle(records: [.simple("")]) }
        #expect(throws: PromptError.self) {
            try PromptBundle(records: [.simple()], publishedAt: Timestamp("yesterday"))
        }
        var damaged = PromptRecord.simple()
        damaged.versions[0].unreadableReason = "no messages"
        let error = #expect(throws: PromptError.self) { try PromptBundle(records: [damaged]) }
        #expect(error?.message.contains("no messages") == true)
    }

    // MARK: Signatures

    @Test(arguments: [
        (
            String(repeating: "\u{0B}", count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ])
    func `HMAC-SHA256 gives the values of RFC 4231`(key: String, message: String, code: String) {
        #expect(Self.code(message: Array(message.utf8), key: Array(key.utf8)) == code)
    }

    @Test func `HMAC-SHA256 gives the values of RFC 4231 for bytes and for long keys`() {
        #expect(
            Self.code(message: Array(repeating: 0xDD, count: 50), key: Array(repeating: 0xAA, count: 20))
                == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        )
        #expect(
            Self.code(message: Array(repeating: 0xCD, count: 50), key: Array(1...25))
                == "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        )
        let long = [UInt8](repeating: 0xAA, count: 131)
        #expect(
            Self.code(message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key: long)
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
        let text =
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
            + "hashed before being used by the HMAC algorithm."
        #expect(
            Self.code(message: Array(text.utf8), key: long)
                == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        )
    }

    private static func code(message: [UInt8], key: [UInt8]) -> String {
        SHA256.authenticationCode(of: message, key: key).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    @Test func `Codes are equal only if all their bytes are`() {
        #expect(SHA256.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!SHA256.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!SHA256.areEqual([1, 2, 3], [0, 2, 3]))
        #expect(!SHA256.areEqual([1, 2, 3], [1, 2]))
        #expect(SHA256.areEqual([], []))
    }

    @Test func `A signed bundle is read with its key, and refused with another or none`() async throws {
        let bundle = try Self.bundle(publishedAt: Self.date)
        let signed = try await bundle.data(signedWith: .hmacSHA256(key: Self.key))
        let read = try PromptBundle(signed, verifying: .hmacSHA256(key: Self.key))
        #expect(read.records == bundle.records && read.folders == bundle.folders)
        #expect(read.entries.first?.location == "bundle:5")
        #expect(try PromptBundle(signed).records == bundle.records)
        #expect(Self.refusal(signed, .hmacSHA256(key: "another key"))?.message.contains("signature") == true)
        #expect(Self.refusal(bundle.data, .hmacSHA256(key: Self.key))?.message.contains("not signed") == true)
        #expect(Self.refusal(signed, .hmacSHA256(key: ""))?.code == .invalidInput)
        await #expect(throws: PromptError.self) { try await bundle.data(signedWith: .hmacSHA256(key: "")) }
    }

    @Test func `A custom signature covers the first line without its line feed`() async throws {
        let bundle = try Self.bundle(publishedAt: Self.date)
        let signed = try await bundle.data(signedWith: .custom { Data($0.reversed()) })
        let first = signed.prefix { $0 != 0x0A }
        let read = try PromptBundle(signed, verifying: .custom { $0 == first && Data($0.reversed()) == $1 })
        #expect(read.revision == bundle.revision)
        struct KeyMissing: Error {}
        #expect(throws: KeyMissing.self) { try PromptBundle(signed, verifying: .custom { _, _ in throw KeyMissing() }) }
        await #expect(throws: KeyMissing.self) {
            try await bundle.data(signedWith: .custom { _ in throw KeyMissing() })
        }
    }

    @Test func `A bundle without a date cannot be signed, nor be read as a signed one`() async throws {
        let bundle = try Self.bundle()
        let error = await #expect(throws: PromptError.self) {
            try await bundle.data(signedWith: .hmacSHA256(key: Self.key))
        }
        #expect(error?.code == .invalidInput)
        var bytes = [UInt8](bundle.data)
        let end = try #require(bytes.firstIndex(of: 0x0A))
        let signature = Data(SHA256.authenticationCode(of: Array(bytes[..<end]), key: Array(Self.key.revealed().utf8)))
        bytes.insert(contentsOf: Array("{\"signature\":\"\(signature.base64EncodedString())\"}\n".utf8), at: end + 1)
        #expect(Self.refusal(Data(bytes), .hmacSHA256(key: Self.key))?.message.contains("publishedAt") == true)
        #expect(try PromptBundle(Data(bytes)).records.count == 3)
    }

    // MARK: What is wrong

    @Test(arguments: [
        ("", "not JSON"), ("<!DOCTYPE html>\n<html></html>\n", "not JSON"), ("{}\n", "format"), ("[1]\n", "format"),
        (#"{"format":"tchavi-prompt-bundle/2","revision":"","count":1}"# + "\n", "tchavi-prompt-bundle/2"),
        (#"{"format":"tchavi-prompt-bundle/1","count":1}"# + "\n", "revision"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":-1}"# + "\n", "count"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":1,"folders":"x"}"# + "\n", "folders"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":1,"publishedAt":"x"}"# + "\n", "publishedAt"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":1}"# + "\n", "revision"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":1}"#, "ends"),
        (#"{"format":"tchavi-prompt-bundle/1","revision":"","count":1}"# + "\n{\"signature\":\"", "ends"),
    ])
    func `What is not a bundle is refused, and the error says why`(text: String, word: String) throws {
        let error = try #require(Self.refusal(Data(text.utf8)))
        #expect(error.code == .invalidRecord)
        #expect(error.message.contains(word), "\(error)")
        #expect(error.advice?.isEmpty == false)
    }

    @Test func `Wrong numbers of lines, and an id that is given twice, are refused`() {
        let lines = [Self.line(.simple("a")), Self.line(.simple("b"))]
        #expect(Self.refusal(Self.bundle(lines: lines, count: 3))?.message.contains("states 3 prompts") == true)
        #expect(Self.refusal(Self.bundle(lines: lines, count: 1))?.message.contains("states 1 prompts") == true)
        #expect(Self.refusal(Self.bundle(lines: [], folders: 0)) != nil)
        let repeated = Self.refusal(Self.bundle(lines: lines + lines))
        #expect(repeated?.message.contains("line 4") == true, "\(String(describing: repeated))")
    }

    @Test func `A prompt that cannot be read costs only itself`() throws {
        let lines = [
            Self.line(.simple("a")), "no JSON", #"{"promptId":"c","versions":7}"#, "{}", Self.line(.simple("e")),
        ]
        let bundle = try PromptBundle(Self.bundle(lines: lines), name: "https://prompts.example/all.jsonl")
        #expect(bundle.records.map(\.promptID) == ["a", "e"])
        #expect(bundle.unusable.map(\.promptID) == ["c"])
        #expect(bundle.diagnostics.map(\.line) == [3, 4, 5])
        #expect(bundle.diagnostics.map(\.promptID) == [nil, "c", nil])
        #expect(bundle.diagnostics.allSatisfy { $0.location == "https://prompts.example/all.jsonl" })
        #expect(bundle.entries.map(\.location) == [2, 6].map { "https://prompts.example/all.jsonl:\($0)" })
    }

    @Test func `Of a damaged prompt, a bundle keeps what a directory keeps`() throws {
        let text =
            #"{"promptId":"p","versions":[{"id":"v1","version":1,"promptId":"p","config":7}],"rules":{"v1":[{"id":4}]}}"#
        let bundle = try PromptBundle(Self.bundle(lines: [Self.line(.simple("a")), text]))
        let directory = PromptDirectory(reading: FileTree(["bundle.json": Data(text.utf8)]))
        let record = try #require(bundle.records.last)
        let expected = try #require(directory.prompts.first?.record)
        #expect(record.versions.map(\.id) == expected.versions.map(\.id))
        #expect(record.versions[0].unreadableReason?.contains("bundle:3:") == true)
        #expect(record.deployments.keys == expected.deployments.keys)
        #expect(record.isDamaged)
        #expect(bundle.diagnostics.map(\.reason) == directory.diagnostics.map(\.reason))
    }

    @Test func `A folder that cannot be read is a diagnostic`() throws {
        let lines = [#"{"name":"F"}"#, Self.line(.simple("a"))]
        let bundle = try PromptBundle(Self.bundle(lines: lines, folders: 1))
        #expect(bundle.folders.isEmpty && bundle.records.count == 1)
        #expect(bundle.diagnostics.map(\.line) == [2])
    }

    @Test(.computation) func `Every truncation is refused`() async throws {
        let bundle = try Self.bundle(publishedAt: Self.date)
        let signed = try await bundle.data(signedWith: .hmacSHA256(key: Self.key))
        for length in 0..<signed.count {
            let part = signed.prefix(length)
            #expect(throws: PromptError.self) { try PromptBundle(part) }
            #expect(throws: PromptError.self) { try PromptBundle(part, verifying: .hmacSHA256(key: Self.key)) }
        }
    }

    @Test(.computation) func `No changed byte changes the prompts of a bundle that is accepted`() async throws {
        let bundle = try Self.bundle(publishedAt: Self.date)
        let signed = try await bundle.data(signedWith: .hmacSHA256(key: Self.key))
        var generator = Generator(state: 7)
        var accepted = 0
        for _ in 0..<20000 {
            var bytes = [UInt8](signed)
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                default: bytes.remove(at: index)
                }
            }
            let data = Data(bytes)
            for read in [try? PromptBundle(data), try? PromptBundle(data, verifying: .hmacSHA256(key: Self.key))] {
                guard let read else { continue }
                accepted += 1
                #expect(read.records == bundle.records && read.folders == bundle.folders)
            }
        }
        // Without a verifier, the date and the signature may be changed.
        #expect(accepted > 0)
    }

    @Test(.computation) func `Random lines with a matching revision do not crash`() {
        var generator = Generator(state: 11)
        let seed = Array(Self.line(.simple("a")).utf8)
        for _ in 0..<3000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1..<6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if let line = String(validating: bytes, as: UTF8.self), !line.contains("\n") {
                _ = try? PromptBundle(Self.bundle(lines: [line, line + " ", line], folders: 1))
            }
        }
    }
}
