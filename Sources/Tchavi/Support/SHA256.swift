/// SHA-256 (FIPS 180-4), for content hashes; implemented here because the package has no dependencies.
package enum SHA256 {
    /// Returns the digest as 64 lowercase hexadecimal digits.
    package static func hexadecimal(_ message: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest(message).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
        return String(decoding: text, as: UTF8.self)
    }

    package static func digest(_ message: [UInt8]) -> [UInt8] {
        // The whole blocks are read where they are; the rest is padded.
        let whole = message.count / 64 * 64
        var end = Array(message[whole...])
        end.append(0x80)
        end.append(contentsOf: repeatElement(0, count: (120 - end.count % 64) % 64))
        let bits = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) { end.append(UInt8(truncatingIfNeeded: bits >> shift)) }

        var state: SIMD8<UInt32> = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            message.withUnsafeBytes { compress(&state, UnsafeRawBufferPointer(rebasing: $0[..<whole]), schedule) }
            end.withUnsafeBytes { compress(&state, $0, schedule) }
        }
        var digest: [UInt8] = []
        digest.reserveCapacity(32)
        for index in 0..<8 {
            for shift in stride(from: 24, through: 0, by: -8) {
                digest.append(UInt8(truncatingIfNeeded: state[index] >> UInt32(shift)))
            }
        }
        return digest
    }

    /// Adds whole blocks to the state.
    private static func compress(
        _ state: inout SIMD8<UInt32>,
        _ bytes: UnsafeRawBufferPointer,
        _ schedule: UnsafeMutableBufferPointer<UInt32>
    ) {
        constants.withUnsafeBufferPointer { constants in
            for block in stride(from: 0, to: bytes.count, by: 64) {
                for index in 0..<16 {
                    let word = bytes.loadUnaligned(fromByteOffset: block + index * 4, as: UInt32.self)
                    schedule[index] = UInt32(bigEndian: word)
                }
                for index in 16..<64 {
                    let early = schedule[index - 15]
                    let late = schedule[index - 2]
                    let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
                    let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
                    schedule[index] = schedule[index - 16] &+ sigma0 &+ schedule[index - 7] &+ sigma1
                }
                var (a, b, c, d) = (state[0], state[1], state[2], state[3])
                var (e, f, g, h) = (state[4], state[5], state[6], state[7])
                for index in stride(from: 0, to: 64, by: 8) {
                    func round(_ offset: Int) -> UInt32 { constants[index + offset] &+ schedule[index + offset] }
                    step(a, b, c, &d, e, f, g, &h, round(0))
                    step(h, a, b, &c, d, e, f, &g, round(1))
                    step(g, h, a, &b, c, d, e, &f, round(2))
                    step(f, g, h, &a, b, c, d, &e, round(3))
                    step(e, f, g, &h, a, b, c, &d, round(4))
                    step(d, e, f, &g, h, a, b, &c, round(5))
                    step(c, d, e, &f, g, h, a, &b, round(6))
                    step(b, c, d, &e, f, g, h, &a, round(7))
                }
                state &+= SIMD8(a, b, c, d, e, f, g, h)
            }
        }
    }

    /// One round, of which a caller passes the variables rotated by one each time.
    @inline(__always)
    private static func step(
        _ a: UInt32,
        _ b: UInt32,
        _ c: UInt32,
        _ d: inout UInt32,
        _ e: UInt32,
        _ f: UInt32,
        _ g: UInt32,
        _ h: inout UInt32,
        _ word: UInt32
    ) {
        let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let first = h &+ sum1 &+ (g ^ (e & (f ^ g))) &+ word
        let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        d &+= first
        h = first &+ sum0 &+ ((a & b) | (c & (a | b)))
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word &>> count | word &<< (32 &- count)
    }
    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
