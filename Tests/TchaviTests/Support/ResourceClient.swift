import Foundation
import Tchavi
import TchaviTesting

/// A local gateway on a loopback socket, which creates clients of itself.
struct ServedGateway {
    let gateway: LocalGateway
    let server: LoopbackServer

    init(_ configuration: LocalGateway.Configuration = LocalGateway.Configuration()) throws {
        gateway = LocalGateway(configuration: configuration)
        server = try gateway.serve()
    }

    func client(
        _ credential: Credential = .apiKey(Secret(LocalGateway.defaultAPIKey)),
        _ change: (inout TchaviClient.Configuration) -> Void = { _ in }
    ) -> TchaviClient {
        var configuration = TchaviClient.Configuration(baseURL: server.baseURL)
        // On a busy computer the metadata may arrive later than a program would wait for it.
        configuration.metadataTimeout = .seconds(60)
        change(&configuration)
        return TchaviClient(credential, configuration: configuration)
    }

    static let account = Credential.account(
        email: LocalGateway.defaultEmail,
        password: Secret(LocalGateway.defaultPassword)
    )
}
