/// A version such as `2.10.0-beta.2`, for the operators that compare values as versions.
///
/// Numbers are separated by dots and compared as numbers of any length; missing ones are 0. A pre-release is ordered as
/// Semantic Versioning 2.0 orders it, before the release. A build is ignored.
struct DottedVersion: Comparable {
    /// An identifier of a pre-release. Numbers come before other identifiers.
    private enum Identifier: Equatable {
        case number(Digits)
        case text([UInt8])
    }

    /// The digits of a number, without leading zeros.
    private struct Digits: Equatable {
        let bytes: ArraySlice<UInt8>

        init(_ digits: ArraySlice<UInt8>) { bytes = digits.drop { $0 == UInt8(ascii: "0") } }

        /// Less than, equal to or greater than zero if this number is less than, equal to or greater than the other.
        func compared(with other: Digits) -> Int {
            bytes.count != other.bytes.count ? bytes.count - other.bytes.count : order(bytes, other.bytes)
        }
    }

    private let numbers: [Digits]
    /// `nil` for a release.
    private let prerelease: [Identifier]?

    /// Reads a version, optionally with white space around it and a leading `v` or `V`.
    ///
    /// - Parameter text: The version.
    init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)[...]
        if let first = bytes.first, first | 0x20 == UInt8(ascii: "v") { bytes.removeFirst() }
        if let plus = bytes.firstIndex(of: UInt8(ascii: "+")) {
            guard Self.identifiers(bytes[(plus + 1)...]) != nil else { return nil }
            bytes = bytes[..<plus]
        }
        let dash = bytes.firstIndex(of: UInt8(ascii: "-"))
        let parts = Self.parts(bytes[..<(dash ?? bytes.endIndex)])
        guard parts.allSatisfy(\.isNumber) else { return nil }
        numbers = parts.map { Digits($0) }
        guard let dash else {
            prerelease = nil
            return
        }
        guard let identifiers = Self.identifiers(bytes[(dash + 1)...]) else { return nil }
        prerelease = identifiers.map { $0.isNumber ? .number(Digits($0)) : .text(Array($0)) }
    }

    static func == (first: DottedVersion, second: DottedVersion) -> Bool { first.compared(with: second) == 0 }
    static func < (first: DottedVersion, second: DottedVersion) -> Bool { first.compared(with: second) < 0 }

    /// Less than, equal to or greater than zero if this version is less than, equal to or greater than the other.
    private func compared(with other: DottedVersion) -> Int {
        let none = Digits([])
        for index in 0..<max(numbers.count, other.numbers.count) {
            let number = index < numbers.count ? numbers[index] : none
            let result = number.compared(with: index < other.numbers.count ? other.numbers[index] : none)
            if result != 0 { return result }
        }
        switch (prerelease, other.prerelease) {
        case (nil, nil): return 0
        case (nil, _?): return 1
        case (_?, nil): return -1
        case (let own?, let others?):
            for (first, second) in zip(own, others) where first != second {
                switch (first, second) {
                case (.number(let first), .number(let second)): return first.compared(with: second)
                case (.number, .text): return -1
                case (.text, .number): return 1
                case (.text(let first), .text(let second)): return order(first[...], second[...])
                }
            }
            return own.count - others.count
        }
    }

    /// The parts between dots; one that is empty for a text that is.
    private static func parts(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    /// The identifiers of a pre-release or build, or `nil` if one is empty or has a character that is not allowed.
    private static func identifiers(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        let parts = parts(bytes)
        return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isIdentifierByte) } ? parts : nil
    }
}

/// Less than, equal to or greater than zero by the first byte that differs, or else by the length.
private func order(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Int {
    first == second ? 0 : first.lexicographicallyPrecedes(second) ? -1 : 1
}

extension ArraySlice<UInt8> {
    fileprivate var isNumber: Bool { !isEmpty && allSatisfy(\.isDigit) }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isIdentifierByte: Bool {
        isDigit || self == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
