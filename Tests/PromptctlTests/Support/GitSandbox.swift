import Foundation
import TchaviPrompts
import Testing

@testable import promptctl

/// A Git repository in a temporary directory, which is removed with the instance. Git does not read the user's settings.
final class GitSandbox: Sendable {
    static let isGitInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/git") }

    /// The directory of the sandbox, in which the repository is the directory `repository`.
    let base: String
    var directory: String { base + "/repository" }
    let environment: [String: String]

    init(creating options: [String]? = []) async throws {
        base = NSTemporaryDirectory() + "/promptctl-git-" + UUID().uuidString
        environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "",
            "HOME": base,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": base,
        ]
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        if let options { try await git(["init", "-q", "-b", "main"] + options) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: base)
    }

    /// Runs Git, and returns its output without the line feed at its end.
    @discardableResult
    func git(_ arguments: [String], input: Data = Data()) async throws -> String {
        let settings = ["user.name=Test", "user.email=test@example.com", "commit.gpgsign=false", "core.autocrlf=false"]
        let result = try await ProcessRun(
            program: "git",
            arguments: ["-C", directory] + settings.flatMap { ["-c", $0] } + arguments,
            environment: environment,
            input: input
        ).result()
        let errors = String(decoding: result.errorOutput, as: UTF8.self)
        try #require(result.status == .exited(0), "git \(arguments): \(errors)")
        return String(decoding: result.output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    @discardableResult
    func git(_ arguments: String..., input: Data = Data()) async throws -> String {
        try await git(arguments, input: input)
    }

    /// Writes files of the working tree, and creates their directories.
    func write(_ files: [String: String]) throws {
        for (path, content) in files {
            let url = URL(filePath: "\(directory)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(content.utf8).write(to: url)
        }
    }

    /// Creates symbolic links, by their paths.
    func link(_ targets: [String: String]) throws {
        for (path, target) in targets {
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/\(path)", withDestinationPath: target)
        }
    }

    /// Commits all files of the working tree, and returns the id.
    @discardableResult
    func commit(_ message: String = "Change") async throws -> String {
        try await git("add", "--all", "--force")
        try await git("commit", "-q", "--allow-empty", "-m", message)
        return try await git("rev-parse", "HEAD")
    }

    /// Commits a tree of entries `MODE TYPE ID<TAB>NAME`, and returns the id.
    func commit(entries: [String]) async throws -> String {
        let tree = try await git("mktree", "-z", "--missing", input: Data(entries.map { $0 + "\0" }.joined().utf8))
        return try await git("commit-tree", tree, "-m", "Tree")
    }

    /// Stores a blob, and returns its id.
    func blob(_ content: String) async throws -> String {
        try await git("hash-object", "-w", "--stdin", input: Data(content.utf8))
    }

    /// Reads the files at `git:TEXT` by their paths.
    func files(
        _ text: String,
        in subdirectory: String = "",
        default path: String? = nil
    ) async throws -> [String: String] {
        let files = try await read(text, in: subdirectory, default: path).tree.files
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.content, as: UTF8.self)) })
    }

    func read(_ text: String, in subdirectory: String = "", default path: String? = nil) async throws
        -> GitRevision.Files
    {
        try await GitRevision(parsing: text)
            .files(in: "\(directory)/\(subdirectory)", default: path, environment: environment)
    }
}
