import Foundation
import Testing

@testable import TchaviPrompts

struct DottedVersionTests {
    @Test func `Versions are ordered as numbers, and pre-releases before their release`() throws {
        let ordered = [
            "0", "0.0.1", "1.0.0-0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
            "1.0.0-beta.11", "1.0.0-rc.1", "1", "1.0.0.1", "2.9", "2.10.0-rc", "v2.10", "2.10.1", "10.0.0",
            "99999999999999999999.1", "100000000000000000000",
        ]
        let versions = try ordered.map { try #require(DottedVersion($0), "\($0)") }
        for (index, version) in versions.enumerated() {
            for (other, second) in versions.enumerated() {
                #expect((version < second) == (index < other), "\(ordered[index]) and \(ordered[other])")
                #expect((version == second) == (index == other), "\(ordered[index]) and \(ordered[other])")
            }
        }
    }

    private static let pairs = ProcessInfo.processInfo.environment["TCHAVI_VERSION_PAIRS"]

    @Test(.enabled(if: pairs != nil, "`.ci/version-order` provides the pairs."))
    func `Versions are ordered as another implementation orders them`() throws {
        let file = URL(fileURLWithPath: try #require(Self.pairs))
        let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 20_000)
        for line in lines {
            let parts = line.split(separator: " ")
            let first = try #require(DottedVersion(parts[0]))
            let second = try #require(DottedVersion(parts[1]))
            #expect((first < second ? -1 : first == second ? 0 : 1) == Int(parts[2]), "\(line)")
        }
    }

    @Test(arguments: [
        ("2.10", "2.10.0.0"), ("v1", "V1"), ("1.0+7", "1.0.0+build.8"), ("01.2", "1.02"), ("1-rc+1-2", "1.0-rc"),
        ("0.0", "0"),
    ])
    func `Other spellings of a version are the same version`(first: String, second: String) throws {
        #expect(try #require(DottedVersion(first)) == #require(DottedVersion(second)))
    }

    @Test(arguments: [
        "", "v", "vv1", "1.", ".1", "1..2", "one", "1.x", "1 2", "1-", "1-a..b", "1-ä", "1+", "1+a+b", "1-a_b", "-1",
        "+1",
        "1,2", "１.2",
    ])
    func `What is no version is not read`(text: String) {
        #expect(DottedVersion(text) == nil)
    }
}
