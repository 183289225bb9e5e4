import Foundation
import Tchavi
import TchaviTesting

/// A gateway that stops at a point of its response until it is released, and says when it was cancelled there.
struct HeldGateway: HTTPTransport {
    /// Where the gateway stops.
    enum Point {
        case beforeTheResponse
        /// After the chunk of the stream that contains this string.
        case after(String)
    }

    let gateway: LocalGateway
    let point: Point
    private let gate = AsyncStream.makeStream(of: Void.self)
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let cancellations = AsyncStream.makeStream(of: Void.self)

    init(_ gateway: LocalGateway, holdingAt point: Point) {
        self.gateway = gateway
        self.point = point
    }

    func release() { gate.continuation.finish() }

    func waitUntilHeld() async { for await _ in arrivals.stream { break } }

    func waitUntilCancelled() async { for await _ in cancellations.stream { break } }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let response = try await gateway.send(request)
        switch point {
        case .beforeTheResponse:
            try await hold()
            return response
        case .after(let string):
            let (chunks, continuation) = AsyncThrowingStream.makeStream(of: Data.self)
            let task = Task {
                do {
                    for try await chunk in response.body {
                        continuation.yield(chunk)
                        if String(decoding: chunk, as: UTF8.self).contains(string) { try await hold() }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
            return TransportResponse(status: response.status, headers: response.headers, body: TransportBody(chunks))
        }
    }

    private func hold() async throws {
        arrivals.continuation.yield()
        for await _ in gate.stream { break }
        if Task.isCancelled {
            cancellations.continuation.yield()
            throw CancellationError()
        }
    }
}
