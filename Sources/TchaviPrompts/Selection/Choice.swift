import Foundation
import Tchavi

/// A deployment among those of one rank.
struct Finalist: Sendable {
    let deployment: Deployment
    let version: PromptVersion

    var weight: Double { max(0, deployment.weight ?? 0) }

    /// Seconds since 2001; a missing date, or one that cannot be read, is the oldest.
    var timestamp: Double { deployment.timestamp?.date?.timeIntervalSinceReferenceDate ?? -.infinity }

    /// `SELECTION.md`, step 7: the newest, then the highest version number, then the first deployment id.
    func wins(over other: Finalist) -> Bool {
        if timestamp != other.timestamp { return timestamp > other.timestamp }
        if version.version != other.version.version { return version.version > other.version.version }
        return deployment.id.precedesInBytes(other.deployment.id)
    }
}

/// What is chosen among deployments of one rank: `SELECTION.md`, steps 6 and 7.
struct Choice {
    let finalist: Finalist
    /// Its place among the finalists.
    let index: Int
    var split: Split?
    var bucket: Double?
    var arm: Int?

    /// Chooses among those of one rank, which are ordered by version number and deployment id.
    init?(among finalists: [Finalist], _ query: PromptQuery, promptID: String) {
        let hasWeights = finalists.contains { $0.deployment.weight != nil }
        let arms = hasWeights ? finalists.indices.filter { finalists[$0].weight > 0 } : []
        guard !arms.isEmpty else {
            guard let index = Self.winner(finalists.indices, finalists) else { return nil }
            self.index = index
            finalist = finalists[index]
            return
        }
        let experiment = finalists.lazy.compactMap(\.deployment.experiment).first { !$0.isEmpty }
        let split = Split(
            salt: experiment ?? promptID,
            weights: arms.map { (finalists[$0].deployment.id, finalists[$0].weight) }
        )
        bucket = query.bucketingKey.map(split.bucket)
        if let bucket {
            arm = split.arm(for: bucket)
        } else {
            let heaviest = arms.map { finalists[$0].weight }.max()
            let winner = Self.winner(arms.filter { finalists[$0].weight == heaviest }, finalists)
            arm = arms.firstIndex { $0 == winner }
        }
        guard let arm else { return nil }
        index = arms[arm]
        finalist = finalists[index]
        self.split = split
    }

    private static func winner(_ indices: some Sequence<Int>, _ finalists: [Finalist]) -> Int? {
        indices.min { finalists[$0].wins(over: finalists[$1]) }
    }
}

extension Selection {
    mutating func pick(_ version: PromptVersion, _ reason: Reason) {
        self.version = version.version
        versionID = version.id
        self.reason = reason
    }

    mutating func take(_ choice: Choice, otherwise reason: Reason) {
        deploymentID = choice.finalist.deployment.id
        experiment = choice.split?.salt
        bucket = choice.bucket
        arm = choice.arm
        pick(choice.finalist.version, choice.split == nil ? reason : .split)
    }
}

extension PromptRecord {
    /// Every deployment of a version that there is, ordered by version number and deployment id.
    func orderedDeployments() -> [(deployment: Deployment, version: PromptVersion)] {
        var ids: Set<ByteText> = []
        return
            versions
            .filter { ids.insert(ByteText($0.id)).inserted }
            .flatMap { version in deployments(of: version).map { (deployment: $0, version: version) } }
            .sorted { first, second in
                first.version.version != second.version.version
                    ? first.version.version < second.version.version
                    : first.deployment.id.precedesInBytes(second.deployment.id)
            }
    }
}
