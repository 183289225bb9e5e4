public import Foundation
public import Tchavi

/// Checks the signatures of prompt bundles, which a ``BundleSigner`` creates.
///
/// The verifier alone decides on the algorithm: a bundle names none.
public struct BundleVerifier: Sendable {
    /// What tells verifiers apart that accept different bundles, as far as that is known.
    let identity: String
    private let isValid: @Sendable (_ bytes: Data, _ signature: Data) throws -> Bool

    /// Verifies HMAC-SHA256 (RFC 2104), in a time that does not depend on how much of the signature is right.
    ///
    /// - Parameter key: The key that the bundle was signed with.
    /// - Returns: The verifier. With an empty key, it throws ``PromptError`` of code ``PromptError/Code/invalidInput``.
    public static func hmacSHA256(key: Secret) -> BundleVerifier {
        let identity = SHA256.hexadecimal(Array("tchavi cache \(key.revealed())".utf8))
        return BundleVerifier(identity: identity) { bytes, signature in
            guard !key.isEmpty else { throw PromptError.emptyBundleKey }
            let expected = SHA256.authenticationCode(of: [UInt8](bytes), key: Array(key.revealed().utf8))
            return SHA256.areEqual(expected, [UInt8](signature))
        }
    }

    /// Verifies with an algorithm of the caller's, such as Ed25519; see *Publishing prompts*.
    ///
    /// - Parameter verify: Returns whether the second argument is a valid signature of the first one. It must return
    ///   `false` or throw for a signature of any length and content that is not valid. It may accept signatures of
    ///   several keys, so that a key can be replaced by another.
    /// - Returns: The verifier.
    public static func custom(
        _ verify: @escaping @Sendable (_ bytes: Data, _ signature: Data) throws -> Bool
    ) -> BundleVerifier {
        BundleVerifier(identity: "custom", isValid: verify)
    }

    func accepts(_ signature: Data, of bytes: ArraySlice<UInt8>) throws -> Bool { try isValid(Data(bytes), signature) }
}
