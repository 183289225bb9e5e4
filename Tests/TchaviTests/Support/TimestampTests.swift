import Foundation
import Testing

@testable import Tchavi

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("2026-01-05T18:11:00.000Z", 1_767_636_660),
        ("2024-02-29T12:00:00.5Z", 1_709_208_000.5),
        ("2026-01-05T18:11:00+02:00", 1_767_629_460), ("2026-01-05 18:11:00", 1_767_636_660),
        ("1969-12-31T23:59:59Z", -1), ("2000-03-01T00:00Z", 951_868_800),
    ])
    func `ISO 8601 is read`(text: String, seconds: Double) {
        #expect(Timestamp(text).date?.timeIntervalSince1970 == seconds)
        #expect(Timestamp(text).text == text)
    }

    @Test(arguments: [
        "", "yesterday", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-01-05", "2026-01-05T25:00:00Z",
    ])
    func `An invalid date keeps its string`(text: String) {
        #expect(Timestamp(text).date == nil)
        #expect(Timestamp(text).text == text)
    }

    @Test(arguments: [0, 1_767_636_660.123, -86_400.5, 951_868_799.999])
    func `A date is written with milliseconds and read back`(seconds: Double) {
        let stamp = Timestamp(Date(timeIntervalSince1970: seconds))
        let read = Timestamp(stamp.text).date?.timeIntervalSince1970 ?? .nan
        #expect(abs(read - seconds) < 0.001)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func `SHA-256 returns the digests of FIPS 180`(message: String, digest: String) {
        #expect(SHA256.hexadecimal(Array(message.utf8)) == digest)
    }
}
