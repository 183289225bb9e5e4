package import Foundation
package import Tchavi

extension PromptCatalogue {
    /// Reads saved responses of Maxim's API.
    ///
    /// - Parameters:
    ///   - prompts: The response with all prompts.
    ///   - folders: The response with all folders; `nil` for none.
    ///   - location: The name of the file with the prompts, for diagnostics.
    /// - Throws: `TchaviError` if one of the responses contains something else.
    package init(maximPrompts prompts: JSONValue, folders: JSONValue?, location: String) throws(TchaviError) {
        self = try MaximResponse(prompts, from: location)
            .catalogue(ofOne: nil, folders: MaximResponse(folders ?? ["data": []], from: "\(location): folders"))
    }
}

extension MaximSource {
    /// The URLs of a workspace's prompts and folders, for a program that fetches them itself.
    package static func documents(baseURL: URL = defaultBaseURL) -> (prompts: URL, folders: URL) {
        let endpoints = MaximEndpoints(baseURL)
        return (endpoints.prompts(), endpoints.folders)
    }
}
