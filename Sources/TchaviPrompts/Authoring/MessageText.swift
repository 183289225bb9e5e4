import Tchavi

/// The messages of a version's file: what stands below the front matter.
struct MessageText {
    private(set) var messages: [ChatMessage] = []
    /// Where each message begins: its marker, or its first line if it has none.
    private(set) var offsets: [Int] = []
    private(set) var findings: [Finding] = []

    private let source: SourceText
    /// The role of the message that is being read; `nil` before the first role line and after a JSON message.
    private var role: Role?
    /// Where the message that is being read begins; `nil` before its first line.
    private var offset: Int?
    private var parts: [ContentPart] = []
    /// The lines of text since the last marker.
    private var text: [Range<Int>] = []

    /// How deep a message may be nested, so that the record that contains it can be written as JSON.
    static let maximumDepth = JSONParser.maximumDepth - 5

    /// Reads the lines below the front matter.
    init(_ source: SourceText, lines: ArraySlice<Range<Int>>) {
        self.source = source
        var index = lines.startIndex
        while index < lines.endIndex {
            let line = lines[index]
            index += 1
            switch MessageMarker(source.bytes[line]) {
            case .role(let role):
                finishMessage()
                self.role = role
                offset = line.lowerBound
            case .image(let image):
                finishText()
                offset = offset ?? line.lowerBound
                parts.append(.image(image))
                if ImageURLTemplate.isMisplaced(in: image.url) {
                    findings.append(
                        Finding(
                            offset: line.lowerBound,
                            message: "The image is not valid: \(ImageURLTemplate.misplacedVariable).",
                            advice: "A value there could change where the image is loaded from."
                        )
                    )
                }
            case .json:
                finishMessage()
                let start = index
                while index < lines.endIndex, !beginsMessage(lines[index]) { index += 1 }
                readJSON(lines[start..<index], marker: line)
            case nil:
                text.append(line)
                if offset == nil, !isBlank(line) { offset = line.lowerBound }
                if let advice = MessageMarker.advice(forText: source.bytes[line]) {
                    findings.append(
                        Finding(
                            offset: line.lowerBound,
                            severity: .warning,
                            message: "The line looks like one that begins a message, but is text.",
                            advice: advice
                        )
                    )
                }
            }
        }
        finishMessage()
    }

    private func isBlank(_ line: Range<Int>) -> Bool { source.bytes[line].allSatisfy(\.isSpaceOrTab) }

    private func beginsMessage(_ line: Range<Int>) -> Bool {
        switch MessageMarker(source.bytes[line]) {
        case .role, .json: true
        case .image, nil: false
        }
    }

    /// Ends a text, which does not include the blank lines around it.
    private mutating func finishText() {
        let bytes = source.bytes
        if let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) }) {
            var buffer: [UInt8] = []
            for line in text[first...last] {
                if line != text[first] { buffer.append(UInt8(ascii: "\n")) }
                let isEscaped = bytes[line].first == UInt8(ascii: "\\") && MessageMarker.escapes(in: bytes[line]) != nil
                buffer.append(contentsOf: isEscaped ? bytes[line].dropFirst() : bytes[line])
            }
            parts.append(.text(String(decoding: buffer, as: UTF8.self)))
        }
        text.removeAll(keepingCapacity: true)
    }

    private mutating func finishMessage() {
        finishText()
        defer {
            parts = []
            role = nil
            offset = nil
        }
        // Text before the first marker belongs to a system message, if there is any.
        guard let role = role ?? (parts.isEmpty ? nil : .system) else { return }
        let content: MessageContent =
            if parts.isEmpty {
                .text("")
            } else if parts.count == 1, let text = parts[0].text {
                .text(text)
            } else {
                .parts(parts)
            }
        messages.append(ChatMessage(role: role, content: content))
        offsets.append(offset ?? 0)
    }

    private mutating func readJSON(_ lines: ArraySlice<Range<Int>>, marker: Range<Int>) {
        let start = lines.first?.lowerBound ?? marker.upperBound
        let end = lines.last?.upperBound ?? start
        let json: JSONPrefix
        do {
            json = try JSONPrefix(parsing: source.bytes, in: start..<end)
        } catch {
            let finding = Finding(invalidJSON: error, in: start..<end, incomplete: marker.lowerBound)
            return findings.append(finding)
        }
        if let repeated = json.repeatedNames.min() { return findings.append(Finding(repeatedKeyAt: repeated)) }
        if let after = source.bytes[json.end..<end].firstIndex(where: { !$0.isSpaceOrTab && $0 != 0x0A && $0 != 0x0D })
        {
            return findings.append(
                Finding(
                    offset: after,
                    message: "Nothing may follow the JSON of a message.",
                    advice: "Begin the next message with a line such as `user:` or `message:`."
                )
            )
        }
        do throws(JSONError) {
            guard json.value.isNested(within: Self.maximumDepth) else {
                throw JSONError("nested more than \(Self.maximumDepth) levels deep")
            }
            let message = try ChatMessage(json: json.value)
            try message.checkImageURLs()
            messages.append(message)
            offsets.append(marker.lowerBound)
        } catch {
            findings.append(Finding(error, in: source.bytes, valueAt: start))
        }
    }
}

extension JSONValue {
    /// Whether arrays and objects are nested at most this deep.
    func isNested(within depth: Int) -> Bool {
        switch self {
        case .array(let elements): depth > 0 && elements.allSatisfy { $0.isNested(within: depth - 1) }
        case .object(let members): depth > 0 && members.values.allSatisfy { $0.isNested(within: depth - 1) }
        default: true
        }
    }
}

extension Finding {
    /// A JSON value of the wrong structure.
    ///
    /// - Parameters:
    ///   - error: Why it is wrong, with the path from the value.
    ///   - bytes: The text.
    ///   - offset: Where the value begins in the text.
    init(_ error: JSONError, in bytes: [UInt8], valueAt offset: Int) {
        self.init(offset: JSONPlaces(bytes, at: offset).value(at: error.steps), error)
    }

    /// A JSON value of the wrong structure, at a place that is known.
    init(offset: Int, _ error: JSONError) {
        let path = error.path.dropFirst(error.path.hasPrefix("$.") ? 2 : 1)
        let isMissing = error.cause == "missing"
        self.init(
            offset: offset,
            message: path.isEmpty
                ? "The value is not valid: \(error.cause)." : "`\(path)` is not valid: \(error.cause).",
            advice: isMissing ? "Add the missing member." : "Write a value of that kind."
        )
        if isMissing { message = "`\(path)` is missing." }
    }
}
