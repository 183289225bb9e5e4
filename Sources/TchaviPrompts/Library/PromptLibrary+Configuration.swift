public import Foundation

extension PromptLibrary {
    /// When a library refreshes its sources, and what it uses while they are unavailable.
    public struct Configuration: Sendable {
        /// The interval at which every source is refreshed; `nil`, the default, for each source's own: 60 s for remote ones,
        /// none for directories and memory. Varied by ±10 %, so that processes that started together spread.
        public var refreshInterval: Duration?
        /// How long the first use waits for a remote source of which nothing is held; 5 s by default. After that, the shipped prompts
        /// and the caller's default are used.
        public var initialTimeout: Duration = .seconds(5)
        /// The age beyond which a prompt is not used any more; `nil`, the default, for no limit. A request for an older one
        /// waits for one refresh, and then throws ``PromptError/Code/stale``.
        public var maxStaleness: Duration?
        /// The directory in which the prompts of remote sources are kept, for a start while a source is unavailable; `nil`,
        /// the default, for none. It is created where needed; only the owner can read what is in it.
        public var cacheDirectory: URL?
        /// The prompts that are shipped with the program, for a start without network and without a cache.
        public var shipped: (any PromptSource)?
        /// What the program gives each prompt. A version that needs more is not used; see ``PromptContract``.
        public var contracts: [PromptContract] = []
        /// Versions that are used whatever a query asks for, by prompt id, for development; `nil`, the default, for those of the
        /// environment's `TCHAVI_PROMPT_OVERRIDE`, such as `support-reply@3,translate@1`.
        public var overrides: [String: Int]?
        /// Returns the name under which the gateway knows a version's model; `nil`, the default, for
        /// ``PromptVersionConfig/model`` itself.
        ///
        /// The gateway is told only the model's name, neither ``PromptVersionConfig/provider`` nor
        /// ``PromptVersionConfig/deploymentID``. For a gateway whose names contain them, join them here:
        /// `{ "\($0.provider)/\($0.model)" }`. ``RunOptions/model`` and ``RunOptions/alternativeModels`` are sent as they
        /// are.
        public var gatewayModel: (@Sendable (PromptVersionConfig) -> String)?

        /// Creates the default configuration.
        public init() {}
    }
}
