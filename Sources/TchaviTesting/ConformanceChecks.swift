import Foundation
import Tchavi

/// The checks of one transport, with the violations found so far.
struct ConformanceChecks {
    let transport: any HTTPTransport
    let peer: TransportConformance.Peer
    var violations: [TransportConformance.Violation] = []

    private struct Finding: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// The time limit of a check, far above what a conforming transport needs.
    private static let timeout = Duration.seconds(20)

    mutating func run() async {
        await check("The request and its response arrive unchanged", echo)
        await check("A call that is cancelled before it begins is not sent", cancelledBefore)
        await check("Cancelling works while the response headers are awaited", cancelledHeaders)
        await check("The response is returned before its body is complete, and chunks as they arrive", streams)
        await check("Reading a body in a cancelled task throws CancellationError promptly", cancelledBody)
        await check("Dropping the body's iterator ends the request", dropped)
        await check("Reading a body beyond the limit is a transport error", large)
        await check("A large body arrives completely", wholeLarge)
        await check("A redirect to another origin is not followed", redirect)
        await check("A redirect without a location is a response", redirectWithoutLocation)
        await check("An interim response is skipped", interim)
        await check("A 401 with a challenge is a response", challenge)
        await check("A connection reset in the body is a transport error", reset)
        await check("A refused connection is a failure to connect", refused)
        await check("A call after these checks works", echo)
    }

    private mutating func check(_ rule: String, _ body: @escaping @Sendable () async throws -> Void) async {
        do {
            try await TimeSource(ContinuousClock()).run(
                within: Self.timeout,
                orThrow: Finding("it did not finish within \(Self.timeout)"),
                body
            )
        } catch let finding as Finding {
            violations.append(.init(rule: rule, finding: finding.text))
        } catch {
            violations.append(.init(rule: rule, finding: "it threw \(error)"))
        }
    }

    private var echo: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.echo else { return }
            let response = try await transport.send(request)
            let body = String(decoding: try await response.body.collect(upTo: 1000), as: UTF8.self)
            guard response.status == 200, response.headers["x-answer"] == "yes" else {
                throw Finding("the status was \(response.status) and the headers were \(response.headers)")
            }
            guard body == "POST Grüße body" else { throw Finding("the server received `\(body)`") }
        }
    }

    private var cancelledBefore: @Sendable () async throws -> Void {
        { [transport, peer] in
            let count = peer.silentRequests?()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await transport.send(peer.silent)
            }
            try await Self.expectCancellation { try await task.value }
            // A request that was sent all the same needs time to arrive: as much as a later one and its response.
            if let echo = peer.echo { _ = try await transport.send(echo).body.collect(upTo: 1000) }
            guard peer.silentRequests?() == count else { throw Finding("the request was sent") }
        }
    }

    private var cancelledHeaders: @Sendable () async throws -> Void {
        { [self] in
            let count = peer.silentRequests?() ?? 0
            let hasEnded = Locked(false)
            let task = Task {
                defer { hasEnded.withLock { $0 = true } }
                _ = try await transport.send(peer.silent)
            }
            defer { task.cancel() }
            if let silentRequests = peer.silentRequests {
                try await Self.wait(orFind: "the request did not arrive") {
                    silentRequests() > count || hasEnded.withLock { $0 }
                }
            } else {
                // Nothing tells when such a request has arrived.
                try await Task.sleep(for: .milliseconds(50))
            }
            task.cancel()
            try await Self.expectCancellation { try await task.value }
            try await expectClosedConnections()
        }
    }

    /// Waits until the server has no silent or endless request left. Idle connections may stay open.
    private func expectClosedConnections() async throws {
        guard let openRequests = peer.openRequests else { return }
        try await Self.wait(orFind: "the connection stayed open") { openRequests() == 0 }
    }

    private static func wait(orFind finding: String, until condition: () -> Bool) async throws {
        let start = ContinuousClock.now
        while !condition() {
            guard start.duration(to: .now) < timeout / 2 else { throw Finding(finding) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func expectCancellation(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            throw Finding("it threw \(error) instead of CancellationError")
        }
        throw Finding("it finished without an error")
    }

    private var streams: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.endless)
            for try await chunk in response.body {
                guard !chunk.isEmpty else { throw Finding("a chunk was empty") }
                return
            }
            throw Finding("the body ended without a chunk")
        }
    }

    private var cancelledBody: @Sendable () async throws -> Void {
        { [self] in
            let canBeCancelled = Locked(false)
            let task = Task {
                defer { canBeCancelled.withLock { $0 = true } }
                let response = try await transport.send(peer.endless)
                for try await _ in response.body {
                    canBeCancelled.withLock { $0 = true }
                    // Only reading the body may throw the CancellationError that is expected.
                    try? await Task.sleep(for: .microseconds(1))
                }
            }
            defer { task.cancel() }
            try await Self.wait(orFind: "no chunk arrived") { canBeCancelled.withLock { $0 } }
            task.cancel()
            try await Self.expectCancellation { try await task.value }
            try await expectClosedConnections()
        }
    }

    private var dropped: @Sendable () async throws -> Void {
        { [self] in
            let response = try await transport.send(peer.endless)
            for try await _ in response.body { break }
            try await expectClosedConnections()
        }
    }

    private var large: @Sendable () async throws -> Void {
        { [transport, peer] in
            let response = try await transport.send(peer.large)
            do {
                _ = try await response.body.collect(upTo: 1 << 20)
            } catch let error as TchaviError where error.code == .transport {
                return
            }
            throw Finding("the body was read completely")
        }
    }

    private var wholeLarge: @Sendable () async throws -> Void {
        { [transport, peer] in
            let count = try await transport.send(peer.large).body.collect(upTo: 64 << 20).count
            guard count >= 4 << 20 else { throw Finding("only \(count) bytes arrived") }
        }
    }

    private var redirect: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.redirect else { return }
            let response = try await transport.send(request)
            guard peer.redirectedRequests() == 0 else { throw Finding("the request was sent to the other origin") }
            guard response.status == 302 else { throw Finding("the status was \(response.status) instead of 302") }
        }
    }

    private var redirectWithoutLocation: @Sendable () async throws -> Void {
        // Foundation's session on Linux reports such a redirect without its body.
        { [self] in _ = try await body(of: peer.redirectWithoutLocation, withStatus: 302) }
    }

    private var interim: @Sendable () async throws -> Void {
        { [self] in
            guard let body = try await body(of: peer.interim, withStatus: 200) else { return }
            guard body == "final" else { throw Finding("the body was `\(body)`") }
        }
    }

    private var challenge: @Sendable () async throws -> Void {
        { [self] in
            guard let body = try await body(of: peer.challenge, withStatus: 401) else { return }
            guard body == "refused" else { throw Finding("the body was `\(body)`") }
        }
    }

    /// Sends a request and reads the response's body; `nil` if the peer does not have the request.
    private func body(of request: TransportRequest?, withStatus status: Int) async throws -> String? {
        guard let request else { return nil }
        let response = try await transport.send(request)
        guard response.status == status else {
            throw Finding("the status was \(response.status) instead of \(status)")
        }
        return String(decoding: try await response.body.collect(upTo: 1000), as: UTF8.self)
    }

    private var reset: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.reset else { return }
            do {
                _ = try await transport.send(request).body.collect(upTo: 1000)
            } catch let error as TchaviError where error.code == .transport {
                guard !error.isConnectFailure else { throw Finding("the error is a failure to connect") }
                return
            }
            throw Finding("the truncated body was returned without an error")
        }
    }

    private var refused: @Sendable () async throws -> Void {
        { [transport, peer] in
            guard let request = peer.refused else { return }
            do {
                _ = try await transport.send(request)
            } catch let error as TchaviError where error.isConnectFailure {
                return
            }
            throw Finding("it returned a response")
        }
    }
}
