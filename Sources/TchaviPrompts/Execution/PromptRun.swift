import Foundation
import Tchavi

/// The state of a run: the request to send next, and the response so far.
struct PromptRun: Sendable {
    /// The next request to send.
    private(set) var request: ChatRequest
    /// Whether the model has responded without requesting tools, or the call of a captured tool has ended the run.
    private(set) var isComplete = false
    let gateway: TchaviClient
    let toolbox: Toolbox

    /// The response so far, but for the messages.
    private var result: PromptResponse
    private var transcript: Transcript
    /// The messages before those of the transcript.
    private var context: [ChatMessage]
    /// The index in these of the first message of the history.
    private let historyStart: Int
    /// The round in progress, from 1.
    private(set) var round = 1
    /// How many times the model was asked to repair its response.
    private(set) var repairs = 0
    private var remainingModels: ArraySlice<String>
    let options: RunOptions
    let promptID: String
    private let start: Duration

    init(prompt: Prompt, resolution: Resolution, options: RunOptions, start: Duration) throws {
        guard let gateway = prompt.gateway else { throw TchaviError.noGateway(prompt.promptID) }
        let tools = options.tools + prompt.tools
        try prompt.checkTools(of: resolution.request, registered: tools, options)
        self.gateway = gateway
        self.options = options
        self.start = start
        promptID = prompt.promptID
        request = resolution.request
        remainingModels = options.alternativeModels[...]
        let newMessages = resolution.userMessage.map { [$0] } ?? []
        context = resolution.messages.dropLast(newMessages.count)
        historyStart = resolution.historyStart
        transcript = Transcript(newMessages, after: context, echoedFields: options.echoedFields)
        toolbox = Toolbox(
            tools: tools,
            declared: resolution.request.tools ?? [],
            options: options,
            time: gateway.pipeline.time
        )
        result = PromptResponse(
            id: "",
            provider: prompt.provider,
            model: resolution.request.model,
            choices: [],
            usage: PromptUsage(),
            modelParams: prompt.modelParameters.merging(options.modelParameters) { $1 },
            toolCallResults: [],
            resolvedMessages: options.includesResolvedMessages ? resolution.messages : nil,
            selection: prompt.selection,
            contentHash: resolution.contentHash
        )
    }

    /// The response so far.
    var response: PromptResponse {
        var response = result
        response.newMessages = transcript.messages
        return response
    }

    /// The time since the run began.
    var duration: Duration { gateway.pipeline.time.elapsed() - start }

    /// The time that the run has left; `nil` for no limit.
    private var remaining: Duration? { options.deadline.map { $0 - duration } }

    /// The ids of the calls of the rounds before this one.
    var callIdentities: CallIdentities { transcript.identities }

    /// Whether the run's deadline has passed.
    var isOverdue: Bool { remaining.map { $0 <= .zero } ?? false }

    /// Whether the model has been called.
    var hasCalled: Bool { !result.attempts.isEmpty }

    /// Records when the first text or tool call of a stream arrives.
    ///
    /// - Parameter latency: The time spent waiting for the model in this round.
    mutating func recordFirstToken(after latency: Duration) {
        guard result.usage.timeToFirstToken == nil else { return }
        result.usage.timeToFirstToken = result.usage.latency + latency
    }

    // MARK: A round

    /// Sends the request and waits for the whole completion; tries the alternative models; runs the tools.
    mutating func completeRound() async throws {
        let time = gateway.pipeline.time
        let options = try await callOptions(streaming: false)
        let start = time.elapsed()
        let completion: ChatCompletion
        do {
            completion = try await gateway.chat.complete(request, options: options)
        } catch {
            return try await recover(from: error, partial: nil, latency: time.elapsed() - start)
        }
        let calls = try receive(completion, latency: time.elapsed() - start)
        if !calls.isEmpty { _ = try await runTools(calls) }
    }

    /// Checks the limits, and returns the options of the next call.
    ///
    /// The isolation is passed explicitly here and below, because optimized builds of Swift 6.3.1 may otherwise not return
    /// to the caller's actor from a function whose last await is of one that leaves it.
    mutating func callOptions(
        streaming: Bool,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> RequestOptions {
        try Task.checkCancellation()
        try checkLimits()
        var call = options.requestOptions
        let key = call.idempotencyKey ?? call.headers[.idempotencyKey]
        call.headers[.idempotencyKey] = nil
        call.idempotencyKey = nil
        if let key {
            call.idempotencyKey = await Self.idempotencyKey(
                [.string(key), .integer(Int64(round)), .string(attemptKind)],
                request,
                streaming: streaming
            )
        }
        if streaming {
            call.streamDeadline = remaining
        } else if let remaining {
            call.deadline = min(call.deadline ?? gateway.configuration.deadline ?? remaining, remaining)
        }
        return call
    }

    private var attemptKind: String {
        if remainingModels.count < options.alternativeModels.count { return "alternative" }
        return repairs > 0 ? "repair" : "call"
    }

    /// The key of one call, so that no key is sent with two bodies.
    @concurrent
    private static func idempotencyKey(_ parts: [JSONValue], _ request: ChatRequest, streaming: Bool) async -> String {
        let body = SHA256.hexadecimal(request.body(streaming: streaming).canonical())
        return SHA256.hexadecimal(JSONValue.array(parts + [.string(body)]).canonical())
    }

    /// Adds a round's completion to the response.
    ///
    /// - Returns: The tool calls to run; empty if the run is complete.
    mutating func receive(_ completion: ChatCompletion, latency: Duration) throws(PromptError) -> [ToolCall] {
        recordAttempt(completion, latency: latency, failure: nil)
        result.usage.add(completion)
        var completion = completion
        // Of several choices, the first one counts, as in a stream.
        completion.choices.sort { $0.index < $1.index }
        if !completion.choices.isEmpty {
            transcript.identifyCalls(of: &completion.choices[0].message, round: round)
        }
        record(completion)
        let message = completion.choices.first?.message
        if let message { transcript.append(message, isComplete: true) }
        guard let calls = message?.toolCalls, !calls.isEmpty else {
            isComplete = true
            return []
        }
        // A captured call ends the run after this round, so it needs no further one.
        guard round <= options.maxToolRounds || calls.contains(where: toolbox.captures) else { throw tooManyRounds() }
        return calls
    }

    /// Runs a round's tools, and adds their results to the response and to the next request.
    mutating func runTools(_ calls: [ToolCall]) async throws -> [ToolCallResult] {
        let results = await toolbox.results(of: calls, round: round, within: remaining)
        result.toolCallResults += results
        transcript.append(results, capturedText: options.capturedCallText)
        isComplete = calls.contains(where: toolbox.captures)
        try Task.checkCancellation()
        if !isComplete {
            // A tool choice that forces a call is for the first round only; otherwise every round would have to call tools.
            if case .required = request.toolChoice { request.toolChoice = .auto }
            if case .function = request.toolChoice { request.toolChoice = .auto }
            beginNextRound()
        }
        return results
    }

    /// Asks the model once more, because its response cannot be used.
    mutating func repair(_ repair: Repair) throws(PromptError) {
        guard round <= options.maxToolRounds else { throw tooManyRounds() }
        if let id = repair.callID {
            transcript.replaceResult(of: id, with: repair.text)
        } else {
            transcript.append(request: .user(.text(repair.text)))
        }
        repairs += 1
        isComplete = false
        beginNextRound()
    }

    private mutating func beginNextRound() {
        round += 1
        request.messages = context + transcript.messages
    }

    // MARK: Records

    private mutating func recordAttempt(_ completion: ChatCompletion?, latency: Duration, failure: (any Error)?) {
        result.usage.latency += latency
        result.attempts.append(
            ModelAttempt(
                round: round,
                model: request.model,
                completionID: completion.flatMap { $0.id.isEmpty ? nil : $0.id },
                usage: completion?.usage,
                latency: latency,
                failure: (failure as? TchaviError).map {
                    ModelAttempt.Failure($0.code, statusCode: $0.statusCode, message: $0.message)
                }
            )
        )
    }

    /// Records a call that failed, with what had arrived.
    mutating func recordFailure(_ error: any Error, partial: ChatCompletion?, latency: Duration) {
        recordAttempt(partial, latency: latency, failure: error)
        if partial != nil || (error as? TchaviError)?.mayHaveBeenCharged ?? true { result.usage.add(partial) }
        // What had arrived may be headers alone.
        guard var partial, !partial.choices.isEmpty else { return }
        // The calls of a message that was finished are whole, whatever was to follow it.
        let isComplete = partial.choices[0].finishReason != nil
        if isComplete { transcript.identifyCalls(of: &partial.choices[0].message, round: round) }
        record(partial)
        transcript.append(partial.choices[0].message, isComplete: isComplete)
    }

    /// Ends the messages so that they can be sent.
    mutating func closeTranscript() { transcript.closeOpenCalls() }

    /// Replaces the model by the next alternative.
    ///
    /// - Returns: Whether there was one.
    mutating func useNextModel(isolation: isolated (any Actor)? = #isolation) async -> Bool {
        guard let model = remainingModels.popFirst() else { return false }
        request.model = model
        result.model = model
        transcript.removeEchoedFields()
        for index in context.indices.dropFirst(historyStart) { context[index] = context[index].withoutAdditionalFields }
        request.messages = context + transcript.messages
        if round == 1 { result.contentHash = await Self.contentHash(of: request) }
        return true
    }

    @concurrent
    private static func contentHash(of request: ChatRequest) async -> String { request.contentHash }

    /// Replaces what the response has of the last completion.
    private mutating func record(_ completion: ChatCompletion) {
        result.id = completion.id
        if !completion.model.isEmpty { result.model = completion.model }
        result.choices = completion.choices
        result.additionalFields = completion.additionalFields.filter { !PromptResponse.ownFields.contains($0.key) }
        if let fingerprint = completion.systemFingerprint {
            result.additionalFields["systemFingerprint"] = .string(fingerprint)
        }
    }
}
