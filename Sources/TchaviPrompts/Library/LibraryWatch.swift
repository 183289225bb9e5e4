/// Keeps a library's sources refreshed until it is released, and reports when the prompts have changed.
final class LibraryWatch: Sendable {
    /// Yields whenever the library has new prompts; several times at once yield once. Ends when the library is shut down.
    let signals: AsyncStream<Void>
    private let library: PromptLibrary
    private let id: Int

    init(_ library: PromptLibrary) {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.library = library
        self.signals = signals
        id = library.beginWatch(continuation)
    }

    deinit { library.endWatch(id) }
}
