import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl publish`: a library as one file.
struct PublishCommand: Command {
    static let syntax = CommandSyntax(
        name: "publish",
        abstract: "Write a library as a bundle, one file that programs fetch from any web server.",
        discussion: """
            The bundle is signed with HMAC-SHA256 if TCHAVI_BUNDLE_KEY is set, or by the command of --sign-with. A signed bundle
            has a date: that of --at, or the current one. The same prompts and date give the same bytes. A library of which \
            something cannot be read is not published.
            """,
        arguments: [
            .init(name: "library", help: "The library.", completion: .files),
            .init(name: "file", help: "The file to write; '-' for standard output.", completion: .files),
        ],
        options: [
            .value("at", "date", help: "The date of the bundle: 'now', or in ISO 8601, such as 2026-01-05T18:11:00Z."),
            .value(
                "sign-with",
                "command",
                help:
                    "Sign with this command, run by sh: it reads the bytes on standard input and writes the signature's "
                    + "bytes to standard output."
            ),
            .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let signer = try signer(arguments, session)
        let date = try date(arguments, isSigned: signer != nil)
        let file = try arguments.required("file")
        if file == "-", arguments.has("json") {
            throw UsageError("'--json' needs a file: standard output has the bundle.", syntax)
        }
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        guard !library.isEmpty else { throw library.hasNoPrompts }
        let errors = library.errors
        guard errors.isEmpty else {
            for error in errors {
                session.messages.write(LibraryFinding(error, in: library).text(on: session.messages))
            }
            throw Failure(
                .data,
                "\(counted(errors.count, "part")) of \(library.reference.name) cannot be read; nothing was written.",
                advice: "Fix it, or move it out of the library."
            )
        }
        let findings = FindingCounts(try await library.findings(syntax: .angleBrackets, in: session))
        let bundle = try await PromptBundle(reading: library.source, publishedAt: date)
        let data = if let signer { try await bundle.data(signedWith: signer) } else { bundle.data }
        if file == "-" {
            session.output.writeBytes(data)
        } else {
            try FileWriter.replace(file, with: data)
        }
        let report = BundleReport(bundle, size: data.count, signature: signer == nil ? .none : .created)
        if findings.errors > 0 {
            session.messages.write(
                "The linter has \(counted(findings.errors, "error")): see 'promptctl lint \(library.reference.name.shellQuoted)'."
            )
        }
        if arguments.has("json") {
            session.writeJSON(report.members)
        } else {
            session.messages.write(report.text)
        }
        return .success
    }

    private static func signer(_ arguments: ParsedArguments, _ session: Session) throws -> BundleSigner? {
        if let command = try session.signingCommand("sign-with", of: arguments) {
            return .custom { bytes in try await command.signature(of: bytes) }
        }
        return try session.bundleKey().map { .hmacSHA256(key: $0) }
    }

    private static func date(_ arguments: ParsedArguments, isSigned: Bool) throws -> Timestamp? {
        guard let text = arguments.value("at") else { return isSigned ? Timestamp(Date()) : nil }
        if text == "now" { return Timestamp(Date()) }
        let date = Timestamp(text)
        guard date.date != nil else {
            throw arguments.invalid(text, "at", "Expected 'now', or a date such as 2026-01-05T18:11:00Z.")
        }
        return date
    }
}
