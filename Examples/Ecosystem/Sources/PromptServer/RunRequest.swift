import Foundation
import Hummingbird
import NIOCore
import NIOFoundationCompat
import TchaviPrompts

/// The body of `POST /run`:
///
/// ```json
/// {
///   "prompt": "support-reply",
///   "input": "Where is my order?",
///   "variables": {"customer": "Ada"},
///   "user": "user-42",
///   "tags": {"plan": "enterprise"}
/// }
/// ```
///
/// Only `prompt` is required. `user` decides between the arms of a split.
struct RunRequest: Decodable {
    var prompt: String
    var input: String?
    var variables: [String: String] = [:]
    var user: String?
    var tags: [String: String] = [:]

    private enum CodingKeys: CodingKey {
        case prompt, input, variables, user, tags
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        prompt = try container.decode(String.self, forKey: .prompt)
        input = try container.decodeIfPresent(String.self, forKey: .input)
        variables = try container.decodeIfPresent([String: String].self, forKey: .variables) ?? [:]
        user = try container.decodeIfPresent(String.self, forKey: .user)
        tags = try container.decodeIfPresent([String: String].self, forKey: .tags) ?? [:]
    }

    /// Reads the body of a request.
    ///
    /// - Parameter body: The body, whatever its content type says.
    /// - Throws: ``Failure`` with status 400.
    init(_ body: ByteBuffer) throws {
        do {
            self = try JSONDecoder().decode(RunRequest.self, from: Data(buffer: body))
        } catch let error as DecodingError {
            throw Failure(.badRequest, code: "invalidRequest", message: error.explanation)
        }
    }

    /// Returns the query for a prompt's version.
    ///
    /// - Parameter deploymentVariables: The variables that the server sets, which the request's tags do not replace.
    /// - Returns: The query.
    /// - Throws: ``Failure`` with status 400 if a tag would pin a version: a client is not to run drafts.
    func query(adding deploymentVariables: [String: String]) throws -> PromptQuery {
        guard tags[PromptQuery.versionField] == nil else {
            throw Failure(
                .badRequest,
                code: "invalidRequest",
                message: "`\(PromptQuery.versionField)` is not a tag: the server selects the version."
            )
        }
        var query = PromptQuery()
        for (name, value) in tags { query = query.tag(name, value) }
        for (name, value) in deploymentVariables { query = query.deploymentVariable(name, value) }
        if let user { query = query.bucketed(by: user) }
        return query
    }
}

extension DecodingError {
    /// What is wrong with the JSON, in one sentence.
    fileprivate var explanation: String {
        switch self {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` has a value of the wrong type."
        default: "The body is not valid JSON."
        }
    }
}
