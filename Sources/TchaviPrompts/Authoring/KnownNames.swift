/// A set of names of which an author may have misspelled one.
struct KnownNames {
    let names: [String]
    private let set: Set<String>

    init(_ names: [String]) {
        self.names = names
        set = Set(names)
    }

    func contains(_ name: String) -> Bool { set.contains(name) }

    /// Advice on what to write instead of an unknown name.
    func advice(for name: String) -> String {
        if let nearest = nearest(to: name) { return "Did you mean `\(nearest)`?" }
        return "The known ones are \(names.map { "`\($0)`" }.joined(separator: ", "))."
    }

    /// The name that differs least, if it differs in no more than a third of its characters.
    func nearest(to name: String) -> String? {
        let name = Array(name.utf8.prefix(64)).map { $0.isLetter ? $0 | 0x20 : $0 }
        let best = names.map { (name: $0, distance: Self.distance(name, Array($0.lowercased().utf8))) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, best.name.utf8.count / 3) else { return nil }
        return best.name
    }

    /// The number of insertions, deletions, replacements and exchanges of neighbors between two texts.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var rows = [Array(0...second.count)]
        for (row, byte) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var best = min(
                    rows[row][column + 1] + 1,
                    current[column] + 1,
                    rows[row][column] + (byte == other ? 0 : 1)
                )
                if row > 0, column > 0, byte == second[column - 1], first[row - 1] == other {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                current.append(best)
            }
            rows.append(current)
        }
        return rows[first.count][second.count]
    }
}
