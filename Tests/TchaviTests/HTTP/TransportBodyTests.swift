import Foundation
import Testing

@testable import Tchavi

@Suite(.timeLimit(.minutes(10)))
struct TransportBodyTests {
    @Test func `A body that is cancelled after its end, and was not read, is not taken for an empty one`() async throws
    {
        let buffer = BodyBuffer(limit: .max, onCancel: {})
        #expect(buffer.write(Data("0123456789".utf8)))
        buffer.finish(nil)
        buffer.cancel(CancellationError())
        await #expect(throws: CancellationError.self) { _ = try await buffer.next() }
    }

    @Test func `A body that was read to its end stays at its end when it is cancelled`() async throws {
        let buffer = BodyBuffer(limit: .max, onCancel: {})
        #expect(buffer.write(Data("0123456789".utf8)))
        buffer.finish(nil)
        #expect(try await buffer.next()?.count == 10)
        buffer.cancel(CancellationError())
        #expect(try await buffer.next() == nil)
    }

    @Test func `A body that is cancelled while it ends is read as a whole, or not at all`() async throws {
        for _ in 0..<20_000 {
            let (body, writer) = TransportBody.buffered(limit: .max, onCancel: {})
            let reader = Task { try await body.collect(upTo: .max) }
            let writing = Task {
                writer.write(Data("0123456789".utf8))
                writer.finish()
            }
            reader.cancel()
            await writing.value
            switch await reader.result {
            case .success(let data): #expect(data.count == 10)
            case .failure(let error): #expect(error is CancellationError)
            }
        }
    }
}
