import Foundation
import Tchavi

extension LocalAccounts {
    /// An account with its keys, usage logs, payments and sessions.
    struct Account: Sendable {
        let id: String
        var email: String
        var name: String?
        var isVerified = false
        var credits: Decimal
        let createdAt: Date
        var password: String
        var keys: [Key] = []
        var logs: [Log] = []
        var payments: [Payment] = []
        var accessTokens: [String: Date] = [:]
        var refreshTokens: Set<String> = []

        var json: JSONValue {
            [
                "id": .string(id), "email": .string(email), "name": .stringOrNull(name), "role": "USER",
                "status": "ACTIVE", "emailVerified": .boolean(isVerified), "creditsBalance": credits.json,
                "createdAt": .date(createdAt),
            ]
        }
    }

    struct Key: Sendable {
        let id: String
        let secret: String
        var settings: APIKeyParameters
        var isRevoked = false
        var lastUsedAt: Date?
        let createdAt: Date

        var prefix: String { String(secret.prefix(12)) }

        var json: JSONValue {
            [
                "id": .string(id), "keyPrefix": .string(prefix), "label": .stringOrNull(settings.label),
                "status": isRevoked ? "REVOKED" : "ACTIVE", "allowedIps": settings.allowedIPs?.json ?? .null,
                "allowedEndpoints": settings.allowedEndpoints?.json ?? .null,
                "expiresAt": settings.expiresAt?.json ?? .null, "lastUsedAt": lastUsedAt.map { .date($0) } ?? .null,
                "createdAt": .date(createdAt),
            ]
        }
    }

    struct Log: Sendable {
        let id: String
        let keyPrefix: String?
        let endpoint: String
        let model: String
        let usage: TokenUsage
        let charged: Decimal
        let errorCode: String?
        let createdAt: Date

        var json: JSONValue {
            let status = errorCode == nil ? "SUCCESS" : errorCode == "rate_limit_exceeded" ? "RATE_LIMITED" : "ERROR"
            return [
                "id": .string(id), "apiKeyPrefix": .stringOrNull(keyPrefix), "endpoint": .string(endpoint),
                "model": .string(model), "promptTokens": usage.promptTokens.json,
                "completionTokens": usage.completionTokens.json, "totalTokens": usage.totalTokens.json,
                "creditsCharged": charged.json, "latencyMs": 1, "status": .string(status),
                "errorCode": .stringOrNull(errorCode), "createdAt": .date(createdAt),
            ]
        }
    }

    struct Payment: Sendable {
        let id: String
        let pack: JSONValue
        var isCompleted: Bool { completedAt != nil }
        let createdAt: Date
        var completedAt: Date?

        var credits: Decimal { pack["credits"].flatMap { Decimal(scalar: $0) } ?? 0 }

        var json: JSONValue {
            [
                "id": .string(id), "packId": pack["id"] ?? .null, "packName": pack["name"] ?? .null,
                "amount": pack["price"] ?? .null, "currency": pack["currency"] ?? .null, "provider": "PAWAPAY",
                "status": isCompleted ? "COMPLETED" : "PENDING", "creditsGranted": credits.json,
                "createdAt": .date(createdAt), "completedAt": completedAt.map { .date($0) } ?? .null,
            ]
        }
    }
}

extension JSONValue {
    /// A string, or `null`.
    static func stringOrNull(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    static func date(_ date: Date) -> JSONValue { Timestamp(date).json }
}
