#pragma once

#include "net/net_server.hpp"
#include "server/support/tls_client.hpp"

#include <papervault/crypto/certificate.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace papervault::server::test {

/// Answers every request with what it understood, echoes every message.
class EchoHandler final : public ListenerHandler {
public:
    void answer(const Peer& peer, HttpRequest request, Reply reply) override;
    std::optional<HttpResponse> refuse_line(const Peer& peer, std::string_view path) override;
    void line_opened(LineId id, const Peer& peer, std::shared_ptr<Line> line) override;
    void line_message(LineId id, std::string text, InFlight in_flight) override;
    void line_closed(LineId id) override;

    std::shared_ptr<Line> first_line();
    std::size_t requests();
    std::size_t messages();
    std::size_t open_lines();
    Peer last_peer();
    void release_all();
    /// Waits for it; false after 10 seconds.
    bool wait_until(const std::function<bool()>& fulfilled);

    bool hold = false; ///< Keep every message unanswered.

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<LineId, std::shared_ptr<Line>> lines_;
    std::vector<InFlight> held_;
    std::size_t requests_ = 0;
    std::size_t messages_ = 0;
    Peer last_peer_;
};

/// One listener with a handler that echoes, and an authority.
class NetRig {
public:
    explicit NetRig(bool client_certificates = true, const ListenerLimits& limits = quick());
    ~NetRig();

    /// Limits with short times.
    static ListenerLimits quick();
    [[nodiscard]] ClientCredentials credentials(const std::string& role, const std::string& name) const;
    /// Connected, or a failed test.
    [[nodiscard]] std::unique_ptr<TlsClient> client() const;
    /// GET that must be answered 200: the server is alive.
    [[nodiscard]] bool is_alive() const;

    crypto::CertificateAuthority authority = crypto::CertificateAuthority::create("hall-301", 10);
    EchoHandler handler;
    NetServer net;
    std::uint16_t port = 0;
    ClientCredentials seat;

private:
    bool client_certificates_;
};

/// A certificate for the credentials' key, signed by the authority, that ended yesterday.
[[nodiscard]] ClientCredentials expired_credentials(const crypto::CertificateAuthority& authority);

} // namespace papervault::server::test
