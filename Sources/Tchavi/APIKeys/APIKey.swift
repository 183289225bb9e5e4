/// Whether an API key is accepted.
public struct APIKeyStatus: OpenEnum {
    /// The status's name on the wire.
    public let rawValue: String
    /// Creates a status from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The key is accepted.
    public static let active: APIKeyStatus = "ACTIVE"
    /// The key was revoked by its owner.
    public static let revoked: APIKeyStatus = "REVOKED"
    /// The key's ``APIKey/expiresAt`` has passed.
    public static let expired: APIKeyStatus = "EXPIRED"
    /// The key was suspended by the gateway.
    public static let suspended: APIKeyStatus = "SUSPENDED"
}

/// The settings and the state of an API key, without the key itself.
public struct APIKey: Codable, Sendable, Hashable, Identifiable {
    /// The key's id, by which it is changed and revoked.
    public var id: String
    /// The key's first characters, by which to recognize it.
    public var keyPrefix: String
    /// Your own name for the key.
    public var label: String?
    /// Whether the key is accepted.
    public var status: APIKeyStatus
    /// The IP addresses from which the key is accepted; `nil` for all.
    public var allowedIPs: [String]?
    /// The endpoints for which the key is accepted; `nil` for all.
    public var allowedEndpoints: [String]?
    /// When the key expires; `nil` for never.
    public var expiresAt: Timestamp?
    /// When the key was last used.
    public var lastUsedAt: Timestamp?
    /// When the key was created.
    public var createdAt: Timestamp

    private enum CodingKeys: String, CodingKey {
        case id, keyPrefix, label, status, allowedEndpoints, expiresAt, lastUsedAt, createdAt
        case allowedIPs = "allowedIps"
    }
}

/// An API key that was just created, with the key itself.
public struct NewAPIKey: Sendable, Hashable, Identifiable {
    /// The settings and the state of the key.
    public var apiKey: APIKey
    /// The key itself. The gateway shows it only this once.
    public var key: Secret

    /// The key's id.
    public var id: String { apiKey.id }
}

extension NewAPIKey: Codable {
    private enum CodingKeys: String, CodingKey { case key }

    /// Decodes the fields of an ``APIKey``, and `key`.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error if a field is missing or of the wrong type.
    public init(from decoder: any Decoder) throws {
        apiKey = try APIKey(from: decoder)
        key = try decoder.container(keyedBy: CodingKeys.self).decode(Secret.self, forKey: .key)
    }

    /// Encodes the fields of an ``APIKey``, and a placeholder instead of the key.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        try apiKey.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .key)
    }
}

/// The settings of an API key that is created.
public struct APIKeyParameters: Codable, Sendable, Hashable {
    /// Your own name for the key.
    public var label: String?
    /// The IP addresses from which the key is accepted; `nil` for all.
    public var allowedIPs: [String]?
    /// The endpoints for which the key is accepted; `nil` for all.
    public var allowedEndpoints: [String]?
    /// When the key expires; `nil` for never.
    public var expiresAt: Timestamp?

    /// Creates settings; those that are `nil` are not sent.
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

    private enum CodingKeys: String, CodingKey {
        case label, allowedEndpoints, expiresAt
        case allowedIPs = "allowedIps"
    }
}

/// The settings of an API key that are changed. Its expiry cannot be changed.
public struct APIKeyChanges: Codable, Sendable, Hashable {
    /// Your own name for the key.
    public var label: String?
    /// The IP addresses from which the key is accepted.
    public var allowedIPs: [String]?
    /// The endpoints for which the key is accepted.
    public var allowedEndpoints: [String]?

    /// Creates changes; settings that are `nil` stay as they are.
    public init(label: String? = nil, allowedIPs: [String]? = nil, allowedEndpoints: [String]? = nil) {
        self.label = label
        self.allowedIPs = allowedIPs
        self.allowedEndpoints = allowedEndpoints
    }

    private enum CodingKeys: String, CodingKey {
        case label, allowedEndpoints
        case allowedIPs = "allowedIps"
    }
}

/// A response that contains only a message.
public struct Acknowledgement: Codable, Sendable, Hashable {
    /// The gateway's message; empty if it sent none.
    public var message: String

    init(message: String) { self.message = message }

    /// Decodes the message. It is empty if there is none: what the response acknowledges has been done.
    ///
    /// - Parameter decoder: The decoder to read from.
    public init(from decoder: any Decoder) {
        let container = try? decoder.container(keyedBy: CodingKeys.self)
        message = (try? container?.decodeIfPresent(String.self, forKey: .message)) ?? ""
    }
}
