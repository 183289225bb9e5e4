import Foundation

/// A file that is only ever replaced whole, so that whoever reads it finds the content before or after a change, also when
/// the process is killed or the disk is full.
struct WholeFile {
    let directory: String
    let name: String

    var path: String { "\(directory)/\(name)" }

    /// The names of temporary files of this file begin and end with these.
    private var temporaryName: (prefix: String, suffix: String) { (".\(name).", ".tmp") }

    /// The age, in seconds, after which a temporary file is taken for that of a process that was killed. No write takes as
    /// long as that.
    private static let greatestAge: Int64 = 600

    /// Replaces the file, which only its owner may read.
    ///
    /// - Throws: `POSIXError` if it cannot be written; the file is then unchanged.
    func write(_ bytes: [UInt8]) throws(POSIXError) {
        let ends = temporaryName
        let temporary = "\(directory)/\(ends.prefix)\(UUID().uuidString)\(ends.suffix)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .current }
        do throws(POSIXError) {
            do throws(POSIXError) {
                try Self.write(bytes, to: descriptor)
                // Before the file is renamed: a file system may otherwise store the name before the content.
                guard fsync(descriptor) == 0 else { throw .current }
            } catch {
                close(descriptor)
                throw error
            }
            guard close(descriptor) == 0 else { throw .current }
            guard rename(temporary, path) == 0 else { throw .current }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Writes all bytes.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(POSIXError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Foundation.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw count < 0 ? .current : POSIXError(.EIO) }
            written += count
        }
    }

    /// Removes temporary files that processes left behind when they were killed.
    func removeLeftovers() {
        let ends = temporaryName
        let now = Int64(timespec.now.tv_sec)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        where name.hasPrefix(ends.prefix) && name.hasSuffix(ends.suffix) {
            var status = stat()
            guard lstat("\(directory)/\(name)", &status) == 0 else { continue }
            #if canImport(Darwin)
            let modified = Int64(status.st_mtimespec.tv_sec)
            #else
            let modified = Int64(status.st_mtim.tv_sec)
            #endif
            if abs(now - modified) > Self.greatestAge { unlink("\(directory)/\(name)") }
        }
    }
}
