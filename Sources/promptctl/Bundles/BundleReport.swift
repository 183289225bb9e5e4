import Tchavi
import TchaviPrompts

/// What a bundle is.
struct BundleReport {
    /// What is known of the signature.
    enum Signature: String {
        case none
        case created
        case valid
        /// There is a signature, and nothing to verify it with.
        case unverified

        var text: String {
            switch self {
            case .none: "not signed"
            case .created: "signed"
            case .valid: "with a valid signature"
            case .unverified: "with a signature that was not verified (set TCHAVI_BUNDLE_KEY, or use --verify-with)"
            }
        }
    }

    private let bundle: PromptBundle
    private let size: Int
    private let signature: Signature

    init(_ bundle: PromptBundle, size: Int, signature: Signature) {
        self.bundle = bundle
        self.size = size
        self.signature = signature
    }

    var text: String {
        let date = bundle.publishedAt.map { ", published at \($0)" } ?? ""
        return "\(counted(bundle.records.count, "prompt")), \(counted(size, "byte"))\(date), \(signature.text).\n"
            + "Revision \(bundle.revision)"
    }

    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "prompts": .integer(Int64(bundle.records.count)),
            "folders": .integer(Int64(bundle.folders.count)),
            "bytes": .integer(Int64(size)),
            "revision": .string(bundle.revision),
            "signature": .string(signature.rawValue),
        ]
        members["publishedAt"] = bundle.publishedAt?.json
        return members
    }
}
