import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

/// A directory of 10,000 prompts of three versions each, in one of the two forms that people write.
private enum LibraryForm: String, CaseIterable {
    case directories
    case records

    static let count = 10_000

    /// The files of a prompt, by their paths.
    func files(_ number: Int) -> [(path: String, content: Data)] {
        let id = "prompt-\(number)"
        switch self {
        case .directories:
            let deployments = (1...2).map { version in
                #"  { "version": \#(version), "timestamp": "2026-01-0\#(version)T00:00:00.000Z", "when": "#
                    + #"{ "region": "region-\#(number % 4)", "tenant": "tenant-\#(number)-\#(version)" } }"#
            }
            let prompt = "{\n\"deployments\": [\n\(deployments.joined(separator: ",\n"))\n],\n\"fallback\": 3\n}\n"
            let versions = (1...3).map { version in
                "---\nmodel: gpt-4o-mini\ntemperature: 0.2\ntags: { \"plan\": \"plan-\(version)\" }\n---\n"
                    + "\(Self.message(number, version))\n"
            }
            return [("\(id)/prompt.json", Data(prompt.utf8))]
                + versions.enumerated().map { ("\(id)/\($0.offset + 1).md", Data($0.element.utf8)) }
        case .records:
            let versions = (1...3).map { version in
                PromptVersion(
                    id: "\(id)@\(version)",
                    version: version,
                    promptID: id,
                    config: PromptVersionConfig(
                        id: "",
                        messages: [.system(.text(Self.message(number, version)))],
                        model: "gpt-4o-mini",
                        modelParameters: ["temperature": 0.2],
                        tags: ["plan": .string("plan-\(version)")]
                    )
                )
            }
            let deployments = (1...2).map { version in
                let rules: [RuleGroup.Member] = [
                    .rule(Rule("region", .equal, .string("region-\(number % 4)"))),
                    .rule(Rule("tenant", .equal, .string("tenant-\(number)-\(version)"))),
                ]
                let time = Timestamp("2026-01-0\(version)T00:00:00.000Z")
                let deployment = Deployment(id: "v\(version)", timestamp: time, query: RuleGroup(.and, rules))
                return ("\(id)@\(version)", [deployment])
            }
            let record = PromptRecord(
                promptID: id,
                versions: versions,
                deployments: Dictionary(uniqueKeysWithValues: deployments),
                fallbackVersion: versions[2]
            )
            return [("\(id).json", record.json.serializedData())]
        }
    }

    /// A text of about 400 bytes, in lines.
    private static func message(_ number: Int, _ version: Int) -> String {
        let line = "You answer the questions of <<customer>> about orders, in at most three short sentences."
        return "You work for shop \(number), as of version \(version).\n"
            + (0..<4).map { _ in line }.joined(separator: "\n")
    }
}

/// Measures how long a library of 10,000 prompts takes to load and to refresh, each form in a process of its own.
func measureLibraries() async throws {
    print(
        "\nA library of \(LibraryForm.count) prompts, 3 versions each (ms, MB)\n\n"
            + "| form | load | over reading the bytes | memory, at most | unchanged refresh | over `stat` of each file "
            + "| refresh after an edit |\n|---|---|---|---|---|---|---|"
    )
    for form in LibraryForm.allCases {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for number in 0..<LibraryForm.count {
            for (path, content) in form.files(number) {
                let url = root.appendingPathComponent(path)
                let directory = url.deletingLastPathComponent()
                if form == .directories {
                    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                }
                try content.write(to: url)
            }
        }
        // A file that was changed in the last two seconds is read at each refresh.
        try await Task.sleep(for: .seconds(2.5))
        fflush(nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["library", form.rawValue, root.path]
        try process.run()
        process.waitUntilExit()
    }
}

/// Measures a library in this process, if its arguments say so.
///
/// - Returns: Whether there was something to measure.
func measureLibrary(_ arguments: [String]) async throws -> Bool {
    guard arguments.count == 4, arguments[1] == "library", let form = LibraryForm(rawValue: arguments[2]) else {
        return false
    }
    let root = arguments[3]
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root).map { "\(root)/\($0)" }
    let reading = measure(1, runs: 3) {
        for path in paths { read(path) }
    }.time
    let looking = measure(1, runs: 5) {
        var status = stat()
        for path in paths { _ = stat(path, &status) }
    }.time
    let library = PromptLibrary(source: .directory(root), gateway: LocalGateway().client())
    let before = peakMemory()
    let start = ContinuousClock.now
    let count = try await library.promptIDs().count
    let loading = ContinuousClock.now - start
    let memory = String(format: "%.0f", Double(peakMemory() - before) / 1e6)
    precondition(count == LibraryForm.count)
    let refreshing = try await measure(1, runs: 5) { try await library.refresh() }
    var edits: [Duration] = []
    for number in 0..<3 {
        guard let (path, content) = form.files(number).last else { continue }
        let edited = String(decoding: content, as: UTF8.self).replacingOccurrences(of: "three", with: "four")
        try Data(edited.utf8).write(to: URL(fileURLWithPath: "\(root)/\(path)"))
        let start = ContinuousClock.now
        try await library.refresh()
        edits.append(ContinuousClock.now - start)
    }
    print(
        "| \(form.rawValue) | \(milliseconds(loading)) | \(ratio(loading, reading)) | \(memory) "
            + "| \(milliseconds(refreshing)) | \(ratio(refreshing, looking)) | \(milliseconds(edits.sorted()[1])) |"
    )
    return true
}

private func milliseconds(_ duration: Duration) -> String { String(format: "%.0f", duration / .milliseconds(1)) }

/// Reads a file as plainly as possible.
private func read(_ path: String) {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) { buffer in
        while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
}

/// The greatest amount of memory that the process has had, in bytes.
private func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #else
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss << 10
    #endif
}
