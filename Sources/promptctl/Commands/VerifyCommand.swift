import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl verify`: whether a bundle is whole and signed.
struct VerifyCommand: Command {
    static let syntax = CommandSyntax(
        name: "verify",
        abstract: "Check a bundle: that it is complete and unchanged, and that its signature is valid.",
        discussion: """
            With TCHAVI_BUNDLE_KEY or --verify-with, the bundle has to have a valid signature. Exits with 65 if the bundle \
            cannot be used, and with 1 if single prompts in it cannot be read.
            """,
        arguments: [.init(name: "bundle", help: "The file or the URL of the bundle.", completion: .files)],
        options: [
            .value(
                "verify-with",
                "command",
                help:
                    "Verify with this command, run by sh: it reads the signed bytes on standard input, finds the path of a "
                    + "file with the signature in TCHAVI_SIGNATURE_FILE, and exits with 0 if the signature is valid."
            ),
            .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let name = try arguments.required("bundle")
        let command = try session.signingCommand("verify-with", of: arguments)
        let verifier = try session.verifier()
        let data: Data
        switch try LibraryReference(name) {
        case .bundle(let path): data = try Data(file: path)
        case .url(let url): data = try await session.sourceOptions.document(at: url)
        case .directory(let path) where !LibraryReference.isDirectory(path): data = try Data(file: path)
        case .directory, .maxim, .git:
            throw Failure(.data, "'\(name)' is not the file or the URL of a bundle.")
        }
        let bundle = try PromptBundle(data, verifying: verifier, name: name)
        if let command {
            guard let (bytes, signature) = bundle.signed else {
                throw Failure(.data, "The bundle is not signed, and a signature is required.")
            }
            guard try await command.accepts(signature, of: bytes) else {
                throw Failure(.data, "The bundle's signature is not valid.")
            }
        }
        let isVerified = command != nil || verifier != nil
        let signature: BundleReport.Signature = isVerified ? .valid : bundle.signed == nil ? .none : .unverified
        let findings = bundle.diagnostics.map { LibraryFinding($0, at: $0.location) }
        let report = BundleReport(bundle, size: data.count, signature: signature)
        if arguments.has("json") {
            session.writeJSON(
                report.members.merging(["findings": .array(findings.map(\.json))]) { $1 }
            )
        } else {
            for finding in findings { session.messages.write(finding.text(on: session.messages)) }
            session.output.write(report.text)
        }
        return findings.contains(where: \.isError) ? .findings : .success
    }
}
