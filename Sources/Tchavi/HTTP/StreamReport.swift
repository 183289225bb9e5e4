/// Reports the end of a stream to the observer, once: at the latest when whatever could still read the stream is gone.
final class StreamReport: Sendable {
    /// The report of the attempt that the stream began with, and when that was.
    private let begun = Locked<(report: AttemptReport, start: Duration)?>(nil)
    private let observer: @Sendable (AttemptReport) -> Void
    private let time: TimeSource

    init(_ observer: @escaping @Sendable (AttemptReport) -> Void, _ time: TimeSource) {
        self.observer = observer
        self.time = time
    }

    /// Reports that the stream has begun.
    ///
    /// - Parameters:
    ///   - report: The report of the attempt.
    ///   - start: When the attempt started.
    func begin(_ report: AttemptReport, since start: Duration) {
        begun.withLock { $0 = (report, start) }
        observer(report)
    }

    /// Reports how the stream ended, unless it has not begun, or its end is already reported.
    func end(_ outcome: AttemptReport.Outcome) {
        guard let begun = begun.withLock({ $0.take() }) else { return }
        var report = begun.report
        report.duration = time.elapsed() - begun.start
        report.outcome = outcome
        observer(report)
    }

    deinit { end(.abandoned) }
}
