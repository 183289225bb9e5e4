import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct SnapshotFileTests {
    private let directory: TemporaryDirectory
    private let date = Date(timeIntervalSince1970: 1_767_000_000.25)

    init() throws { directory = try TemporaryDirectory() }

    private var file: SnapshotFile {
        SnapshotFile(
            directory: directory.url.appendingPathComponent("a/cache"),
            sourceName: "https://example.com/p?q=ä"
        )
    }

    private func stored(_ records: [PromptRecord] = [.simple()]) -> StoredCatalogue {
        let entries = records.map { PromptCatalogue.Entry(location: "\($0.promptID).json", record: $0) }
        return StoredCatalogue(catalogue: PromptCatalogue(entries: entries), readAt: date)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `What is stored is read again, with all that is known of the source`() throws {
        #expect(try file.read() == nil)
        var stored = stored(try Fixtures.promptRecords())
        stored.catalogue.revision = "r"
        stored.catalogue.validator = "\"v\"\n"
        stored.catalogue.publishedAt = Timestamp("2026-01-05T18:11:00.000Z")
        stored.catalogue.folders = [PromptFolder(id: "f", name: "F", parentFolderID: "g", tags: ["a": 1])]
        stored.catalogue.diagnostics = [
            PromptDiagnostic(
                location: "x",
                line: 1,
                column: 2,
                severity: .warning,
                promptID: "p",
                reason: "r",
                advice: "a"
            ),
            PromptDiagnostic(location: "y", reason: "s"),
        ]
        stored.catalogue.unusable = [("p", "x"), ("q", "y")]
        stored.shippedRevision = "s"
        try file.write(stored)
        let read = try #require(try file.read())
        #expect(read.catalogue.entries.map(\.record) == stored.catalogue.entries.map(\.record))
        #expect(read.catalogue.entries.map(\.location) == stored.catalogue.entries.map(\.location))
        #expect(!read.catalogue.entries.isEmpty)
        #expect(read.catalogue.diagnostics == stored.catalogue.diagnostics)
        #expect(read.catalogue.folders == stored.catalogue.folders)
        #expect(read.catalogue.unusable.map { "\($0)" } == stored.catalogue.unusable.map { "\($0)" })
        #expect(read.catalogue.revision == "r")
        #expect(read.catalogue.validator == "\"v\"\n")
        #expect(read.catalogue.publishedAt == stored.catalogue.publishedAt)
        #expect(read.readAt == date)
        #expect(read.shippedRevision == "s")
    }

    @Test func `What could not be read stays unreadable, for the same reason`() throws {
        var record = PromptRecord.simple()
        var damaged = record.versions[0]
        damaged.id = "v2"
        damaged.version = 2
        damaged.config?.tags = ["plan": "pro"]
        damaged = damaged.withoutContent
        damaged.unreadableReason = "bad version"
        record.versions.append(damaged)
        record.deployments["v2"] = [Deployment(id: "d2"), Deployment(id: "d3", unreadableReason: "bad rules")]
        record.fallbackVersion = PromptVersion(unreadableReason: "bad fallback")
        try file.write(stored([record, .simple("other")]))
        #expect(try file.read()?.catalogue.entries.map(\.record) == [record, .simple("other")])
    }

    @Test func `A record that cannot be read again costs no other`() throws {
        try file.write(stored([.simple(""), .simple()]))
        let catalogue = try #require(try file.read()).catalogue
        #expect(catalogue.entries.map(\.record) == [.simple()])
        #expect(catalogue.diagnostics.map(\.location) == [".json"])
    }

    @Test func `"Not changed" renews the age and the shipped revision`() throws {
        #expect(try !file.renew(readAt: date, shippedRevision: nil))
        try file.write(stored())
        let size = try Data(contentsOf: URL(fileURLWithPath: file.path))
        #expect(try file.renew(readAt: date + 60, shippedRevision: "s"))
        #expect(try file.read()?.readAt == date + 60)
        #expect(try file.read()?.shippedRevision == "s")
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == size)
        // The age of another content is not that of this one.
        try file.write(stored([.simple("other")]))
        #expect(try file.read()?.readAt == date)
        #expect(try file.renew(readAt: date + 90, shippedRevision: nil))
        let renewal = file.path.replacingOccurrences(of: ".snapshot-1", with: ".renewal-1")
        try Data("{".utf8).write(to: URL(fileURLWithPath: renewal))
        #expect(try file.read()?.readAt == date)
    }

    @Test func `Only the owner may read the files, and nothing is left beside them`() throws {
        try file.write(stored())
        #expect(try file.renew(readAt: date, shippedRevision: nil))
        let cache = directory.url.appendingPathComponent("a/cache").path
        let names = try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
        #expect(try permissions(cache) == 0o700)
        for name in names { #expect(try permissions("\(cache)/\(name)") == 0o600) }
        #expect(names.count == 2)
        #expect(names.allSatisfy { $0.hasPrefix("https-example-com-p-q-") })
    }

    @Test func `Sources of similar names have different files`() {
        let names = ["a/b", "a-b", "a b", "A-b", ""]
        #expect(Set(names.map { SnapshotFile(directory: directory.url, sourceName: $0).path }).count == names.count)
    }

    @Test(arguments: [
        ("nothing", "format"), ("a line", "format"), ("half", "bytes"), ("without its last byte", "bytes"),
        ("more", "bytes"), ("a changed byte", "checksum"), ("another format", "`tchavi-snapshot 2`"),
        ("a header only", "catalogue"),
    ])
    func `A damaged file is an error that names the file and the damage`(damage: String, reason: String) throws {
        try file.write(stored())
        let url = URL(fileURLWithPath: file.path)
        var content = try Data(contentsOf: url)
        switch damage {
        case "nothing": content = Data()
        case "a line": content = Data("hello\n".utf8)
        case "half": content = content.prefix(content.count / 2)
        case "without its last byte": content.removeLast()
        case "more": content.append(10)
        case "a changed byte": content[content.count - 20] ^= 1
        case "another format":
            content = Data(
                String(decoding: content, as: UTF8.self).replacingOccurrences(of: "snapshot 1", with: "snapshot 2").utf8
            )
        default:
            let seal = StoredCatalogue.Seal(bytes: 0, checksum: SHA256.hexadecimal([]))
            content = Data(seal.json.canonical() + [10])
        }
        try content.write(to: url)
        let error = #expect(throws: PromptError.self) { try file.read() }
        #expect(error?.code == .diskCache)
        #expect(error?.message.contains(file.path) == true)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        // It is replaced like any other.
        try file.write(stored())
        #expect(try file.read()?.catalogue.entries.count == 1)
    }

    @Test func `A directory that cannot be written is an error, and what is stored stays`() throws {
        try file.write(stored())
        // The place of the temporary file cannot be created where the directory is a file.
        let blocked = SnapshotFile(directory: URL(fileURLWithPath: file.path), sourceName: "x")
        let error = #expect(throws: PromptError.self) { try blocked.write(stored()) }
        #expect(error?.code == .diskCache)
        #expect(try blocked.read() == nil)
        #expect(try file.read() != nil)
    }

    #if os(Linux)
    @Test func `A full disk is an error`() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let error = #expect(throws: POSIXError.self) { try WholeFile.write([1, 2, 3], to: descriptor) }
        #expect(error?.code == .ENOSPC)
    }
    #endif

    @Test func `What a killed process left is removed in time`() throws {
        try file.write(stored())
        let name = URL(fileURLWithPath: file.path).lastPathComponent
        let cache = URL(fileURLWithPath: file.path).deletingLastPathComponent()
        let (old, new) = (
            cache.appendingPathComponent(".\(name).1.tmp"), cache.appendingPathComponent(".\(name).2.tmp")
        )
        for url in [old, new] { try Data("half".utf8).write(to: url) }
        try FileManager.default.setAttributes([.modificationDate: Date() - 3600], ofItemAtPath: old.path)
        try file.write(stored())
        #expect(!FileManager.default.fileExists(atPath: old.path))
        #expect(FileManager.default.fileExists(atPath: new.path))
    }

    @Test(.computation) func `Several writers never leave a damaged file`() async throws {
        let file = file
        try file.write(stored())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                let stored = stored((0..<writer * 5 + 1).map { .simple("p\($0)") })
                group.addTask {
                    for _ in 0..<20 {
                        try file.write(stored)
                        _ = try file.renew(readAt: stored.readAt, shippedRevision: nil)
                        #expect(try [1, 6, 11, 16].contains(file.read()?.catalogue.entries.count))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `No bytes whatsoever end the process`() throws {
        var random = Generator(state: 7)
        try file.write(stored([.simple(), .simple("other")]))
        let url = URL(fileURLWithPath: file.path)
        let good = [UInt8](try Data(contentsOf: url))
        let body = Array(good[(good.firstIndex(of: 10) ?? 0)...].dropFirst())
        for round in 0..<500 {
            var bytes = round.isMultiple(of: 2) ? good : body
            for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(index..<min(bytes.count, index + 40))
                default: bytes.insert(contentsOf: [10, 123, 34], at: index)
                }
            }
            if !round.isMultiple(of: 2) {
                // With a valid checksum, so that what comes after it is read.
                let seal = StoredCatalogue.Seal(bytes: bytes.count, checksum: SHA256.hexadecimal(bytes))
                bytes = seal.json.canonical() + [10] + bytes
            }
            do {
                _ = try StoredCatalogue(reading: Data(bytes))
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
    }
}
