/// The quality of an image; models support different values.
public struct ImageQuality: OpenEnum, JSONScalar {
    /// The quality's name on the wire.
    public let rawValue: String
    /// Creates a quality from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Low quality.
    public static let low: ImageQuality = "low"
    /// Medium quality.
    public static let medium: ImageQuality = "medium"
    /// High quality.
    public static let high: ImageQuality = "high"
    /// Standard quality.
    public static let standard: ImageQuality = "standard"
    /// Higher quality, with finer details.
    public static let hd: ImageQuality = "hd"
    /// The fastest generation.
    public static let fast: ImageQuality = "fast"
    /// The highest quality.
    public static let ultra: ImageQuality = "ultra"
}

/// An image's width and height in pixels; models support different values.
public struct ImageSize: OpenEnum, JSONScalar {
    /// The size's name on the wire.
    public let rawValue: String
    /// Creates a size from its name on the wire.
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

/// The style of an image; models support different values.
public struct ImageStyle: OpenEnum, JSONScalar {
    /// The style's name on the wire.
    public let rawValue: String
    /// Creates a style from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Vivid and dramatic.
    public static let vivid: ImageStyle = "vivid"
    /// Natural, less dramatic.
    public static let natural: ImageStyle = "natural"
}

/// How an image is returned.
public struct ImageResponseFormat: OpenEnum, JSONScalar {
    /// The format's name on the wire.
    public let rawValue: String
    /// Creates a format from its name on the wire.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// As a URL that works for a limited time.
    public static let url: ImageResponseFormat = "url"
    /// As the image's bytes in base64.
    public static let base64: ImageResponseFormat = "b64_json"
}
