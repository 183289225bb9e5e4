import Tchavi

extension JSONValue {
    /// Whether both are the same value for JSON Schema: 1 and 1.0 are, and strings of the same code points.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.string(let one), .string(let two)): one.utf8.elementsEqual(two.utf8)
        case (.array(let one), .array(let two)):
            one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
        case (.object(let one), .object(let two)):
            one.count == two.count && one.allSatisfy { two[$0.key]?.isSame(as: $0.value) ?? false }
        default: order(other).map { $0 == 0 } ?? (self == other)
        }
    }

    /// The value with every number in one form, so that values that are the same have the same hash.
    var normalized: JSONValue {
        switch self {
        case .double(let number):
            Int64(exactly: number).map { .integer($0) } ?? UInt64(exactly: number).map { .unsignedInteger($0) } ?? self
        case .unsignedInteger(let number): Int64(exactly: number).map { .integer($0) } ?? self
        case .array(let elements): .array(elements.map(\.normalized))
        case .object(let members): .object(members.mapValues(\.normalized))
        default: self
        }
    }

    /// Less than, equal to or greater than zero if the first of two numbers is less than, equal to or greater than the
    /// second, without rounding; `nil` unless both are numbers.
    func order(_ other: JSONValue) -> Int? {
        switch (wholeNumber, other.wholeNumber) {
        case (let one?, let two?): one < two ? -1 : one > two ? 1 : 0
        case (let one?, nil): other.double.map { -Self.order($0, one) }
        case (nil, let two?): double.map { Self.order($0, two) }
        case (nil, nil):
            if let one = double, let two = other.double { one < two ? -1 : one > two ? 1 : 0 } else { nil }
        }
    }

    /// The number that is stored as an integer.
    private var wholeNumber: Int128? {
        switch self {
        case .integer(let value): Int128(value)
        case .unsignedInteger(let value): Int128(value)
        default: nil
        }
    }

    private static func order(_ one: Double, _ two: Int128) -> Int {
        guard one.magnitude < 0x1p65 else { return one < 0 ? -1 : 1 }
        let whole = Int128(one.rounded(.down))
        return whole < two ? -1 : whole > two || one > one.rounded(.down) ? 1 : 0
    }

    /// Whether this number is a multiple of another in decimal arithmetic, in which 19.99 is one of 0.01; `nil` unless both
    /// are finite numbers and the other is not 0.
    func isMultiple(of other: JSONValue) -> Bool? {
        guard let value = decimal, let divisor = other.decimal, divisor.digits != 0 else { return nil }
        if value.digits == 0 { return true }
        let exponent = value.exponent - divisor.exponent
        if exponent >= 0 {
            var remainder = value.digits % divisor.digits
            for _ in 0..<exponent { remainder = remainder * 10 % divisor.digits }
            return remainder == 0
        }
        // A divisor that is too large for the arithmetic is larger than the value.
        var scaled = divisor.digits
        for _ in 0..<(-exponent) {
            let (product, isTooLarge) = scaled.multipliedReportingOverflow(by: 10)
            if isTooLarge { return false }
            scaled = product
        }
        return value.digits % scaled == 0
    }

    /// The digits of the number without its sign, and the power of ten that they are multiplied by.
    private var decimal: (digits: UInt128, exponent: Int)? {
        if let wholeNumber { return (wholeNumber.magnitude, 0) }
        guard let double, double.isFinite else { return nil }
        let parts = double.magnitude.description.split(separator: "e")
        let number = parts[0].split(separator: ".")
        let fraction = number.count > 1 && number[1] != "0" ? number[1] : ""
        guard let digits = UInt128(number[0] + fraction) else { return nil }
        return (digits, (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count)
    }
}
