import Foundation
import TestSupport
import Testing

@testable import Tchavi

struct RetryPolicyTests {
    @Test func `The retry delay of a response is obeyed up to two minutes`() throws {
        let file = try ConformanceCases.own.json("retries.json")
        let now = Date(timeIntervalSince1970: try #require(file["now"]?.double))
        let cases = try #require(file["requests"]?.array)
        #expect(cases.count == 58)
        for json in cases {
            var headers = HeaderFields()
            for (name, value) in try #require(json["headers"]?.object) { headers[name] = value.string }
            var error = TchaviError(.rateLimited, "", statusCode: 429)
            error.retryAfter = RetryAfter.duration(headers, now: now)
            let waits = [0, 1].map { random in
                RetryPolicy().delay(after: error, retriesSoFar: 0, retryClass: .billable) { random }
            }
            switch json["wait"] {
            case "tooLong": #expect(waits == [nil, nil], "\(json)")
            case "unspecified": #expect(waits == [.milliseconds(375), .milliseconds(500)], "\(json)")
            case let wait:
                let seconds = try #require(wait?.double)
                #expect(waits == [.seconds(seconds), .seconds(seconds)], "\(json)")
            }
        }
    }

    @Test func `Without a retry delay in the response, delays double up to the maximum`() throws {
        let cases = try #require(try ConformanceCases.own.json("retries.json")["backoffs"]?.array)
        #expect(cases.count == 8)
        let policy = RetryPolicy(maxRetries: .max)
        for json in cases {
            let retries = try #require(json["retriesSoFar"]?.integer)
            let error = TchaviError(.rateLimited, "", statusCode: 429)
            func wait(_ random: Double) -> Duration? {
                policy.delay(after: error, retriesSoFar: retries, retryClass: .billable) { random }
            }
            #expect(wait(0) == .seconds(try #require(json["shortest"]?.double)), "\(json)")
            #expect(wait(1) == .seconds(try #require(json["longest"]?.double)), "\(json)")
        }
    }

    @Test(arguments: [
        (429, true, true), (502, true, false), (503, true, false), (500, false, false), (504, false, false),
        (400, false, false), (401, false, false), (402, false, false), (409, false, false), (200, false, false),
    ])
    func `Only requests that were certainly not processed are retried`(status: Int, costly: Bool, critical: Bool) {
        let error = TchaviError(.api, "", statusCode: status)
        let policy = RetryPolicy()
        #expect((policy.delay(after: error, retriesSoFar: 0, retryClass: .billable) { 1 } != nil) == costly)
        #expect((policy.delay(after: error, retriesSoFar: 0, retryClass: .nonRepeatable) { 1 } != nil) == critical)
    }

    @Test func `A lost connection is retried only if the request is idempotent`() {
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

    @Test func `Delays double up to the maximum, for any number of retries`() {
        let policy = RetryPolicy()
        #expect((0..<6).map { policy.backoff(retriesSoFar: $0).seconds } == [0.5, 1, 2, 4, 8, 8])
        #expect(policy.backoff(retriesSoFar: .max) == .seconds(8))
    }
}
