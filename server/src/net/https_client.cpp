#include "net/https_client.hpp"

#include <papervault/crypto/certificate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::size_t answer_bytes_max = 64 << 20;

template <auto release>
struct Release {
    template <class T>
    void operator()(T* handle) const noexcept
    {
        release(handle);
    }
};
using ContextHandle = std::unique_ptr<SSL_CTX, Release<::SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Release<::SSL_free>>;
using BioHandle = std::unique_ptr<BIO, Release<::BIO_free_all>>;
using CertificateHandle = std::unique_ptr<X509, Release<::X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Release<::EVP_PKEY_free>>;

class Socket {
public:
    explicit Socket(int descriptor) noexcept : descriptor_{descriptor} {}
    Socket(Socket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    Socket& operator=(Socket&&) = delete;
    ~Socket()
    {
        if (descriptor_ >= 0) { ::close(descriptor_); }
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

std::unexpected<vault::VaultFailure> tls_failed(std::string_view what)
{
    std::array<char, 256> text{};
    ::ERR_error_string_n(::ERR_peek_last_error(), text.data(), text.size());
    ::ERR_clear_error();
    return vault::refuse(VaultError::authentication_failed, fmt::format("{}: {}", what, text.data()));
}

Result<Socket> connect_to(const HallEndpoint& hall)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(hall.address.c_str(), std::to_string(hall.port).c_str(), &hints, &found) != 0) {
        return vault::refuse(VaultError::not_found, fmt::format("there is no host {}", hall.address));
    }
    const std::unique_ptr<addrinfo, Release<::freeaddrinfo>> addresses{found};
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        Socket socket{::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol)};
        if (socket.get() < 0) { continue; }
        const timeval timeout{.tv_sec = hall.timeout.count(), .tv_usec = 0};
        const int on = 1;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) { return socket; }
    }
    return vault::refuse(VaultError::not_found,
                         fmt::format("nobody answers at {} port {}; is the hall running?", hall.address, hall.port));
}

BioHandle memory(std::string_view text)
{
    return BioHandle{::BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Result<ContextHandle> make_context(const HallEndpoint& hall)
{
    ContextHandle context{::SSL_CTX_new(::TLS_client_method())};
    if (!context) { return tls_failed("TLS"); }
    ::SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    const CertificateHandle authority{::PEM_read_bio_X509(memory(hall.authority_pem).get(), nullptr, nullptr, nullptr)};
    const CertificateHandle own{::PEM_read_bio_X509(memory(hall.certificate_pem).get(), nullptr, nullptr, nullptr)};
    const auto key_view = hall.key_pem.expose();
    const KeyHandle key{::PEM_read_bio_PrivateKey(
        memory({reinterpret_cast<const char*>(key_view.data()), key_view.size()}).get(), nullptr, nullptr, nullptr)};
    if (!authority || !own || !key ||
        ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context.get()), authority.get()) != 1 ||
        ::SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
        ::SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
        return tls_failed("the hall's or our certificate or key can't be read");
    }
    ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

Result<void> check_is_hall(SSL* ssl)
{
    unsigned char* der = nullptr;
    X509* certificate = ::SSL_get0_peer_certificate(ssl);
    const int size = certificate == nullptr ? 0 : ::i2d_X509(certificate, &der);
    if (size <= 0) { return tls_failed("no certificate"); }
    const auto name = crypto::certificate_name_of_der(std::as_bytes(std::span{der, static_cast<std::size_t>(size)}));
    ::OPENSSL_free(der);
    if (!name || name->role != "hall") {
        return vault::refuse(VaultError::authentication_failed, "the other end is not a hall");
    }
    return {};
}

std::string request_text(const HallEndpoint& hall, const HttpRequest& request)
{
    const bool post = request.method == HttpMethod::post;
    const std::string host = hall.address.contains(':') ? fmt::format("[{}]", hall.address) : hall.address;
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n{}\r\n{}", post ? "POST" : "GET", request.path, host,
        hall.port,
        post ? fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", request.body.size()) : "",
        request.body);
}

/// The value of a field in a head of our own server.
std::optional<std::string_view> field(std::string_view head, std::string_view name)
{
    const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
    if (at == std::string_view::npos) { return std::nullopt; }
    const std::string_view value = head.substr(at + 4 + name.size());
    return value.substr(0, value.find("\r\n"));
}

/// Whole once the promised length is there. @return Nothing while it is not.
Result<std::optional<HttpResponse>> parse_answer(const std::string& received)
{
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) { return std::optional<HttpResponse>{}; }
    const std::string_view head = std::string_view{received}.substr(0, end + 2);
    const auto length_text = field(head, "Content-Length");
    std::size_t length = 0;
    HttpResponse response;
    const bool sound =
        head.starts_with("HTTP/1.1 ") && length_text && head.size() > 12 &&
        std::from_chars(head.data() + 9, head.data() + 12, response.status).ec == std::errc{} &&
        std::from_chars(length_text->data(), length_text->data() + length_text->size(), length).ec == std::errc{};
    if (!sound || length > answer_bytes_max) {
        return vault::refuse(VaultError::malformed, "the hall's answer is no HTTP");
    }
    if (received.size() < end + 4 + length) { return std::optional<HttpResponse>{}; }
    response.content_type = field(head, "Content-Type").value_or("");
    response.body = received.substr(end + 4, length);
    return std::optional{std::move(response)};
}

} // namespace

Result<HttpResponse> https_request(const HallEndpoint& hall, const HttpRequest& request)
{
    auto context = make_context(hall);
    if (!context) { return std::unexpected{context.error()}; }
    auto socket = connect_to(hall);
    if (!socket) { return std::unexpected{socket.error()}; }
    const SslHandle ssl{::SSL_new(context->get())};
    if (!ssl || ::SSL_set_fd(ssl.get(), socket->get()) != 1) { return tls_failed("TLS"); }
    if (::SSL_connect(ssl.get()) != 1) { return tls_failed("no secure connection to the hall"); }
    if (auto right = check_is_hall(ssl.get()); !right) { return std::unexpected{right.error()}; }

    const std::string text = request_text(hall, request);
    if (::SSL_write(ssl.get(), text.data(), static_cast<int>(text.size())) != static_cast<int>(text.size())) {
        return tls_failed("the hall didn't take the request");
    }
    std::string received;
    std::array<char, 16 * 1024> piece{};
    for (;;) {
        auto answer = parse_answer(received);
        if (!answer) { return std::unexpected{answer.error()}; }
        if (*answer) { return std::move(**answer); }
        const int size = ::SSL_read(ssl.get(), piece.data(), static_cast<int>(piece.size()));
        if (size <= 0) { return tls_failed("the hall closed the connection; is our certificate of its authority?"); }
        received.append(piece.data(), static_cast<std::size_t>(size));
    }
}

} // namespace papervault::server
