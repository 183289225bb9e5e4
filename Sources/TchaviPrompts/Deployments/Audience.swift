/// The queries that a deployment applies to: two deployments of the same audience match the same queries, equally well.
struct Audience: Hashable {
    /// The number of the rules in the ``AudienceTable``.
    let rules: Int
    /// The version's tags, in the order of their names.
    var tags: [AudienceTable.Leaf]
    /// Whether the tags are alternatives to the rules instead of additional conditions; false if there are none.
    var tagsAreAlternatives: Bool
    /// Whether the deployment has no rules.
    let isUnconditional: Bool
}

/// Numbers for groups of rules: groups of the same number evaluate equally for every query, whatever the order and the
/// nesting of their members.
struct AudienceTable {
    /// A rule or tag, whose strings are compared by their bytes as selection does.
    struct Leaf: Hashable {
        /// A value; whole numbers and others are the same, because selection compares doubles.
        private enum Value: Hashable {
            case boolean(Bool)
            case number(Double)
            case text(ByteText)
            case texts([ByteText])
        }

        let field: Int
        private let comparison: RuleOperator
        private let value: Value
        private let wanted: Bool

        init(_ test: RuleTest) {
            field = test.field
            comparison = test.comparison
            wanted = test.wanted
            value =
                switch test.value {
                case .boolean(let value): .boolean(value)
                case .integer(let value): .number(Double(value))
                case .number(let value): .number(value)
                case .string(let value): .text(ByteText(value))
                case .strings(let values): .texts(values.map(ByteText.init))
                }
        }
    }

    /// A rule, or a group with the numbers of its members.
    private enum Node: Hashable {
        case rule(Leaf)
        /// Sorted; a member that is repeated counts as often.
        case all([Int])
        /// Sorted, each once.
        case any([Int])
    }

    private var numbers: [Node: Int] = [:]

    /// Returns the audience of a deployment.
    mutating func audience(of deployment: CompiledDeployment) -> Audience {
        let tags = deployment.tree.tags.map(Leaf.init)
        let isDisjunction = if case .any = deployment.tree { true } else { false }
        return Audience(
            rules: number(of: deployment.tree) ?? number(of: .all([])),
            tags: tags,
            tagsAreAlternatives: isDisjunction && !tags.isEmpty,
            isUnconditional: deployment.candidate.deployment.isUnconditional
        )
    }

    private mutating func number(of node: Node) -> Int {
        if let number = numbers[node] { return number }
        numbers[node] = numbers.count
        return numbers.count - 1
    }

    /// Returns the number of a tree without its tags; `nil` for a tag.
    private mutating func number(of tree: RuleTree) -> Int? {
        var members: [Int] = []
        switch tree {
        case .tag: return nil
        case .rule(let test): return number(of: .rule(Leaf(test)))
        case .all: addMembers(ofAll: tree, to: &members)
        case .any: addMembers(ofAny: tree, to: &members)
        }
        members.sort()
        if case .any = tree {
            members = members.indices.filter { $0 == 0 || members[$0] != members[$0 - 1] }.map { members[$0] }
        }
        // A group of one member is that member.
        if members.count == 1 { return members[0] }
        if case .any = tree { return number(of: .any(members)) }
        return number(of: .all(members))
    }

    /// Adds the numbers of an AND group's members, among them those of the AND groups inside.
    private mutating func addMembers(ofAll tree: RuleTree, to numbers: inout [Int]) {
        if case .all(let members) = tree {
            for member in members { addMembers(ofAll: member, to: &numbers) }
        } else if let number = number(of: tree) {
            numbers.append(number)
        }
    }

    /// Adds the numbers of an OR group's members, among them those of the OR groups inside.
    private mutating func addMembers(ofAny tree: RuleTree, to numbers: inout [Int]) {
        if case .any(let members) = tree {
            for member in members { addMembers(ofAny: member, to: &numbers) }
        } else if let number = number(of: tree) {
            numbers.append(number)
        }
    }
}
