import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct DirectoryCacheTests {
    private let directory: TemporaryDirectory
    private let start = ContinuousClock.now

    init() throws { directory = try TemporaryDirectory() }

    private func version(_ text: String) -> String { "---\nmodel: m\n---\n\(text)\n" }

    private func write(_ path: String, _ text: String) throws {
        let url = directory.url.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func texts(_ catalogue: PromptCatalogue?) -> [String: String]? {
        catalogue.map { catalogue in
            Dictionary(
                uniqueKeysWithValues: catalogue.entries.map { entry in
                    (
                        entry.record.promptID,
                        entry.record.versions.map { $0.config?.messages.first?.text ?? "" }.joined()
                    )
                }
            )
        }
    }

    @Test func `Directories and records are read side by side, with their folders`() throws {
        try write("support/1.md", version("Hi"))
        try write("support/prompt.json", #"{"deployments": [{"version": 1}]}"#)
        try write("billing/refunds/refund/2.md", version("Sorry"))
        try write("billing/bill.json", #"{"data": {"promptId": "bill", "versions": [], "rules": {}}}"#)
        try write("README.md", "# Prompts")
        try write(".git/1.md", version("hidden"))
        var cache = DirectoryCache(root: directory.url.path)
        let catalogue = try #require(try cache.load(since: nil, isPolling: false))
        #expect(catalogue.diagnostics.isEmpty)
        #expect(
            catalogue.entries.map { "\($0.record.folderID)/\($0.record.promptID) \($0.location)" }.sorted() == [
                "/support support/prompt.json", "billing/bill billing/bill.json",
                "billing/refunds/refund billing/refunds/refund/2.md",
            ]
        )
    }

    @Test func `A revision is that of the content, and only a change of the content is one`() throws {
        try write("p/1.md", version("one"))
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: false))
        #expect(try cache.load(since: first.revision, isPolling: false) == nil)
        // The same content again, in another file.
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("p/1.md"))
        try write("p/1.md", version("one"))
        #expect(try cache.load(since: first.revision, isPolling: false) == nil)
        #expect(try cache.load(since: "another", isPolling: false)?.revision == first.revision)
        // Of the same size, and within the resolution of the file system's times.
        try write("p/1.md", version("two"))
        #expect(texts(try cache.load(since: first.revision, isPolling: false)) == ["p": "two"])
    }

    @Test func `A change of the same size that keeps the date is seen`() throws {
        try write("p/1.md", version("one"))
        let path = directory.url.appendingPathComponent("p/1.md").path
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: false))
        let date = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate])
        try write("p/1.md", version("two"))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        #expect(texts(try cache.load(since: first.revision, isPolling: false)) == ["p": "two"])
    }

    @Test func `Links that are swapped are followed, and cycles are not`() throws {
        try write("..2026_1/p/1.md", version("one"))
        try write("..2026_2/p/1.md", version("two"))
        let manager = FileManager.default
        let link = directory.url.appendingPathComponent("..data").path
        try manager.createSymbolicLink(atPath: link, withDestinationPath: "..2026_1")
        try manager.createSymbolicLink(
            atPath: directory.url.appendingPathComponent("p").path,
            withDestinationPath: "..data/p"
        )
        try manager.createSymbolicLink(
            atPath: directory.url.appendingPathComponent("..2026_2/p/loop").path,
            withDestinationPath: "../.."
        )
        try manager.createSymbolicLink(
            atPath: directory.url.appendingPathComponent("cycle").path,
            withDestinationPath: "."
        )
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: false))
        #expect(texts(first) == ["p": "one"])
        try manager.createSymbolicLink(atPath: link + "_tmp", withDestinationPath: "..2026_2")
        #expect(rename(link + "_tmp", link) == 0)
        #expect(texts(try cache.load(since: first.revision, isPolling: false)) == ["p": "two"])
    }

    @Test func `A poll reads a changed prompt once its files have been unchanged for 500 ms, and a refresh at once`()
        throws
    {
        try write("p/1.md", version("one"))
        try write("q/1.md", version("one"))
        var cache = DirectoryCache(root: directory.url.path)
        func poll(_ milliseconds: Int, since revision: String?) throws -> PromptCatalogue? {
            try cache.load(since: revision, isPolling: true, now: start + .milliseconds(milliseconds))
        }
        let first = try #require(try poll(0, since: nil))
        try write("p/1.md", version("half of t"))
        #expect(try poll(250, since: first.revision) == nil)
        try write("q/1.md", version("two"))
        try write("p/1.md", version("half of two"))
        #expect(try poll(500, since: first.revision) == nil)
        try write("p/1.md", version("two, finished"))
        // `q` has been unchanged since it was seen at 500, `p` since 750.
        #expect(try poll(750, since: first.revision) == nil)
        let second = try #require(try poll(1000, since: first.revision))
        #expect(texts(second) == ["p": "one", "q": "two"])
        #expect(texts(try poll(1250, since: second.revision)) == ["p": "two, finished", "q": "two"])

        try write("p/1.md", version("three"))
        #expect(texts(try cache.load(since: second.revision, isPolling: false))?["p"] == "three")
    }

    @Test func `A prompt whose directory is replaced is served until the new one is complete`() throws {
        try write("p/1.md", version("one"))
        try write("q/1.md", version("q"))
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: true, now: start))
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("p"))
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(250)) == nil)
        try write("p/1.md", version("two"))
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(500)) == nil)
        let second = try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(1000))
        #expect(texts(second) == ["p": "two", "q": "q"])
        // Removed for good.
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("p"))
        #expect(try cache.load(since: second?.revision, isPolling: true, now: start + .milliseconds(1250)) == nil)
        let third = try cache.load(since: second?.revision, isPolling: true, now: start + .milliseconds(1750))
        #expect(texts(third) == ["q": "q"])
    }

    @Test func `What cannot be read costs the prompts in it nothing that was read before`() throws {
        try write("folder/p/1.md", version("one"))
        try write("q/1.md", version("q"))
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: false))
        let folder = directory.url.appendingPathComponent("folder").path
        try FileManager.default.removeItem(atPath: folder)
        // A link to a directory that leads nowhere else than to itself cannot be opened, also by root.
        try FileManager.default.createSymbolicLink(atPath: folder + ".json", withDestinationPath: "folder.json")
        let second = try #require(try cache.load(since: first.revision, isPolling: false))
        #expect(texts(second) == ["q": "q"])
        #expect(second.diagnostics.map(\.location) == ["folder.json"])
        #expect(second.diagnostics[0].description.contains("cannot be read"))
    }

    @Test func `Pipes and directories named like files are ignored, and a missing root is an error`() throws {
        try write("q/1.md", version("q"))
        #expect(mkfifo(directory.url.appendingPathComponent("pipe.json").path, 0o600) == 0)
        try FileManager.default.createDirectory(
            at: directory.url.appendingPathComponent("x.json"),
            withIntermediateDirectories: false
        )
        var cache = DirectoryCache(root: directory.url.path)
        #expect(texts(try cache.load(since: nil, isPolling: false)) == ["q": "q"])
        var missing = DirectoryCache(root: directory.url.path + "/none")
        #expect(throws: POSIXError.self) { try missing.load(since: nil, isPolling: false) }
    }

    @Test func `Many directories are scanned on all processors, and a link to nothing costs only its prompt`() throws {
        for index in 0..<200 { try write("folder-\(index % 3)/p\(index)/1.md", version("\(index)")) }
        try FileManager.default.createSymbolicLink(
            atPath: directory.url.appendingPathComponent("folder-0/p0/prompt.json").path,
            withDestinationPath: "nowhere"
        )
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: false))
        #expect(first.entries.count == 199)
        #expect(first.diagnostics.map(\.location) == ["folder-0/p0/prompt.json"])
        #expect(texts(first)?["p7"] == "7")
        #expect(try cache.load(since: first.revision, isPolling: false) == nil)
    }

    @Test func `A file that comes and goes between two polls leaves nothing behind`() throws {
        try write("p/1.md", version("one"))
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: true, now: start))
        try write("p.new/1.md", version("two"))
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(250)) == nil)
        #expect(cache.unsettled["p.new/"] != nil)
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("p.new"))
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(500)) == nil)
        #expect(cache.unsettled["p.new/"] == nil)
    }

    @Test func `A prompt that moves to a directory is served until it is there`() throws {
        let record = PromptRecord.simple("p", [.system("one")]).json.serialized()
        try write("p.json", record)
        try write("q/1.md", version("q"))
        var cache = DirectoryCache(root: directory.url.path)
        let first = try #require(try cache.load(since: nil, isPolling: true, now: start))
        try FileManager.default.removeItem(at: directory.url.appendingPathComponent("p.json"))
        try write("p/1.md", version("two"))
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(250)) == nil)
        try write("p/prompt.json", "{}")
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(500)) == nil)
        #expect(try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(750)) == nil)
        let second = try cache.load(since: first.revision, isPolling: true, now: start + .milliseconds(1000))
        #expect(texts(second) == ["p": "two", "q": "q"])
    }
}
