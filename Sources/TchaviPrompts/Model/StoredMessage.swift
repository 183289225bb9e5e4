import Tchavi

/// A message as it is stored: in the form of the chat API, or with that form within `payload`.
///
/// Maxim's API has sent both. Only the form of the chat API is written; the members beside `payload` are the server's own,
/// and no part of the message.
struct StoredMessage: JSONConvertible {
    let message: ChatMessage

    init(reading json: JSONValue) throws(JSONError) {
        guard json["content"] == nil, var payload = json["payload"]?.object else {
            message = try ChatMessage(json: json)
            try message.checkImageURLs()
            return
        }
        if payload["role"] == nil { payload["role"] = json["role"] }
        do {
            message = try ChatMessage(json: .object(payload))
            try message.checkImageURLs()
        } catch {
            throw error.inside(.member("payload"))
        }
    }

    var json: JSONValue { message.json }
}
