import Dispatch
public import Foundation

extension ImageURL {
    /// The size in bytes above which ``init(contentsOf:mediaType:maximumSize:detail:)`` refuses a file by default: 20 MiB.
    public static let defaultMaximumSize = 20 << 20

    /// Creates a `data:` URL that contains an image. Large images are encoded outside of the caller's actor.
    ///
    /// ```swift
    /// let image = try await ImageURL(data: photo, mediaType: "image/jpeg")
    /// ```
    ///
    /// - Parameters:
    ///   - data: The image's bytes, in a format that the model reads. A model has limits of its own for their number.
    ///   - mediaType: The media type, such as `image/png`; `nil` recognizes PNG, JPEG, GIF and WebP by their first bytes.
    ///   - detail: The resolution at which the model processes the image; `nil` leaves that to the model.
    /// - Throws: `TchaviError` of code ``TchaviError/Code/invalidRequest`` if there are no bytes, if `mediaType` is not that
    ///   of an image, or if it is `nil` and the bytes are in another format.
    public init(data: Data, mediaType: String? = nil, detail: ImageDetail? = nil) async throws(TchaviError) {
        self = try await LargeData.process(data, bytes: data.count) { data throws(TchaviError) in
            try ImageURL(
                encoding: data,
                mediaType: mediaType ?? Self.mediaType(of: data),
                named: "The image",
                detail: detail
            )
        }
    }

    /// Reads a file, and creates a `data:` URL that contains the image. Reads and encodes on a thread of its own.
    ///
    /// ```swift
    /// let image = try await ImageURL(contentsOf: URL(filePath: "receipt.jpg"))
    /// let response = try await prompt.run("How much is it?", images: [image])
    /// ```
    ///
    /// - Parameters:
    ///   - url: The `file:` URL of a regular file.
    ///   - mediaType: The media type, such as `image/png`; `nil` recognizes PNG, JPEG, GIF and WebP by their first bytes, and
    ///     AVIF, BMP, HEIC, HEIF, SVG and TIFF by the extension of the file's name.
    ///   - maximumSize: The greatest size of the file in bytes. Encoded, it takes a third more.
    ///   - detail: The resolution at which the model processes the image; `nil` leaves that to the model.
    /// - Throws: `TchaviError` of code ``TchaviError/Code/invalidRequest``, whose message contains the path, if the file is
    ///   missing, unreadable, empty, too large or not recognized as an image, or if `mediaType` is not that of an image.
    public init(
        contentsOf url: URL,
        mediaType: String? = nil,
        maximumSize: Int = defaultMaximumSize,
        detail: ImageDetail? = nil
    ) async throws(TchaviError) {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(TchaviError) in
                        let data = try Self.content(of: url, maximumSize: maximumSize)
                        return try ImageURL(
                            encoding: data,
                            mediaType: mediaType ?? Self.mediaType(of: data) ?? Self.mediaType(ofName: url),
                            named: "The file `\(url.path)`",
                            detail: detail
                        )
                    }
                )
            }
        }
        self = try result.get()
    }

    private init(
        encoding data: Data,
        mediaType: String?,
        named name: String,
        detail: ImageDetail?
    ) throws(TchaviError) {
        guard !data.isEmpty else {
            throw TchaviError(.invalidRequest, "\(name) is empty.", advice: "Pass the bytes of an image.")
        }
        guard let mediaType else {
            throw TchaviError(
                .invalidRequest,
                "\(name) is not recognized as a PNG, JPEG, GIF or WebP image.",
                advice: "Convert it to one of these formats, or pass its media type."
            )
        }
        guard Self.isImage(mediaType) else {
            throw TchaviError(
                .invalidRequest,
                "`\(mediaType)` is not the media type of an image.",
                advice: "Pass one such as image/png, without parameters."
            )
        }
        self.init("data:\(mediaType.lowercased());base64,\(data.base64EncodedString())", detail: detail)
    }

    // MARK: Media types

    /// Whether a media type is `image/` and a name (RFC 6838, section 4.2).
    private static func isImage(_ mediaType: String) -> Bool {
        let parts = mediaType.lowercased().utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].elementsEqual("image".utf8) && !parts[1].isEmpty
            && parts[1].allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+".utf8.contains($0) }
    }

    private static func mediaType(of data: Data) -> String? {
        if data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if data.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if data.starts(with: "GIF87a".utf8) || data.starts(with: "GIF89a".utf8) { return "image/gif" }
        if data.starts(with: "RIFF".utf8), data.dropFirst(8).starts(with: "WEBP".utf8) { return "image/webp" }
        return nil
    }

    /// The media types of formats that ``mediaType(of:)`` does not recognize. A file named like one of the others is not
    /// such an image if its bytes are not.
    private static func mediaType(ofName url: URL) -> String? {
        switch url.pathExtension.lowercased() {
        case "avif": "image/avif"
        case "bmp": "image/bmp"
        case "heic": "image/heic"
        case "heif": "image/heif"
        case "svg": "image/svg+xml"
        case "tif", "tiff": "image/tiff"
        default: nil
        }
    }

    // MARK: Files

    private static func content(of url: URL, maximumSize: Int) throws(TchaviError) -> Data {
        guard url.isFileURL else {
            throw TchaviError(
                .invalidRequest,
                "The URL does not name a file.",
                advice: "Pass a `file:` URL; an https: URL is passed on as it is: `ImageURL(url.absoluteString)`."
            )
        }
        func unreadable(_ reason: String, _ advice: String) -> TchaviError {
            TchaviError(.invalidRequest, "The file `\(url.path)` \(reason).", advice: advice)
        }
        // A pipe would block.
        let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw unreadable("does not exist", "Check the path.") }
            throw unreadable("cannot be read: \(String(cString: strerror(errno)))", "Check the file's permissions.")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unreadable("is not a regular file", "Pass the path of an image.")
        }
        let limit = max(maximumSize, 0)
        let data: Data
        do {
            data = try file.read(upToCount: limit < Int.max ? limit + 1 : limit) ?? Data()
        } catch {
            throw unreadable("cannot be read: \(error.localizedDescription)", "Check the file's permissions.")
        }
        guard data.count <= limit else {
            throw unreadable("is larger than \(limit) bytes", "Reduce the image, or pass a greater `maximumSize`.")
        }
        return data
    }
}
