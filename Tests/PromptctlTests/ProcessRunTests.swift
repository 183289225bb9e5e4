#if os(macOS) || os(Linux)
import Foundation
import Testing

@testable import promptctl

@Suite(.timeLimit(.minutes(2)))
struct ProcessRunTests {
    private static func shell(_ script: String, input: Data = Data()) -> ProcessRun {
        ProcessRun(program: "sh", arguments: ["-c", script], input: input)
    }

    @Test("Exit code, output and error output are those of the program")
    func result() async throws {
        let result = try await Self.shell("echo output; echo error >&2; exit 7").result()
        #expect(result.status == .exited(7))
        #expect(result.output == Data("output\n".utf8))
        #expect(result.errorOutput == Data("error\n".utf8))
    }

    @Test("Arguments reach the program as they are", arguments: ["$(touch x)", "a b", "", "'\"\n;&|*", "-h", "é"])
    func arguments(argument: String) async throws {
        let run = ProcessRun(program: "printf", arguments: ["%s|", argument, "end"])
        #expect(try await run.result().output == Data("\(argument)|end|".utf8))
    }

    @Test("The environment is the one given, and nothing else")
    func environment() async throws {
        let run = ProcessRun(program: "/usr/bin/env", environment: ["NAME": "a=b"])
        #expect(try await run.result().output == Data("NAME=a=b\n".utf8))
    }

    @Test("Input and output of many megabytes do not block each other")
    func largeInput() async throws {
        let input = Data((0..<8 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let result = try await ProcessRun(program: "cat", input: input).result()
        #expect(result.output == input)
    }

    @Test("Output and error output that are larger than a pipe do not block each other")
    func bothOutputs() async throws {
        let input = Data(repeating: 0x61, count: 4 << 20)
        let result = try await Self.shell("tee /dev/fd/2", input: input).result()
        #expect(result.output == input)
        #expect(result.errorOutput == Data(repeating: 0x61, count: 1 << 20))
    }

    @Test("A program that does not read its input only loses it", arguments: ["exit 3", "exec <&-; echo; exit 3"])
    func closedInput(script: String) async throws {
        let result = try await Self.shell(script, input: Data(repeating: 0x61, count: 4 << 20)).result()
        #expect(result.status == .exited(3))
    }

    @Test("Many programs at once end, and do not keep each other's pipes open")
    func concurrent() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let input = Data(repeating: UInt8(index), count: 200_000)
                    return try await ProcessRun(program: "cat", input: input).result().output == input
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    @Test("Signals are neither blocked nor ignored in the program", arguments: [SIGTERM, SIGPIPE, SIGINT])
    func signals(signal: Int32) async throws {
        let result = try await Self.shell("kill -\(signal) $$; echo alive").result()
        #expect(result.status == .signal(signal))
        #expect(result.output.isEmpty)
    }

    @Test("A process that keeps the pipes open after the program is not waited for")
    func grandchild() async throws {
        let result = try await Self.shell("sleep 600 & echo $!").result()
        #expect(result.status == .exited(0))
        let text = String(decoding: result.output, as: UTF8.self)
        let processID = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        #expect(kill(processID, SIGKILL) == 0)
    }

    @Test(
        "A program that writes more than the limit is terminated, even if it ignores that",
        arguments: ["", "trap '' TERM;"]
    )
    func outputLimit(trap: String) async throws {
        var run = Self.shell("\(trap) exec cat /dev/zero")
        run.outputLimit = 1000
        run.grace = .milliseconds(10)
        await #expect(throws: ProcessRun.Failure.outputLimit(program: "sh", bytes: 1000)) { try await run.result() }
    }

    @Test("Output of just the limit is a result; of a byte more, a failure")
    func outputAtLimit() async throws {
        var run = Self.shell("printf abc")
        run.outputLimit = 3
        #expect(try await run.result().output == Data("abc".utf8))
        run.outputLimit = 2
        await #expect(throws: ProcessRun.Failure.outputLimit(program: "sh", bytes: 2)) { try await run.result() }
    }

    @Test("Cancelling terminates the program", arguments: ["", "trap '' TERM;"])
    func cancellation(trap: String) async throws {
        let path = NSTemporaryDirectory() + "promptctl-" + UUID().uuidString
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        var run = Self.shell("\(trap) echo $$ > '\(path)'; exec sleep 600")
        run.grace = .milliseconds(10)
        let task = Task { [run] in try await run.result() }
        // Reads what the program writes once it runs, and has set what it ignores.
        let reader = try await ProcessRun(program: "cat", arguments: [path]).result()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let text = String(decoding: reader.output, as: UTF8.self)
        let processID = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        #expect(kill(processID, 0) == -1 && errno == ESRCH)
    }

    @Test("A program of a task that is cancelled before is not started")
    func cancelledBefore() async throws {
        let path = NSTemporaryDirectory() + "promptctl-" + UUID().uuidString
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await ProcessRun(program: "touch", arguments: [path]).result()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "A program that is not in an absolute directory of PATH is not found",
        arguments: ["", ".", ":", "bin:", "/promptctl-missing", "/"]
    )
    func notFound(path: String) async {
        let run = ProcessRun(program: "usr", environment: ["PATH": path])
        await #expect(throws: ProcessRun.Failure.notFound(program: "usr")) { try await run.result() }
    }

    @Test("A program that cannot be started, or whose arguments C cannot pass on, is a failure")
    func notStarted() async throws {
        for run in [
            ProcessRun(program: "/promptctl-missing"), ProcessRun(program: "/"),
            ProcessRun(program: "printf", arguments: ["a\0b"]),
        ] {
            let error = await #expect(throws: ProcessRun.Failure.self) { try await run.result() }
            guard case .notStarted(run.program, let reason) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }
}
#endif
