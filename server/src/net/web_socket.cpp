#include "net/connection.hpp"

#include "net/pacer.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <utility>

namespace papervault::server {
namespace {

namespace http = beast::http;
namespace websocket = beast::websocket;
using WebSocket = websocket::stream<TlsStream>;

/// One open WebSocket. send() and close() come from any thread and are posted; everything else is on the net's thread.
class WebSocketLine final : public Line, public std::enable_shared_from_this<WebSocketLine> {
public:
    WebSocketLine(Port& port, TlsStream stream)
        : io_{port.io}, limits_{port.limits}, socket_{std::move(stream)}, answered_{port.io},
          pacer_{port.limits.messages}, pause_{port.io}
    {
        beast::get_lowest_layer(socket_).expires_never(); // the WebSocket has deadlines of its own
        websocket::stream_base::timeout timeout{};
        timeout.handshake_timeout = limits_.handshake_timeout;
        timeout.idle_timeout = limits_.idle_timeout;
        timeout.keep_alive_pings = true;
        socket_.set_option(timeout);
        socket_.read_message_max(limits_.message_bytes_max);
        socket_.auto_fragment(false);
        socket_.text(true);
    }

    WebSocket& socket() { return socket_; }

    void send(std::string text) override
    {
        asio::post(io_,
                   [self = shared_from_this(), text = std::move(text)]() mutable { self->enqueue(std::move(text)); });
    }
    void close(LineClose code) override
    {
        asio::post(io_, [self = shared_from_this(), code] { self->close_after_writing(code); });
    }
    /// At once and without a word.
    void abort()
    {
        ended_ = true;
        // The message that is being written stays until the writing has ended: TLS still reads from it.
        queue_.erase(queue_.begin() + (writing_ ? 1 : 0), queue_.end());
        beast::get_lowest_layer(socket_).close();
        answered_.cancel();
        pause_.cancel();
    }

    /// Gives every message to the program until the line ends.
    asio::awaitable<void> read_all(ListenerHandler& handler, LineId id)
    {
        beast::flat_buffer buffer{limits_.message_bytes_max};
        while (!ended_) {
            while (in_flight_ >= limits_.in_flight_max && !ended_) {
                answered_.expires_after(std::chrono::hours{24});
                co_await answered_.async_wait(no_throw);
            }
            auto [error, size] = co_await socket_.async_read(buffer, no_throw);
            if (error || ended_) { break; }
            if (!socket_.got_text()) {
                close_after_writing(static_cast<LineClose>(websocket::close_code::unknown_data));
                break;
            }
            std::string text{static_cast<const char*>(buffer.cdata().data()), buffer.size()};
            buffer.consume(buffer.size());
            handler.line_message(id, std::move(text), make_in_flight());
            const auto now = Pacer::Clock::now();
            const auto next = pacer_.count(now);
            if (next > now) {
                pause_.expires_at(next);
                co_await pause_.async_wait(no_throw);
            }
        }
        // Whoever closes sends his frame first; then the rest of the stream is of no interest.
        while (closing_ && !ended_ && !close_done_) {
            answered_.expires_after(std::chrono::seconds{5});
            co_await answered_.async_wait(no_throw);
            if (answered_.expiry() <= std::chrono::steady_clock::now()) { break; }
        }
        abort();
    }

private:
    /// Counts one message until the program lets go of it, on whatever thread that is.
    class Token {
    public:
        explicit Token(std::shared_ptr<WebSocketLine> line) : line_{std::move(line)} {}
        Token(const Token&) = delete;
        ~Token()
        {
            asio::io_context& io = line_->io_;
            asio::post(io, [line = std::move(line_)] {
                --line->in_flight_;
                line->answered_.cancel();
            });
        }

    private:
        std::shared_ptr<WebSocketLine> line_;
    };

    InFlight make_in_flight()
    {
        ++in_flight_;
        return std::make_shared<Token>(shared_from_this());
    }

    void enqueue(std::string text)
    {
        if (ended_ || closing_) { return; }
        unsent_bytes_ += text.size();
        if (unsent_bytes_ > limits_.unsent_bytes_max) { return close_after_writing(LineClose::too_slow); }
        queue_.push_back(std::move(text));
        if (!writing_) { write_next(); }
    }

    void write_next()
    {
        writing_ = true;
        socket_.async_write(asio::buffer(queue_.front()),
                            [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                                self->writing_ = false;
                                if (self->ended_) { return self->queue_.clear(); }
                                if (error) { return self->abort(); }
                                self->unsent_bytes_ -= self->queue_.front().size();
                                self->queue_.pop_front();
                                if (!self->queue_.empty()) {
                                    self->write_next();
                                } else if (self->closing_) {
                                    self->write_close();
                                }
                            });
    }

    void close_after_writing(LineClose code)
    {
        if (ended_ || closing_) { return; }
        closing_ = code;
        if (code == LineClose::too_slow) { return abort(); }
        if (!writing_) { write_close(); }
    }

    void write_close()
    {
        websocket::close_reason reason;
        reason.code = static_cast<std::uint16_t>(*closing_);
        socket_.async_close(reason, [self = shared_from_this()](boost::system::error_code) {
            self->close_done_ = true;
            self->answered_.cancel();
        });
    }

    asio::io_context& io_;
    ListenerLimits limits_;
    WebSocket socket_;
    asio::steady_timer answered_; ///< Cancelled whenever the reader should look again.
    Pacer pacer_;
    asio::steady_timer pause_;
    std::deque<std::string> queue_;
    std::size_t unsent_bytes_ = 0;
    std::size_t in_flight_ = 0;
    std::optional<LineClose> closing_;
    bool writing_ = false;
    bool close_done_ = false;
    bool ended_ = false;
};

} // namespace

asio::awaitable<void> serve_web_socket(Port& port, std::uint64_t id, TlsStream stream, HttpHead head, Peer peer)
{
    http::request<http::empty_body> request;
    request.method(http::verb::get);
    request.target(head.target);
    request.version(11);
    for (const auto& [name, value] : head.fields) { request.insert(name, value); }

    auto line = std::make_shared<WebSocketLine>(port, std::move(stream));
    port.closers[id] = [line] { line->abort(); };
    auto [error] = co_await line->socket().async_accept(request, no_throw);
    if (!error) {
        port.handler.line_opened(id, peer, line);
        co_await line->read_all(port.handler, id);
        port.handler.line_closed(id);
    }
    line->abort();
    port.closers.erase(id);
}

} // namespace papervault::server
