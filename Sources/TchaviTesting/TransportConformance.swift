public import Tchavi

/// Checks that a transport meets the requirements of `HTTPTransport`: cancellation, streaming, limits, redirects,
/// and responses that HTTP libraries often keep to themselves or report as errors (interim responses, a 401 with a
/// challenge, a redirect without a location).
///
/// ```swift
/// @Test func `My transport conforms`() async throws {
///     let peer = try TransportConformance.Peer()
///     #expect(await TransportConformance.violations(of: MyTransport(), against: peer).isEmpty)
/// }
/// ```
public enum TransportConformance {
    /// A rule that a transport violates.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// The rule, as one sentence.
        public let rule: String
        /// What the transport did instead.
        public let finding: String

        /// The rule and the finding on one line.
        public var description: String { "\(rule): \(finding)" }
    }

    /// Checks a transport against every rule.
    ///
    /// - Parameters:
    ///   - transport: The transport to check.
    ///   - peer: The requests to send with it.
    /// - Returns: The violated rules; empty if the transport conforms.
    public static func violations(of transport: any HTTPTransport, against peer: Peer) async -> [Violation] {
        var checks = ConformanceChecks(transport: transport, peer: peer)
        await checks.run()
        return checks.violations
    }
}
