import Foundation
import TchaviPrompts

extension Conversation {
    /// Reads a conversation that ``write(to:)`` has written.
    init(contentsOf path: String) throws(ConversationFileError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw ConversationFileError("read from `\(path)`", error)
        }
    }

    /// Replaces a file by the conversation, which only the file's owner can read.
    func write(to path: String) throws(ConversationFileError) {
        // Under another name first, so that the old file stays if there is no space for the new one.
        let temporary = "\(path).\(UUID().uuidString).tmp"
        do {
            let data = try JSONEncoder().encode(self)
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.systemError }
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: data)
            try file.synchronize()
            try file.close()
            guard rename(temporary, path) == 0 else { throw Self.systemError }
        } catch {
            unlink(temporary)
            throw ConversationFileError("saved to `\(path)`", error)
        }
    }

    /// The error of the last system call.
    private static var systemError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}

/// Why a conversation could not be saved or read.
struct ConversationFileError: LocalizedError {
    let errorDescription: String?

    fileprivate init(_ action: String, _ error: any Error) {
        errorDescription = "The conversation cannot be \(action). \(error.localizedDescription)"
    }
}
