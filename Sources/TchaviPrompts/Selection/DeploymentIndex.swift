/// Finds the deployments that can match a query without evaluating the others.
///
/// Every deployment is stored under one or more index keys: the equality of a field and a value, or else the presence
/// of a field. A query has to have at least one of them for the deployment to match.
struct DeploymentIndex: Sendable {
    enum Key: Hashable, Sendable {
        case present(field: Int)
        case boolean(field: Int, Bool)
        case number(field: Int, Double)
        case text(field: Int, ByteText)
        case texts(field: Int, [ByteText])
    }

    /// The kinds of keys that an index has for a field. A query's value is converted to these types only.
    struct Kinds: OptionSet {
        let rawValue: UInt8
        static let present = Kinds(rawValue: 1)
        static let boolean = Kinds(rawValue: 2)
        static let number = Kinds(rawValue: 4)
        static let text = Kinds(rawValue: 8)
        static let texts = Kinds(rawValue: 16)
    }

    private var positions: [Key: [Int]] = [:]
    private var kinds: [Kinds]

    /// Indexes deployments by their positions, given the number of their fields.
    init(_ deployments: [CompiledDeployment], fieldCount: Int) {
        kinds = [Kinds](repeating: [], count: fieldCount)
        // How many deployments each key would find, so that each deployment is stored under its rarest.
        var frequency: [Key: Int] = [:]
        for deployment in deployments { Self.count(deployment.tree, &frequency) }
        for (position, deployment) in deployments.enumerated() where deployment.canCompete {
            for key in Set(Self.keys(of: deployment.tree, frequency)) {
                positions[key, default: []].append(position)
                kinds[key.field].insert(key.kind)
            }
        }
    }

    func kinds(of field: Int) -> Kinds { kinds[field] }

    /// Returns the positions of the deployments that can match a query, each once, in order.
    func positions(for query: CompiledQuery) -> [Int] {
        var found: [Int] = []
        var keys = 0
        query.eachKey(in: self) { key in
            guard let positions = positions[key] else { return }
            keys += 1
            // Most queries find deployments under a single key, whose array is used without a copy.
            if keys == 1 { found = positions } else { found += positions }
        }
        // Each position appears once under a key, in order.
        guard keys > 1 else { return found }
        found.sort()
        var unique = 1
        for index in 1..<found.count where found[index] != found[unique - 1] {
            found[unique] = found[index]
            unique += 1
        }
        found.removeLast(found.count - unique)
        return found
    }

    // MARK: Keys of a tree

    private static func count(_ tree: RuleTree, _ frequency: inout [Key: Int]) {
        switch tree {
        case .rule, .tag: for key in keys(of: tree, [:]) { frequency[key, default: 0] += 1 }
        case .all(let members), .any(let members): for member in members { count(member, &frequency) }
        }
    }

    /// Returns keys of which a query has at least one whenever it makes the tree true by a satisfied rule or tag.
    private static func keys(of tree: RuleTree, _ frequency: [Key: Int]) -> [Key] {
        switch tree {
        case .rule(let test), .tag(let test): return keys(of: test)
        case .any(let members): return members.flatMap { keys(of: $0, frequency) }
        case .all(let members):
            // The keys of one necessary member are enough: the one that finds the fewest deployments.
            let necessary = members.lazy.filter(needsCondition).map { member in
                let keys = keys(of: member, frequency)
                return (keys: keys, count: keys.reduce(0) { $0 + (frequency[$1] ?? 0) })
            }
            return Array(necessary).min { $0.count < $1.count }?.keys ?? members.flatMap { keys(of: $0, frequency) }
        }
    }

    /// Whether the tree is true only with a satisfied rule or tag. A tag in an AND group does not count, since the
    /// group ignores it unless the query mentions it.
    private static func needsCondition(_ tree: RuleTree) -> Bool {
        switch tree {
        case .rule: true
        case .tag: false
        case .all(let members): members.contains(where: needsCondition)
        case .any(let members): members.allSatisfy { if case .tag = $0 { true } else { needsCondition($0) } }
        }
    }

    /// Returns the keys of one test; empty if no value satisfies it.
    private static func keys(of test: RuleTest) -> [Key] {
        switch (test.comparison, test.wanted) {
        case (.equal, true), (.notEqual, false):
            switch test.value {
            case .boolean(let value): [.boolean(field: test.field, value)]
            case .integer(let value): [.number(field: test.field, Double(value))]
            case .number(let value): value.isNaN ? [] : [.number(field: test.field, value)]
            case .string(let value): [.text(field: test.field, ByteText(value))]
            case .strings(let values): [.texts(field: test.field, values.map(ByteText.init))]
            }
        default: [.present(field: test.field)]
        }
    }
}

extension DeploymentIndex.Key {
    fileprivate var field: Int {
        switch self {
        case .present(let field), .boolean(let field, _), .number(let field, _), .text(let field, _),
            .texts(let field, _):
            field
        }
    }

    fileprivate var kind: DeploymentIndex.Kinds {
        switch self {
        case .present: .present
        case .boolean: .boolean
        case .number: .number
        case .text: .text
        case .texts: .texts
        }
    }
}
