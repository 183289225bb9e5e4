import Foundation
import Tchavi
import TchaviTesting
import TestSupport
import Testing

@testable import TchaviPrompts

/// Edits a directory in every way that editors and deployers do, at times of a simulated clock, and polls it.
struct DirectoryWatchTests {
    /// A prompt as the test knows it.
    private struct Known {
        /// Every text that somebody has finished writing.
        var finished: Set<String> = []
        /// The last one; `nil` while the prompt is removed for good.
        var last: String?
        /// When a text that is half written will be finished, and which one.
        var pending: (time: Duration, text: String)?
        /// When the prompt was last changed after it had been removed, while it has not been served again.
        var missing: Duration?
    }

    private let directory: URL
    private let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        directory = temporary.url
    }

    private func path(_ id: String) -> String {
        id.hasPrefix("record") ? "\(id).json" : id.hasPrefix("link") ? "\(id)/1.md" : "folder/\(id)/1.md"
    }

    private func content(_ id: String, _ text: String) -> String {
        guard id.hasPrefix("record") else { return "---\nmodel: m\n---\n\(text)\n" }
        let config = PromptVersionConfig(id: "", messages: [.system(.text(text))], model: "m")
        let version = PromptVersion(id: "v", version: 1, promptID: id, config: config)
        return PromptRecord(promptID: id, versions: [version]).json.serialized()
    }

    private func write(_ id: String, _ content: some StringProtocol) throws {
        let url = directory.appendingPathComponent(path(id))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        // In place: without a temporary file.
        let handle = open(url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(handle) }
        #expect(
            content.utf8.withContiguousStorageIfAvailable { Foundation.write(handle, $0.baseAddress, $0.count) } != nil
        )
    }

    private func replace(_ id: String, _ content: String) throws {
        if id.hasPrefix("link") {
            // As Kubernetes does: a new directory, and a link that is renamed over the old one.
            let name = "..\(id)_\(UInt64.random(in: 0 ... .max))"
            let data = directory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            try Data(content.utf8).write(to: data.appendingPathComponent("1.md"))
            let link = directory.appendingPathComponent(id).path
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == nil {
                try? FileManager.default.removeItem(atPath: link)
            }
            try FileManager.default.createSymbolicLink(atPath: link + ".new", withDestinationPath: name)
            #expect(rename(link + ".new", link) == 0)
        } else {
            let url = directory.appendingPathComponent(path(id))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(content.utf8).write(to: url, options: .atomic)
        }
    }

    private func remove(_ id: String) throws {
        try FileManager.default.removeItem(at: directory.appendingPathComponent(id.hasPrefix("link") ? id : path(id)))
    }

    @Test(arguments: [1, 2, 3])
    func `Of 1,000 random edits only finished ones are served, and the last ones within a second`(
        seed: UInt64
    ) throws {
        var random = Generator(state: seed)
        let ids = (1...6).flatMap { ["prompt-\($0)", "record-\($0)", "link-\($0)"] }
        var known: [String: Known] = [:]
        for id in ids {
            try replace(id, content(id, "\(id) 0000 end"))
            known[id] = Known(finished: ["\(id) 0000 end"], last: "\(id) 0000 end")
        }
        let start = ContinuousClock.now
        var cache = DirectoryCache(root: directory.path)
        var served: [String: String] = [:]
        var revision: String?
        var time = Duration.zero
        var nextPoll = Duration.zero
        var servedStates: Set<String> = []

        func poll() throws {
            guard let catalogue = try cache.load(since: revision, isPolling: true, now: start + time) else { return }
            revision = catalogue.revision
            let form = SourceForm(
                catalogue,
                replacing: nil,
                syntax: .angleBrackets,
                reading: .init(time: .zero, origin: .source)
            )
            served = form.records.mapValues { $0.versions[0].config?.messages[0].text ?? "" }
            for id in ids {
                let state = try #require(known[id])
                if let text = served[id] {
                    #expect(state.finished.contains(text), "\(text)")
                    servedStates.insert(text)
                    if state.last != nil { known[id]?.missing = nil }
                } else {
                    #expect(
                        state.last == nil || state.missing.map { time - $0 < .seconds(1) } == true,
                        "\(id) is not served"
                    )
                }
            }
        }

        /// Lets the time pass, with the polls and the ends of writing in it.
        func advance(_ duration: Duration) throws {
            let end = time + duration
            while true {
                let ending = known.filter { $0.value.pending != nil }.min {
                    $0.value.pending!.time < $1.value.pending!.time
                }
                let next = min(nextPoll, ending?.value.pending?.time ?? end, end)
                time = max(time, next)
                if let (id, state) = ending, let pending = state.pending, pending.time <= time {
                    try write(id, content(id, pending.text))
                    known[id]?.pending = nil
                } else if nextPoll <= time {
                    try poll()
                    nextPoll += .milliseconds(250)
                } else {
                    return
                }
            }
        }

        for number in 1...1000 {
            let id = random.pick(ids)
            try advance(.milliseconds(Int.random(in: 0..<60, using: &random)))
            guard known[id]?.pending == nil else { continue }
            // Always of the same size.
            let text = "\(id) \(String(10_000 + number).dropFirst()) end"
            known[id]?.finished.insert(text)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: try write(id, content(id, text))
            case 3..<6: try replace(id, content(id, text))
            case 6..<8:
                // Half of it, and the rest while the file is held open.
                let whole = content(id, text)
                try write(id, whole.prefix(whole.count - 8))
                known[id]?.pending = (time + .milliseconds(Int.random(in: 1..<450, using: &random)), text)
            case 8:
                // Removed, and written again before anybody can miss it.
                if known[id]?.last != nil { try remove(id) }
                try advance(.milliseconds(Int.random(in: 0..<200, using: &random)))
                try replace(id, content(id, text))
            default:
                if known[id]?.last != nil { try remove(id) }
                known[id]?.missing = time
                known[id]?.last = nil
                continue
            }
            known[id]?.last = text
            if known[id]?.missing != nil { known[id]?.missing = time }
        }
        try advance(.milliseconds(450))
        let last = known.compactMapValues(\.last)
        try advance(.seconds(1))
        #expect(served == last)
        #expect(servedStates.count > 100)
    }

    @Test
    func `A library that runs serves what was written, and goes on doing so when the directory is gone for a while`()
        async throws
    {
        try replace("prompt-1", content("prompt-1", "one"))
        let library = PromptLibrary(source: .directory(directory), gateway: LocalGateway().client())
        let running = Task { await library.run() }
        defer { running.cancel() }
        func text() async throws -> String {
            try await library.prompt("prompt-1", matching: .init().latest()).messages[0].text
        }
        #expect(try await text() == "one")
        let away = directory.appendingPathExtension("away")
        try FileManager.default.moveItem(at: directory, to: away)
        #expect(try await text() == "one")
        await #expect(throws: PromptError.self) { try await library.refresh() }
        try FileManager.default.moveItem(at: away, to: directory)
        try replace("prompt-1", content("prompt-1", "two"))
        while try await text() != "two" { try await Task.sleep(for: .milliseconds(20)) }
        running.cancel()
        await running.value
    }
}
