/// Whether a key works.
public struct APIKeyStatus: OpenEnum, JSONScalar {
    /// The status's name on the wire.
    public let rawValue: String
    /// A status by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It works.
    public static let active: APIKeyStatus = "ACTIVE"
    /// It was revoked.
    public static let revoked: APIKeyStatus = "REVOKED"
    /// Its time is up.
    public static let expired: APIKeyStatus = "EXPIRED"
    /// It was suspended.
    public static let suspended: APIKeyStatus = "SUSPENDED"
}

/// An API key, without the key itself.
public struct APIKey: Sendable, Hashable, Identifiable {
    /// The key's id.
    public var id: String
    /// The key's first characters, to tell it from others.
    public var keyPrefix: String
    /// Your own name for it.
    public var label: String?
    /// Whether it works.
    public var status: APIKeyStatus
    /// The addresses it works from; `nil` for all.
    public var allowedIPs: [String]?
    /// The endpoints it works for; `nil` for all.
    public var allowedEndpoints: [String]?
    /// When it ends to work.
    public var expiresAt: Timestamp?
    /// When it was last used.
    public var lastUsedAt: Timestamp?
    /// When it was made.
    public var createdAt: Timestamp

    /// Makes a key, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - keyPrefix: The key's first characters, to tell it from others.
    ///   - label: Your own name for it.
    ///   - status: Whether it works.
    ///   - allowedIPs: The addresses it works from; `nil` for all.
    ///   - allowedEndpoints: The endpoints it works for; `nil` for all.
    ///   - expiresAt: When it ends to work.
    ///   - lastUsedAt: When it was last used.
    ///   - createdAt: When it was made.
    public init(
        id: String,
        keyPrefix: String,
        label: String? = nil,
        status: APIKeyStatus,
        allowedIPs: [String]? = nil,
        allowedEndpoints: [String]? = nil,
        expiresAt: Timestamp? = nil,
        lastUsedAt: Timestamp? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.keyPrefix = keyPrefix
        self.label = label
        self.status = status
        self.allowedIPs = allowedIPs
        self.allowedEndpoints = allowedEndpoints
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.createdAt = createdAt
    }
}

extension APIKey: JSONRepresentable {
    /// Reads `{id, keyPrefix, label?, status, allowedIps?, allowedEndpoints?, expiresAt?, lastUsedAt?, createdAt}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        keyPrefix = try object.required("keyPrefix")
        label = try object.optional("label")
        status = try object.required("status")
        allowedIPs = try object.optionalStrings("allowedIps")
        allowedEndpoints = try object.optionalStrings("allowedEndpoints")
        expiresAt = try object.optional("expiresAt")
        lastUsedAt = try object.optional("lastUsedAt")
        createdAt = try object.required("createdAt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("keyPrefix", keyPrefix)
        object.set("label", label)
        object.set("status", status)
        object.set("allowedIps", strings: allowedIPs)
        object.set("allowedEndpoints", strings: allowedEndpoints)
        object.set("expiresAt", expiresAt)
        object.set("lastUsedAt", lastUsedAt)
        object.set("createdAt", createdAt)
        return object.json
    }
}

/// An API key as it was made, with the key itself.
public struct NewAPIKey: Sendable, Hashable {
    /// What is known of the key from now on.
    public var apiKey: APIKey
    /// The key itself. The gateway shows it this once.
    public var key: Secret

    /// Makes a key, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - apiKey: What is known of the key.
    ///   - key: The key itself.
    public init(apiKey: APIKey, key: Secret) {
        self.apiKey = apiKey
        self.key = key
    }
}

extension NewAPIKey: JSONRepresentable {
    /// Reads a key with its `key`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        apiKey = try APIKey(json: json)
        var object = try JSONObject(json)
        key = Secret(try object.required("key"))
    }

    /// The API's JSON, a placeholder in place of the key.
    public var json: JSONValue {
        guard case .object(var members) = apiKey.json else { return apiKey.json }
        members["key"] = .string(Secret.placeholder)
        return .object(members)
    }
}

/// What an API key may do.
public struct APIKeyParameters: Sendable, Hashable {
    /// Your own name for it.
    public var label: String?
    /// The addresses it works from; `nil` for all.
    public var allowedIPs: [String]?
    /// The endpoints it works for; `nil` for all.
    public var allowedEndpoints: [String]?
    /// When it ends to work.
    public var expiresAt: Timestamp?

    /// Makes parameters.
    ///
    /// - Parameters:
    ///   - label: Your own name for it.
    ///   - allowedIPs: The addresses it works from; `nil` for all.
    ///   - allowedEndpoints: The endpoints it works for; `nil` for all.
    ///   - expiresAt: When it ends to work.
    public init(
        label: String? = nil,
        allowedIPs: [String]? = nil,
        allowedEndpoints: [String]? = nil,
        expiresAt: Timestamp? = nil
    ) {
        self.label = label
        self.allowedIPs = allowedIPs
        self.allowedEndpoints = allowedEndpoints
        self.expiresAt = expiresAt
    }
}

extension APIKeyParameters: JSONRepresentable {
    /// Reads `{label?, allowedIps?, allowedEndpoints?, expiresAt?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        label = try object.optional("label")
        allowedIPs = try object.optionalStrings("allowedIps")
        allowedEndpoints = try object.optionalStrings("allowedEndpoints")
        expiresAt = try object.optional("expiresAt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("label", label)
        object.set("allowedIps", strings: allowedIPs)
        object.set("allowedEndpoints", strings: allowedEndpoints)
        object.set("expiresAt", expiresAt)
        return object.json
    }
}

/// What the gateway says of a call that returns nothing else.
public struct Acknowledgement: Sendable, Hashable {
    /// The gateway's sentence.
    public var message: String

    /// Makes an acknowledgement, for tests and gateways of your own.
    ///
    /// - Parameter message: The gateway's sentence.
    public init(
        message: String
    ) {
        self.message = message
    }
}

extension Acknowledgement: JSONRepresentable {
    /// Reads `{message}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        message = try object.optional("message") ?? ""
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("message", message)
        return object.json
    }
}
