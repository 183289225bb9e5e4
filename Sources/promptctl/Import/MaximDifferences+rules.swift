import Tchavi
import TchaviPrompts

extension MaximDifferences {
    func comparisons(_ deployment: MaximDeployment) -> Findings {
        deployment.leaves.compactMap { leaf in
            let words: (here: String, maxim: String)? =
                switch leaf.rule.operator {
                case .greater: ("greater than", "less than")
                case .less: ("less than", "greater than")
                case .atLeast: ("at least", "at most")
                case .atMost: ("at most", "at least")
                default: nil
                }
            guard let words else { return nil }
            let value = leaf.rule.value
            if value.kind == .boolean || value.kind == .array {
                return (
                    leaf.text,
                    "Maxim compares \(value.kind.rawValue) by the rules of its language. This package does not compare "
                        + "it, so no query satisfies the rule."
                )
            }
            return (
                leaf.text,
                "Maxim compares the wrong way round, so the rule accepts values that are \(words.maxim) `\(value)`. "
                    + "This package accepts values that are \(words.here) `\(value)`."
            )
        }
    }

    func negations(_ deployment: MaximDeployment) -> Findings {
        deployment.groups.filter { $0.not && !$0.rules.isEmpty }.map { group in
            (
                group.description,
                "Maxim ignores `not`, so the group accepts the queries that it should exclude. This package negates it."
            )
        }
    }

    func combinators(_ deployment: MaximDeployment) -> Findings {
        deployment.groups.compactMap { group in
            let name = group.combinator.rawValue
            guard name != "AND", !group.combinator.isOr, group.rules.count > 1 else { return nil }
            let here = group.combinator.isAnd ? "reads it as `AND`" : "never selects a deployment with it"
            return (group.description, "Maxim takes the combinator `\(name)` for `OR`. This package \(here).")
        }
    }

    func booleans(_ deployment: MaximDeployment) -> Findings {
        deployment.leaves.compactMap { leaf in
            guard case .boolean(let value) = leaf.rule.value, [.equal, .notEqual].contains(leaf.rule.operator) else {
                return nil
            }
            let effect = value == (leaf.rule.operator == .equal) ? "accepts `false` as well" : "matches no query"
            return (
                leaf.text,
                "Maxim takes any string for true, `false` too, so the rule \(effect). This package reads `true` and "
                    + "`false` as what they say."
            )
        }
    }

    func nestedGroups(_ deployment: MaximDeployment) -> Findings {
        deployment.nestedGroups.map { group in
            (
                group.description,
                "Maxim requires a nested group and the group around it to use every enforced condition of the query, each by"
                    + " itself. This package requires it of the deployment as a whole."
            )
        }
    }

    func conversions(_ deployment: MaximDeployment) -> Findings {
        deployment.leaves.compactMap { leaf in
            guard !leaf.comparesWithNull,
                let other = kinds[leaf.rule.field]?.first(where: { $0.rule.value.kind != leaf.rule.value.kind })
            else { return nil }
            return (
                leaf.text,
                "Maxim converts the query's value in place, so what `\(other.text)` reads as \(other.rule.value.kind.rawValue)"
                    + " stays one for this rule. This package converts it for each rule separately."
            )
        }
    }

    func unescapedValues(_ deployment: MaximDeployment) -> Findings {
        deployment.leaves.compactMap { leaf in
            guard [.equal, .notEqual, .includes, .excludes].contains(leaf.rule.operator), !leaf.comparesWithNull else {
                return nil
            }
            let values: [String] =
                switch leaf.rule.value {
                case .string(let value): [value]
                case .strings(let values): values
                case .integer, .number, .boolean: []
                }
            for text in [leaf.rule.field] + values {
                guard let effect = text.effectInMaximsQuery else { continue }
                return (
                    leaf.text,
                    "Maxim passes the conditions of a query as one string without escaping, in which \(effect). This package "
                        + "keeps every name and value whole."
                )
            }
            return nil
        }
    }

    func unconditional(_ deployment: MaximDeployment) -> Findings {
        guard deployment.deployment.isUnconditional else { return [] }
        let instead = record.fallbackVersion.map { "the fallback, version \($0.version)" } ?? "nothing"
        return [
            (
                nil,
                "Maxim never selects a deployment without rules for a query, which gets \(instead). This package selects it "
                    + "for queries that no other deployment matches."
            )
        ]
    }
}

extension String {
    /// What happens to this name or value in the string that Maxim writes a query as; `nil` if it comes out as it was.
    fileprivate var effectInMaximsQuery: String? {
        if contains(",") { return "the comma in `\(self)` begins another condition" }
        if let mark = ["!=", ">=", "<=", ">", "<", "includes", "does not include", "="].first(where: { contains($0) }) {
            return "the `\(mark)` in `\(self)` is taken for the operator"
        }
        let isPadded = first?.isWhitespace ?? false || last?.isWhitespace ?? false
        return isPadded ? "the white space around `\(self)` is removed" : nil
    }
}
