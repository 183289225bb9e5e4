public import Logging
public import TchaviPrompts

extension Selection {
    /// What a log says about a selection; what does not apply to it is left out.
    public var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["prompt": "\(promptID)", "reason": "\(reason)"]
        metadata["version"] = version.map { "\($0)" }
        metadata["deployment"] = deploymentID.map { "\($0)" }
        metadata["experiment"] = experiment.map { "\($0)" }
        metadata["arm"] = arm.map { "\($0)" }
        return metadata
    }
}
