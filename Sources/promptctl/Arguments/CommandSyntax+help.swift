extension CommandSyntax {
    /// The arguments and options in one line.
    var usage: String {
        let words = arguments.map(\.usage) + options.map { "[\($0.usage)\($0.isRepeating ? " ..." : "")]" }
        return (["promptctl \(name)"] + words).joined(separator: " ")
    }

    /// The help of the command.
    var help: String {
        var sections = [Self.wrapped("OVERVIEW: \(abstract)")]
        if !discussion.isEmpty { sections.append(Self.paragraphs(discussion)) }
        sections.append("USAGE: " + Self.wrapped(usage, indentation: 7))
        if !arguments.isEmpty {
            sections.append("ARGUMENTS:\n" + Self.table(arguments.map { ("<\($0.name)>", $0.help) }))
        }
        let rows = allOptions.map { option in
            (option.short.map { "-\($0), " + option.usage } ?? option.usage, option.help)
        }
        sections.append("OPTIONS:\n" + Self.table(rows))
        return sections.joined(separator: "\n\n")
    }

    /// Paragraphs, which a blank line separates.
    private static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n\n").map { wrapped(String($0).replacing("\n", with: " ")) }.joined(separator: "\n\n")
    }

    /// Rows of a name and a description, which begins in the same column.
    static func table(_ rows: [(String, String)]) -> String {
        rows.map { name, help in
            let name = "  " + name
            let column = 26
            let text = wrapped(help, indentation: column)
            guard name.count < column - 1 else { return "\(name)\n\(String(repeating: " ", count: column))\(text)" }
            return name + String(repeating: " ", count: column - name.count) + text
        }.joined(separator: "\n")
    }

    /// Breaks a text into lines of at most 80 characters, all but the first of which are indented.
    static func wrapped(_ text: String, indentation: Int = 0) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indentation + line.count + 1 + word.count > 80 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return (lines + [line]).joined(separator: "\n" + String(repeating: " ", count: indentation))
    }
}
