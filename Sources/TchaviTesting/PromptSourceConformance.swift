public import TchaviPrompts

/// Checks that a source meets the requirements of `PromptSource`: catalogues, validators and revisions, cancellation,
/// concurrent loads, and single versions.
///
/// ```swift
/// @Test func `My source conforms`() async throws {
///     let source = MySource(prompts)
///     let violations = await PromptSourceConformance.violations(of: source, changing: { await prompts.edit() })
///     #expect(violations.isEmpty)
/// }
/// ```
public enum PromptSourceConformance {
    /// A rule that a source violates.
    public typealias Violation = TransportConformance.Violation

    /// Checks a source against every rule. Nothing else may change its prompts meanwhile.
    ///
    /// - Parameters:
    ///   - source: The source to check, which can be read and has at least one prompt.
    ///   - timeout: The time limit of each check, far above what a conforming source needs; 20 s by default.
    ///   - change: Changes the content of the source, for the check that this is noticed; `nil` leaves the check out.
    /// - Returns: The violated rules; empty if the source conforms.
    public static func violations(
        of source: any PromptSource,
        timeout: Duration = .seconds(20),
        changing change: (@Sendable () async throws -> Void)? = nil
    ) async -> [Violation] {
        var checks = PromptSourceChecks(source: source, timeout: timeout, change: change)
        await checks.run()
        return checks.violations
    }
}
