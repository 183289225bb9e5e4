public import Foundation

extension PromptQuery {
    /// Sets the key that decides between the arms of a split. The same key always selects the same arm.
    ///
    /// - Parameter key: The id of a user or a conversation, for instance. The empty string is a valid key; `nil` leaves the
    ///   query as it is.
    /// - Returns: The query with that key.
    public func bucketed(by key: String?) -> PromptQuery { key.map(settingKey) ?? self }

    /// Sets a UUID as the key that decides between the arms of a split.
    ///
    /// - Parameter key: The UUID. The key is its `uuidString`, in upper case; another program that is to select the same
    ///   arms has to use the same case. `nil` leaves the query as it is.
    /// - Returns: The query with that key.
    public func bucketed(by key: UUID?) -> PromptQuery { bucketed(by: key?.uuidString) }

    /// Sets an integer as the key that decides between the arms of a split.
    ///
    /// - Parameter key: The integer. The key is its decimal digits; `nil` leaves the query as it is.
    /// - Returns: The query with that key.
    public func bucketed(by key: (some BinaryInteger)?) -> PromptQuery { bucketed(by: key.map { String($0) }) }

    /// Sets a string-backed value as the key that decides between the arms of a split.
    ///
    /// - Parameter key: The value, whose raw value is the key; `nil` leaves the query as it is.
    /// - Returns: The query with that key.
    public func bucketed<Key: RawRepresentable<String>>(by key: Key?) -> PromptQuery { bucketed(by: key?.rawValue) }

    /// Sets a UUID-backed value as the key that decides between the arms of a split.
    ///
    /// - Parameter key: The value, whose raw value is the key; `nil` leaves the query as it is.
    /// - Returns: The query with that key.
    public func bucketed<Key: RawRepresentable<UUID>>(by key: Key?) -> PromptQuery { bucketed(by: key?.rawValue) }

    /// Sets an integer-backed value as the key that decides between the arms of a split.
    ///
    /// - Parameter key: The value, whose raw value is the key; `nil` leaves the query as it is.
    /// - Returns: The query with that key.
    public func bucketed<Key: RawRepresentable>(by key: Key?) -> PromptQuery where Key.RawValue: BinaryInteger {
        bucketed(by: key?.rawValue)
    }
}
