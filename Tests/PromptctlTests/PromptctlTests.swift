import Testing

@testable import promptctl
