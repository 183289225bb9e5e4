import Foundation
import Testing

@testable import Tchavi

struct RetryPolicyTests {
    @Test(.enabled(if: Conformance.isPresent, "the conformance cases are not beside the checkout"))
    func `Retry-After is read as openai-python reads it, and given up beyond two minutes`() throws {
        let file = try Conformance.json("retry-openai-python.json")
        let now = Date(timeIntervalSince1970: try #require(file["now_epoch"]?.double))
        let policy = RetryPolicy(maxRetries: .max)
        for entry in try #require(file["parse_retry_after"]?.array) {
            let text = try #require(entry["retry_after"]?.string)
            let remaining = try #require(entry["remaining_retries"]?.integer)
            let expected = try #require(entry["expected_delay_s"]?.double)
            var error = TchaviError(.rateLimited, "", statusCode: 429)
            var headers = HeaderFields()
            headers["Retry-After"] = text
            error.retryAfter = RetryAfter.duration(headers, now: now)
            func delay(_ random: Double) -> Duration? {
                policy.delay(after: error, retriesSoFar: 3 - remaining, retryClass: .billable) { random }
            }
            // openai-python waits as if nothing had been asked; here the error is thrown at once.
            let isBeyond = ["121", "99999999999999999999999999999999999", "Fri, 29 Sep 2023 16:28:38 GMT"].contains(
                text
            )
            if isBeyond {
                #expect(delay(1) == nil, "\(text)")
            } else if error.retryAfter.map({ $0 > .zero }) ?? false {
                #expect(delay(0) == .seconds(expected), "\(text)")
            } else {
                #expect(delay(1) == .seconds(expected), "\(text)")
                #expect(delay(0) == .seconds(expected * 0.75), "\(text)")
            }
        }
    }

    @Test(.enabled(if: Conformance.isPresent, "the conformance cases are not beside the checkout"))
    func `Whether to retry is decided as openai-python decides it`() throws {
        let file = try Conformance.json("retry-openai-python.json")
        let now = Date(timeIntervalSince1970: try #require(file["now_epoch"]?.double))
        for entry in try #require(file["should_retry"]?.array) {
            var headers = HeaderFields()
            for (name, value) in try #require(entry["headers"]?.object) { headers[name] = value.string }
            var error = TchaviError(.rateLimited, "", statusCode: 429)
            error.retryAfter = RetryAfter.duration(headers, now: now)
            let delay = RetryPolicy().delay(after: error, retriesSoFar: 0, retryClass: .billable) { 1 }
            #expect((delay != nil) == (entry["should_retry"] == true), "\(headers)")
        }
    }

    @Test(arguments: [
        (429, true, true), (502, true, false), (503, true, false), (500, false, false), (504, false, false),
        (400, false, false), (401, false, false), (402, false, false), (409, false, false), (200, false, false),
    ])
    func `Only what was surely not carried out is retried`(status: Int, costly: Bool, critical: Bool) {
        let error = TchaviError(.api, "", statusCode: status)
        let policy = RetryPolicy()
        #expect((policy.delay(after: error, retriesSoFar: 0, retryClass: .billable) { 1 } != nil) == costly)
        #expect((policy.delay(after: error, retriesSoFar: 0, retryClass: .nonRepeatable) { 1 } != nil) == critical)
    }

    @Test func `A lost connection is followed by another only where repeating does no harm`() {
        let policy = RetryPolicy()
        let lost = TchaviError.connectionLost("x")
        let refused = TchaviError.couldNotConnect("x")
        for retryClass in [RetryPolicy.RetryClass.idempotent, .billable, .nonRepeatable] {
            #expect(policy.delay(after: refused, retriesSoFar: 0, retryClass: retryClass) { 1 } != nil)
        }
        #expect(policy.delay(after: lost, retriesSoFar: 0, retryClass: .idempotent) { 1 } != nil)
        #expect(policy.delay(after: lost, retriesSoFar: 0, retryClass: .billable) { 1 } == nil)
        #expect(policy.delay(after: lost, retriesSoFar: 0, retryClass: .nonRepeatable) { 1 } == nil)
        #expect(policy.delay(after: refused, retriesSoFar: 2, retryClass: .idempotent) { 1 } == nil)
    }

    @Test func `Waits double up to the maximum, for any number of retries`() {
        let policy = RetryPolicy()
        #expect((0..<6).map { policy.backoff(retriesSoFar: $0).seconds } == [0.5, 1, 2, 4, 8, 8])
        #expect(policy.backoff(retriesSoFar: .max) == .seconds(8))
    }
}
