#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/server/http.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <memory>
#include <string>

/// TLS 1.3 listeners for HTTP/1.1 and WebSocket. The only place in the server that knows Asio and Beast.
namespace papervault::server {

struct TlsSettings {
    std::string certificate_pem; ///< The server's, with chain if any.
    crypto::SecretBuffer key_pem;
    std::string authority_pem;       ///< Whose client certificates are good.
    bool client_certificates = true; ///< True: who has none is not let in. False: none is asked for.
};

/// Several listeners on one thread. Handlers are called on that thread.
class NetServer {
public:
    NetServer();
    /// Stops first.
    ~NetServer();
    NetServer(const NetServer&) = delete;

    /// Before start(). @param port  0: any free one.
    /// @param handler  Outlives the server. @return The port; malformed (address, certificate, key) or storage_failed
    /// (in use).
    [[nodiscard]] vault::Result<std::uint16_t> listen(const std::string& address, std::uint16_t port,
                                                      const TlsSettings& tls, ListenerHandler& handler,
                                                      const ListenerLimits& limits);
    void start();
    /// Takes no more connections, closes those that are there and waits for their end, at most a few seconds.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace papervault::server
