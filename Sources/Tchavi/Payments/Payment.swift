public import Foundation

/// The state of a payment.
public struct PaymentStatus: OpenEnum {
    /// The status's name on the wire.
    public let rawValue: String
    /// Creates a status from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The payment is in progress.
    public static let pending: PaymentStatus = "PENDING"
    /// The payment succeeded, and the credits are granted.
    public static let completed: PaymentStatus = "COMPLETED"
    /// The payment failed.
    public static let failed: PaymentStatus = "FAILED"
    /// The payment was refunded.
    public static let refunded: PaymentStatus = "REFUNDED"
}

/// The company that processes a payment.
public struct PaymentProvider: OpenEnum {
    /// The provider's name on the wire.
    public let rawValue: String
    /// Creates a provider from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// KKiaPay.
    public static let kkiapay: PaymentProvider = "KKIAPAY"
    /// pawaPay.
    public static let pawapay: PaymentProvider = "PAWAPAY"
    /// Paystack.
    public static let paystack: PaymentProvider = "PAYSTACK"
    /// Stripe.
    public static let stripe: PaymentProvider = "STRIPE"
}

/// A payment for a pack of credits.
public struct Payment: Codable, Sendable, Hashable, Identifiable {
    /// The payment's id.
    public var id: String
    /// The pack's id.
    public var packID: String
    /// The pack's name.
    public var packName: String?
    /// The amount, in ``currency``.
    public var amount: Decimal
    /// The currency's ISO 4217 code.
    public var currency: String
    /// The company that processes the payment.
    public var provider: PaymentProvider
    /// The payment's state.
    public var status: PaymentStatus
    /// The credits that the payment grants once it is completed.
    public var creditsGranted: Decimal
    /// When the payment was initiated.
    public var createdAt: Timestamp
    /// When the payment was completed.
    public var completedAt: Timestamp?

    private enum CodingKeys: String, CodingKey {
        case id, packName, amount, currency, provider, status, creditsGranted, createdAt, completedAt
        case packID = "packId"
    }
}

/// What to buy, and how to pay for it.
public struct PaymentParameters: Codable, Sendable, Hashable {
    /// The pack's id.
    public var packID: String
    /// The payer's phone number, for mobile money.
    public var phone: String?
    /// The payer's mobile network, for mobile money.
    public var correspondent: String?

    /// Creates parameters; those that are `nil` are not sent.
    public init(packID: String, phone: String? = nil, correspondent: String? = nil) {
        self.packID = packID
        self.phone = phone
        self.correspondent = correspondent
    }

    private enum CodingKeys: String, CodingKey {
        case phone, correspondent
        case packID = "packId"
    }
}

/// A payment that was just initiated.
public struct InitiatedPayment: Codable, Sendable, Hashable, Identifiable {
    /// The payment's id, for ``Payments/retrieve(_:options:)``.
    public var paymentID: String
    /// The payment's state.
    public var status: PaymentStatus
    /// The URL of the page on which the payer continues, if the provider has one.
    public var redirectURL: String?
    /// The provider's id of the deposit.
    public var depositID: String?

    /// The payment's id.
    public var id: String { paymentID }

    private enum CodingKeys: String, CodingKey {
        case status
        case paymentID = "paymentId"
        case redirectURL = "redirectUrl"
        case depositID = "depositId"
    }
}
