/// One event of a stream of server-sent events.
public struct ServerSentEvent: Sendable, Hashable {
    /// The event's type; `message` where the stream named none.
    public var event: String

    /// The event's data, its lines joined by line feeds.
    public var data: String

    /// The last event id that the stream had set by then; empty where it set none.
    public var id: String

    /// Creates an event.
    ///
    /// - Parameters:
    ///   - event: The event's type.
    ///   - data: The event's data.
    ///   - id: The last event id.
    public init(event: String = "message", data: String, id: String = "") {
        self.event = event
        self.data = data
        self.id = id
    }
}
