#include "net/connection.hpp"

#include "net/pacer.hpp"

#include <papervault/crypto/certificate.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

namespace papervault::server {
namespace {

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t write_piece_bytes = 64 * 1024;

/// One request with its body, or why there is none.
struct Received {
    enum class Kind { request, web_socket, refused, gone };
    Received() = default;
    Kind kind = Kind::gone;
    HttpHead head;
    std::string body;
    HeadRefusal refusal{};
};

class HttpConnection {
public:
    HttpConnection(Port& port, TlsStream& stream, const Peer& peer)
        : port_{port}, stream_{stream}, peer_{peer}, pacer_{port.limits.requests}, pause_{port.io}
    {
    }

    /// @return The head of a request for a WebSocket that may be opened; otherwise the connection is at its end.
    asio::awaitable<std::optional<HttpHead>> serve()
    {
        for (;;) {
            Received received = co_await receive();
            switch (received.kind) {
            case Received::Kind::gone: co_return std::nullopt;
            case Received::Kind::refused: {
                HttpResponse response = error_response(received.refusal.status, "bad_request", received.refusal.reason);
                co_await send(std::move(response), false);
                co_await linger();
                co_return std::nullopt;
            }
            case Received::Kind::web_socket: {
                auto refusal = port_.handler.refuse_line(peer_, received.head.target);
                if (!refusal) { co_return std::move(received.head); }
                co_await send(std::move(*refusal), false);
                co_await linger();
                co_return std::nullopt;
            }
            case Received::Kind::request: break;
            }
            const bool keep_alive = received.head.keep_alive;
            HttpRequest request;
            request.method = received.head.method;
            request.path = std::move(received.head.target);
            request.body = std::move(received.body);
            HttpResponse response = co_await ask_program(std::move(request));
            const bool sent = co_await send(std::move(response), keep_alive);
            if (!sent) { co_return std::nullopt; }
            const auto now = Pacer::Clock::now();
            const auto next = pacer_.count(now);
            if (next > now) {
                tcp().expires_never();
                pause_.expires_at(next);
                co_await pause_.async_wait(no_throw);
            }
            if (!keep_alive) {
                co_await linger();
                co_return std::nullopt;
            }
        }
    }

private:
    beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

    /// @return False at the end of the connection.
    asio::awaitable<bool> read_some()
    {
        const std::size_t before = buffer_.size();
        buffer_.resize(before + read_bytes);
        const asio::mutable_buffer space{buffer_.data() + before, read_bytes};
        auto [error, size] = co_await stream_.async_read_some(space, no_throw);
        buffer_.resize(before + (error ? 0 : size));
        co_return !error;
    }

    asio::awaitable<Received> receive()
    {
        Received received;
        tcp().expires_after(port_.limits.idle_timeout);
        std::size_t head_bytes = 0;
        for (bool first = true; head_bytes == 0; first = false) {
            const bool there = co_await read_some();
            if (!there) { co_return received; }
            if (first) { tcp().expires_after(port_.limits.request_timeout); }
            const auto end = find_head_end(buffer_, port_.limits.head_bytes_max);
            if (!end) { co_return refused(std::move(received), end.error()); }
            head_bytes = *end;
        }
        auto head = parse_head(std::string_view{buffer_}.substr(0, head_bytes), port_.limits.body_bytes_max);
        if (!head) { co_return refused(std::move(received), head.error()); }
        received.head = std::move(*head);
        const std::size_t whole = head_bytes + received.head.content_length;
        while (buffer_.size() < whole) {
            const bool there = co_await read_some();
            if (!there) { co_return received; }
        }
        if (buffer_.size() > whole) {
            const HeadRefusal second{.status = 400, .reason = "a second request before the answer"};
            co_return refused(std::move(received), second);
        }
        received.body = buffer_.substr(head_bytes);
        buffer_.clear();
        received.kind = received.head.web_socket ? Received::Kind::web_socket : Received::Kind::request;
        co_return received;
    }

    static Received refused(Received received, HeadRefusal refusal)
    {
        received.kind = Received::Kind::refused;
        received.refusal = refusal;
        return received;
    }

    /// The program answers from another thread; this thread goes on meanwhile.
    asio::awaitable<HttpResponse> ask_program(HttpRequest request)
    {
        struct Waiting {
            explicit Waiting(asio::io_context& io) : answered{io} {}
            asio::steady_timer answered;
            std::optional<HttpResponse> response;
        };
        auto waiting = std::make_shared<Waiting>(port_.io);
        waiting->answered.expires_after(port_.limits.answer_timeout);
        Reply reply = [waiting, &io = port_.io](HttpResponse response) mutable {
            asio::post(io, [waiting, response = std::move(response)]() mutable {
                waiting->response = std::move(response);
                waiting->answered.cancel();
            });
        };
        tcp().expires_never();
        port_.handler.answer(peer_, std::move(request), std::move(reply));
        if (!waiting->response) { co_await waiting->answered.async_wait(no_throw); }
        if (!waiting->response) { co_return error_response(503, "no_answer", "the hall is too busy; try again"); }
        co_return std::move(*waiting->response);
    }

    asio::awaitable<bool> send(HttpResponse response, bool keep_alive)
    {
        // Head and beginning of the body leave in one record; a long body follows in pieces, each with its own
        // deadline.
        std::string first = response_head(response, keep_alive);
        std::string_view rest = response.body;
        const std::size_t first_piece = std::min(rest.size(), write_piece_bytes);
        first.append(rest.substr(0, first_piece));
        rest.remove_prefix(first_piece);
        for (std::string_view piece = first; !piece.empty();) {
            tcp().expires_after(port_.limits.write_timeout);
            const asio::const_buffer bytes{piece.data(), piece.size()};
            auto [error, size] = co_await asio::async_write(stream_, bytes, no_throw);
            if (error) { co_return false; }
            piece = rest.substr(0, write_piece_bytes);
            rest.remove_prefix(piece.size());
        }
        co_return true;
    }

    /// Reads what is still on its way, so that closing doesn't take the answer back (TCP reset).
    asio::awaitable<void> linger()
    {
        constexpr std::size_t discarded_max = 256 * 1024;
        tcp().expires_after(std::chrono::seconds{1});
        auto [unclean] = co_await stream_.async_shutdown(no_throw);
        // Only when the peer was still talking is there something to read. After an end of file or a reset no further
        // edge comes from epoll: a read would wait for its deadline.
        if (!unclean || unclean.category() != asio::error::get_ssl_category()) { co_return; }
        std::array<char, 4096> scrap; // only written to
        const asio::mutable_buffer space = asio::buffer(scrap);
        for (std::size_t discarded = 0; discarded < discarded_max;) {
            auto [error, size] = co_await tcp().async_read_some(space, no_throw);
            if (error) { break; }
            discarded += size;
        }
    }

    Port& port_;
    TlsStream& stream_;
    const Peer& peer_;
    Pacer pacer_;
    asio::steady_timer pause_;
    std::string buffer_;
};

/// The peer by its certificate. TLS has verified it; here it only gets a name.
std::optional<Peer> identify(TlsStream& stream, bool with_certificate, std::string address)
{
    Peer peer;
    peer.address = std::move(address);
    if (!with_certificate) { return peer; }
    ::X509* certificate = ::SSL_get0_peer_certificate(stream.native_handle());
    if (certificate == nullptr || ::SSL_get_verify_result(stream.native_handle()) != X509_V_OK) { return std::nullopt; }
    unsigned char* der = nullptr;
    const int der_size = ::i2d_X509(certificate, &der);
    if (der_size <= 0) { return std::nullopt; }
    const crypto::ByteView der_view = std::as_bytes(std::span{der, static_cast<std::size_t>(der_size)});
    const auto name = crypto::certificate_name_of_der(der_view);
    ::OPENSSL_free(der);
    unsigned char* key = nullptr;
    const int key_size = ::i2d_X509_PUBKEY(::X509_get_X509_PUBKEY(certificate), &key);
    if (!name || key_size <= 0) { return std::nullopt; }
    peer.key = crypto::sha256(std::as_bytes(std::span{key, static_cast<std::size_t>(key_size)}));
    ::OPENSSL_free(key);
    peer.role = name->role;
    peer.name = name->name;
    return peer;
}

/// Takes the connection off the books, whichever way it ends.
class Registration {
public:
    Registration(Port& port, std::uint64_t id, std::string_view address) : port_{port}, id_{id}
    {
        if (const auto goes = port_.admission.arrive(id, address)) {
            const auto closer = port_.closers.find(*goes);
            if (closer != port_.closers.end()) { closer->second(); }
        }
    }
    Registration(const Registration&) = delete;
    ~Registration()
    {
        port_.admission.leave(id_);
        port_.closers.erase(id_);
    }

private:
    Port& port_;
    std::uint64_t id_;
};

} // namespace

asio::awaitable<void> serve_connection(Port& port, std::uint64_t id, asio::ip::tcp::socket socket, std::string address)
{
    const Registration registration{port, id, address};
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    TlsStream stream{std::move(socket), port.tls};
    beast::tcp_stream& tcp = beast::get_lowest_layer(stream);
    port.closers[id] = [&tcp] { tcp.close(); };
    tcp.expires_after(port.limits.handshake_timeout);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
    if (error) { co_return; }
    const auto peer = identify(stream, port.client_certificates, std::move(address));
    if (!peer) { co_return; }
    if (!port.admission.establish(id, port.client_certificates ? peer->key.hex() : peer->address)) { co_return; }

    HttpConnection connection{port, stream, *peer};
    auto upgrade = co_await connection.serve();
    if (!upgrade) { co_return; }
    port.closers.erase(id); // the stream moves
    co_await serve_web_socket(port, id, std::move(stream), std::move(*upgrade), *peer);
}

} // namespace papervault::server
