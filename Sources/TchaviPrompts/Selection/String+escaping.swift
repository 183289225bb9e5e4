extension String {
    /// The string with its control characters as `\u{…}`: C0, DEL, C1, the separators of lines and paragraphs, and the
    /// controls of the writing direction.
    ///
    /// So text from a record can neither end a line of a report nor change how a terminal displays it.
    package var escapingControlCharacters: String {
        guard unicodeScalars.contains(where: \.isControlCharacter) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isControlCharacter {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isControlCharacter: Bool {
        switch value {
        // C0; DEL and C1.
        case 0x00...0x1F, 0x7F...0x9F: true
        // The separators, and the marks, embeddings, overrides and isolates of the writing direction.
        case 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
