#include "server/support/tls_client.hpp"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace papervault::server::test {

using Clock = std::chrono::steady_clock;

struct TlsClient::Handles {
    SSL_CTX* context = nullptr;
    SSL* ssl = nullptr;
    int socket = -1;
    ~Handles()
    {
        if (ssl != nullptr) { ::SSL_free(ssl); }
        if (context != nullptr) { ::SSL_CTX_free(context); }
        if (socket >= 0) { ::close(socket); }
    }
};

namespace {

void use_credentials(SSL_CTX* context, const ClientCredentials& credentials)
{
    if (credentials.certificate_pem.empty()) { return; }
    BIO* certificate_text =
        ::BIO_new_mem_buf(credentials.certificate_pem.data(), static_cast<int>(credentials.certificate_pem.size()));
    X509* certificate = ::PEM_read_bio_X509(certificate_text, nullptr, nullptr, nullptr);
    ::SSL_CTX_use_certificate(context, certificate);
    ::X509_free(certificate);
    ::BIO_free(certificate_text);
    const auto key_bytes = credentials.key_pem.expose();
    BIO* key_text = ::BIO_new_mem_buf(key_bytes.data(), static_cast<int>(key_bytes.size()));
    EVP_PKEY* key = ::PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    ::SSL_CTX_use_PrivateKey(context, key);
    ::EVP_PKEY_free(key);
    ::BIO_free(key_text);
}

} // namespace

TlsClient::TlsClient(std::unique_ptr<Handles> handles) : handles_{std::move(handles)} {}
TlsClient::~TlsClient() = default;

std::unique_ptr<TlsClient> TlsClient::connect(std::uint16_t port, const ClientCredentials& credentials,
                                              TlsVersion version)
{
    ::signal(SIGPIPE, SIG_IGN); // a server that closes is what many tests are about
    auto handles = std::make_unique<Handles>();
    handles->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(handles->socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return nullptr;
    }
    const int on = 1;
    ::setsockopt(handles->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval timeout{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(handles->socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(handles->socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    handles->context = ::SSL_CTX_new(::TLS_client_method());
    const int wanted = version == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    ::SSL_CTX_set_min_proto_version(handles->context, wanted);
    ::SSL_CTX_set_max_proto_version(handles->context, wanted);
    ::SSL_CTX_set_verify(handles->context, SSL_VERIFY_NONE, nullptr); // the kiosk's checks are tested at the kiosk
    use_credentials(handles->context, credentials);
    handles->ssl = ::SSL_new(handles->context);
    ::SSL_set_fd(handles->ssl, handles->socket);
    const bool connected = ::SSL_connect(handles->ssl) == 1;
    ::ERR_clear_error();
    return connected ? std::unique_ptr<TlsClient>{new TlsClient{std::move(handles)}} : nullptr;
}

bool TlsClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const int sent = ::SSL_write(handles_->ssl, bytes.data(), static_cast<int>(bytes.size()));
        ::ERR_clear_error();
        if (sent <= 0) { return false; }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::optional<std::string> TlsClient::receive(std::chrono::milliseconds within)
{
    if (::SSL_pending(handles_->ssl) == 0) {
        pollfd readable{.fd = handles_->socket, .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, static_cast<int>(within.count())) <= 0) { return std::nullopt; }
    }
    std::array<char, 16 * 1024> piece{};
    const int size = ::SSL_read(handles_->ssl, piece.data(), static_cast<int>(piece.size()));
    ::ERR_clear_error();
    if (size <= 0) { return std::nullopt; }
    return std::string(piece.data(), static_cast<std::size_t>(size));
}

std::string TlsClient::receive_all(std::chrono::milliseconds within)
{
    const auto until = Clock::now() + within;
    std::string all = std::exchange(received_, {});
    while (Clock::now() < until) {
        const auto piece = receive(std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()));
        if (!piece) { break; }
        all += *piece;
    }
    return all;
}

std::string TlsClient::receive_http(std::chrono::milliseconds within)
{
    const auto until = Clock::now() + within;
    for (;;) {
        const std::size_t end = received_.find("\r\n\r\n");
        if (end != std::string::npos) {
            const std::size_t at = received_.find("Content-Length: ");
            const std::size_t length = at < end ? std::stoul(received_.substr(at + 16)) : 0;
            if (received_.size() >= end + 4 + length) {
                std::string answer = received_.substr(0, end + 4 + length);
                received_.erase(0, answer.size());
                return answer;
            }
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        const auto piece = left.count() > 0 ? receive(left) : std::nullopt;
        if (!piece) { return {}; }
        received_ += *piece;
    }
}

void TlsClient::drop()
{
    // The reset is what the other end sees after a while; here at once.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(handles_->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::close(std::exchange(handles_->socket, -1));
}

int TlsClient::upgrade(std::string_view path)
{
    const bool sent =
        send(fmt::format("GET {} HTTP/1.1\r\nHost: hall\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                         path));
    const std::string answer = sent ? receive_http() : std::string{};
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

bool TlsClient::send_text(std::string_view text)
{
    return send_frame(0x81, text);
}

bool TlsClient::send_frame(std::uint8_t first_byte, std::string_view payload, bool masked)
{
    std::string frame;
    frame += static_cast<char>(first_byte);
    const int mask_bit = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        frame += static_cast<char>(mask_bit | static_cast<int>(payload.size()));
    } else if (payload.size() < 65536) {
        frame += static_cast<char>(mask_bit | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    } else {
        frame += static_cast<char>(mask_bit | 127);
        for (int shift = 56; shift >= 0; shift -= 8) { frame += static_cast<char>((payload.size() >> shift) & 0xff); }
    }
    if (masked) { frame.append(4, '\0'); } // a mask of zeros changes nothing and is allowed
    frame += payload;
    return send(frame);
}

int TlsClient::Frame::close_code() const
{
    if (opcode != 8 || payload.size() < 2) { return 0; }
    return (static_cast<unsigned char>(payload[0]) << 8) | static_cast<unsigned char>(payload[1]);
}

std::optional<TlsClient::Frame> TlsClient::receive_frame(std::chrono::milliseconds within)
{
    const auto until = Clock::now() + within;
    for (;;) {
        while (received_.size() >= 2) {
            const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
            std::size_t length = byte(1) & 0x7f;
            std::size_t head = 2;
            if (length == 126) {
                head = 4;
                if (received_.size() < head) { break; }
                length = (static_cast<std::size_t>(byte(2)) << 8) | byte(3);
            } else if (length == 127) {
                head = 10;
                if (received_.size() < head) { break; }
                length = 0;
                for (std::size_t i = 2; i < 10; ++i) { length = (length << 8) | byte(i); }
            }
            if (received_.size() < head + length) { break; }
            Frame frame{.opcode = static_cast<std::uint8_t>(byte(0) & 0x0f), .payload = received_.substr(head, length)};
            received_.erase(0, head + length);
            if (frame.opcode == 9) {
                if (!send_frame(0x8a, frame.payload)) { return std::nullopt; }
                continue;
            }
            if (frame.opcode != 10) { return frame; }
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        const auto piece = left.count() > 0 ? receive(left) : std::nullopt;
        if (!piece) { return std::nullopt; }
        received_ += *piece;
    }
}

} // namespace papervault::server::test
