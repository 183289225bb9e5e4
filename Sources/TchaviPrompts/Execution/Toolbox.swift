import Foundation
import Tchavi

/// The tools of a run: those that have an implementation, and those whose calls are captured.
struct Toolbox: Sendable {
    /// How many calls of a round run at the same time: a model must not start any number of them.
    private static let maximumConcurrentCalls = 64

    private let tools: [String: PromptTool]
    private let declared: Set<String>
    private let timeout: Duration
    private let maxResultBytes: Int
    private let decide: (@Sendable (ToolCall) async throws -> ToolCallDecision)?
    private let time: TimeSource

    init(tools: [PromptTool], declared: [ToolDefinition], options: RunOptions, time: TimeSource) {
        let names = Set(declared.compactMap(\.callableName))
        self.tools = Dictionary(tools.filter { names.contains($0.name) }.map { ($0.name, $0) }) { first, _ in first }
        self.declared = names
        timeout = options.toolTimeout
        maxResultBytes = options.maxToolResultBytes
        decide = options.beforeToolCall
        self.time = time
    }

    /// Whether a call is captured instead of being run.
    func captures(_ call: ToolCall) -> Bool {
        declared.contains(call.name) && tools[call.name]?.body == nil
    }

    /// Runs the calls of one round concurrently.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - round: The number of the round.
    ///   - remaining: The time that the run has left; `nil` for no limit.
    /// - Returns: The results in the order of the calls. What goes wrong is a result, also cancellation.
    func results(of calls: [ToolCall], round: Int, within remaining: Duration?) async -> [ToolCallResult] {
        let end = remaining.map { time.elapsed() + $0 }
        var decisions: [Decision] = []
        for call in calls { decisions.append(await decision(on: call, before: end)) }
        return await withTaskGroup(of: (Int, ToolCallResult).self) { [decisions] group in
            var results = [ToolCallResult?](repeating: nil, count: calls.count)
            for (index, call) in calls.enumerated() {
                if index >= Self.maximumConcurrentCalls, let (done, result) = await group.next() {
                    results[done] = result
                }
                group.addTask { (index, await result(of: call, decisions[index], round: round, before: end)) }
            }
            for await (index, result) in group { results[index] = result }
            return results.compactMap(\.self)
        }
    }

    /// A decision, and the error that was thrown instead of one.
    private typealias Decision = (decision: ToolCallDecision, error: (any Error)?)

    private func decision(on call: ToolCall, before end: Duration?) async -> Decision {
        guard let decide, tools[call.name]?.body != nil, !Task.isCancelled else { return (.allow, nil) }
        // With a limit, so that the closure is not waited for once the run is cancelled.
        let remaining = end.map { $0 - time.elapsed() } ?? .seconds(365 * 86_400)
        do {
            return try await time.run(within: remaining, orThrow: OutOfTime()) {
                (try await decide(call), nil)
            }
        } catch {
            return (.deny(reason: "the check of the call failed"), error)
        }
    }

    private func result(
        of call: ToolCall,
        _ decision: Decision,
        round: Int,
        before end: Duration?
    ) async -> ToolCallResult {
        var result = ToolCallResult(
            name: call.name,
            arguments: call.argumentsText,
            result: .null,
            type: .schema,
            id: call.id,
            isError: false,
            duration: .zero,
            round: round
        )
        guard let tool = tools[call.name], let body = tool.body else {
            if declared.contains(call.name) {
                result.capture()
            } else {
                result.type = .program
                result.fail("The tool `\(call.name.prefix(100))` was not found.")
            }
            return result
        }
        result.type = tool.kind
        guard !Task.isCancelled else {
            result.fail(Self.cancelled)
            return result
        }
        // The run is ended by its deadline next.
        guard !(decision.error is OutOfTime) else {
            result.fail("The call was not carried out.")
            return result
        }
        switch decision.decision {
        case .allow: break
        case .deny(let reason):
            result.fail("The call was denied: \(reason)")
            result.errorDescription = decision.error.map { "\($0)" }
            return result
        case .change(let arguments): result.arguments = arguments.serialized()
        }
        let arguments = Data(result.arguments.orEmptyObject.utf8)
        let limit = tool.timeout ?? timeout
        let start = time.elapsed()
        do {
            let remaining = end.map { $0 - start } ?? limit
            result.result = try await time.run(
                within: min(limit, remaining),
                orThrow: remaining < limit ? PromptToolError.outOfTime : .timeout(limit)
            ) {
                try await body(arguments)
            }
        } catch {
            result.fail(Task.isCancelled ? Self.cancelled : Self.text(for: error))
            result.errorDescription = "\(error)"
        }
        checkSize(&result)
        result.duration = time.elapsed() - start
        return result
    }

    private static let cancelled = "The call was cancelled."

    /// What the model is told of an error: only what was written to be read by others.
    private static func text(for error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? "The tool failed."
    }

    /// Shortens what is too large for the model: of a result, it is told the size; of an error, the beginning.
    private func checkSize(_ result: inout ToolCallResult) {
        let bytes = result.messageText.utf8.count
        guard bytes > maxResultBytes else { return }
        guard !result.isError else {
            result.fail(
                String(decoding: result.messageText.utf8.prefix(max(0, maxResultBytes - 3)), as: UTF8.self) + "…"
            )
            return
        }
        result.fail("The result has \(bytes) bytes, more than the \(maxResultBytes) that are allowed.")
    }
}

extension ToolCallResult {
    /// The result as the model gets it.
    var messageText: String { result.string ?? result.serialized() }

    fileprivate mutating func fail(_ text: String) {
        result = .string(text)
        isError = true
    }

    /// Captures a call that has no implementation. Arguments that are not valid JSON, for instance because the response
    /// was truncated, are kept as a string and reported as an error.
    fileprivate mutating func capture() {
        do {
            result = try JSONValue(parsing: arguments.orEmptyObject)
        } catch {
            fail(arguments)
        }
    }
}

extension ToolCall {
    /// The arguments as the model wrote them, or the input of a custom tool as a JSON string.
    fileprivate var argumentsText: String {
        guard type == "custom", let input = additionalFields["custom"]?["input"]?.string else {
            return function.arguments
        }
        return JSONValue.string(input).serialized()
    }
}

extension ToolDefinition {
    /// The name by which a model calls the tool; `nil` for a tool that the provider runs.
    var callableName: String? { isFunction ? name : additionalToolFields["custom"]?["name"]?.string }
}

extension String {
    /// The arguments of a call as JSON; models send an empty string for a call without arguments.
    var orEmptyObject: String { allSatisfy(\.isWhitespace) ? "{}" : self }
}

/// The run's time was up before it was decided about a call.
private struct OutOfTime: Error {}

extension PromptToolError {
    fileprivate static func timeout(_ limit: Duration) -> PromptToolError {
        PromptToolError("The tool timed out after \(limit.roundedSeconds) s.")
    }

    fileprivate static var outOfTime: PromptToolError { PromptToolError("The tool timed out: the run's time was up.") }

    /// The arguments cannot be decoded.
    static func arguments(_ error: any Error) -> PromptToolError {
        PromptToolError("The arguments cannot be decoded: \(UndecodableValue(error).reason)")
    }
}
