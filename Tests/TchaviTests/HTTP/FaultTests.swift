import Foundation
import TchaviTesting
import Testing

@testable import Tchavi

/// Faults over a real socket. After each one: the error, nothing left behind, and the next call works.
@Suite(.timeLimit(.minutes(10)))
struct FaultTests {
    private let transport = URLSessionTransport()

    /// A server whose first connection goes wrong, and whose next ones answer well.
    private func server(
        _ fault: @escaping @Sendable (LoopbackServer.Connection) throws -> Void
    ) throws -> LoopbackServer {
        let isFirst = Locked(true)
        return try LoopbackServer { connection in
            let goesWrong = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if goesWrong { return try fault(connection) }
            while try connection.receiveRequest() != nil {
                try connection.respond(
                    headers: ["Content-Type": "application/json"],
                    body: JSONValue.completion.serializedData()
                )
            }
        }
    }

    private func client(
        _ server: LoopbackServer,
        _ change: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) -> TchaviClient {
        var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
        configuration.transport = transport
        configuration.maximumResponseBytes = 1 << 20
        change(&configuration)
        return TchaviClient(.apiKey("sk-tch-fault"), configuration: configuration)
    }

    /// Makes a call that meets a fault, and checks that it leaves nothing behind.
    @discardableResult
    private func meet(
        _ server: LoopbackServer,
        change: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) async throws -> TchaviError {
        let client = client(server, change)
        let error = try #require(await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) })
        #expect(error.advice != nil)
        #expect(!error.description.contains("sk-tch-fault"))
        try await expectNothingLeft(server, client)
        return error
    }

    private func expectNothingLeft(_ server: LoopbackServer, _ client: TchaviClient) async throws {
        #expect(try await client.chat.complete(.hello).text == "Hi")
        while transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(2)) }
        // One connection is kept for the next call; the one that went wrong is gone.
        while server.openConnections > 1 { try await Task.sleep(for: .milliseconds(2)) }
    }

    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

    @Test func `A reset before the headers`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                connection.reset()
            }
        )
        #expect(error.code == .transport)
        #expect(error.attempts == 1)
    }

    @Test func `A reset in the headers`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Ty")
                connection.reset()
            }
        )
        #expect(error.code == .transport)
    }

    @Test func `A reset after the headers, and in the body`() async throws {
        for body in ["", "{\"id\":"] {
            let error = try await meet(
                server { connection in
                    _ = try connection.receiveRequest()
                    try connection.send(Self.head + "Content-Length: 100\r\n\r\n" + body)
                    Thread.sleep(forTimeInterval: 0.02)
                    connection.reset()
                }
            )
            #expect(error.code == .transport)
        }
    }

    @Test func `A truncated body`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.head + "Content-Length: 100\r\n\r\n{\"id\":")
            }
        )
        #expect(error.code == .transport)
    }

    @Test func `A Content-Length below the size of the body`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.head + "Content-Length: 5\r\n\r\n" + JSONValue.completion.serialized())
            }
        )
        #expect(error.code == .decoding)
    }

    @Test func `An invalid chunked encoding`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.head + "Transfer-Encoding: chunked\r\n\r\nnot a length\r\n{}\r\n0\r\n\r\n")
            }
        )
        #expect(error.code == .transport)
    }

    @Test func `A body that stalls`() async throws {
        let clock = TestClock()
        let stalled = AsyncStream.makeStream(of: Void.self)
        let server = try server { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.head + "Content-Length: 100\r\n\r\n{\"id\":")
            stalled.continuation.yield()
            connection.waitForClose()
        }
        let client = client(server) { $0.clock = clock }
        let task = Task { try await client.chat.complete(.hello) }
        for await _ in stalled.stream { break }
        await clock.whenSleeping()
        clock.advance(by: .seconds(60))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
        try await expectNothingLeft(server, client)
    }

    @Test func `A clock that jumps ends a call with a timeout, and affects no other`() async throws {
        let clock = TestClock()
        let server = try server { connection in
            _ = try connection.receiveRequest()
            connection.waitForClose()
        }
        let client = client(server) { $0.clock = clock }
        let task = Task { try await client.chat.complete(.hello) }
        await clock.whenSleeping()
        clock.advance(by: .seconds(86_400 * 365))
        let error = await #expect(throws: TchaviError.self) { _ = try await task.value }
        #expect(error?.code == .timeout)
        try await expectNothingLeft(server, client)
    }

    @Test func `A compressed body that exceeds the size limit`() async throws {
        let bomb = try #require(Data(base64Encoded: GzipBomb.base64))
        let server = try server { connection in
            _ = try connection.receiveRequest()
            try connection.respond(
                headers: ["Content-Encoding": "gzip", "Content-Type": "application/json"],
                body: bomb
            )
        }
        let error = try await meet(server)
        #expect(error.code == .transport)
        #expect(error.message.contains("1048576") == true)
    }

    @Test func `A hundred thousand headers`() async throws {
        let server = try server { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.head)
            for start in stride(from: 0, to: 100_000, by: 1000) {
                try connection.send((start..<start + 1000).map { "X-\($0): \($0)\r\n" }.joined())
            }
            try connection.send("Content-Length: 2\r\n\r\n{}")
        }
        let client = client(server)
        // Either they are refused or they are read; what must not happen is a crash, a hang, or a call lost.
        let error = await #expect(throws: TchaviError.self) { _ = try await client.chat.complete(.hello) }
        #expect(error?.code == .transport || error?.code == .decoding)
        try await expectNothingLeft(server, client)
    }

    @Test(arguments: [TransportMethod.get, .delete, .post, .patch])
    func `A kept-alive connection that closes after it has read the next request`(method: TransportMethod) async throws
    {
        let received = Counter()
        let server = try LoopbackServer { connection in
            guard try connection.receiveRequest() != nil else { return }
            received.add()
            try connection.respond(body: Data("{}".utf8))
            guard try connection.receiveRequest() != nil else { return }
            received.add()
        }
        for body in [JSONValue?.none, .some(["a": 1])] where body == nil || method != .get {
            let before = received.value
            // A session of its own, which has no connection of an earlier round.
            let transport = URLSessionTransport()
            let client = client(server) { $0.transport = transport }
            _ = try await client.send(Endpoint(method, "/x"), body: body)
            let second = await Result { () async throws in try await client.send(Endpoint(method, "/x"), body: body) }
            switch (method, body) {
            case (.post, _), (.patch, _), (.delete, _?):
                // Whatever has a body is not sent twice.
                guard case .failure(let error as TchaviError) = second else {
                    Issue.record("\(method) was answered")
                    continue
                }
                #expect(error.code == .transport)
                #expect(received.value == before + 2)
            default:
                // The session itself sends these again on a new connection: they do no harm.
                #expect(received.value == before + 3)
            }
            while transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    @Test(arguments: [(RetryBudget(), 210), (nil, 600)])
    func `Responses with 429 to 200 callers`(budget: RetryBudget?, requests: Int) async throws {
        let received = Counter()
        let server = try LoopbackServer { connection in
            while try connection.receiveRequest() != nil {
                received.add()
                try connection.respond(
                    status: 429,
                    headers: ["Content-Type": "application/json"],
                    body: Data("{}".utf8)
                )
            }
        }
        let client = client(server) {
            $0.clock = TestClock(skippingSleepsUpTo: .seconds(10))
            $0.timeout = nil
            $0.deadline = nil
            $0.retryBudget = budget
        }
        await withTaskGroup(of: TchaviError.Code?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do {
                        _ = try await client.chat.complete(.hello)
                        return nil
                    } catch {
                        return (error as? TchaviError)?.code
                    }
                }
            }
            for await code in group { #expect(code == .rateLimited) }
        }
        #expect(received.value == requests)
        while transport.runningRequests > 0 { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test func `The error of a redirect says why it is not followed`() async throws {
        let error = try await meet(
            server { connection in
                _ = try connection.receiveRequest()
                try connection.respond(status: 308, headers: ["Location": "http://127.0.0.1:1/v1/"], body: Data())
            }
        )
        #expect(error.statusCode == 308)
        #expect(error.advice?.contains("Redirects are not followed") == true)
    }
}

extension Result where Success: Sendable, Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
