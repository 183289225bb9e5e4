#if os(macOS) || os(Linux)
import Tchavi

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ChildProcess {
    /// Held while pipes are opened, and while programs are started: a program that is started before the pipes are set to
    /// be closed in programs would inherit them, and keep them open. (`pipe2`, which sets that at once, is not imported.)
    ///
    /// Locks a value that is not used: to ThreadSanitizer, one without a size is at the address of something else.
    static let lock = Locked(false)

    /// Opens three pipes, and appends the reading and the writing end of each.
    ///
    /// - Returns: 0, or the number of the error.
    static func appendPipes(to ends: inout [Int32]) -> Int32 {
        for _ in 0..<3 {
            var pair: [Int32] = [-1, -1]
            guard pipe(&pair) == 0 else { return errno }
            ends += pair
            for index in ends.indices.suffix(2) {
                // Above the standard streams: where this process has none, pipes get their numbers, and would overwrite each
                // other in the program.
                let moved = fcntl(ends[index], F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                guard moved >= 0 else { return errno }
                close(ends[index])
                ends[index] = moved
            }
        }
        return 0
    }

    /// Starts a program with the default handling of all signals, none of which is blocked. The descriptors become its
    /// standard input, output and error. Returns 0, or the number of the error.
    static func spawn(
        _ processID: inout pid_t,
        _ executable: String,
        _ arguments: [String],
        _ environment: [String],
        with streams: [Int32]
    ) -> Int32 {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_CLOEXEC_DEFAULT
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        #endif
        var error = posix_spawn_file_actions_init(&actions)
        guard error == 0 else { return error }
        defer { posix_spawn_file_actions_destroy(&actions) }
        error = posix_spawnattr_init(&attributes)
        guard error == 0 else { return error }
        defer { posix_spawnattr_destroy(&attributes) }

        for (number, stream) in streams.enumerated() {
            error = posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
            guard error == 0 else { return error }
        }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        var defaults = sigset_t()
        sigfillset(&defaults)
        // The handling of these cannot be changed, and trying to is an error on some systems.
        sigdelset(&defaults, SIGKILL)
        sigdelset(&defaults, SIGSTOP)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        return posix_spawn(&processID, executable, &actions, &attributes, argumentPointers, environmentPointers)
    }
}
#endif
