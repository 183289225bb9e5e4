import Foundation
import Tchavi

/// A command of the user's that creates or checks signatures.
struct SigningCommand: Sendable {
    private let command: String
    private let environment: [String: String]

    init(_ command: String, in session: Session) {
        self.command = command
        environment = session.environment
    }

    /// Runs the command with the bytes on its standard input.
    ///
    /// - Returns: What it writes to standard output.
    /// - Throws: ``Failure`` if it fails or writes nothing.
    func signature(of bytes: Data) async throws -> Data {
        let result = try await run(bytes)
        guard result.status == .exited(0) else { throw failure("failed, and nothing was written", result) }
        guard !result.output.isEmpty else { throw failure("wrote no signature, and nothing was written", result) }
        return result.output
    }

    /// Runs the command with the bytes on its standard input and the path of a file with the signature in
    /// `TCHAVI_SIGNATURE_FILE`.
    ///
    /// - Returns: Whether it exits with 0.
    /// - Throws: ``Failure`` if it cannot be run.
    func accepts(_ signature: Data, of bytes: Data) async throws -> Bool {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("promptctl-\(UUID().uuidString)")
        try signature.write(to: file, options: .atomic)
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try await run(bytes, signatureFile: file.path)
        switch result.status {
        // What a shell exits with if a command is not there, or no program.
        case .exited(126), .exited(127), .signal: throw failure("cannot be run", result)
        case .exited(let code): return code == 0
        }
    }

    private func run(_ bytes: Data, signatureFile: String? = nil) async throws -> ProcessRun.Result {
        var run = ProcessRun(program: "/bin/sh", arguments: ["-c", command], input: bytes, outputLimit: 1 << 20)
        run.environment = environment
        run.environment["TCHAVI_SIGNATURE_FILE"] = signatureFile
        do {
            return try await run.result()
        } catch let error as ProcessRun.Failure {
            throw Failure(.data, "The command '\(command)' cannot be run: \(error)")
        }
    }

    private func failure(_ what: String, _ result: ProcessRun.Result) -> Failure {
        let errors = String(decoding: result.errorOutput.prefix(1000), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return Failure(
            .data,
            "The command '\(command)' \(what)." + (errors.isEmpty ? "" : " It says: \(errors)"),
            advice: "Run it by itself to see why."
        )
    }
}
