package import Foundation

/// Reads server-sent events from bytes that arrive split anywhere (WHATWG HTML, "Server-sent events").
///
/// A state machine: bytes go in through ``push(_:)``, complete events come out of ``next()``. An event without its
/// empty line at the end of the stream is dropped, as the standard says.
package struct EventStreamParser: Sendable {
    /// A line or an event larger than the bound.
    package struct TooLarge: Error {
        package let limit: Int
    }

    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var type = ""
    private var id = ""
    private var isAfterCarriageReturn = false
    private var isAtStart = true
    private var ready: [ServerSentEvent] = []
    private var readyIndex = 0

    /// - Parameter limit: How many bytes a line, or the data of an event, may have.
    package init(limit: Int = 16 << 20) {
        self.limit = limit
    }

    /// The next complete event, in order.
    package mutating func next() -> ServerSentEvent? {
        guard readyIndex < ready.count else { return nil }
        defer {
            readyIndex += 1
            if readyIndex == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyIndex = 0
            }
        }
        return ready[readyIndex]
    }

    /// Parses a chunk of bytes, wherever the stream was split.
    package mutating func push(_ chunk: Data) throws(TooLarge) {
        let result: Result<Void, TooLarge> = chunk.withUnsafeBytes { bytes in
            Result { () throws(TooLarge) in try consume(bytes) }
        }
        try result.get()
    }

    private mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(TooLarge) {
        var start = 0
        if isAfterCarriageReturn, let first = bytes.first {
            isAfterCarriageReturn = false
            if first == UInt8(ascii: "\n") { start = 1 }
        }
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                position += 1
                continue
            }
            try endLine(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            position += 1
            if byte == UInt8(ascii: "\r") {
                if position == bytes.count {
                    isAfterCarriageReturn = true
                } else if bytes[position] == UInt8(ascii: "\n") {
                    position += 1
                }
            }
            start = position
        }
        guard line.count + (bytes.count - start) <= limit else { throw TooLarge(limit: limit) }
        line.append(contentsOf: bytes[start...])
    }

    private mutating func endLine(_ end: UnsafeRawBufferPointer) throws(TooLarge) {
        guard line.count + end.count <= limit else { throw TooLarge(limit: limit) }
        if line.isEmpty {
            try interpret(end)
        } else {
            line.append(contentsOf: end)
            var whole: [UInt8] = []
            swap(&whole, &line)
            let result: Result<Void, TooLarge> = whole.withUnsafeBytes { bytes in
                Result { () throws(TooLarge) in try interpret(bytes) }
            }
            try result.get()
            whole.removeAll(keepingCapacity: true)
            swap(&whole, &line)
        }
    }

    private mutating func interpret(_ bytes: UnsafeRawBufferPointer) throws(TooLarge) {
        var bytes = bytes
        if isAtStart {
            isAtStart = false
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) }
        }
        guard !bytes.isEmpty else { return dispatch() }
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        let name = bytes[..<(colon ?? bytes.endIndex)]
        var value = bytes[(colon.map { $0 + 1 } ?? bytes.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        try field(UnsafeRawBufferPointer(rebasing: name), UnsafeRawBufferPointer(rebasing: value))
    }

    private mutating func field(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(TooLarge) {
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < limit else { throw TooLarge(limit: limit) }
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual("id".utf8) {
            if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        }
    }

    private mutating func dispatch() {
        defer {
            type = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return }
        ready.append(
            ServerSentEvent(
                event: type.isEmpty ? "message" : type,
                data: String(decoding: data, as: UTF8.self),
                id: id
            )
        )
    }
}
