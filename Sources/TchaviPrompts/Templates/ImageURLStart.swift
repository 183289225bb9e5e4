import Tchavi

/// The beginning of an image URL, which decides what the URL is and where an image is loaded from: `https://host`,
/// `http://host` or `data:image/`.
struct ImageURLStart {
    enum Kind {
        case remote, data
    }

    let kind: Kind
    /// The URL behind its beginning: what follows `https://host`, or `data:image/`.
    let rest: Substring
    /// Whether a `/`, `?` or `#` ends the beginning, so that nothing that follows is a part of the host.
    let isComplete: Bool

    /// Reads the beginning of a URL; `nil` if it is of another kind.
    init?(of url: String) {
        if url.hasPrefix(ignoringASCIICase: "data:image/") {
            kind = .data
            rest = url[url.utf8.index(url.startIndex, offsetBy: 11)...]
            isComplete = true
            return
        }
        guard
            let scheme = ["https://", "http://"].first(where: { url.hasPrefix(ignoringASCIICase: $0) })
        else { return nil }
        let authority = url.utf8.dropFirst(scheme.utf8.count)
        let end = authority.firstIndex { "/?#\\".utf8.contains($0) } ?? authority.endIndex
        // Browsers take a backslash for a slash, and skip further slashes before a host: there, `https:///x` has the host x.
        guard end != authority.startIndex, end == authority.endIndex || authority[end] != UInt8(ascii: "\\") else {
            return nil
        }
        kind = .remote
        rest = url[end...]
        isComplete = end != authority.endIndex
    }
}

extension ImageURL {
    /// Why a gateway must not get the URL, as the end of a sentence that begins with the URL; `nil` if it may.
    var refusal: String? {
        // Most URLs are plain ASCII, and those with data are long.
        if url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }),
            url.unicodeScalars.contains(where: {
                $0.properties.isWhitespace || $0.properties.generalCategory == .control
            })
        {
            return "contains white space or a control character"
        }
        guard let start = ImageURLStart(of: url), start.kind == .remote || start.rest.utf8.contains(UInt8(ascii: ","))
        else {
            return "is not an https:, http: or data:image/ URL"
        }
        return nil
    }
}

extension String {
    fileprivate func hasPrefix(ignoringASCIICase prefix: String) -> Bool {
        let bytes = utf8.prefix(prefix.utf8.count)
        return bytes.count == prefix.utf8.count
            && zip(bytes, prefix.utf8).allSatisfy { byte, expected in
                byte == expected || byte.isASCIIUppercase && byte | 0x20 == expected
            }
    }
}

extension UInt8 {
    fileprivate var isASCIIUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}
