import Tchavi
import TchaviPrompts

extension MaximDifferences {
    /// Reports a deployment that this package never selects over another one which can match equally well.
    func tie(_ deployment: MaximDeployment, _ index: Int) -> Findings {
        guard deployment.canTie else { return [] }
        let preferred = deployments.indices.filter { other in
            other != index && isPreferred(other, to: index) && canTie(deployment, deployments[other])
        }
        guard let best = preferred.min(by: { isPreferred($0, to: $1) }) else { return [] }
        let other = deployments[best]
        return [
            (
                deployment.deployment.query?.description,
                "A query can match `\(other.id)` equally well. Maxim selects the one whose version comes first in the JSON "
                    + "object of the rules; this package selects `\(other.id)`, \(reason(best, over: index))."
            )
        ]
    }

    private func canTie(_ one: MaximDeployment, _ two: MaximDeployment) -> Bool {
        // Deployments of one version give the same version.
        guard one.version.id != two.version.id, two.canTie, one.mayOverlap(two) else { return false }
        // Where only one of them takes it for a tie, it is because of another kind.
        let here = one.range(one.specificity, with: two).overlaps(two.range(two.specificity, with: one))
        let inMaxim = one.range(one.ruleCount...one.ruleCount, with: two)
            .overlaps(two.range(two.ruleCount...two.ruleCount, with: one))
        return here && inMaxim
    }

    /// Whether this package selects the first of two deployments that match equally well.
    private func isPreferred(_ first: Int, to second: Int) -> Bool {
        let (one, two) = (deployments[first], deployments[second])
        let (newer, older) = (one.deployment.timestamp?.date, two.deployment.timestamp?.date)
        if newer != older {
            guard let newer else { return false }
            return older.map { newer > $0 } ?? true
        }
        if one.version.version != two.version.version { return one.version.version > two.version.version }
        if one.id != two.id { return one.id < two.id }
        return first < second
    }

    private func reason(_ first: Int, over second: Int) -> String {
        let (one, two) = (deployments[first], deployments[second])
        if one.deployment.timestamp?.date != two.deployment.timestamp?.date { return "which is newer" }
        return one.version.version != two.version.version
            ? "whose version has the higher number" : "whose id comes first"
    }

    func wideOr(_ deployment: MaximDeployment, _ index: Int) -> Findings {
        guard let query = deployment.deployment.query, query.combinator.isOr, !query.not, query.rules.count > 1,
            deployment.isSelectable
        else { return [] }
        let outranked = deployments.first { other in
            guard other.ruleCount > 0, other.version.id != deployment.version.id, other.isSelectable,
                deployment.mayOverlap(other)
            else { return false }
            let counts = other.range(other.ruleCount...other.ruleCount, with: deployment)
            let own = deployment.range(deployment.ruleCount...deployment.ruleCount, with: other)
            // Maxim ranks it above, or takes for a tie what is none here.
            return own.upperBound > counts.lowerBound
                || own.upperBound == counts.lowerBound
                    && other.specificity.upperBound > deployment.specificity.lowerBound
        }
        guard let outranked else { return [] }
        return [
            (
                query.description,
                "Maxim ranks the group by all of its \(deployment.ruleCount) rules, and `\(outranked.id)` by "
                    + "\(outranked.ruleCount), for a query that both match. This package counts an OR group as its best "
                    + "member."
            )
        ]
    }
}

extension MaximDeployment {
    /// Whether it is ranked with others and takes no part in a split, which Maxim does not have.
    fileprivate var canTie: Bool { ruleCount > 0 && deployment.weight == nil && isSelectable }
}
