#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/server/http.hpp>
#include <papervault/vault/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace papervault::server {

/// Whom a staff program talks to and as whom.
struct HallEndpoint {
    std::string address; ///< IP address or host name.
    std::uint16_t port = 0;
    std::string authority_pem;   ///< The hall's; nobody else's certificate is good.
    std::string certificate_pem; ///< Ours.
    crypto::SecretBuffer key_pem{0};
    std::chrono::seconds timeout{130}; ///< For each read and write.
};

/// One request over one new TLS 1.3 connection; blocks. The server must have a certificate of the authority with OU
/// `hall`.
/// @return The answer, whatever its status; not_found (nobody there), authentication_failed (TLS), malformed (no HTTP).
[[nodiscard]] vault::Result<HttpResponse> https_request(const HallEndpoint& hall, const HttpRequest& request);

} // namespace papervault::server
