import Foundation
import TchaviTesting

/// What the server writes to a connection.
enum Response {
    /// Answers as a gateway does.
    static func proper(to call: ReceivedCall, closing: Bool = false) -> Data {
        complete(body(of: call.kind), call.type, closing: closing)
    }

    private static func body(of kind: CallKind) -> String {
        switch kind {
        case .completion: completion
        case .stream: stream
        case .payment: #"{"paymentId":"pay_1","status":"PENDING"}"#
        case .deletion: #"{"message":"The API key was revoked."}"#
        }
    }

    /// Writes the response that has a fault.
    ///
    /// - Returns: Whether the connection stays open.
    static func write(_ fault: Fault, to call: ReceivedCall, on connection: LoopbackServer.Connection) throws -> Bool {
        func open(_ fields: String, _ rest: String) throws -> Bool {
            try connection.send("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n\(rest)")
            return false
        }
        func interim(_ status: String) throws -> Bool {
            try connection.send(Data("HTTP/1.1 \(status)\r\nLink: </a>\r\n\r\n".utf8) + proper(to: call))
            return true
        }
        func refusal(_ status: String, _ field: String = "X-Region: here") throws -> Bool {
            let body = #"{"error":{"message":"The gateway is in disorder."}}"#
            return try whole(body, "\(jsonType)\r\n\(field)", status: status)
        }
        func whole(_ body: String, _ fields: String, status: String = "200 OK") throws -> Bool {
            try connection.send(complete(body, fields, status: status))
            return true
        }
        switch fault {
        case .closedWithoutResponse, .closedWhenReused: return false
        case .closedAfterStatusLine:
            try connection.send("HTTP/1.1 200 OK\r\n")
            return false
        case .resetBeforeHeaders:
            connection.reset()
            return false
        case .resetAfterHeaders:
            connection.reset()
            return try open("\(jsonType)\r\nContent-Length: 1000", "{")
        case .truncatedBody: return try open("\(jsonType)\r\nContent-Length: 1000", body(of: call.kind))
        case .cutStream: return try open("\(streamType)\r\n\(chunked)", chunk(stream.prefix(250)))
        case .garbage:
            try connection.send(Data((0...255).map { UInt8($0) }))
            return false
        case .brokenChunking: return try open("\(call.type)\r\n\(chunked)", chunk("{") + "zz\r\n}\r\n")
        case .headerNotUTF8:
            let statusLine = Data("HTTP/1.1 200 OK\r\n".utf8)
            let field = Data("X-Region: caf".utf8) + [0xE9] + Data("\r\n".utf8)
            try connection.send(statusLine + field + proper(to: call).dropFirst(statusLine.count))
            return true
        case .oversizeHeader:
            return try open("X-Large: \(String(repeating: "a", count: 200_000))\r\nContent-Length: 0", "")
        case .compressionGarbage: return try whole("not compressed", "\(call.type)\r\nContent-Encoding: gzip")
        case .trailers:
            let body = chunk(body(of: call.kind))
            _ = try open("\(call.type)\r\n\(chunked)", body + "0\r\nX-Checksum: 1\r\n\r\n")
            return true
        case .maximumContentLength: return try open("\(call.type)\r\nContent-Length: \(Int64.max)", "{}")
        case .statusBelow100: return try !whole("{}", jsonType, status: "000 None")
        case .continueFirst: return try interim("100 Continue")
        case .processingFirst: return try interim("102 Processing")
        case .earlyHintsFirst: return try interim("103 Early Hints")
        case .basicChallenge: return try refusal("401 Unauthorized", #"WWW-Authenticate: Basic realm="gateway""#)
        case .tooManyRequests: return try refusal("429 Too Many Requests", "Retry-After: 0")
        case .badGateway: return try refusal("502 Bad Gateway", "Retry-After: 0")
        case .unavailable: return try refusal("503 Service Unavailable", "Retry-After: 0")
        case .internalError: return try refusal("500 Internal Server Error")
        case .redirectWithoutLocation: return try refusal("302 Found")
        case .redirectToUnusableHost: return try refusal("302 Found", "Location: //[::1]/")
        case .errorWithStatusCode429: return try whole(#"{"error":"Too many requests","statusCode":429}"#, jsonType)
        case .errorWithCode502:
            return try whole(#"{"error":{"message":"The provider failed.","code":502}}"#, jsonType)
        case .oversizeEvent:
            return try whole("data: \(String(repeating: "a", count: 200_000))\n\n" + stream, streamType)
        case .errorEvent: return try whole("event: error\ndata: {\"message\":\"The model failed.\"}\n\n", streamType)
        case .completionInsteadOfStream: return try whole(completion, jsonType)
        case .stall:
            let response = proper(to: call)
            try connection.send(response.dropLast(20))
            Thread.sleep(forTimeInterval: 0.05)
            try connection.send(response.suffix(20))
            return true
        }
    }

    static let jsonType = "Content-Type: application/json"
    static let streamType = "Content-Type: text/event-stream"
    private static let chunked = "Transfer-Encoding: chunked"

    private static func complete(
        _ body: String,
        _ fields: String,
        status: String = "200 OK",
        closing: Bool = false
    ) -> Data {
        let fields = closing ? "\(fields)\r\nConnection: close" : fields
        return Data("HTTP/1.1 \(status)\r\n\(fields)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    private static func chunk(_ text: some StringProtocol) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    private static let completion = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1767600000,"model":"gpt-4o-mini","choices":[{"index":0,\
        "message":{"role":"assistant","content":"In order."},"finish_reason":"stop"}]}
        """

    private static let stream = """
        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767600000,"model":"gpt-4o-mini",\
        "choices":[{"index":0,"delta":{"role":"assistant","content":"In order."},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767600000,"model":"gpt-4o-mini",\
        "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: [DONE]


        """
}
