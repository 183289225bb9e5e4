/// One page of a list.
public struct Page<Element: Sendable>: Sendable {
    /// The page's elements.
    public var data: [Element]
    /// The page's number, from 1, as the server reports it; 1 if it does not.
    public var page: Int
    /// How many elements a page has at the most.
    public var limit: Int
    /// How many elements there are on all pages.
    public var total: Int
    /// Whether there is another page. If the server does not say so, this is whether ``total`` is greater than the
    /// number of elements on as many pages of this size, so that there may be one more page, which is empty.
    public var hasMore: Bool

    private enum CodingKeys: String, CodingKey { case data, page, limit, total, hasMore }
}

extension Page: Equatable where Element: Equatable {}
extension Page: Hashable where Element: Hashable {}
extension Page: Encodable where Element: Encodable {}

extension Page: Decodable where Element: Decodable {
    /// Reads `{data, page?, limit?, total?, hasMore?}`.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: The decoder's error where the elements are missing or cannot be read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        data = try container.decode([Element].self, forKey: .data)
        page = try container.decodeIfPresent(Int.self, forKey: .page) ?? 1
        limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? data.count
        total = try container.decodeIfPresent(Int.self, forKey: .total) ?? data.count
        let (count, overflow) = data.count.multipliedReportingOverflow(by: max(page, 1))
        hasMore = try container.decodeIfPresent(Bool.self, forKey: .hasMore) ?? (!overflow && count < total)
    }
}

/// The elements of a list that the gateway gives in pages, each fetched when it is needed.
///
/// ```swift
/// for try await log in client.usage.history() {
///     print(log.model, log.creditsCharged)
/// }
/// ```
///
/// It ends after a page without ``Page/hasMore``, and before one that is empty or has the same elements as an earlier one,
/// because some servers ignore the number of the page. A page with fewer elements than requested does not end it, because
/// some servers limit the size of a page. To iterate again is to fetch again.
public struct PagedSequence<Element: Hashable & Sendable>: AsyncSequence, Sendable {
    private let fetch: @Sendable (_ page: Int) async throws -> Page<Element>

    init(_ fetch: @escaping @Sendable (_ page: Int) async throws -> Page<Element>) {
        self.fetch = fetch
    }

    /// The pages themselves.
    public var pages: Pages { Pages(fetch: fetch) }

    /// Begins with the first page.
    public func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator()) }

    /// Goes through the elements.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: Pages.Iterator
        private var rest: ArraySlice<Element> = []

        fileprivate init(pages: Pages.Iterator) {
            self.pages = pages
        }

        /// The next element, or `nil` after the last.
        ///
        /// - Returns: The next element.
        /// - Throws: ``TchaviError``, or `CancellationError`, where its page cannot be fetched.
        public mutating func next() async throws -> Element? {
            while rest.isEmpty {
                guard let page = try await pages.next() else { return nil }
                rest = page.data[...]
            }
            return rest.popFirst()
        }
    }

    /// The pages of a list, each fetched when it is needed.
    public struct Pages: AsyncSequence, Sendable {
        /// A page.
        public typealias Element = Page<PagedSequence.Element>

        fileprivate let fetch: @Sendable (_ page: Int) async throws -> Element

        /// Begins with the first page.
        public func makeAsyncIterator() -> Iterator { Iterator(fetch: fetch) }

        /// Goes through the pages.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let fetch: @Sendable (_ page: Int) async throws -> Element
            private var number = 1
            private var isComplete = false
            /// The hashes of the pages' elements.
            private var seen: Set<Int> = []

            fileprivate init(fetch: @escaping @Sendable (_ page: Int) async throws -> Element) {
                self.fetch = fetch
            }

            /// The next page, or `nil` after the last; one that is empty or repeated is not returned.
            ///
            /// - Returns: The next page.
            /// - Throws: ``TchaviError``, or `CancellationError`, where the page cannot be fetched. To ask again is to
            ///   fetch the same page again.
            public mutating func next() async throws -> Element? {
                guard !isComplete else { return nil }
                let page = try await fetch(number)
                number += 1
                let isNew = !page.data.isEmpty && seen.insert(page.data.hashValue).inserted
                isComplete = !isNew || !page.hasMore
                return isNew ? page : nil
            }
        }
    }
}
