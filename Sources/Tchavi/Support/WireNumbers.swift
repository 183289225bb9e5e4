package import Foundation

/// Money and credits: a JSON number is converted through its shortest decimal digits, so that `0.1` is exactly 0.1.
/// A string with a number is accepted too. A number that is too large or too small for `Decimal` is not.
extension Decimal: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let text = scalar.decimalText, text.isDecimalNumber, let value = Decimal(string: text), value.isFinite
        else { return nil }
        self = value
    }

    package var json: JSONValue {
        let text = "\(self)"
        if let integer = Int64(text) { return .integer(integer) }
        return .double(Double(text) ?? 0)
    }

    package static var kind: String { "a number" }

    /// Returns the sum, clamped to the range of `Decimal`.
    package func addingWithoutOverflow(_ other: Decimal) -> Decimal {
        let sum = self + other
        if sum.isFinite { return sum }
        return other < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
    }
}

extension JSONValue {
    /// The digits of a number, or the string.
    fileprivate var decimalText: String? {
        switch self {
        case .integer(let value): String(value)
        case .unsignedInteger(let value): String(value)
        case .double(let value): value.description
        case .string(let value): value
        default: nil
        }
    }
}

extension String {
    /// Whether this is a number as JSON writes it, with leading zeros and a leading plus sign also allowed.
    fileprivate var isDecimalNumber: Bool {
        var bytes = utf8[...]
        func skip(_ characters: String) -> Bool {
            guard let first = bytes.first, characters.utf8.contains(first) else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        func skipDigits() -> Bool {
            let count = bytes.count
            bytes = bytes.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return bytes.count < count
        }
        _ = skip("+-")
        guard skipDigits() else { return false }
        if skip("."), !skipDigits() { return false }
        if skip("eE") {
            _ = skip("+-")
            guard skipDigits() else { return false }
        }
        return bytes.isEmpty
    }
}

/// A whole number of a response, such as an index or a number of tokens: one with a fraction is rounded, and a string with
/// a number is read.
struct WholeNumber: JSONScalar {
    let value: Int

    init(value: Int) { self.value = value }

    init?(scalar: JSONValue) {
        let number = scalar.string.flatMap { $0.isDecimalNumber ? Double($0) : nil } ?? scalar.double
        guard let value = scalar.integer ?? number.flatMap({ Int(exactly: $0.rounded()) }) else { return nil }
        self.value = value
    }

    var json: JSONValue { .integer(Int64(value)) }
    static let kind = "a number"
}

extension Duration: JSONScalar {
    /// Creates a duration from milliseconds, the unit of every duration on the wire.
    package init?(scalar: JSONValue) {
        guard let milliseconds = scalar.double, milliseconds.magnitude < 1e12 else { return nil }
        self = .nanoseconds(Int64((milliseconds * 1e6).rounded()))
    }

    package var json: JSONValue {
        let milliseconds = milliseconds
        return Int64(exactly: milliseconds).map(JSONValue.integer) ?? .double(milliseconds)
    }

    package static var kind: String { "a number of milliseconds" }

    /// The duration in milliseconds, to the microsecond.
    package var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + (Double(attoseconds) / 1e12).rounded() / 1000
    }

    /// The duration in seconds.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// The duration in seconds to the millisecond, for messages.
    package var roundedSeconds: Double { (seconds * 1000).rounded() / 1000 }
}
