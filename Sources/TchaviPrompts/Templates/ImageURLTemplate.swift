import Tchavi

/// An image URL with variables, whose values can change neither the host nor the folder that the image is loaded from.
///
/// A URL that is exactly one variable is its value. Any other has a fixed beginning, which ends before the first variable:
/// `https://host/`, `http://host/` or `data:image/`. Behind the first comma of a `data:` URL, a value must be base64 and
/// is inserted as it is. Everywhere else, all but the unreserved characters of RFC 3986 are percent-encoded, so that a
/// value is a part of one path segment, of one query component or of the fragment.
struct ImageURLTemplate: Sendable {
    /// Why a URL with a variable before the end of its fixed beginning is refused, and what to write instead.
    static let misplacedVariable =
        "a variable stands before the end of the image URL's scheme and authority; begin the URL with a fixed "
        + "`https://host/` or `data:image/`, or make one variable the whole URL"

    /// A value that a URL cannot contain where its variable stands.
    struct InvalidValue: Error {
        let variable: String
        /// As the end of a sentence that begins with the value.
        let reason: String
        let advice: String
    }

    private enum Insertion {
        case verbatim, encoded, base64
    }

    let template: Template
    /// Whether a variable stands where its value could change the scheme or the host.
    let isMisplaced: Bool
    /// How each segment of the template is inserted.
    private let insertions: [Insertion]
    /// The segments of the URL's path that contain a variable.
    private let pathSegments: [[Template.Segment]]

    /// Parses a URL. Every text can be parsed; see ``isMisplaced``.
    init(parsing url: String, syntax: VariableSyntax) {
        let template = Template(parsing: url, syntax: syntax)
        self.template = template
        guard template.segments.count > 1 else {
            isMisplaced = false
            insertions = template.segments.map { _ in .verbatim }
            pathSegments = []
            return
        }
        guard case .text(let text) = template.segments[0], let start = ImageURLStart(of: text), start.isComplete else {
            isMisplaced = true
            insertions = template.segments.map { _ in .verbatim }
            pathSegments = []
            return
        }
        isMisplaced = false
        var isPayload = false
        insertions = template.segments.map { segment in
            guard case .text(let text) = segment else { return isPayload ? .base64 : .encoded }
            if start.kind == .data, text.utf8.contains(UInt8(ascii: ",")) { isPayload = true }
            return .verbatim
        }
        let path = [.text(String(start.rest))] + template.segments.dropFirst()
        pathSegments = start.kind == .remote ? Self.pathSegments(of: path) : []
    }

    /// Returns the path segments with a variable: they end at a slash, or a backslash, which browsers take for one.
    private static func pathSegments(of segments: [Template.Segment]) -> [[Template.Segment]] {
        var found: [[Template.Segment]] = [[]]
        scan: for segment in segments {
            guard case .text(let text) = segment else {
                found[found.count - 1].append(segment)
                continue
            }
            var literal: [UInt8] = []
            func flush() { found[found.count - 1].append(.text(String(decoding: literal, as: UTF8.self))) }
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "?"), UInt8(ascii: "#"):
                    flush()
                    break scan
                case UInt8(ascii: "/"), UInt8(ascii: "\\"):
                    flush()
                    found.append([])
                    literal = []
                default: literal.append(byte)
                }
            }
            flush()
        }
        return found.filter { $0.contains { if case .variable = $0 { true } else { false } } }
    }

    /// Replaces every variable with its value.
    ///
    /// - Parameter variables: The values by name, of all variables.
    /// - Returns: The URL, which is checked where it is used: it can be any, if it is exactly one variable.
    /// - Throws: The first value that cannot be where its variable stands.
    func rendered(_ variables: [String: String]) throws(InvalidValue) -> String {
        var url = ""
        for (segment, insertion) in zip(template.segments, insertions) {
            switch (segment, insertion) {
            case (.text(let text), _): url += text
            case (.variable(let name), .verbatim): url += variables[name] ?? ""
            case (.variable(let name), .encoded): url += (variables[name] ?? "").percentEncoded(keeping: .query)
            case (.variable(let name), .base64):
                let value = variables[name] ?? ""
                guard value.isBase64 else {
                    throw InvalidValue(
                        variable: name,
                        reason: "is not base64, as the data of a `data:` URL must be",
                        advice: "Pass the image's bytes in base64 with its padding, without line breaks."
                    )
                }
                url += value
            }
        }
        for segment in pathSegments { try checkPathSegment(segment, variables) }
        return url
    }

    /// Refuses `.` and `..` as a whole path segment, which would climb to another folder. Encoding them does not help:
    /// `%2E` means the same.
    private func checkPathSegment(
        _ segment: [Template.Segment],
        _ variables: [String: String]
    ) throws(InvalidValue) {
        var name = ""
        var text = ""
        for part in segment {
            switch part {
            case .text(let literal): text += literal
            case .variable(let variable):
                name = variable
                text += (variables[variable] ?? "").percentEncoded(keeping: .query)
                // Nothing longer is one.
                if text.utf8.count > 6 { return }
            }
        }
        guard [".", "..", "%2e", ".%2e", "%2e.", "%2e%2e"].contains(text.lowercased()) else { return }
        throw InvalidValue(
            variable: name,
            reason: "makes a path segment `.` or `..` of the image URL, which would lead to another folder",
            advice: "Pass the name of a file or folder."
        )
    }
}

extension ImageURLTemplate {
    /// Whether a variable of any syntax stands where its value could change the scheme or the host of a URL.
    ///
    /// The syntax is known only when a prompt is used. It does not matter: neither `<<` nor `{{` can be in a scheme or an
    /// authority.
    static func isMisplaced(in url: String) -> Bool {
        let start = ImageURLStart(of: url).flatMap { $0.isComplete ? $0 : nil }
        if let start, !url[..<start.rest.startIndex].utf8.contains(where: { "<{".utf8.contains($0) }) { return false }
        return [.angleBrackets, .braces].contains { ImageURLTemplate(parsing: url, syntax: $0).isMisplaced }
    }
}

extension ChatMessage {
    /// Checks where the variables of the image URLs stand, when the message is read.
    ///
    /// - Throws: `JSONError` with the path of the URL from the message.
    func checkImageURLs() throws(JSONError) {
        guard case .parts(let parts) = content else { return }
        for (index, part) in parts.enumerated() {
            guard let image = part.imageURL, ImageURLTemplate.isMisplaced(in: image.url) else { continue }
            throw JSONError(
                ImageURLTemplate.misplacedVariable,
                at: [.member("content"), .element(index), .member("image_url"), .member("url")]
            )
        }
    }
}

extension String {
    /// Whether the string is base64 (RFC 4648, section 4) with its padding, and not empty.
    fileprivate var isBase64: Bool {
        guard !isEmpty, utf8.count.isMultiple(of: 4) else { return false }
        let padding = utf8.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return utf8.dropLast(padding).allSatisfy {
            $0.isAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
        }
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
