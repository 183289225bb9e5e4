import Tchavi
import TchaviPrompts

/// Runs cases against a library.
struct CaseRunner: Sendable {
    let library: PromptLibrary
    /// Whether the library has a gateway that the cases may call.
    let callsModel: Bool

    /// Runs a case.
    ///
    /// - Throws: `CancellationError`.
    func run(_ test: PromptCase, _ result: inout CaseResult) async throws {
        let prompt: Prompt
        do {
            prompt = try await library.prompt(test.promptID, matching: test.query)
        } catch let error as PromptError {
            return check(error, test, &result)
        }
        result.version = prompt.version
        result.reason = prompt.selection.reason
        let needsMessages = test.expected.messages != nil || test.expected.failure != nil
        if needsMessages {
            do {
                let messages = try prompt.resolve(
                    test.input,
                    variables: test.variables,
                    images: test.images,
                    options: Self.options
                ).messages
                checkMessages(messages, test, &result)
            } catch {
                return check(error, test, &result)
            }
        }
        if test.expected.failure != nil {
            result.failures.append("Version \(prompt.version) was selected and resolved, but it was expected to fail.")
            return
        }
        checkSelection(prompt.selection, test, &result)
        try await checkResponse(of: prompt, test, &result)
    }

    private static let options = RunOptions(unregisteredTools: .capture)

    private func checkSelection(_ selection: Selection, _ test: PromptCase, _ result: inout CaseResult) {
        if let version = test.expected.version, version != selection.version {
            let expected = version.map { "version \($0)" } ?? "no version"
            result.failures.append("Expected \(expected), got \(selection).")
        }
        if let reason = test.expected.reason, reason != selection.reason {
            result.failures.append("Expected the reason `\(reason.rawValue)`, got `\(selection.reason.rawValue)`.")
        }
        if let deployment = test.expected.deploymentID, selection.deploymentID?.isSameText(as: deployment) != true {
            result.failures.append("Expected the deployment `\(deployment)`, got \(selection).")
        }
    }

    private func checkMessages(_ messages: [ChatMessage], _ test: PromptCase, _ result: inout CaseResult) {
        guard let expected = test.expected.messages else { return }
        if expected.count != messages.count {
            result.failures.append("Expected \(counted(expected.count, "message")), got \(messages.count).")
        }
        for (index, (expected, actual)) in zip(expected, messages).enumerated() where expected != actual {
            result.failures.append(
                "Message \(index): expected \(expected.json.serialized()), got \(actual.json.serialized())."
            )
        }
    }

    private func checkResponse(of prompt: Prompt, _ test: PromptCase, _ result: inout CaseResult) async throws {
        guard let expected = test.expected.response else { return }
        guard callsModel else {
            result.skipsResponse = true
            return
        }
        do {
            let response = try await prompt.run(
                test.input,
                variables: test.variables,
                images: test.images,
                options: Self.options
            )
            result.failures += expected.failures(of: response)
        } catch let error as CancellationError {
            throw error
        } catch {
            result.isUnavailable = Failure(error).code == .unavailable
            result.failures.append("The run failed: \(error)")
        }
    }

    /// Checks an error of selecting or resolving.
    private func check(_ error: PromptError, _ test: PromptCase, _ result: inout CaseResult) {
        if error.code == .noMatch, test.expected.version == .some(nil) {
            checkSelection(Selection(promptID: test.promptID, reason: .none), test, &result)
            return
        }
        guard let failure = test.expected.failure else {
            result.failures.append(error.message)
            return
        }
        if let code = failure, code != error.code {
            result.failures.append(
                "Expected the error `\(code.rawValue)`, got `\(error.code.rawValue)`: \(error.message)"
            )
        }
    }
}
