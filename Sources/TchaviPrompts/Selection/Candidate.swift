import Foundation
import Tchavi

/// A deployment of a version that the prompt has.
struct Candidate: Sendable {
    let deployment: Deployment
    let version: PromptVersion
    /// The version's tags, as rules, in the order of their names. Shared by all deployments of the version.
    var tags: [Rule] = []

    /// The weight in a split: 0 if the deployment has none, or a negative one.
    var weight: Double { max(0, deployment.weight ?? 0) }

    /// Seconds since 2001; a date that is missing or cannot be read counts as the oldest.
    var timestamp: Double { deployment.timestamp?.date?.timeIntervalSinceReferenceDate ?? -.infinity }

    /// *Selecting versions*, step 7: the newest, then the highest version number, then the first deployment id.
    func winsTie(with other: Candidate) -> Bool {
        if timestamp != other.timestamp { return timestamp > other.timestamp }
        if version.version != other.version.version { return version.version > other.version.version }
        return deployment.id.precedesInBytes(other.deployment.id)
    }
}

extension PromptVersion {
    /// The tags as rules, in the order of their names.
    fileprivate var tagRules: [Rule] {
        (config?.tags ?? [:]).sorted { $0.key.precedesInBytes($1.key) }.map { Rule($0.key, .equal, $0.value) }
    }
}

extension PromptRecord {
    /// The deployments of every version that the record has, ordered by version number and deployment id.
    var candidates: [Candidate] {
        var ids: Set<ByteText> = []
        return
            versions
            .filter { ids.insert(ByteText($0.id)).inserted }
            .flatMap { version in
                let deployments = deployments(of: version)
                let tags = deployments.isEmpty ? [] : version.tagRules
                return deployments.map { Candidate(deployment: $0, version: version, tags: tags) }
            }
            .sorted { first, second in
                first.version.version != second.version.version
                    ? first.version.version < second.version.version
                    : first.deployment.id.precedesInBytes(second.deployment.id)
            }
    }

    /// Returns the deployments of a version, whose id is compared by its bytes.
    func deployments(of version: PromptVersion) -> [Deployment] {
        guard let index = deployments.index(forKey: version.id), deployments[index].key.isSameText(as: version.id)
        else { return [] }
        return deployments[index].value
    }
}
