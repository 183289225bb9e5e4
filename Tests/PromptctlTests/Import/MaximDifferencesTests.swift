import Foundation
import Tchavi
import TchaviPrompts
import Testing

@testable import promptctl

struct MaximDifferencesTests {
    /// A deployment of the version of a number, and the version's tags.
    struct Deployed {
        var number: Int
        var id: String
        var query: RuleGroup?
        var tags: [String: ConditionValue] = [:]
        var timestamp: String?
        var weight: Double?

        init(
            _ number: Int,
            _ id: String,
            _ query: RuleGroup?,
            tags: [String: ConditionValue] = [:],
            timestamp: String? = nil,
            weight: Double? = nil
        ) {
            (self.number, self.id, self.query) = (number, id, query)
            (self.tags, self.timestamp, self.weight) = (tags, timestamp, weight)
        }
    }

    private func record(_ deployed: [Deployed]) -> PromptRecord {
        var record = PromptRecord(promptID: "p", versions: [])
        for each in deployed {
            let id = "v\(each.number)"
            if !record.versions.contains(where: { $0.id == id }) {
                let config = PromptVersionConfig(id: id, messages: [], model: "m", tags: each.tags)
                record.versions.append(PromptVersion(id: id, version: each.number, promptID: "p", config: config))
            }
            record.deployments[id, default: []].append(
                Deployment(
                    id: each.id,
                    timestamp: each.timestamp.map { Timestamp($0) },
                    query: each.query,
                    weight: each.weight
                )
            )
        }
        return record
    }

    private func report(_ deployed: Deployed...) -> [String] {
        MaximDifferences.all(in: record(deployed)).map(\.description)
    }

    private func rule(_ field: String, _ operator: RuleOperator, _ value: ConditionValue) -> RuleGroup.Member {
        .rule(Rule(field, `operator`, value))
    }

    private func group(_ members: RuleGroup.Member...) -> RuleGroup { RuleGroup(.and, members) }

    @Test("Flat AND groups of equality and inclusion, without ties, are not reported")
    func none() {
        let lines = report(
            Deployed(1, "a", group(rule("env", .equal, "prod"), rule("age", .equal, 20)), tags: ["team": "x y"]),
            Deployed(1, "again", group(rule("env", .equal, "prod"), rule("age", .equal, 20))),
            Deployed(2, "b", group(rule("env", .equal, "test"), rule("age", .notEqual, 30))),
            Deployed(3, "c", group(rule("env", .equal, "prod"))),
            Deployed(
                4,
                "d",
                group(rule("env", .includes, "dev"), rule("env", .notEqual, "de"), rule("age", .equal, 1))
            ),
            Deployed(
                5,
                "e",
                group(
                    rule("age", .equal, 2),
                    rule("plans", .includes, ["pro", "team"]),
                    rule("plans", .excludes, ["free"])
                )
            ),
            Deployed(6, "f", group(rule("age", .equal, 30), rule("plans", .includes, ["free"]))),
            Deployed(7, "g", group(rule("env", .includes, "dev stage"), rule("age", .equal, 3)))
        )
        #expect(lines.isEmpty)
    }

    @Test("Comparisons")
    func comparison() {
        let lines = report(
            Deployed(1, "a", group(rule("age", .greater, 18), rule("name", .atMost, "m"))),
            Deployed(2, "b", RuleGroup(.and, [rule("b", .less, true), rule("c", .equal, "x")]))
        )
        #expect(
            lines.filter { $0.hasPrefix("comparison") } == [
                """
                comparison: p / v1 / a / `age > 18`: Maxim compares the wrong way round, so the rule accepts values that are \
                less than `18`. This package accepts values that are greater than `18`.
                """,
                """
                comparison: p / v1 / a / `name <= m`: Maxim compares the wrong way round, so the rule accepts values that are \
                at least `m`. This package accepts values that are at most `m`.
                """,
                """
                comparison: p / v2 / b / `b < true`: Maxim compares a Boolean by the rules of its language. This package does \
                not compare it, so no query satisfies the rule.
                """,
            ]
        )
    }

    @Test("Negated groups")
    func negation() {
        let negated = RuleGroup(.and, [rule("plan", .equal, "pro")], not: true)
        #expect(
            report(Deployed(1, "a", negated)) == [
                """
                negation: p / v1 / a / `not (plan = pro)`: Maxim ignores `not`, so the group accepts the queries that it \
                should exclude. This package negates it.
                """
            ]
        )
    }

    @Test(
        "Combinators other than AND and OR",
        arguments: [("and", "reads it as `AND`"), ("XOR", "never selects a deployment with it")]
    )
    func combinator(name: String, here: String) {
        let members = [rule("a", .equal, "x"), rule("b", .equal, "y")]
        let text = "a = x \(name.lowercased()) b = y"
        #expect(
            report(Deployed(1, "a", RuleGroup(RuleGroup.Combinator(rawValue: name), members))) == [
                "combinator: p / v1 / a / `\(text)`: Maxim takes the combinator `\(name)` for `OR`. This package \(here)."
            ]
        )
    }

    @Test("Booleans in rules and tags")
    func boolean() {
        let lines = report(
            Deployed(1, "a", group(rule("a", .equal, true), rule("b", .notEqual, true)), tags: ["c": false])
        )
        let here = "This package reads `true` and `false` as what they say."
        #expect(
            lines == [
                """
                boolean: p / v1 / a / `a = true`: Maxim takes any string for true, `false` too, so the rule accepts `false` as \
                well. \(here)
                """,
                """
                boolean: p / v1 / a / `b != true`: Maxim takes any string for true, `false` too, so the rule matches no query. \
                \(here)
                """,
                """
                boolean: p / v1 / a / `tag c = false`: Maxim takes any string for true, `false` too, so the rule matches no \
                query. \(here)
                """,
            ]
        )
    }

    @Test("Nested groups")
    func nestedGroup() {
        let nested = RuleGroup(.or, [rule("b", .equal, "y"), rule("c", .equal, "z")])
        #expect(
            report(Deployed(1, "a", group(rule("a", .equal, "x"), .group(nested)))) == [
                """
                nestedGroup: p / v1 / a / `b = y or c = z`: Maxim requires a nested group and the group around it to use every \
                enforced condition of the query, each by itself. This package requires it of the deployment as a whole.
                """
            ]
        )
    }

    @Test("Values of several types on one field, across deployments and tags")
    func conversion() {
        let lines = report(
            Deployed(1, "a", group(rule("age", .equal, 20), rule("env", .equal, "prod"))),
            Deployed(2, "b", group(rule("age", .equal, "30"))),
            Deployed(3, "c", group(rule("env", .equal, "test")), tags: ["age": 40])
        )
        func line(_ place: String, _ other: String, _ kind: String) -> String {
            """
            conversion: p / \(place): Maxim converts the query's value in place, so what `\(other)` reads as \(kind) stays one \
            for this rule. This package converts it for each rule separately.
            """
        }
        #expect(
            lines.filter { !$0.hasPrefix("tie") } == [
                line("v1 / a / `age = 20`", "age = 30", "a string"),
                line("v2 / b / `age = 30`", "age = 20", "a number"),
                line("v3 / c / `tag age = 40`", "age = 30", "a string"),
            ]
        )
    }

    @Test("Values and names that a query's one string does not carry")
    func unescapedValue() {
        let lines = report(
            Deployed(
                1,
                "a",
                group(
                    rule("city", .equal, "Paris, Texas"),
                    rule("path", .includes, ["a", "b=c"]),
                    rule("name", .notEqual, " x"),
                    rule("order", .atLeast, "a,b")
                ),
                tags: ["d,e": "f"]
            )
        )
        func line(_ rule: String, _ effect: String) -> String {
            """
            unescapedValue: p / v1 / a / `\(rule)`: Maxim passes the conditions of a query as one string without escaping, in \
            which \(effect). This package keeps every name and value whole.
            """
        }
        #expect(
            lines.filter { $0.hasPrefix("unescaped") } == [
                line("city = Paris, Texas", "the comma in `Paris, Texas` begins another condition"),
                line("path includes [a, b=c]", "the `=` in `b=c` is taken for the operator"),
                line("name !=  x", "the white space around ` x` is removed"),
                line("tag d,e = f", "the comma in `d,e` begins another condition"),
            ]
        )
    }

    private func tieLine(_ place: String, _ other: String, _ reason: String) -> String {
        """
        tie: p / \(place): A query can match `\(other)` equally well. Maxim selects the one whose version comes first in the \
        JSON object of the rules; this package selects `\(other)`, \(reason).
        """
    }

    @Test("Ties are decided by time, then by the version's number")
    func tie() {
        let prod = group(rule("env", .equal, "prod"))
        #expect(
            report(
                Deployed(1, "a", prod, timestamp: "2026-02-01T00:00:00Z"),
                Deployed(2, "b", prod, timestamp: "2026-01-01T00:00:00Z"),
                Deployed(3, "c", prod)
            ) == [
                tieLine("v2 / b / `env = prod`", "a", "which is newer"),
                tieLine("v3 / c / `env = prod`", "a", "which is newer"),
            ]
        )
        #expect(
            report(Deployed(1, "a", prod), Deployed(2, "b", group(rule("plan", .equal, "pro")))) == [
                tieLine("v1 / a / `env = prod`", "b", "whose version has the higher number")
            ]
        )
    }

    @Test("A tag can make a tie, prevent one, or exclude it")
    func tieByTags() {
        let prod = group(rule("env", .equal, "prod"))
        let pro = group(rule("env", .equal, "prod"), rule("plan", .equal, "pro"))
        let same = Deployed(2, "b", pro)
        #expect(
            report(Deployed(1, "a", prod, tags: ["plan": "pro"]), same) == [
                tieLine("v1 / a / `env = prod`", "b", "whose version has the higher number")
            ]
        )
        #expect(report(Deployed(1, "a", prod, tags: ["plan": "free"]), same).isEmpty)
        #expect(report(Deployed(1, "a", prod), same).isEmpty)
        #expect(report(Deployed(1, "a", pro, tags: ["plan": "pro"]), Deployed(2, "b", prod)).isEmpty)
    }

    @Test("Rules that contradict each other prevent a tie")
    func contradictions() {
        let pairs: [(Rule, Rule, Bool)] = [
            (Rule("f", .equal, "a"), Rule("f", .equal, "b"), false),
            (Rule("f", .equal, "a"), Rule("f", .equal, "a"), true),
            (Rule("f", .equal, "a"), Rule("f", .notEqual, "a"), false),
            (Rule("f", .equal, "a"), Rule("f", .notEqual, "b"), true),
            (Rule("f", .equal, "a"), Rule("f", .includes, ["b", "c"]), false),
            (Rule("f", .equal, "a"), Rule("f", .includes, ["a", "b"]), true),
            (Rule("f", .equal, "a"), Rule("f", .excludes, ["a", "b"]), false),
            (Rule("f", .includes, ["a", "b"]), Rule("f", .includes, ["c"]), false),
            (Rule("f", .includes, ["a", "b"]), Rule("f", .excludes, ["a"]), true),
            (Rule("f", .equal, "a"), Rule("f", .includes, "cab"), true),
            (Rule("f", .equal, "a"), Rule("f", .includes, "b"), false),
            (Rule("f", .equal, "a"), Rule("f", .excludes, "cab"), false),
            (Rule("f", .equal, 20), Rule("f", .equal, 20.0), true),
            (Rule("f", .equal, 20), Rule("f", .equal, "20.0"), true),
            (Rule("f", .atLeast, "a"), Rule("f", .equal, "b"), true),
            (Rule("f", .equal, "a"), Rule("g", .equal, "b"), true),
        ]
        for (one, two, isTie) in pairs {
            for (first, second) in [(one, two), (two, one)] {
                let lines = report(
                    Deployed(1, "a", group(.rule(first))),
                    Deployed(2, "b", group(.rule(second)))
                )
                #expect(lines.contains { $0.hasPrefix("tie") } == isTie, "\(first) and \(second)")
            }
        }
    }

    @Test("Arms of a split, and deployments of one version, do not tie")
    func noTie() {
        let prod = group(rule("env", .equal, "prod"))
        #expect(report(Deployed(1, "a", prod, weight: 1), Deployed(2, "b", prod, weight: 1)).isEmpty)
        #expect(report(Deployed(1, "a", prod), Deployed(1, "b", prod)).isEmpty)
    }

    @Test("A wide OR beside a narrower AND")
    func wideOr() {
        let wide = RuleGroup(.or, [rule("a", .equal, "x"), rule("b", .equal, "y"), rule("c", .equal, "z")])
        let narrow = group(rule("a", .equal, "x"), rule("d", .equal, "w"))
        #expect(
            report(Deployed(1, "wide", wide), Deployed(2, "narrow", narrow)) == [
                """
                wideOr: p / v1 / wide / `a = x or b = y or c = z`: Maxim ranks the group by all of its 3 rules, and `narrow` by \
                2, for a query that both match. This package counts an OR group as its best member.
                """
            ]
        )
        #expect(report(Deployed(1, "wide", wide)).isEmpty)
    }

    @Test("Unconditional deployments, with and without a fallback")
    func unconditional() {
        var record = record([Deployed(1, "a", nil), Deployed(2, "b", RuleGroup(.and, [], not: true))])
        func line(_ place: String, _ instead: String) -> String {
            """
            unconditional: p / \(place): Maxim never selects a deployment without rules for a query, which gets \(instead). This \
            package selects it for queries that no other deployment matches.
            """
        }
        #expect(
            MaximDifferences.all(in: record).map(\.description) == [
                line("v1 / a", "nothing"), line("v2 / b", "nothing"),
            ]
        )
        record.fallbackVersion = record.versions[0]
        #expect(MaximDifferences.all(in: record).first?.description == line("v1 / a", "the fallback, version 1"))
    }

    @Test("Deployments that cannot be read, or of versions that do not exist, and rules on null are not reported")
    func ignored() {
        var record = record([Deployed(1, "a", group(rule("a", "= null", ""), rule("a", .equal, 1)))])
        var damaged = Deployment(id: "damaged")
        damaged.unreadableReason = "its rules are not valid"
        record.deployments["v1"]?.append(damaged)
        record.deployments["v9"] = [Deployment(id: "b")]
        #expect(MaximDifferences.all(in: record).isEmpty)
    }

    @Test("The report is in the order of versions, whatever the order in the record, and has a JSON form")
    func order() {
        var record = record((1...20).map { Deployed($0, "d\($0)", nil) })
        let differences = MaximDifferences.all(in: record)
        #expect(differences.map(\.versionID) == (1...20).map { "v\($0)" })
        record.versions.reverse()
        #expect(MaximDifferences.all(in: record) == differences)
        #expect(
            differences.first?.json == [
                "kind": "unconditional", "promptId": "p", "versionId": "v1", "deploymentId": "d1",
                "message": JSONValue(differences[0].message),
            ]
        )
    }
}
