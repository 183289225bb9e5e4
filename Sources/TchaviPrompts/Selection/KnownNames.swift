/// A set of names of which an author may have misspelled one.
package struct KnownNames: Sendable {
    package let names: [String]
    private let set: Set<String>

    package init(_ names: [String]) {
        self.names = names
        set = Set(names)
    }

    package func contains(_ name: String) -> Bool { set.contains(name) }

    /// Advice on what to write instead of an unknown name.
    package func advice(for name: String) -> String {
        if let nearest = nearest(to: name) { return "Did you mean `\(nearest)`?" }
        return "The known ones are \(names.map { "`\($0)`" }.joined(separator: ", "))."
    }

    /// The name that differs least, if it differs in no more than a third of its characters.
    package func nearest(to name: String) -> String? {
        let distance = NameDistance(from: name)
        let best = names.map { (name: $0, distance: distance.distance(to: $0)) }.min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, best.name.utf8.count / 3) else { return nil }
        return best.name
    }
}
