import Foundation
import Tchavi
import TestSupport

@testable import promptctl

/// A run of the command in this process, with what it wrote.
struct Invocation {
    let code: ExitCode
    let output: String
    let messages: String

    /// Runs the command.
    ///
    /// - Parameters:
    ///   - arguments: The arguments.
    ///   - environment: All of the environment.
    ///   - input: Standard input.
    init(_ arguments: String..., environment: [String: String] = [:], input: String = "") async {
        await self.init(arguments, environment: environment, input: input)
    }

    init(_ arguments: [String], environment: [String: String] = [:], input: String = "") async {
        await self.init(arguments, environment: environment) { Data(input.utf8) }
    }

    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        reading input: @escaping @Sendable () throws -> Data
    ) async {
        let (output, messages) = (Locked(Data()), Locked(Data()))
        let path = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
        let session = Session(
            output: Output(isTerminal: false, hasColors: false) { data in output.withLock { $0 += data } },
            messages: Output(isTerminal: false, hasColors: false) { data in messages.withLock { $0 += data } },
            environment: path.merging(environment) { $1 },
            input: input
        )
        code = await Promptctl.run(arguments, in: session)
        self.output = String(decoding: output.withLock { $0 }, as: UTF8.self)
        self.messages = String(decoding: messages.withLock { $0 }, as: UTF8.self)
    }

    /// The output as the one object of JSON that it has to be.
    var json: JSONValue {
        get throws { try JSONValue(parsing: output) }
    }
}

/// A directory that is removed at the end of a test.
final class TemporaryDirectory {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("promptctl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, content) in files { try write(content, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Returns the path of a file in the directory.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ content: String, to name: String) throws {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: url)
    }

    func text(of name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }
}
