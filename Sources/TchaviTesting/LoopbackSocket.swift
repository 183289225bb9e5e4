import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A failed system call, with its name and `errno`.
struct SystemCallFailure: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    init(_ call: String) {
        self.call = call
        number = errno
    }

    var description: String { "\(call) failed: \(String(cString: strerror(number))) (errno \(number))" }
}

/// A TCP socket on 127.0.0.1. Its calls block, so they need a thread of their own.
struct LoopbackSocket: Sendable {
    let descriptor: Int32

    /// Creates a socket that listens on 127.0.0.1 only.
    static func listening(port: UInt16) throws -> (socket: LoopbackSocket, port: UInt16) {
        let descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { throw SystemCallFailure("socket") }
        let listener = LoopbackSocket(descriptor: descriptor)
        do {
            listener.set(SOL_SOCKET, SO_REUSEADDR)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard bound == 0 else { throw SystemCallFailure("bind") }
            guard listen(descriptor, 1024) == 0 else { throw SystemCallFailure("listen") }
            let named = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            guard named == 0 else { throw SystemCallFailure("getsockname") }
            return (listener, UInt16(bigEndian: address.sin_port))
        } catch {
            listener.close()
            throw error
        }
    }

    /// Waits for the next connection. Returns `nil` once the socket is shut down.
    func accepted() -> LoopbackSocket? {
        while true {
            let connection = accept(descriptor, nil, nil)
            if connection >= 0 {
                let socket = LoopbackSocket(descriptor: connection)
                socket.set(Int32(IPPROTO_TCP), TCP_NODELAY)
                #if canImport(Darwin)
                socket.set(SOL_SOCKET, SO_NOSIGPIPE)
                #endif
                return socket
            }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    /// Receives at most this many bytes; empty data means that the peer has closed the connection.
    func receive(_ count: Int) throws -> Data {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let received = recv(descriptor, &buffer, count, 0)
            if received >= 0 { return Data(buffer[..<received]) }
            guard errno == EINTR else { throw SystemCallFailure("recv") }
        }
    }

    func send(_ data: Data) throws {
        try data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = systemSend(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count < 0 {
                    guard errno == EINTR else { throw SystemCallFailure("send") }
                } else {
                    sent += count
                }
            }
        }
    }

    /// Makes the next ``close()`` reset the connection.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Shuts down both directions, which ends calls that wait for the socket.
    func shutDown() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func close() {
        _ = systemClose(descriptor)
    }

    private func set(_ level: Int32, _ option: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}

#if canImport(Darwin)
private let streamType = SOCK_STREAM
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Darwin.send(descriptor, bytes, count, 0)
}
private func systemClose(_ descriptor: Int32) -> Int32 { Darwin.close(descriptor) }
#elseif canImport(Glibc)
private let streamType = Int32(SOCK_STREAM.rawValue)
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Glibc.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
}
private func systemClose(_ descriptor: Int32) -> Int32 { Glibc.close(descriptor) }
#elseif canImport(Musl)
private let streamType = SOCK_STREAM
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Musl.send(descriptor, bytes, count, MSG_NOSIGNAL)
}
private func systemClose(_ descriptor: Int32) -> Int32 { Musl.close(descriptor) }
#endif
