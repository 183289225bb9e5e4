import Foundation
import Tchavi

extension JSONDecoder {
    /// Decodes what a model wrote: arguments of a tool, or a structured response.
    static func promptValue<Value: Decodable>(from data: Data) throws -> Value {
        // Refuses JSON that is nested so deep that decoding it could overflow the stack, and members of one name: of these,
        // decoders differ in which they read, so that what was checked would not be what is decoded.
        let bytes = Array(data)
        if let offset = try JSONPrefix(parsing: bytes, in: bytes.indices).repeatedNames.first {
            throw JSONError("a member has the name of an earlier one, at offset \(offset)")
        }
        _ = try JSONValue(parsing: data)
        return try prompts.decode(Value.self, from: data)
    }

    /// Reads ISO 8601 dates with or without fractional seconds, the form in which the results of tools are written.
    private static var prompts: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = Timestamp(text).date else {
                let context = DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected an ISO 8601 date and time"
                )
                throw DecodingError.dataCorrupted(context)
            }
            return date
        }
        return decoder
    }
}
