import Foundation
import NIOCore
import NIOPosix

/// Answers every request on 127.0.0.1 with the same chat completion and keeps the connections open.
///
/// It shares the processor with what is measured, so it does as little as it can: on one thread, and without reading more
/// of a request than its length.
struct CannedServer {
    let baseURL: URL

    init() async throws {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CannedResponseHandler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        var components = URLComponents()
        components.scheme = "http"
        components.host = "127.0.0.1"
        components.port = channel.localAddress?.port
        guard let url = components.url else { throw URLError(.badURL) }
        baseURL = url
    }
}

private final class CannedResponseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let response: ByteBuffer = {
        let fields = "Content-Type: application/json\r\nx-request-id: req-1\r\nContent-Length: \(completion.utf8.count)"
        return ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n\(completion)")
    }()

    private static let completion = """
        {"id":"chatcmpl-9x1","object":"chat.completion","created":1767600000,"model":"gpt-4o-mini",\
        "choices":[{"index":0,"message":{"role":"assistant","content":"Your order left our warehouse this morning. \
        It should arrive on Thursday between nine and noon; the carrier will write to you an hour before."},\
        "finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":31,"total_tokens":55},\
        "tchavi":{"tier":"STANDARD","model_type":"CHAT","mode":"auto","mode_effective":"auto","credits_used":0.42,\
        "credits_remaining":99.58}}
        """

    private var received = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        while let length = received.withUnsafeReadableBytes(Self.requestLength), length <= received.readableBytes {
            received.moveReaderIndex(forwardBy: length)
            context.writeAndFlush(wrapOutboundOut(Self.response), promise: nil)
        }
        received.discardReadBytes()
    }

    /// The length of the first request, or `nil` while its headers are incomplete.
    private static func requestLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var bodyLength = 0
        var lineStart = 0
        for position in bytes.indices where bytes[position] == UInt8(ascii: "\n") {
            let line = UnsafeRawBufferPointer(rebasing: bytes[lineStart..<position])
            if line.count <= 1 { return position + 1 + bodyLength }
            let name = "content-length:".utf8
            if line.count > name.count, zip(line, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                bodyLength = line.dropFirst(name.count).reduce(0) { length, byte in
                    (0x30...0x39).contains(byte) ? length * 10 + Int(byte - 0x30) : length
                }
            }
            lineStart = position + 1
        }
        return nil
    }
}
