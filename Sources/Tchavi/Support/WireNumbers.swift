package import Foundation

/// Money and credits: a JSON number is converted through its shortest decimal digits, so that `0.1` is exactly 0.1.
/// A string of digits is accepted too.
extension Decimal: JSONScalar {
    package init?(scalar: JSONValue) {
        let text: String
        switch scalar {
        case .integer(let value): text = String(value)
        case .unsignedInteger(let value): text = String(value)
        case .double(let value): text = value.description
        case .string(let value): text = value
        default: return nil
        }
        let digits = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard digits, !text.isEmpty, let value = Decimal(string: text) else { return nil }
        self = value
    }

    package var json: JSONValue {
        let text = "\(self)"
        if let integer = Int64(text) { return .integer(integer) }
        return .double(Double(text) ?? 0)
    }

    package static var kind: String { "a number" }
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
