public import Foundation

/// How far a payment is.
public struct PaymentStatus: OpenEnum, JSONScalar {
    /// The status's name on the wire.
    public let rawValue: String
    /// A status by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It is under way.
    public static let pending: PaymentStatus = "PENDING"
    /// It is paid, and the credits are granted.
    public static let completed: PaymentStatus = "COMPLETED"
    /// It failed.
    public static let failed: PaymentStatus = "FAILED"
    /// It was paid back.
    public static let refunded: PaymentStatus = "REFUNDED"
}

/// Who carries out a payment.
public struct PaymentProvider: OpenEnum, JSONScalar {
    /// The provider's name on the wire.
    public let rawValue: String
    /// A provider by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Kkiapay.
    public static let kkiapay: PaymentProvider = "KKIAPAY"
    /// pawaPay.
    public static let pawapay: PaymentProvider = "PAWAPAY"
    /// Paystack.
    public static let paystack: PaymentProvider = "PAYSTACK"
    /// Stripe.
    public static let stripe: PaymentProvider = "STRIPE"
}

/// A payment for a pack of credits.
public struct Payment: Sendable, Hashable, Identifiable {
    /// The payment's id.
    public var id: String
    /// The pack's id.
    public var packID: String
    /// The pack's name.
    public var packName: String?
    /// What it costs, in its currency.
    public var amount: Decimal
    /// The currency, as ISO 4217 has it.
    public var currency: String
    /// Who carries it out.
    public var provider: PaymentProvider
    /// How far it is.
    public var status: PaymentStatus
    /// The credits that it grants.
    public var creditsGranted: Decimal
    /// When it was begun.
    public var createdAt: Timestamp
    /// When it was paid.
    public var completedAt: Timestamp?

    /// Makes a payment, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - id: The payment's id.
    ///   - packID: The pack's id.
    ///   - packName: The pack's name.
    ///   - amount: What it costs, in its currency.
    ///   - currency: The currency, as ISO 4217 has it.
    ///   - provider: Who carries it out.
    ///   - status: How far it is.
    ///   - creditsGranted: The credits that it grants.
    ///   - createdAt: When it was begun.
    ///   - completedAt: When it was paid.
    public init(
        id: String,
        packID: String,
        packName: String? = nil,
        amount: Decimal,
        currency: String,
        provider: PaymentProvider,
        status: PaymentStatus,
        creditsGranted: Decimal,
        createdAt: Timestamp,
        completedAt: Timestamp? = nil
    ) {
        self.id = id
        self.packID = packID
        self.packName = packName
        self.amount = amount
        self.currency = currency
        self.provider = provider
        self.status = status
        self.creditsGranted = creditsGranted
        self.createdAt = createdAt
        self.completedAt = completedAt
    }
}

extension Payment: JSONRepresentable {
    /// Reads `{id, packId, packName?, amount, currency, provider, status, creditsGranted, createdAt, completedAt?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        id = try object.required("id")
        packID = try object.required("packId")
        packName = try object.optional("packName")
        amount = try object.required("amount")
        currency = try object.required("currency")
        provider = try object.required("provider")
        status = try object.required("status")
        creditsGranted = try object.required("creditsGranted")
        createdAt = try object.required("createdAt")
        completedAt = try object.optional("completedAt")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("packId", packID)
        object.set("packName", packName)
        object.set("amount", amount)
        object.set("currency", currency)
        object.set("provider", provider)
        object.set("status", status)
        object.set("creditsGranted", creditsGranted)
        object.set("createdAt", createdAt)
        object.set("completedAt", completedAt)
        return object.json
    }
}

/// What is bought, and how it is paid.
public struct PaymentParameters: Sendable, Hashable {
    /// The pack's id.
    public var packID: String
    /// The payer's phone number, for mobile money.
    public var phone: String?
    /// The payer's mobile network, for mobile money.
    public var correspondent: String?

    /// Makes parameters.
    ///
    /// - Parameters:
    ///   - packID: The pack's id.
    ///   - phone: The payer's phone number, for mobile money.
    ///   - correspondent: The payer's mobile network, for mobile money.
    public init(
        packID: String,
        phone: String? = nil,
        correspondent: String? = nil
    ) {
        self.packID = packID
        self.phone = phone
        self.correspondent = correspondent
    }
}

extension PaymentParameters: JSONRepresentable {
    /// Reads `{packId, phone?, correspondent?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        packID = try object.required("packId")
        phone = try object.optional("phone")
        correspondent = try object.optional("correspondent")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("packId", packID)
        object.set("phone", phone)
        object.set("correspondent", correspondent)
        return object.json
    }
}

/// A payment that was begun.
public struct InitiatedPayment: Sendable, Hashable {
    /// The payment's id.
    public var paymentID: String
    /// How far it is.
    public var status: PaymentStatus
    /// Where the payer goes on.
    public var redirectURL: String?
    /// The provider's id of the deposit.
    public var depositID: String?

    /// Makes a payment, for tests and gateways of your own.
    ///
    /// - Parameters:
    ///   - paymentID: The payment's id.
    ///   - status: How far it is.
    ///   - redirectURL: Where the payer goes on.
    ///   - depositID: The provider's id of the deposit.
    public init(
        paymentID: String,
        status: PaymentStatus,
        redirectURL: String? = nil,
        depositID: String? = nil
    ) {
        self.paymentID = paymentID
        self.status = status
        self.redirectURL = redirectURL
        self.depositID = depositID
    }
}

extension InitiatedPayment: JSONRepresentable {
    /// Reads `{paymentId, status, redirectUrl?, depositId?}`.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` where something is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        var object = try JSONObject(json)
        paymentID = try object.required("paymentId")
        status = try object.required("status")
        redirectURL = try object.optional("redirectUrl")
        depositID = try object.optional("depositId")
    }

    /// The API's JSON.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("paymentId", paymentID)
        object.set("status", status)
        object.set("redirectUrl", redirectURL)
        object.set("depositId", depositID)
        return object.json
    }
}
