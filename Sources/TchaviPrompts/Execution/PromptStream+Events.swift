import Tchavi

extension PromptStream {
    /// The events of a run, and the state between them.
    ///
    /// Not `Sendable`: it belongs to the task that iterates. Releasing it before the run's end abandons the run.
    final class Events {
        /// `nil` before the first event and after the last.
        private var report: RunReport?
        private var hasBegun = false
        private var isWaiting = false
        private var chat: ChatCompletionStream.Iterator?
        private var pending: ArraySlice<Event> = []
        /// The number of tool calls of this round that have an event.
        private var startedCalls = 0
        /// The ids of the calls so far, those with an event among them.
        private var identities: CallIdentities?
        /// The time spent waiting for the model in this round.
        private var roundLatency = Duration.zero

        deinit {
            // What had arrived of a completion belongs to the response of an abandoned run.
            guard let chat, let report else { return }
            report.run?.recordFailure(CancellationError(), partial: chat.completion, latency: roundLatency)
        }

        func next(
            of stream: PromptStream,
            isolation: isolated (any Actor)? = #isolation
        ) async throws -> Event? {
            guard !isWaiting else {
                throw TchaviError(
                    .invalidRequest,
                    "A copy of the iterator is waiting for the next event.",
                    advice: "Iterate in one task, and pass the events on."
                )
            }
            isWaiting = true
            defer { isWaiting = false }
            if !hasBegun {
                hasBegun = true
                guard stream.singlePass.take() else { throw TchaviError.iteratedTwice("The stream of a run") }
                report = RunReport(stream.prompt) { [last = stream.lastResponse] response in
                    last.withLock { $0 = response }
                }
            }
            while true {
                if let event = pending.popFirst() { return event }
                guard let report else { return nil }
                do {
                    if report.run == nil { report.run = try await report.prompt.start(stream.input) }
                    try await proceed(report)
                } catch {
                    // Continuing after an error would send, and bill, the request again.
                    self.report = nil
                    chat = nil
                    throw report.failed(error)
                }
            }
        }

        private func proceed(_ report: RunReport) async throws {
            guard var iterator = try await iterator(report), let time = report.run?.gateway.pipeline.time else {
                return
            }
            let start = time.elapsed()
            let event: ChatCompletionStream.Event?
            do {
                event = try await iterator.next()
            } catch {
                let latency = roundLatency + time.elapsed() - start
                roundLatency = .zero
                startedCalls = 0
                identities = nil
                // That of the error may be a completion that came instead of a stream.
                let partial =
                    (error as? TchaviError)?.partialCompletion ?? iterator.headers.map { _ in iterator.completion }
                return try await report.run?.recover(from: error, partial: partial, latency: latency) ?? ()
            }
            roundLatency += time.elapsed() - start
            switch event {
            case .chunk(let chunk):
                addEvents(of: chunk, iterator.toolCalls, report)
                chat = iterator
            case .metadata: chat = iterator
            case nil:
                addEvents(of: iterator.toolCalls, isComplete: true, report)
                // The iterator has ended: asked once more, after these events, it returns `nil` again.
                if pending.isEmpty { try await endRound(report, iterator.completion) } else { chat = iterator }
            }
        }

        /// The iterator of the round in progress, taken out so that the completion it has collected so far is not copied
        /// with every chunk.
        private func iterator(_ report: RunReport) async throws -> ChatCompletionStream.Iterator? {
            if let iterator = chat.take() { return iterator }
            guard let options = try await report.run?.callOptions(streaming: true), let run = report.run else {
                return nil
            }
            return run.gateway.chat.stream(run.request, options: options).makeAsyncIterator()
        }

        private func addEvents(of chunk: ChatCompletionChunk, _ calls: [ToolCallDelta], _ report: RunReport) {
            if !chunk.text.isEmpty { pending.append(.text(chunk.text)) }
            addEvents(of: calls, isComplete: false, report)
        }

        /// Adds the events of calls whose names have arrived. Until all have, a call without a name holds up those after it,
        /// so that the events are in order.
        private func addEvents(of calls: [ToolCallDelta], isComplete: Bool, _ report: RunReport) {
            for call in calls.dropFirst(startedCalls) {
                let name = call.name ?? ""
                if name.isEmpty, !isComplete { break }
                startedCalls += 1
                guard !name.isEmpty, var identities = identities ?? report.run?.callIdentities else { continue }
                let id = identities.id(call.id ?? "", round: report.run?.round ?? 1, index: startedCalls - 1)
                self.identities = identities
                pending.append(.toolCall(ToolCallStart(name: name, id: id)))
            }
            if !pending.isEmpty { report.run?.recordFirstToken(after: roundLatency) }
        }

        private func endRound(_ report: RunReport, _ completion: ChatCompletion) async throws {
            startedCalls = 0
            identities = nil
            let latency = roundLatency
            roundLatency = .zero
            if let calls = try report.run?.receive(completion, latency: latency), !calls.isEmpty {
                let results = try await report.run?.runTools(calls) ?? []
                pending += results.map { .toolResult($0) }
            }
            guard report.run?.isComplete == true else { return }
            pending.append(.response(report.completed()))
            self.report = nil
        }
    }
}
