extension PromptRecord {
    /// Whether something is unreadable that can be selected: a deployment, a deployed version or the fallback.
    ///
    /// A library then goes on using an earlier form of the whole prompt, if it has one.
    var isDamaged: Bool {
        fallbackVersion?.unreadableReason != nil
            || deployments.values.contains { $0.contains { $0.unreadableReason != nil } }
            || versions.contains { $0.unreadableReason != nil && !deployments(of: $0).isEmpty }
    }
}
