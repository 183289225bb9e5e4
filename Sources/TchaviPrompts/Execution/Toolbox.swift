import Foundation
import Tchavi

/// The tools of a run: those that have an implementation, and those that are only declared.
struct Toolbox: Sendable {
    private let tools: [String: PromptTool]
    private let declared: Set<String>
    private let timeout: Duration

    init(tools: [PromptTool], declared: [ToolDefinition], timeout: Duration) {
        let names = Set(declared.map(\.name))
        self.tools = Dictionary(tools.filter { names.contains($0.name) }.map { ($0.name, $0) }) { first, _ in first }
        self.declared = names
        self.timeout = timeout
    }

    /// Runs the calls of one round concurrently.
    ///
    /// - Returns: The results in the order of the calls.
    /// - Throws: Only `CancellationError`; an error that a tool throws becomes its result.
    func results(of calls: [ToolCall], round: Int, time: TimeSource) async throws -> [ToolCallResult] {
        try await withThrowingTaskGroup(of: (Int, ToolCallResult).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, try await result(of: call, round: round, time: time)) }
            }
            var results = [ToolCallResult?](repeating: nil, count: calls.count)
            for try await (index, result) in group { results[index] = result }
            return results.compactMap(\.self)
        }
    }

    private func result(of call: ToolCall, round: Int, time: TimeSource) async throws -> ToolCallResult {
        var result = ToolCallResult(
            name: call.name,
            arguments: call.function.arguments,
            result: .null,
            type: .schema,
            id: call.id,
            isError: false,
            duration: .zero,
            round: round
        )
        guard let tool = tools[call.name], let body = tool.body else {
            if declared.contains(call.name) {
                capture(&result, call)
            } else {
                result.result = .string("The tool `\(call.name)` was not found.")
                result.type = .program
                result.isError = true
            }
            return result
        }
        result.type = tool.kind
        let arguments = Data(call.argumentsText.utf8)
        let limit = tool.timeout ?? timeout
        let start = time.elapsed()
        do {
            result.result = try await time.run(within: limit, orThrow: ToolTimeout(limit: limit)) {
                try await body(arguments)
            }
        } catch {
            try Task.checkCancellation()
            result.result = .string((error as? any LocalizedError)?.errorDescription ?? "\(error)")
            result.isError = true
        }
        result.duration = time.elapsed() - start
        return result
    }
}

extension Toolbox {
    /// Captures a call that has no implementation. Arguments that are not valid JSON, for instance because the response
    /// was truncated, are kept as a string and reported as an error.
    private func capture(_ result: inout ToolCallResult, _ call: ToolCall) {
        do {
            result.result = try JSONValue(parsing: call.argumentsText)
        } catch {
            result.result = .string(call.function.arguments)
            result.isError = true
        }
    }
}

extension ToolCall {
    /// The arguments as JSON; models send an empty string for a call without arguments.
    fileprivate var argumentsText: String {
        function.arguments.allSatisfy(\.isWhitespace) ? "{}" : function.arguments
    }
}

/// A tool's timeout, worded for the model.
private struct ToolTimeout: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "The tool timed out after \(limit.roundedSeconds) s." }
}
