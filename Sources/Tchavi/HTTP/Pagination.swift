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
    /// Whether there is another page, if the server says so.
    var reportsMore: Bool?

    /// Whether there is another page. If the server does not say so, this is whether ``total`` is greater than the
    /// number of elements on as many pages of this size: a guess, because the last page may be smaller than those before
    /// it. ``PagedSequence`` counts the elements instead.
    public var hasMore: Bool {
        get {
            let (count, overflow) = data.count.multipliedReportingOverflow(by: max(page, 1))
            return reportsMore ?? (!overflow && count < total)
        }
        set { reportsMore = newValue }
    }

    private enum CodingKeys: String, CodingKey {
        case data, page, limit, total
        case reportsMore = "hasMore"
    }
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
        reportsMore = try container.decodeIfPresent(Bool.self, forKey: .reportsMore)
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
/// It ends after a page of which the server says that it has no more; if the server does not say so, after
/// ``Page/total`` elements. It also ends before a page that is empty, or that has the same elements as the first page or the
/// one before it, because some servers ignore the number of the page. A page with fewer elements than requested does not
/// end it, because some servers limit the size of a page. To iterate again is to fetch again.
public struct PagedSequence<Element: Equatable & Sendable>: AsyncSequence, Sendable {
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
            /// How many elements the pages so far have.
            private var count = 0
            private var first: [PagedSequence.Element] = []
            private var previous: [PagedSequence.Element] = []

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
                guard !page.data.isEmpty, page.data != first, page.data != previous else {
                    isComplete = true
                    return nil
                }
                if count == 0 { first = page.data }
                previous = page.data
                count += page.data.count
                isComplete = !(page.reportsMore ?? (count < page.total))
                return page
            }
        }
    }
}
