#pragma once

#include <papervault/crypto/secret_buffer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// A client that may misbehave: raw bytes over TLS, WebSocket frames by hand. Blocking; every read has a deadline.
namespace papervault::server::test {

struct ClientCredentials {
    std::string certificate_pem; ///< Empty: none is shown.
    crypto::SecretBuffer key_pem{0};
};

enum class TlsVersion { tls_1_2, tls_1_3 };

class TlsClient {
public:
    /// @return Nothing when there is no TCP connection or the handshake fails on our side.
    [[nodiscard]] static std::unique_ptr<TlsClient> connect(std::uint16_t port, const ClientCredentials& credentials,
                                                            TlsVersion version = TlsVersion::tls_1_3);
    ~TlsClient();

    [[nodiscard]] bool send(std::string_view bytes);
    /// At least one byte more, or nothing at the end of the connection or after the time.
    [[nodiscard]] std::optional<std::string> receive(std::chrono::milliseconds within = std::chrono::seconds{20});
    /// Everything until the other end closes or the time is over.
    [[nodiscard]] std::string receive_all(std::chrono::milliseconds within = std::chrono::seconds{20});
    /// One HTTP answer, head and body by Content-Length; empty if there was none.
    [[nodiscard]] std::string receive_http(std::chrono::milliseconds within = std::chrono::seconds{20});
    /// Sends no TLS end and no FIN: as when the cable is pulled.
    void drop();

    // WebSocket
    /// @return The status of the answer; 101 when it is open.
    int upgrade(std::string_view path);
    [[nodiscard]] bool send_text(std::string_view text);
    /// One frame with any first byte, masked unless told otherwise.
    [[nodiscard]] bool send_frame(std::uint8_t first_byte, std::string_view payload, bool masked = true);
    struct Frame {
        std::uint8_t opcode = 0;
        std::string payload;
        [[nodiscard]] int close_code() const;
    };
    /// The next frame that isn't a ping (which is answered) or pong.
    [[nodiscard]] std::optional<Frame> receive_frame(std::chrono::milliseconds within = std::chrono::seconds{20});

private:
    struct Handles;
    explicit TlsClient(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> handles_;
    std::string received_;
};

} // namespace papervault::server::test
