#include "server/support/net_rig.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace papervault::server::test {

void EchoHandler::answer(const Peer& peer, HttpRequest request, Reply reply)
{
    {
        const std::scoped_lock guard{mutex_};
        ++requests_;
        last_peer_ = peer;
    }
    changed_.notify_all();
    reply({.status = 200, .content_type = "text/plain", .body = request.path + "|" + request.body});
}

std::optional<HttpResponse> EchoHandler::refuse_line(const Peer&, std::string_view path)
{
    return path == "/v1/sitting" ? std::nullopt : std::optional{error_response(404, "not_found", "")};
}

void EchoHandler::line_opened(LineId id, const Peer& peer, std::shared_ptr<Line> line)
{
    const std::scoped_lock guard{mutex_};
    lines_[id] = std::move(line);
    last_peer_ = peer;
    changed_.notify_all();
}

void EchoHandler::line_message(LineId id, std::string text, InFlight in_flight)
{
    const std::scoped_lock guard{mutex_};
    ++messages_;
    changed_.notify_all();
    if (hold) { return held_.push_back(std::move(in_flight)); }
    lines_.at(id)->send(std::move(text));
}

void EchoHandler::line_closed(LineId id)
{
    const std::scoped_lock guard{mutex_};
    lines_.erase(id);
    changed_.notify_all();
}

std::shared_ptr<Line> EchoHandler::first_line()
{
    const std::scoped_lock guard{mutex_};
    return lines_.empty() ? nullptr : lines_.begin()->second;
}

std::size_t EchoHandler::requests()
{
    const std::scoped_lock guard{mutex_};
    return requests_;
}

std::size_t EchoHandler::messages()
{
    const std::scoped_lock guard{mutex_};
    return messages_;
}

std::size_t EchoHandler::open_lines()
{
    const std::scoped_lock guard{mutex_};
    return lines_.size();
}

Peer EchoHandler::last_peer()
{
    const std::scoped_lock guard{mutex_};
    return last_peer_;
}

void EchoHandler::release_all()
{
    const std::scoped_lock guard{mutex_};
    held_.clear();
}

bool EchoHandler::wait_until(const std::function<bool()>& fulfilled)
{
    for (int i = 0; i < 200; ++i) {
        if (fulfilled()) { return true; }
        std::unique_lock guard{mutex_};
        changed_.wait_for(guard, std::chrono::milliseconds{50});
    }
    return fulfilled();
}

ListenerLimits NetRig::quick()
{
    ListenerLimits limits;
    limits.handshake_timeout = std::chrono::milliseconds{1500};
    limits.request_timeout = std::chrono::milliseconds{1500};
    limits.idle_timeout = std::chrono::milliseconds{3000};
    return limits;
}

NetRig::NetRig(bool client_certificates, const ListenerLimits& limits) : client_certificates_{client_certificates}
{
    const auto request = crypto::make_certificate_request();
    const std::vector<std::string> names{"127.0.0.1"};
    TlsSettings tls{.certificate_pem =
                        authority.issue(request.csr_pem, {.role = "hall", .name = "hall-301"}, names, true, 5).value(),
                    .key_pem = request.key_pem.clone(),
                    .authority_pem = authority.certificate_pem(),
                    .client_certificates = client_certificates};
    const auto listening = net.listen("127.0.0.1", 0, tls, handler, limits);
    if (!listening) { throw std::runtime_error{listening.error().detail}; }
    port = *listening;
    seat = credentials("kiosk", "seat-01");
    net.start();
}

NetRig::~NetRig()
{
    handler.release_all(); // a message that is still held would answer into a loop that is gone
    net.stop();
}

ClientCredentials NetRig::credentials(const std::string& role, const std::string& name) const
{
    const auto request = crypto::make_certificate_request();
    return {.certificate_pem = authority.issue(request.csr_pem, {.role = role, .name = name}, {}, false, 5).value(),
            .key_pem = request.key_pem.clone()};
}

std::unique_ptr<TlsClient> NetRig::client() const
{
    auto client = client_certificates_ ? TlsClient::connect(port, seat) : TlsClient::connect(port, {});
    EXPECT_TRUE(client);
    return client;
}

bool NetRig::is_alive() const
{
    const auto probe = client();
    return probe && probe->send("GET /alive HTTP/1.1\r\nHost: hall\r\n\r\n") &&
           probe->receive_http().starts_with("HTTP/1.1 200");
}

ClientCredentials expired_credentials(const crypto::CertificateAuthority& authority)
{
    const auto request = crypto::make_certificate_request();
    const auto issued = authority.issue(request.csr_pem, {.role = "kiosk", .name = "seat-01"}, {}, false, 5).value();
    BIO* in = ::BIO_new_mem_buf(issued.data(), static_cast<int>(issued.size()));
    X509* certificate = ::PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    ::BIO_free(in);
    const crypto::SecretBuffer key_pem = authority.key_pem();
    BIO* key_in = ::BIO_new_mem_buf(key_pem.expose().data(), static_cast<int>(key_pem.size_bytes()));
    EVP_PKEY* key = ::PEM_read_bio_PrivateKey(key_in, nullptr, nullptr, nullptr);
    ::BIO_free(key_in);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -3 * 86400);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate), -86400);
    ::X509_sign(certificate, key, ::EVP_sha256());
    BIO* out = ::BIO_new(::BIO_s_mem());
    ::PEM_write_bio_X509(out, certificate);
    char* text = nullptr;
    const long size = ::BIO_get_mem_data(out, &text);
    ClientCredentials credentials{.certificate_pem = std::string(text, static_cast<std::size_t>(size)),
                                  .key_pem = request.key_pem.clone()};
    ::BIO_free(out);
    ::EVP_PKEY_free(key);
    ::X509_free(certificate);
    return credentials;
}

} // namespace papervault::server::test
