/// How much care is taken with an image; models know different ones.
public struct ImageQuality: OpenEnum, JSONScalar {
    /// The quality's name on the wire.
    public let rawValue: String
    /// A quality by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Low.
    public static let low: ImageQuality = "low"
    /// Medium.
    public static let medium: ImageQuality = "medium"
    /// High.
    public static let high: ImageQuality = "high"
    /// Standard.
    public static let standard: ImageQuality = "standard"
    /// Fine detail.
    public static let hd: ImageQuality = "hd"
    /// As fast as can be.
    public static let fast: ImageQuality = "fast"
    /// As good as can be.
    public static let ultra: ImageQuality = "ultra"
}

/// An image's width and height in pixels; models know different ones.
public struct ImageSize: OpenEnum, JSONScalar {
    /// The size's name on the wire.
    public let rawValue: String
    /// A size by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// 256 × 256.
    public static let square256: ImageSize = "256x256"
    /// 512 × 512.
    public static let square512: ImageSize = "512x512"
    /// 1024 × 1024.
    public static let square1024: ImageSize = "1024x1024"
    /// 1792 × 1024.
    public static let wide1792: ImageSize = "1792x1024"
    /// 1024 × 1792.
    public static let tall1792: ImageSize = "1024x1792"
    /// 1536 × 1024.
    public static let wide1536: ImageSize = "1536x1024"
    /// 1024 × 1536.
    public static let tall1536: ImageSize = "1024x1536"
}

/// An image's style.
public struct ImageStyle: OpenEnum, JSONScalar {
    /// The style's name on the wire.
    public let rawValue: String
    /// A style by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Dramatic.
    public static let vivid: ImageStyle = "vivid"
    /// Less so.
    public static let natural: ImageStyle = "natural"
}

/// How an image is given.
public struct ImageResponseFormat: OpenEnum, JSONScalar {
    /// The format's name on the wire.
    public let rawValue: String
    /// A format by its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// By a URL, which works for a while.
    public static let url: ImageResponseFormat = "url"
    /// The image itself, in base64.
    public static let base64: ImageResponseFormat = "b64_json"
}
