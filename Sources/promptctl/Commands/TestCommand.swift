import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

/// `promptctl test`: the cases that stand beside prompts.
struct TestCommand: Command {
    static let syntax = CommandSyntax(
        name: "test",
        abstract: "Run the test cases that stand beside the prompts, in cases.jsonl.",
        discussion: """
            Each line of cases.jsonl in a prompt's directory is a case: {"name": "…", "query": {"set": {"plan": "pro"}, "user": \
            "42"}, "variables": {"customer": "Ada"}, "input": "…", "expected": {"version": 2, "reason": "matched"}}. Expected \
            can be: version, reason, deployment, messages, fails (true or an error code), and response (contains, excludes, \
            toolCalls, schema). The response is checked only with --live or --cassette.
            """,
        arguments: [.library],
        options: [
            .library,
            .value("filter", "text", help: "Run only the cases whose file or name contains this text."),
            .flag("live", help: "Call the gateway of TCHAVI_API_KEY and TCHAVI_BASE_URL, which may cost credits."),
            .value(
                "cassette",
                "file",
                help: "Take the responses from this recording; with --live, record them into it.",
                completion: .files
            ),
            .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let syntax = try arguments.variableSyntax()
        let model = try TestModel(arguments, session)
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        guard let files = library.files, let directory = library.directory else {
            throw Failure(
                .data,
                "\(library.reference.name) has no test cases, which stand beside the files of prompts.",
                advice: "Test a directory, or a 'git:REVISION'."
            )
        }
        let filter = arguments.value("filter")
        let cases = CaseFile.all(in: files, of: directory).flatMap { file in
            file.lines.map { (path: library.path(of: file.path), line: $0) }
        }.filter { path, line in
            filter.map { path.contains($0) || line.name.contains($0) } ?? true
        }
        guard !cases.isEmpty else {
            throw Failure(
                .data,
                filter == nil
                    ? "\(library.reference.name) has no test cases."
                    : "No test case of \(library.reference.name) contains '\(filter ?? "")' in its file or name.",
                advice: "Write them to cases.jsonl in a prompt's directory; 'promptctl help test' shows one."
            )
        }
        let runner = CaseRunner(
            library: library.library(syntax: syntax, gateway: model.client, allowsOverrides: false),
            callsModel: model.client != nil
        )
        var results: [CaseResult] = []
        let progress = Progress("Testing", of: cases.count, on: session.messages)
        defer { progress.end() }
        for (index, (path, line)) in cases.enumerated() {
            progress.advance(to: index)
            try Task.checkCancellation()
            results.append(try await runner.result(of: line, in: path))
        }
        progress.end()
        report(results, isJSON: arguments.has("json"), in: session)
        try model.finish(results, in: session)
        if results.contains(where: \.isUnavailable) { return .unavailable }
        return results.allSatisfy(\.failures.isEmpty) ? .success : .findings
    }

    private static func report(_ results: [CaseResult], isJSON: Bool, in session: Session) {
        let failed = results.count { !$0.failures.isEmpty }
        let skipped = results.count(where: \.skipsResponse)
        if isJSON {
            session.writeJSON([
                "cases": .array(results.map(\.json)),
                "passed": .integer(Int64(results.count - failed)),
                "failed": .integer(Int64(failed)),
                "responsesSkipped": .integer(Int64(skipped)),
            ])
        } else {
            for result in results { result.write(to: session.output) }
        }
        var summary = "\(results.count - failed) of \(counted(results.count, "case")) passed."
        if skipped > 0 {
            summary += " \(counted(skipped, "response")) not checked: use --live or --cassette."
        }
        session.messages.write(summary)
    }
}

extension CaseFile.Line {
    fileprivate var name: String { (try? result.get())?.name ?? "line \(number)" }
}

extension CaseRunner {
    fileprivate func result(of line: CaseFile.Line, in path: String) async throws -> CaseResult {
        switch line.result {
        case .success(let test):
            var result = CaseResult(file: path, line: line.number, name: test.name, promptID: test.promptID)
            try await run(test, &result)
            return result
        case .failure(let error):
            var result = CaseResult(file: path, line: line.number, name: line.name, promptID: nil)
            result.failures = ["The case cannot be read: \(error.description)."]
            return result
        }
    }
}

/// The model that responds in test cases: a gateway, a recording of one, or none.
private struct TestModel {
    /// `nil` if no model is called.
    let client: TchaviClient?
    /// The file of the recording.
    private let file: String?
    private let recorder: CassetteRecorder?
    private let player: CassettePlayer?

    init(_ arguments: ParsedArguments, _ session: Session) throws {
        file = arguments.value("cassette")
        var configuration = TchaviClient.Configuration()
        guard arguments.has("live") else {
            recorder = nil
            player = try file.map { file in
                let json = try JSONValue(file: file)
                do throws(JSONError) {
                    return CassettePlayer(try json.decoded(as: Cassette.self))
                } catch {
                    throw Failure(.data, "The file '\(file)' is not a recording: \(error.description).")
                }
            }
            if let player { configuration.transport = player }
            client = player == nil ? nil : TchaviClient(.apiKey("cassette"), configuration: configuration)
            return
        }
        player = nil
        recorder = file.map { CassetteRecorder(to: Self.temporary($0)) }
        if let recorder { configuration.transport = recorder }
        client = try session.liveClient(configuration: configuration)
    }

    /// Where a recording is written until it is complete.
    private static func temporary(_ file: String) -> String { file + ".recording" }

    /// Keeps a new recording, unless the gateway was not available for a case; says what of one was not used.
    func finish(_ results: [CaseResult], in session: Session) throws {
        if let file, let recorder {
            if let reason = recorder.writeError { throw Failure(.data, "The recording cannot be written: \(reason)") }
            let temporary = Self.temporary(file)
            guard FileManager.default.fileExists(atPath: temporary) else { return }
            guard !results.contains(where: \.isUnavailable) else {
                session.messages.write("'\(file)' was not replaced. What was recorded is in '\(temporary)'.")
                return
            }
            try FileWriter.replace(file, with: try Data(file: temporary))
            try? FileManager.default.removeItem(atPath: temporary)
        }
        if let count = player?.remaining, count > 0 {
            session.messages.write("The recording has \(counted(count, "exchange")) that no case used.")
        }
    }
}
