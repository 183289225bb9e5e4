package import Foundation

/// The date forms of HTTP headers (RFC 9110, section 5.6.7): `Fri, 29 Sep 2023 16:26:57 GMT`, and the two obsolete ones
/// that recipients still have to read, `Friday, 29-Sep-23 16:26:57 GMT` and `Fri Sep 29 16:26:57 2023`.
package enum HTTPDate {
    package static func date(_ text: String) -> Date? {
        let parts = text.split { $0 == " " || $0 == "-" || $0 == "," }
        guard let first = parts.first, days.contains(first.prefix(3)) else { return nil }
        switch (parts.count, parts.last) {
        case (6, "GMT"), (6, "UTC"): return date(day: parts[1], month: parts[2], year: parts[3], time: parts[4])
        case (5, _): return date(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
        default: return nil
        }
    }

    private static func date(day: Substring, month: Substring, year: Substring, time: Substring) -> Date? {
        guard let day = number(day), (1...31).contains(day), let month = months.firstIndex(of: month),
            let year = fullYear(year)
        else { return nil }
        let time = time.split(separator: ":", omittingEmptySubsequences: false).map {
            $0.utf8.count == 2 ? number($0) : nil
        }
        guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2], hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = CivilDay.number(year: year, month: month + 1, day: day)
        return Date(timeIntervalSince1970: Double(days) * 86400 + Double(hour * 3600 + minute * 60 + second))
    }

    /// Reads a year of four digits or, in the obsolete form, of two, which stand for 1990 to 2089.
    private static func fullYear(_ text: Substring) -> Int? {
        guard let year = number(text) else { return nil }
        switch text.utf8.count {
        case 4: return year
        case 2: return year < 90 ? 2000 + year : 1900 + year
        default: return nil
        }
    }

    private static let days: Set<Substring> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
