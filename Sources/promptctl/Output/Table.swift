import TchaviPrompts

/// Rows whose columns are aligned.
struct Table {
    private let header: [String]
    private let rows: [[String]]

    /// Creates a table. Columns without any content are left out.
    init(_ header: [String], _ rows: [[String]]) {
        let rows = rows.map { $0.map(\.escapingControlCharacters) }
        let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        self.header = used.map { header[$0] }
        self.rows = rows.map { row in used.map { row[$0] } }
    }

    func write(to output: Output) {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ row: [String]) -> String {
            var line = ""
            for (column, text) in row.enumerated() {
                line += text
                guard row[(column + 1)...].contains(where: { !$0.isEmpty }) else { break }
                line += String(repeating: " ", count: widths[column] - text.count + 2)
            }
            return line
        }
        output.write(output.styled(line(header), .bold))
        for row in rows { output.write(line(row)) }
    }
}
