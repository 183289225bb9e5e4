#if os(macOS) || os(Linux)
import Foundation
import Tchavi

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A program that has been started, and this side of its pipes. It belongs to one thread, which has to ask for the
/// ``status()`` until it gets one.
struct ChildProcess {
    /// What is kept of the standard error.
    private static let errorOutputLimit = 1 << 20
    private static let chunkSize = 1 << 16
    /// The greatest capacity of a pipe that Linux allows by default: what a program that has ended can have left in it.
    private static let pipeCapacity = 1 << 20

    private let program: String
    private let processID: pid_t
    /// The descriptors; -1, which `poll` ignores, once they are closed.
    private var inputEnd: Int32
    private var outputEnd: Int32
    private var errorEnd: Int32
    private let input: Data
    private var written = 0
    private var keepsOutput = true
    private(set) var output = Data()
    private(set) var errorOutput = Data()

    /// Starts a program.
    init(
        program: String,
        executable: String,
        arguments: [String],
        environment: [String],
        input: Data
    ) throws(ProcessRun.Failure) {
        self.program = program
        self.input = input
        var ends: [Int32] = []
        var processID: pid_t = 0
        let error = Self.lock.withLock { _ in
            let error = Self.appendPipes(to: &ends)
            guard error == 0 else { return error }
            return Self.spawn(&processID, executable, arguments, environment, with: [ends[0], ends[3], ends[5]])
        }
        guard error == 0 else {
            for end in ends { Self.close(end) }
            throw .notStarted(program: program, reason: String(cString: strerror(error)))
        }
        self.processID = processID
        (inputEnd, outputEnd, errorEnd) = (ends[1], ends[2], ends[4])
        for index in [0, 3, 5] { Self.close(ends[index]) }
        for end in [inputEnd, outputEnd, errorEnd] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        #if canImport(Darwin)
        _ = fcntl(inputEnd, F_SETNOSIGPIPE, 1)
        #endif
    }

    func send(_ signal: Int32) {
        // The status has not been collected, so the id belongs to no other process.
        kill(processID, signal)
    }

    /// Drops the output, but goes on reading it, so that the program is not kept from ending.
    mutating func dropOutput() {
        keepsOutput = false
        output = Data()
        Self.close(&inputEnd)
    }

    /// Returns how the program ended, or `nil` while it runs. Must not be called again after that.
    func status() throws(ProcessRun.Failure) -> ProcessRun.Status? {
        var status: Int32 = 0
        switch waitpid(processID, &status, WNOHANG) {
        case processID: return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signal(status & 0x7F)
        case -1 where errno != EINTR: throw .statusLost(program: program)
        default: return nil
        }
    }

    /// Moves bytes through the pipes that are ready, and returns whether there were any; waits for one to be ready no longer
    /// than this.
    mutating func transfer(waiting milliseconds: Int32) -> Bool {
        if written == input.count { Self.close(&inputEnd) }
        var ends = [
            pollfd(fd: inputEnd, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: outputEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorEnd, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&ends, nfds_t(ends.count), milliseconds) > 0 else { return false }
        if ends[0].revents != 0 { write() }
        if ends[1].revents != 0 {
            Self.read(&outputEnd, to: &output, limit: keepsOutput ? .max : 0)
        }
        if ends[2].revents != 0 {
            Self.read(&errorEnd, to: &errorOutput, limit: Self.errorOutputLimit)
        }
        return true
    }

    /// Reads what a program that has ended left in the pipes, but not what processes write that it left behind.
    mutating func readRest() {
        Self.close(&inputEnd)
        for _ in 0..<Self.pipeCapacity / Self.chunkSize {
            guard outputEnd >= 0 || errorEnd >= 0, transfer(waiting: 0) else { return }
        }
    }

    mutating func closeAll() {
        Self.close(&inputEnd)
        Self.close(&outputEnd)
        Self.close(&errorEnd)
    }

    private mutating func write() {
        let count = input.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(written).prefix(Self.chunkSize))
            #if canImport(Darwin)
            return Darwin.write(inputEnd, rest.baseAddress, rest.count)
            #elseif canImport(Glibc)
            return Glibc.write(inputEnd, rest.baseAddress, rest.count)
            #else
            return Musl.write(inputEnd, rest.baseAddress, rest.count)
            #endif
        }
        if count >= 0 {
            written += count
        } else if errno != EAGAIN, errno != EINTR {
            // The program has closed its input.
            Self.close(&inputEnd)
        }
    }

    private static func read(_ end: inout Int32, to data: inout Data, limit: Int) {
        let descriptor = end
        let isOpen = withUnsafeTemporaryAllocation(byteCount: chunkSize, alignment: 16) { buffer in
            #if canImport(Darwin)
            let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Glibc)
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
            let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            let kept = min(count, max(0, limit - data.count))
            data.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer.prefix(kept)))
            return true
        }
        if !isOpen { close(&end) }
    }

    private static func close(_ end: inout Int32) {
        guard end >= 0 else { return }
        close(end)
        end = -1
    }

    private static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
        _ = Darwin.close(descriptor)
        #elseif canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Musl.close(descriptor)
        #endif
    }
}
#endif
