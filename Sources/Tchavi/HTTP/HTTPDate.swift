package import Foundation

/// The date form of HTTP headers (RFC 9110, section 5.6.7): `Fri, 29 Sep 2023 16:26:57 GMT`.
package enum HTTPDate {
    package static func date(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, days.contains(parts[0]), parts[5] == "GMT" || parts[5] == "UTC",
            let day = number(parts[1], width: 2), let month = months.firstIndex(of: parts[2]),
            let year = number(parts[3], width: 4)
        else { return nil }
        let time = parts[4].split(separator: ":", omittingEmptySubsequences: false).map { number($0, width: 2) }
        guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2], (1...31).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = CivilDay.number(year: year, month: month + 1, day: day)
        return Date(timeIntervalSince1970: Double(days) * 86400 + Double(hour * 3600 + minute * 60 + second))
    }

    private static let days: Set<Substring> = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]
    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ text: Substring, width: Int) -> Int? {
        guard text.utf8.count == width, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
