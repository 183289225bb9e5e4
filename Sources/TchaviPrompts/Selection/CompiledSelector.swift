import Tchavi

/// A record's deployments, compiled once for any number of queries: see *Selecting versions*.
///
/// For a query, only the deployments that an index finds for its values are evaluated.
package struct CompiledSelector: Sendable {
    let record: PromptRecord
    /// Ordered by version number and deployment id.
    let deployments: [CompiledDeployment]
    /// The fields of the rules and tags.
    let fields: FieldTable
    private let index: DeploymentIndex
    private let unconditional: [Int]
    private let versionsByNumber: [Int: Int]
    private let latest: Int?

    package init(_ record: PromptRecord) {
        self.record = record
        var fields = FieldTable()
        deployments = record.candidates.map { CompiledDeployment($0, &fields) }
        self.fields = fields
        index = DeploymentIndex(deployments, fieldCount: fields.names.count)
        unconditional = deployments.indices.filter { [deployments] in
            deployments[$0].candidate.deployment.isUnconditional
        }
        var versionsByNumber: [Int: Int] = [:]
        for (position, version) in record.versions.enumerated() where versionsByNumber[version.version] == nil {
            versionsByNumber[version.version] = position
        }
        self.versionsByNumber = versionsByNumber
        latest = versionsByNumber.keys.max().flatMap { versionsByNumber[$0] }
    }

    /// Selects a version for a query.
    package func select(_ query: PromptQuery) -> SelectionResult {
        if let result = selectWithoutRules(query) { return result }
        let compiled = CompiledQuery(query, fields)
        let leaders = leaders(compiled)
        if !leaders.isEmpty { return result(among: leaders, .matched, query) }
        guard !query.requiresMatch else { return result(nil, .none) }
        // One whose version's tags contradict the query is for others.
        let forThisQuery = unconditional.filter { deployments[$0].tree.evaluate(compiled).isTrue }
        if !forThisQuery.isEmpty { return result(among: forThisQuery, .unconditional, query) }
        return result(record.fallbackVersion, .fallback)
    }

    /// Steps 1 and 2: a query for another folder, or for one version. Returns `nil` if the deployments decide.
    func selectWithoutRules(_ query: PromptQuery) -> SelectionResult? {
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) { return result(nil, .none) }
        if query.wantsLatest { return result(latest.map { record.versions[$0] }, .pinned) }
        guard let pin = query.index(of: PromptQuery.versionField) else { return nil }
        let position = query.conditions[pin].value.asInteger.flatMap { versionsByNumber[$0] }
        return result(position.map { record.versions[$0] }, .pinned)
    }

    /// Steps 4 and 5: returns the positions of the best-ranked deployments, in order.
    private func leaders(_ query: CompiledQuery) -> [Int] {
        var best = 0
        var leaders: [Int] = []
        for position in index.positions(for: query) {
            let evaluation = deployments[position].tree.evaluate(query)
            guard evaluation.specificity >= best, query.exclusion(of: deployments[position], evaluation) == nil
            else { continue }
            if evaluation.specificity > best {
                best = evaluation.specificity
                leaders.removeAll(keepingCapacity: true)
            }
            leaders.append(position)
        }
        return leaders
    }

    private func result(_ version: PromptVersion?, _ reason: Selection.Reason) -> SelectionResult {
        var result = SelectionResult(selection: Selection(promptID: record.promptID, reason: .none))
        if let version { result.pick(version, reason) }
        return result
    }

    private func result(
        among leaders: [Int],
        _ reason: Selection.Reason,
        _ query: PromptQuery
    ) -> SelectionResult {
        var result = result(nil, .none)
        result.leaders = leaders
        let candidates = leaders.map { deployments[$0].candidate }
        if let winner = WinningCandidate(among: candidates, query, promptID: record.promptID) {
            result.pick(winner, otherwise: reason)
        }
        return result
    }
}
