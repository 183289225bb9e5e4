#if os(macOS) || os(Linux)
import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ProcessRun {
    /// Runs the program until it ends. Blocks, and changes the signal mask of the thread.
    func runBlocking(isCancelled: () -> Bool) throws -> Result {
        #if !canImport(Darwin)
        // Writing to a program that has closed its input sends this signal to the thread, which ends before it could be
        // delivered. Other parts of the process keep their handling of it.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        #endif
        var child = try ChildProcess(
            program: program,
            executable: try executable(),
            arguments: [program] + arguments,
            environment: environment.map { "\($0.key)=\($0.value)" },
            input: input
        )
        defer { child.closeAll() }
        let clock = ContinuousClock()
        var reason: (any Error)?
        var killTime = clock.now
        var wait: Int32 = 1
        while true {
            if reason != nil {
                if clock.now >= killTime { child.send(SIGKILL) }
            } else {
                if isCancelled() {
                    reason = CancellationError()
                } else if child.output.count > outputLimit {
                    reason = Failure.outputLimit(program: program, bytes: outputLimit)
                }
                if reason != nil {
                    child.dropOutput()
                    child.send(SIGTERM)
                    killTime = clock.now + grace
                }
            }
            if let status = try child.status() {
                child.readRest()
                if let reason { throw reason }
                guard child.output.count <= outputLimit else {
                    throw Failure.outputLimit(program: program, bytes: outputLimit)
                }
                return Result(status: status, output: child.output, errorOutput: child.errorOutput)
            }
            // Neither a cancellation nor the end of the program wakes up the call, so it must be short; a moment after
            // the last byte is when most programs end.
            wait = child.transfer(waiting: wait) ? 1 : min(wait * 2, 20)
        }
    }

    /// Returns the path of the program.
    private func executable() throws(Failure) -> String {
        // C would end the string there.
        for string in [program] + arguments where string.utf8.contains(0) {
            throw .notStarted(program: program, reason: "an argument contains a NUL character")
        }
        if program.utf8.contains(UInt8(ascii: "/")) { return program }
        // A directory that is not absolute would run a program of the working directory, whoever put it there.
        for directory in (environment["PATH"] ?? "").split(separator: ":") where directory.utf8.first == 0x2F {
            let path = "\(directory)/\(program)"
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
                FileManager.default.isExecutableFile(atPath: path)
            {
                return path
            }
        }
        throw .notFound(program: program)
    }
}
#endif
