import Tchavi

/// The candidate that is selected among several of one rank, by a split or by breaking a tie: *Selecting versions*, steps 6
/// and 7.
struct WinningCandidate {
    let candidate: Candidate
    /// The index of the candidate among those of its rank.
    let index: Int
    /// The split that decided, if one did.
    private(set) var split: Split?
    private(set) var bucket: Double?
    /// The index of its arm in the split.
    private(set) var arm: Int?

    /// Picks among candidates of one rank, which have to be ordered by version number and deployment id.
    ///
    /// - Returns: `nil` if there are no candidates.
    init?(among candidates: [Candidate], _ query: PromptQuery, promptID: String) {
        let hasWeights = candidates.contains { $0.deployment.weight != nil }
        let arms = hasWeights ? candidates.indices.filter { candidates[$0].weight > 0 } : []
        guard !arms.isEmpty else {
            guard let index = Self.winnerOfTie(candidates.indices, candidates) else { return nil }
            self.index = index
            candidate = candidates[index]
            return
        }
        let experiment = candidates.lazy.compactMap(\.deployment.experiment).first { !$0.isEmpty }
        let split = Split(
            salt: experiment ?? promptID,
            weights: arms.map { (candidates[$0].deployment.id, candidates[$0].weight) }
        )
        bucket = query.bucketingKey.map(split.bucket)
        if let bucket {
            arm = split.arm(for: bucket)
        } else {
            let heaviest = arms.map { candidates[$0].weight }.max()
            let winner = Self.winnerOfTie(arms.filter { candidates[$0].weight == heaviest }, candidates)
            arm = arms.firstIndex { $0 == winner }
        }
        guard let arm else { return nil }
        index = arms[arm]
        candidate = candidates[index]
        self.split = split
    }

    private static func winnerOfTie(_ indices: some Sequence<Int>, _ candidates: [Candidate]) -> Int? {
        indices.min { candidates[$0].winsTie(with: candidates[$1]) }
    }
}
