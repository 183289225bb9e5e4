/// A successful response whose body is still to be read.
package struct StreamedResponse: Sendable {
    let response: TransportResponse
    /// What an error of the stream is completed with.
    let origin: ResponseOrigin
    /// When the body has to have ended, by the pipeline's time; `nil` for no limit.
    let deadline: Duration?
    /// Reports the end of the stream; `nil` without an observer. Whoever reads the stream takes it.
    var report: StreamReport?
}

extension StreamedResponse: AttemptResponse {
    var status: Int { response.status }
    var headers: HeaderFields { response.headers }
}
