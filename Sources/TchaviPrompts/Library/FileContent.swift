import Foundation

/// A file's bytes, with the stamp that it had before and after they were read.
struct FileContent {
    /// The greatest size of a file, in bytes.
    static let maximumSize = 64 << 20

    let data: Data
    /// `nil` if the file was changed while it was read.
    let stamp: FileStamp?

    /// Reads a regular file.
    ///
    /// - Throws: `POSIXError` if it cannot be read; `EFBIG` if it is larger than `maximumSize` bytes.
    init(of path: String, maximumSize: Int = Self.maximumSize) throws(POSIXError) {
        // A file may have become a pipe, which would block.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .current }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .current }
        guard status.st_mode & S_IFMT == S_IFREG else { throw POSIXError(.EINVAL) }
        let stamp = FileStamp(status)
        guard stamp.size <= maximumSize else { throw POSIXError(.EFBIG) }
        // One byte more than the file has, so that its end is found without another read.
        var bytes = [UInt8](repeating: 0, count: Int(stamp.size) + 1)
        var count = 0
        while true {
            let length = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return read(descriptor, rest.baseAddress, rest.count)
            }
            if length < 0, errno == EINTR { continue }
            guard length >= 0 else { throw .current }
            count += length
            // What is shorter than the space for it ends the file, if it is as long as it should be.
            if length == 0 || count == stamp.size { break }
            guard count <= maximumSize else { throw POSIXError(.EFBIG) }
            if count == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: max(4096, count))) }
        }
        data = Data(bytes.prefix(count))
        guard fstat(descriptor, &status) == 0 else { throw .current }
        self.stamp = FileStamp(status) == stamp ? stamp : nil
    }

    /// Returns the diagnostic of a file that cannot be read.
    static func diagnostic(_ error: POSIXError, at path: String) -> PromptDiagnostic {
        PromptDiagnostic(
            location: path,
            reason: error.code == .EFBIG
                ? "The file is larger than \(maximumSize >> 20) MiB." : "The file cannot be read: \(error.reason).",
            advice: "Check the file and its permissions."
        )
    }
}
