public import Logging
public import TchaviPrompts

extension Selection {
    /// What a log says about a selection; what does not apply to it is left out. `snapshot-age` is in seconds, and
    /// `held-back` is the version that the query selects and that does not fulfil the program's contract.
    public var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["prompt": "\(promptID)", "reason": "\(reason)"]
        metadata["version"] = version.map { "\($0)" }
        metadata["deployment"] = deploymentID.map { "\($0)" }
        metadata["experiment"] = experiment.map { "\($0)" }
        metadata["arm"] = arm.map { "\($0)" }
        metadata["origin"] = origin.map { "\($0)" }
        metadata["snapshot-age"] = snapshotAge.map { "\($0.components.seconds)" }
        metadata["held-back"] = heldBack.map { "\($0.version)" }
        return metadata
    }
}

extension SelectionEvent {
    /// What a log says about the selection, and why the caller's default is used, if it is.
    public var logMetadata: Logger.Metadata {
        var metadata = selection.logMetadata
        metadata["unavailable-reason"] = unavailableReason.map { "\($0)" }
        return metadata
    }
}

extension RunEvent {
    /// What a log says about the end of a run; what is unknown is left out. `duration` is in milliseconds, and
    /// `failed-tools` are the names of the tools of which a call failed.
    public var logMetadata: Logger.Metadata {
        var metadata = selection.logMetadata
        metadata["outcome"] = "\(outcome)"
        metadata["duration"] = "\(duration / .milliseconds(1))"
        guard let response else { return metadata }
        metadata["model"] = "\(response.model)"
        metadata["attempts"] = "\(response.attempts.count)"
        metadata["tokens"] = response.usage.totalTokens.map { "\($0)" }
        metadata["credits"] = response.usage.creditsUsed.map { "\($0)" }
        let failed = Set(response.toolCallResults.filter(\.isError).map(\.name)).sorted()
        if !failed.isEmpty { metadata["failed-tools"] = "\(failed.joined(separator: ", "))" }
        return metadata
    }
}
