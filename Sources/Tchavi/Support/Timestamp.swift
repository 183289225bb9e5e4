public import Foundation

/// A date and time: the string as received, and the date that it represents.
///
/// The string is kept, so that a decoded timestamp is encoded unchanged.
public struct Timestamp: Sendable, Hashable, CustomStringConvertible {
    /// The string as received, normally in ISO 8601: `2026-01-05T18:11:00.000Z`.
    public let text: String

    /// The date, or `nil` if the string is not a valid ISO 8601 date and time.
    public let date: Date?

    /// Creates a timestamp from a string.
    ///
    /// - Parameter text: ISO 8601 with `T` or a space between date and time, with or without a fraction, and with `Z`,
    ///   an offset or neither (which means UTC).
    public init(_ text: String) {
        self.text = text
        date = ISO8601.date(text)
    }

    /// Creates a timestamp from a date, in UTC with milliseconds.
    ///
    /// - Parameter date: The date. Before the year 1 or after 9999, the string is the beginning or end of that time. A
    ///   date that is not a number results in the string `Invalid Date`, which no server accepts, and no ``date``.
    public init(_ date: Date) {
        if date.timeIntervalSince1970.isNaN {
            text = "Invalid Date"
            self.date = nil
        } else {
            text = ISO8601.text(date)
            self.date = date
        }
    }

    /// The string as received.
    public var description: String { text }
}

extension Timestamp: Codable {
    /// Decodes the string.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error if the value is not a string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the string unchanged.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Timestamp: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let text = scalar.string else { return nil }
        self.init(text)
    }
    package var json: JSONValue { .string(text) }
    package static var kind: String { "a date string" }
}

/// Parses and formats ISO 8601 dates and times without a formatter.
enum ISO8601 {
    static func date(_ text: String) -> Date? {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2)
        else { return nil }
        var second = 0
        var fraction = 0.0
        if scanner.skip(":") {
            guard let value = scanner.number(2) else { return nil }
            second = value
            if scanner.skip(".") || scanner.skip(",") {
                guard let value = scanner.fraction() else { return nil }
                fraction = value
            }
        }
        guard let offset = scanner.offset(), scanner.isAtEnd, (1...12).contains(month),
            (1...daysIn(month: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = CivilDay.number(year: year, month: month, day: day)
        // `Double`, because `Int` has 32 bits on some watches.
        let seconds = Double(days) * 86400 + Double(hour * 3600 + minute * 60 + second - offset)
        return Date(timeIntervalSince1970: seconds + fraction)
    }

    static func text(_ date: Date) -> String {
        // The format can represent the years 1 to 9999.
        let bounded = min(max(date.timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
        let milliseconds = (bounded * 1000).rounded()
        let days = Int((milliseconds / 86_400_000).rounded(.down))
        let time = Int(milliseconds - Double(days) * 86_400_000)
        let (year, month, day) = CivilDay.date(number: days)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(time / 3_600_000, 2) + ":"
            + padded(time / 60000 % 60, 2) + ":" + padded(time / 1000 % 60, 2) + "." + padded(time % 1000, 3) + "Z"
    }

    private static func daysIn(month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Scans fixed-width numbers from the start of a string.
private struct DigitScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number(_ width: Int) -> Int? {
        guard position + width <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + width] {
            guard let digit = digit(byte) else { return nil }
            value = value * 10 + digit
        }
        position += width
        return value
    }

    mutating func fraction() -> Double? {
        let start = position
        var value = 0.0
        var scale = 1.0
        while position < bytes.count, let digit = digit(bytes[position]) {
            if scale < 1e15 {
                scale *= 10
                value = value * 10 + Double(digit)
            }
            position += 1
        }
        return position > start ? value / scale : nil
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Scans an offset, in seconds east of UTC.
    mutating func offset() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign = skip("-") ? -1 : 1
        if sign > 0, !skip("+") { return nil }
        guard let hours = number(2) else { return nil }
        _ = skip(":")
        let minutes = number(2) ?? 0
        return sign * (hours * 3600 + minutes * 60)
    }

    private func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }
}
