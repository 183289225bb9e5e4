/// Where something is written: a file, and a line and column of it.
package struct PromptPlace: Sendable, Hashable {
    /// The path of the file, relative to the directory of prompts.
    package var location: String
    /// The line, from 1; `nil` if the file is not there.
    package var line: Int?
    /// The column, from 1, in Unicode scalars; `nil` if the file is not there.
    package var column: Int?

    package init(location: String, line: Int? = nil, column: Int? = nil) {
        self.location = location
        self.line = line
        self.column = column
    }
}

extension PromptPlace: CustomStringConvertible {
    /// The place in the form of a compiler's: `support-reply/prompt.json:4:5`.
    package var description: String {
        [location, line.map { "\($0)" }, column.map { "\($0)" }].compactMap(\.self).joined(separator: ":")
    }
}
