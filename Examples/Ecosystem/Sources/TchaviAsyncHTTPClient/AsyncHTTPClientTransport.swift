public import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
public import Tchavi

/// Sends requests through swift-server's AsyncHTTPClient: for servers on Linux, under load.
///
/// Unlike `URLSessionTransport` it has back-pressure: a response is received at the pace at which it is read, so that a
/// slow reader holds up its own stream and nothing waits in memory.
///
/// ```swift
/// var configuration = TchaviClient.Configuration()
/// configuration.transport = AsyncHTTPClientTransport()
/// let client = TchaviClient(.apiKey(key), configuration: configuration)
/// ```
public struct AsyncHTTPClientTransport: HTTPTransport {
    private let client: HTTPClient

    /// Uses a client that the program has made, and shuts down itself.
    ///
    /// - Parameter client: The client. Its own timeouts should leave the deadlines to Tchavi's, and it must not follow
    ///   redirects (`redirectConfiguration: .disallow`): the transport cannot forbid them.
    public init(_ client: HTTPClient = AsyncHTTPClientTransport.shared) {
        self.client = client
    }

    /// A client for the whole program, with ``configuration``.
    public static let shared = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)

    /// The settings of a client for this transport: it follows no redirects, asks for no compression, and allows 256
    /// connections to a host.
    public static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(30))
        // To try again is the caller's decision, and a refused port should not take the whole timeout to say so.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                try pipeline.addHandler(StatusCheck(), position: .after(decoder))
            }
        }
        return configuration
    }

    /// Fails a response whose status is below 100. AsyncHTTPClient takes it for an interim response, and traps when a
    /// body follows.
    private final class StatusCheck: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPClientResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .head(let head) = unwrapInboundIn(data), head.status.code < 100 {
                context.fireErrorCaught(HTTPParserError.invalidStatus)
            } else {
                context.fireChannelRead(data)
            }
        }
    }

    /// Sends a request and waits for the response headers.
    ///
    /// - Parameter request: The request, complete.
    /// - Returns: The response, its body to be read as it arrives.
    /// - Throws: `CancellationError`, or `TchaviError` of code `transport`.
    public func send(_ request: TransportRequest) async throws -> Tchavi.TransportResponse {
        try Task.checkCancellation()
        var outgoing = HTTPClientRequest(url: request.url.absoluteString)
        outgoing.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers.fields { outgoing.headers.add(name: name, value: value) }
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(data: body)) }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(outgoing, deadline: .distantFuture)
        } catch {
            throw Self.typed(error)
        }
        var headers = Tchavi.HeaderFields()
        for (name, value) in response.headers { headers.add(name, value) }
        return Tchavi.TransportResponse(
            status: Int(response.status.code),
            headers: headers,
            body: TransportBody(Chunks(body: response.body))
        )
    }

    /// The response's body, its errors in Tchavi's types.
    private struct Chunks: AsyncSequence, Sendable {
        typealias Element = Data
        typealias Failure = any Error

        let body: HTTPClientResponse.Body

        struct Iterator: AsyncIteratorProtocol {
            var iterator: HTTPClientResponse.Body.AsyncIterator

            mutating func next() async throws -> Data? {
                do {
                    try Task.checkCancellation()
                    return try await iterator.next(isolation: #isolation).map { Data(buffer: $0) }
                } catch {
                    throw AsyncHTTPClientTransport.typed(error)
                }
            }
        }

        func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator()) }
    }

    private static func typed(_ error: any Error) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        let reason = "The network failed: \(error)."
        switch error {
        case let error as HTTPClientError:
            if error == .cancelled { return CancellationError() }
            let unsent: [HTTPClientError] = [.connectTimeout, .getConnectionFromPoolTimeout]
            return unsent.contains(error) ? TchaviError.couldNotConnect(reason) : TchaviError.connectionLost(reason)
        case is NIOConnectionError: return TchaviError.couldNotConnect(reason)
        case let error as IOError where error.errnoCode == ECONNREFUSED: return TchaviError.couldNotConnect(reason)
        default: return TchaviError.connectionLost(reason)
        }
    }
}
