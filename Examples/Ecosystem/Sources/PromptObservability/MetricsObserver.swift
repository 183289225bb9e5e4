public import Metrics
public import TchaviPrompts

/// Counts selections with swift-metrics, by prompt, version, reason and origin, and times runs by prompt and outcome.
///
/// ```swift
/// let library = PromptLibrary(source: .directory("Prompts"), gateway: client, observers: [MetricsObserver()])
/// ```
///
/// A metrics backend keeps a time series for each combination of dimensions. Here, their number grows only with the
/// prompts that the library has, never with requests: only a version that exists is selected, and there are five origins.
/// That is why the user's key, the tags of the query and the deployment are not dimensions; ``LoggingObserver`` logs the
/// deployment. A caller's default is selected for any id, so a program that has defaults should not take ids from requests.
public struct MetricsObserver: PromptObserver {
    private let label: String
    private let runLabel: String
    private let factory: (any MetricsFactory)?

    /// Creates an observer.
    ///
    /// - Parameters:
    ///   - label: The name of the counter of selections.
    ///   - runLabel: The name of the timer of runs.
    ///   - factory: The metrics backend; `nil` for the one with which `MetricsSystem` was bootstrapped.
    public init(
        label: String = "prompt_selections_total",
        runLabel: String = "prompt_run_duration",
        factory: (any MetricsFactory)? = nil
    ) {
        self.label = label
        self.runLabel = runLabel
        self.factory = factory
    }

    /// Counts a selection.
    ///
    /// - Parameter event: The selection.
    public func selected(_ event: SelectionEvent) {
        let selection = event.selection
        let dimensions = [
            ("prompt", selection.promptID),
            ("version", selection.version.map(String.init) ?? ""),
            ("reason", selection.reason.rawValue),
            ("origin", selection.origin?.rawValue ?? ""),
        ]
        // Creating a counter is a look-up: backends return the handler of the same label and dimensions again.
        Counter(label: label, dimensions: dimensions, factory: factory ?? MetricsSystem.factory).increment()
    }

    /// Records how long a run took. Its outcome is a dimension without the code of an error, of which servers invent more.
    ///
    /// - Parameter event: The end of the run.
    public func finished(_ event: RunEvent) {
        let outcome =
            switch event.outcome {
            case .completed: "completed"
            case .failed: "failed"
            case .cancelled: "cancelled"
            case .abandoned: "abandoned"
            }
        Metrics.Timer(
            label: runLabel,
            dimensions: [("prompt", event.promptID), ("outcome", outcome)],
            factory: factory ?? MetricsSystem.factory
        ).recordNanoseconds(Int64(event.duration / .nanoseconds(1)))
    }
}
