import Foundation
import Tchavi

/// A record's deployments, compiled once to answer queries without looking at those that cannot match.
///
/// Every deployment stands in an index under its *witnesses*: equalities of a field and a value, or else the presence of
/// a field, one of which a query must bring for the deployment to compete. A query looks its own values up, and
/// evaluates only what it finds. The result is that of ``Selector``, which is the definition.
struct CompiledSelector: Sendable {
    private let record: PromptRecord
    /// Every deployment of a version that there is, ordered by version number and deployment id.
    private let entries: [Entry]
    private let fields: [ByteText: Int]
    private let index: [Witness: [Int]]
    /// The kinds of witnesses that the index has for each field: no value needs to be read as any other.
    private let kinds: [WitnessKinds]
    private let unconditional: [Int]
    private let versionsByNumber: [Int: Int]
    private let latest: Int?

    /// A deployment with its rules compiled.
    private struct Entry: Sendable {
        let candidate: Finalist
        let rules: Node
        /// Whether tags join the rules as further alternatives, and not as further conditions.
        let isAlternative: Bool
        let tags: [(field: Int, value: ConditionValue)]
        /// Every field that a rule looks at; not those of tags.
        let ruleFields: [Int]
        let isExcluded: Bool
    }

    private indirect enum Node: Sendable {
        case leaf(field: Int, RuleOperator, ConditionValue, wanted: Bool)
        case all([Node])
        case any([Node])
    }

    /// What a query has to bring for a deployment to be looked at.
    private enum Witness: Hashable, Sendable {
        case present(field: Int)
        case boolean(field: Int, Bool)
        case number(field: Int, Double)
        case text(field: Int, ByteText)
        case texts(field: Int, [ByteText])

        var fieldAndKind: (field: Int, kind: WitnessKinds) {
            switch self {
            case .present(let field): (field, .present)
            case .boolean(let field, _): (field, .boolean)
            case .number(let field, _): (field, .number)
            case .text(let field, _): (field, .text)
            case .texts(let field, _): (field, .texts)
            }
        }
    }

    private struct WitnessKinds: OptionSet {
        let rawValue: UInt8
        static let present = WitnessKinds(rawValue: 1)
        static let boolean = WitnessKinds(rawValue: 2)
        static let number = WitnessKinds(rawValue: 4)
        static let text = WitnessKinds(rawValue: 8)
        static let texts = WitnessKinds(rawValue: 16)
    }

    init(_ record: PromptRecord) {
        self.record = record
        let pairs = record.orderedDeployments()
        var compiler = Compiler()
        entries = pairs.map { compiler.entry($0.deployment, $0.version) }
        fields = compiler.fields
        index = Compiler.index(entries)
        kinds = Compiler.kinds(index, fields: compiler.fields.count)
        unconditional = entries.indices.filter { pairs[$0].deployment.isUnconditional }
        var versionsByNumber: [Int: Int] = [:]
        for (position, version) in record.versions.enumerated() where versionsByNumber[version.version] == nil {
            versionsByNumber[version.version] = position
        }
        self.versionsByNumber = versionsByNumber
        latest = versionsByNumber.keys.max().flatMap { versionsByNumber[$0] }
    }

    // MARK: Answering

    /// What a query gets.
    struct Answer {
        var selection: Selection
        var version: PromptVersion?
        /// What was chosen among deployments, if it was that.
        var choice: Choice?
    }

    /// Answers a query.
    func select(_ query: PromptQuery) -> Answer {
        var selection = Selection(promptID: record.promptID, reason: .none)
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) { return Answer(selection: selection) }
        if query.wantsLatest { return picked(latest.map { record.versions[$0] }, .pinned, &selection) }
        if let pin = query.index(of: PromptQuery.versionField) {
            let number = query.conditions[pin].value.asNumber.flatMap { Int(exactly: $0) }
            let position = number.flatMap { versionsByNumber[$0] }
            return picked(position.map { record.versions[$0] }, .pinned, &selection)
        }
        guard query.conditions.count <= UInt64.bitWidth else {
            // Conditions are counted in the bits of one word; nobody has more, and if so the definition answers.
            let result = Selector(record: record, query: query).run()
            return Answer(selection: result.selection, version: result.version, choice: result.choice)
        }
        let view = QueryView(query, fields)
        let finalists = finalists(view)
        if !finalists.isEmpty { return chosen(finalists, .matched, query, &selection) }
        guard !query.requiresMatch else { return Answer(selection: selection) }
        if !unconditional.isEmpty { return chosen(unconditional, .unconditional, query, &selection) }
        return picked(record.fallbackVersion, .fallback, &selection)
    }

    private func picked(
        _ version: PromptVersion?,
        _ reason: Selection.Reason,
        _ selection: inout Selection
    ) -> Answer {
        guard let version else { return Answer(selection: selection) }
        selection.pick(version, reason)
        return Answer(selection: selection, version: version)
    }

    private func chosen(
        _ finalists: [Int],
        _ reason: Selection.Reason,
        _ query: PromptQuery,
        _ selection: inout Selection
    ) -> Answer {
        let choice = Choice(among: finalists.map { entries[$0].candidate }, query, promptID: record.promptID)
        guard let choice else { return Answer(selection: selection) }
        selection.take(choice, otherwise: reason)
        return Answer(selection: selection, version: choice.finalist.version, choice: choice)
    }

    /// The competitors of the best rank, in order.
    private func finalists(_ view: QueryView) -> [Int] {
        var best = 0
        var finalists: [Int] = []
        view.eachWitness(kinds) { witness in
            for position in index[witness] ?? [] {
                let specificity = specificity(of: entries[position], view)
                guard specificity > 0, specificity >= best else { continue }
                if specificity > best {
                    best = specificity
                    finalists.removeAll(keepingCapacity: true)
                }
                finalists.append(position)
            }
        }
        guard finalists.count > 1 else { return finalists }
        // A deployment with several witnesses may have been met several times.
        finalists.sort()
        var unique = 1
        for position in finalists.dropFirst() where position != finalists[unique - 1] {
            finalists[unique] = position
            unique += 1
        }
        finalists.removeLast(finalists.count - unique)
        return finalists
    }

    /// The rank of a deployment; 0 if it does not compete.
    private func specificity(of entry: Entry, _ view: QueryView) -> Int {
        guard !entry.isExcluded else { return 0 }
        var result = Self.evaluate(entry.rules, view)
        if entry.isAlternative {
            for tag in entry.tags {
                let leaf = Self.evaluate(.leaf(field: tag.field, .equal, tag.value, wanted: true), view)
                guard leaf.isTrue else { continue }
                result.isTrue = true
                result.specificity = max(result.specificity, leaf.specificity)
                result.consumed |= leaf.consumed
            }
            guard result.isTrue else { return 0 }
        } else {
            guard result.isTrue else { return 0 }
            for tag in entry.tags where view.condition(on: tag.field) != nil {
                let leaf = Self.evaluate(.leaf(field: tag.field, .equal, tag.value, wanted: true), view)
                guard leaf.isTrue else { return 0 }
                result.specificity += leaf.specificity
                result.consumed |= leaf.consumed
            }
        }
        guard view.isSatisfied(by: result.consumed) else { return 0 }
        if view.query.isExactMatch, entry.ruleFields.contains(where: { view.condition(on: $0) == nil }) { return 0 }
        return result.specificity
    }

    private struct Outcome {
        var isTrue: Bool
        var specificity = 0
        var consumed: UInt64 = 0
    }

    private static func evaluate(_ node: Node, _ view: QueryView) -> Outcome {
        switch node {
        case .leaf(let field, let comparison, let value, let wanted):
            guard let condition = view.condition(on: field),
                Comparison.test(view.query.conditions[condition].value, comparison, value) == wanted
            else { return Outcome(isTrue: false) }
            return Outcome(isTrue: true, specificity: 1, consumed: 1 << UInt64(condition))
        case .all(let members):
            var result = Outcome(isTrue: true)
            for member in members {
                let outcome = evaluate(member, view)
                guard outcome.isTrue else { return Outcome(isTrue: false) }
                result.specificity += outcome.specificity
                result.consumed |= outcome.consumed
            }
            return result
        case .any(let members):
            var result = Outcome(isTrue: false)
            for member in members {
                let outcome = evaluate(member, view)
                guard outcome.isTrue else { continue }
                result.isTrue = true
                result.specificity = max(result.specificity, outcome.specificity)
                result.consumed |= outcome.consumed
            }
            return result
        }
    }

    /// A query as the compiled form sees it: its conditions by the record's fields.
    private struct QueryView {
        let query: PromptQuery
        /// The field of each condition; -1 for one that no deployment looks at.
        private let conditionFields: [Int]
        private let enforced: UInt64
        private let all: UInt64

        init(_ query: PromptQuery, _ fields: [ByteText: Int]) {
            self.query = query
            conditionFields = query.conditions.map { fields[ByteText($0.field)] ?? -1 }
            var enforced: UInt64 = 0
            for (index, condition) in query.conditions.enumerated() where condition.isEnforced {
                enforced |= 1 << UInt64(index)
            }
            self.enforced = enforced
            all = query.conditions.count == UInt64.bitWidth ? .max : (1 << UInt64(query.conditions.count)) - 1
        }

        func condition(on field: Int) -> Int? { conditionFields.firstIndex(of: field) }

        /// `SELECTION.md`, step 4: the conditions that have to be consumed.
        func isSatisfied(by consumed: UInt64) -> Bool {
            if query.isExactMatch, consumed != all { return false }
            switch query.enforcement {
            case .all: return enforced & ~consumed == 0
            case .any: return enforced == 0 || enforced & consumed != 0
            }
        }

        /// Everything that this query brings: each given value, read as each kind that a rule's value can have.
        func eachWitness(_ kinds: [WitnessKinds], _ body: (Witness) -> Void) {
            for (condition, field) in zip(query.conditions, conditionFields) where field >= 0 {
                let kinds = kinds[field]
                let value = condition.value
                if kinds.contains(.present) { body(.present(field: field)) }
                if kinds.contains(.boolean), let value = value.asBoolean { body(.boolean(field: field, value)) }
                if kinds.contains(.number), let value = value.asNumber { body(.number(field: field, value)) }
                if kinds.contains(.text), let value = value.asText { body(.text(field: field, ByteText(value))) }
                if kinds.contains(.texts), let value = value.asTexts {
                    body(.texts(field: field, value.map(ByteText.init)))
                }
            }
        }
    }

    // MARK: Compiling

    private struct Compiler {
        var fields: [ByteText: Int] = [:]

        private mutating func field(_ name: String) -> Int {
            let key = ByteText(name)
            if let field = fields[key] { return field }
            fields[key] = fields.count
            return fields.count - 1
        }

        mutating func entry(_ deployment: Deployment, _ version: PromptVersion) -> Entry {
            let effective = EffectiveGroup(deployment, tags: [:], query: PromptQuery())
            let rules = node(effective.root)
            let isNegated = deployment.query?.not ?? false
            var isAlternative = false
            if case .any = rules, !isNegated, !deployment.isUnconditional { isAlternative = true }
            return Entry(
                candidate: Finalist(deployment: deployment, version: version),
                rules: rules,
                isAlternative: isAlternative,
                tags: (version.config?.tags ?? [:]).map { (field($0.key), $0.value) },
                ruleFields: effective.root.leaves.map { field($0.rule.field) },
                isExcluded: effective.unknownCombinator != nil
            )
        }

        private mutating func node(_ node: EffectiveGroup.Node) -> Node {
            switch node {
            case .leaf(let rule, let wanted, _):
                .leaf(field: field(rule.field), rule.operator, rule.value, wanted: wanted)
            case .all(let members): .all(members.map { self.node($0) })
            case .any(let members): .any(members.map { self.node($0) })
            }
        }

        static func index(_ entries: [Entry]) -> [Witness: [Int]] {
            // How many deployments a witness would lead to, so that each deployment gets its rarest.
            var frequency: [Witness: Int] = [:]
            for entry in entries { count(entry.rules, &frequency) }
            var index: [Witness: [Int]] = [:]
            for (position, entry) in entries.enumerated() where !entry.isExcluded {
                var witnesses = witnesses(of: entry.rules, frequency)
                // Tags can satisfy what no rule does, unless a rule has to be satisfied anyway.
                if entry.isAlternative || !isNeverVacuous(entry.rules) {
                    witnesses += entry.tags.compactMap { witness(field: $0.field, $0.value) }
                }
                for witness in Set(witnesses) { index[witness, default: []].append(position) }
            }
            return index
        }

        static func kinds(_ index: [Witness: [Int]], fields: Int) -> [WitnessKinds] {
            var kinds = [WitnessKinds](repeating: [], count: fields)
            for witness in index.keys {
                let (field, kind) = witness.fieldAndKind
                kinds[field].insert(kind)
            }
            return kinds
        }

        private static func count(_ node: Node, _ frequency: inout [Witness: Int]) {
            switch node {
            case .leaf: for witness in witnesses(of: node, [:]) { frequency[witness, default: 0] += 1 }
            case .all(let members), .any(let members): for member in members { count(member, &frequency) }
            }
        }

        /// Whether the node cannot hold without a satisfied leaf.
        private static func isNeverVacuous(_ node: Node) -> Bool {
            switch node {
            case .leaf: true
            case .all(let members): members.contains(where: isNeverVacuous)
            case .any(let members): members.allSatisfy(isNeverVacuous)
            }
        }

        /// Witnesses, one of which a query brings whenever the node holds with a satisfied leaf.
        private static func witnesses(of node: Node, _ frequency: [Witness: Int]) -> [Witness] {
            switch node {
            case .leaf(let field, .equal, let value, wanted: true):
                return [witness(field: field, value)].compactMap(\.self)
            case .leaf(let field, .notEqual, let value, wanted: false):
                return [witness(field: field, value)].compactMap(\.self)
            case .leaf(let field, _, _, _): return [.present(field: field)]
            case .any(let members): return members.flatMap { witnesses(of: $0, frequency) }
            case .all(let members):
                // One member that must be satisfied is enough: the one that leads to the fewest deployments.
                let necessary = members.filter(isNeverVacuous).map { witnesses(of: $0, frequency) }
                let rarest = necessary.min { first, second in
                    first.reduce(0) { $0 + (frequency[$1] ?? 0) } < second.reduce(0) { $0 + (frequency[$1] ?? 0) }
                }
                return rarest ?? members.flatMap { witnesses(of: $0, frequency) }
            }
        }

        /// The witness of an equality; `nil` for one that nothing can satisfy.
        private static func witness(field: Int, _ value: ConditionValue) -> Witness? {
            switch value {
            case .boolean(let value): .boolean(field: field, value)
            case .integer(let value): .number(field: field, Double(value))
            case .number(let value): value.isNaN ? nil : .number(field: field, value)
            case .string(let value): .text(field: field, ByteText(value))
            case .strings(let values): .texts(field: field, values.map(ByteText.init))
            }
        }
    }
}

/// A text that is equal to another if its bytes are.
struct ByteText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (lhs: ByteText, rhs: ByteText) -> Bool { lhs.text.isSameText(as: rhs.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}
