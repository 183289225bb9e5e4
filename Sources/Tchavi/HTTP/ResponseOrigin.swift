/// What an error is completed with: the call it belongs to, and the headers that were sent and received.
package struct ResponseOrigin: Sendable {
    let operation: String
    /// The passwords in the request's body.
    private let passwords: [Secret]
    /// The request's headers, of which the server may repeat the credentials.
    private let sent: HeaderFields
    /// The response's headers; `nil` where the error has them, or there was no response.
    let received: HeaderFields?

    init(_ call: HTTPPipeline.Call, sent: HeaderFields, received: HeaderFields? = nil) {
        operation = call.operation
        passwords = call.secrets
        self.sent = sent
        self.received = received
    }

    /// The strings to redact in whatever the server sent. Passwords are often shorter than what a computer generates.
    var secrets: [String] { sent.secrets + passwords.map { $0.revealed() }.filter { $0.utf8.count >= 6 } }
}
