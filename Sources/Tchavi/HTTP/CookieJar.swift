import Foundation

/// The cookies of one session, sent only to refresh and to end it.
struct CookieJar: Sendable {
    private var values: [String: String] = [:]

    var isEmpty: Bool { values.isEmpty }

    /// The value of the `Cookie` header; `nil` without cookies.
    var header: String? {
        values.isEmpty ? nil : values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    }

    /// Stores the cookies that a response sets, and drops those that it ends.
    mutating func update(_ headers: HeaderFields, now: Date) {
        for value in headers.values(of: .setCookie) {
            for cookie in Self.split(value) { store(cookie, now: now) }
        }
    }

    /// Stores one cookie, or drops it where it has ended (RFC 6265, section 5.2).
    private mutating func store(_ cookie: Substring, now: Date) {
        let parts = cookie.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = parts.first, let equals = first.firstIndex(of: "=") else { return }
        let name = first[..<equals].trimmingCharacters(in: .whitespaces)
        let value = first[first.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else { return }
        var maxAge: Double?
        var expires: Date?
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            switch pair.first?.lowercased() {
            case "max-age": maxAge = pair.count == 2 ? Double(pair[1]) : nil
            case "expires": expires = pair.count == 2 ? HTTPDate.date(pair[1]) : nil
            default: break
            }
        }
        // `Max-Age` holds before `Expires`, in whichever order they stand.
        let isEnded = maxAge.map { $0 <= 0 } ?? expires.map { $0 <= now } ?? false
        values[name] = isEnded || value.isEmpty ? nil : value
    }

    /// Several `Set-Cookie` fields arrive as one on Linux, joined by commas, which also stand inside `Expires`: a comma
    /// separates where a name and an equals sign follow.
    private static func split(_ text: String) -> [Substring] {
        var cookies: [Substring] = []
        var start = text.startIndex
        var search = start
        while let comma = text[search...].firstIndex(of: ",") {
            search = text.index(after: comma)
            let next = text[search...].prefix { $0 != ";" && $0 != "," }
            guard let equals = next.firstIndex(of: "=") else { continue }
            let name = next[..<equals].drop { $0 == " " }
            guard !name.isEmpty, !name.contains(" ") else { continue }
            cookies.append(text[start..<comma])
            start = search
        }
        cookies.append(text[start...])
        return cookies
    }
}
