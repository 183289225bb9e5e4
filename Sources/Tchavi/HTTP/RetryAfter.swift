import Foundation

/// What the gateway asks for with `retry-after-ms` and `Retry-After`.
enum RetryAfter {
    /// The wait asked for, at most some thirty years, or `nil` where there is none or it cannot be read.
    static func duration(_ headers: HeaderFields, now: Date) -> Duration? {
        if let text = headers["retry-after-ms"], let milliseconds = number(text) {
            return .seconds(milliseconds / 1000)
        }
        guard let text = headers[.retryAfter] else { return nil }
        if let seconds = number(text) { return .seconds(seconds) }
        return HTTPDate.date(text).map { .seconds(bounded($0.timeIntervalSince(now))) }
    }

    private static func number(_ text: String) -> Double? {
        let text = text.trimmingCharacters(in: .whitespaces)
        guard let value = Double(text), value.isFinite, text.utf8.allSatisfy({ $0 < 0x41 }) else { return nil }
        return bounded(value)
    }

    /// Bounded to what an `Int` of 32 bits can hold.
    private static func bounded(_ value: Double) -> Double { min(max(value, -1e9), 1e9) }
}
