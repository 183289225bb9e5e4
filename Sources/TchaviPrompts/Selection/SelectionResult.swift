/// The version that is selected for a query, and what decided.
package struct SelectionResult {
    package private(set) var selection: Selection
    /// `nil` if no version was selected.
    private(set) var version: PromptVersion?
    /// The split that decided, if one did.
    private(set) var split: Split?
    /// The positions of the best-ranked deployments, among which the winner was picked; empty if no deployment decided.
    var leaders: [Int] = []
    /// The position of the selected deployment, if a deployment decided.
    private(set) var picked: Int?

    /// Returns the selection with the version's content hash, which takes longer to compute than the selection.
    func selectionWithContentHash() -> Selection {
        var selection = selection
        selection.versionContentHash = version?.contentHash
        return selection
    }

    init(selection: Selection) { self.selection = selection }

    mutating func pick(_ version: PromptVersion, _ reason: Selection.Reason) {
        self.version = version
        selection.version = version.version
        selection.versionID = version.id
        selection.reason = reason
    }

    /// Picks the winner among the leaders. The reason is used unless a split decided.
    mutating func pick(_ winner: WinningCandidate, otherwise reason: Selection.Reason) {
        pick(winner.candidate.version, winner.split == nil ? reason : .split)
        picked = leaders[winner.index]
        split = winner.split
        selection.deploymentID = winner.candidate.deployment.id
        selection.experiment = winner.split?.salt
        selection.bucket = winner.bucket
        selection.arm = winner.arm
    }
}
