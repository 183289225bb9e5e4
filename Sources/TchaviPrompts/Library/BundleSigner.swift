public import Foundation
public import Tchavi

/// Signs prompt bundles, when they are published; a ``BundleVerifier`` checks the signature where they are used.
public struct BundleSigner: Sendable {
    private let signature: @Sendable (_ bytes: Data) async throws -> Data

    /// Signs with HMAC-SHA256 (RFC 2104).
    ///
    /// Whoever can verify such a signature can also create one, so use it where the publisher and the programs trust
    /// each other equally. Sign with a private key instead, by ``custom(_:)``, if the programs are given to others.
    ///
    /// - Parameter key: The key, whose UTF-8 bytes are used: at least 32 random bytes, for instance as 64 hexadecimal
    ///   digits.
    /// - Returns: The signer. With an empty key, it throws ``PromptError`` of code ``PromptError/Code/invalidInput``.
    public static func hmacSHA256(key: Secret) -> BundleSigner {
        BundleSigner { bytes in
            guard !key.isEmpty else { throw PromptError.emptyBundleKey }
            return Data(SHA256.authenticationCode(of: [UInt8](bytes), key: Array(key.revealed().utf8)))
        }
    }

    /// Signs with an algorithm of the caller's, such as Ed25519; see *Publishing prompts*.
    ///
    /// - Parameter sign: Returns the signature of the bytes that it is given. What it throws,
    ///   ``PromptBundle/data(signedWith:)`` throws.
    /// - Returns: The signer.
    public static func custom(_ sign: @escaping @Sendable (_ bytes: Data) async throws -> Data) -> BundleSigner {
        BundleSigner(signature: sign)
    }

    func sign(_ bytes: [UInt8]) async throws -> Data { try await signature(Data(bytes)) }
}

extension PromptError {
    /// A key without a byte, which anybody can guess.
    static var emptyBundleKey: PromptError {
        PromptError(
            .invalidInput,
            "The key of the bundle's signature is empty.",
            advice: "Check where the key is read, such as the name of the environment variable."
        )
    }
}
