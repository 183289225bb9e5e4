extension Double {
    /// The number as ECMAScript's `String(number)` formats it (ECMA-262, Number::toString), as does RFC 8785.
    ///
    /// Swift's `description` has the same shortest digits, but another notation of the point and the exponent.
    package var ecmaScriptDescription: String {
        guard isFinite else { return isNaN ? "NaN" : self < 0 ? "-Infinity" : "Infinity" }
        if self == 0 { return "0" }
        let sign = self < 0 ? "-" : ""
        let (digits, point) = magnitude.shortestDecimal
        let count = digits.count
        switch point {
        case count...21: return sign + digits + String(repeating: "0", count: point - count)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = point - 1
            let fraction = count > 1 ? "." + digits.dropFirst() : ""
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }

    /// The shortest digits that identify this number, and the position of the decimal point relative to the first.
    private var shortestDecimal: (digits: String, point: Int) {
        let parts = description.split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let all = String(mantissa[0] + fraction)
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leadingZeros))
        while digits.last == "0" { digits.removeLast() }
        return (digits, mantissa[0].count - leadingZeros + exponent)
    }
}
