#include "net/event_loop_parts.hpp"
#include "net/tls_stream.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/messages.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <random>

namespace papervault::client {
namespace {

using namespace net;
namespace websocket = beast::websocket;

/// More than this unsent means that the hall has stopped reading.
constexpr std::size_t unsent_bytes_max = 8 * 1024 * 1024;
/// A line that held so long counts as a success: the next try comes early again.
constexpr std::chrono::seconds good_line{10};
constexpr int forbidden = 403;

std::string_view code_of(ClientError error)
{
    switch (error) {
    case ClientError::not_trusted: return "hall_not_trusted";
    case ClientError::refused: return "certificate_refused";
    case ClientError::malformed:
    case ClientError::out_of_range: return "protocol";
    case ClientError::unreachable:
    case ClientError::storage_failed: return "hall_unreachable";
    }
    return "hall_unreachable";
}

/// The hall's word in {"error":"…","detail":"…"}.
std::string error_word(const HttpsAnswer& answer)
{
    const auto value = engine::parse_json(answer.body, {.bytes_max = 64 * 1024, .depth_max = 4});
    if (value) {
        engine::JsonFields fields{*value, ""};
        std::string word = fields.text("error", 64);
        if (fields.good() && !word.empty()) { return word; }
    }
    return fmt::format("status_{}", answer.status);
}

/// One connection from the first packet to the last.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& io, asio::ssl::context& tls) : socket{io, tls} {}

    websocket::stream<TlsStream> socket;
    beast::flat_buffer buffer;
    bool open = false;

    void send(std::string text)
    {
        if (!open) { return; }
        unsent_bytes_ += text.size();
        if (unsent_bytes_ > unsent_bytes_max) { return abort(); }
        unsent_.push_back(std::move(text));
        if (unsent_.size() == 1) { write_next(); }
    }

    /// At once and without a word; the reading ends with an error.
    void abort()
    {
        open = false;
        beast::get_lowest_layer(socket).close();
    }

    void say_goodbye()
    {
        if (!open) { return abort(); }
        open = false;
        socket.async_close(websocket::close_code::normal,
                           [self = shared_from_this()](const beast::error_code&) { self->abort(); });
    }

private:
    void write_next()
    {
        socket.async_write(asio::buffer(unsent_.front()),
                           [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                               if (error) { return self->abort(); }
                               self->unsent_bytes_ -= self->unsent_.front().size();
                               self->unsent_.pop_front();
                               if (self->open && !self->unsent_.empty()) { self->write_next(); }
                           });
    }

    std::deque<std::string> unsent_;
    std::size_t unsent_bytes_ = 0;
};

class LinkCore : public std::enable_shared_from_this<LinkCore> {
public:
    LinkCore(asio::io_context& io, Endpoint endpoint, std::shared_ptr<asio::ssl::context> tls,
             HallLinkListener& listener, HallLinkTimes times)
        : io_{io}, endpoint_{std::move(endpoint)}, tls_{std::move(tls)}, listener_{&listener}, times_{times}, pause_{io}
    {
        std::uint32_t seed = 0;
        crypto::fill_random(std::as_writable_bytes(std::span{&seed, 1}));
        random_.seed(seed);
    }

    void open()
    {
        if (std::exchange(opened_, true)) { return; }
        asio::co_spawn(io_, run(shared_from_this()), [self = shared_from_this()](std::exception_ptr problem) {
            if (problem && self->listener_ != nullptr) {
                self->listener_->line_failed("hall_unreachable", "out of memory or sockets");
            }
        });
    }

    void send(std::string text)
    {
        if (connection_) { connection_->send(std::move(text)); }
    }

    void fetch_form()
    {
        asio::co_spawn(io_, get_form(shared_from_this()),
                       [self = shared_from_this()](std::exception_ptr problem, Result<HttpsAnswer> answer) {
                           self->form_came(problem, std::move(answer));
                       });
    }

    void fetch_pictures(std::vector<engine::SealedPicture> pictures)
    {
        asio::co_spawn(io_, get_pictures(shared_from_this(), std::move(pictures)),
                       [self = shared_from_this()](std::exception_ptr problem, std::string detail) {
                           if (self->listener_ == nullptr) { return; }
                           self->listener_->pictures_settled(problem ? "out of memory or sockets" : detail);
                       });
    }

    void drop()
    {
        if (connection_) { connection_->abort(); }
    }

    void end()
    {
        ended_ = true;
        pause_.cancel();
        if (connection_) { connection_->say_goodbye(); }
    }

    void forget_listener()
    {
        listener_ = nullptr;
        ended_ = true;
        pause_.cancel();
        if (connection_) { connection_->abort(); }
    }

private:
    static asio::awaitable<void> run(std::shared_ptr<LinkCore> self)
    {
        int failures = 0;
        while (!self->ended_) {
            const auto began = std::chrono::steady_clock::now();
            self->connection_ = std::make_shared<Connection>(self->io_, *self->tls_);
            const bool came_up = co_await self->hold_line();
            self->connection_.reset();
            if (self->ended_) { break; }
            const bool was_good = came_up && std::chrono::steady_clock::now() - began >= good_line;
            failures = was_good ? 0 : std::min(failures + 1, 16);
            self->pause_.expires_after(self->pause_after(failures));
            co_await self->pause_.async_wait(no_throw);
        }
    }

    /// Half fixed, half random: kiosks that lost the hall at one instant don't come back at one instant.
    std::chrono::milliseconds pause_after(int failures)
    {
        const auto longest = times_.retry_first * (1 << std::min(failures, 10));
        const auto bound = std::min(longest, times_.retry_last);
        return bound / 2 +
               std::chrono::milliseconds{std::uniform_int_distribution<long>{0, bound.count() / 2}(random_)};
    }

    void failed(std::string_view code, std::string_view detail)
    {
        if (listener_ != nullptr) { listener_->line_failed(code, detail); }
    }

    /// @return Whether it came up.
    asio::awaitable<bool> hold_line()
    {
        const auto connection = connection_;
        auto& tls_stream = connection->socket.next_layer();
        const auto connected = co_await connect_tls(tls_stream, endpoint_, times_.connect_within);
        if (!connected) {
            failed(code_of(connected.error().code), connected.error().detail);
            co_return false;
        }
        HttpExchange question;
        question.host = host_header(endpoint_);
        question.target = "/v1/hall";
        question.answer_bytes_max = 64 * 1024;
        question.within = times_.connect_within;
        question.keep_alive = true;
        const auto answer = co_await exchange(tls_stream, connection->buffer, std::move(question));
        if (!answer) {
            failed(code_of(answer.error().code), answer.error().detail);
            co_return false;
        }
        if (answer->status != 200) {
            const std::string word = error_word(*answer);
            failed(answer->status == forbidden ? word : "hall_unreachable", word);
            co_return false;
        }
        const auto info = hall_info_from_json(answer->body);
        if (!info || connection->buffer.size() != 0) {
            failed("protocol", info ? "more than an answer" : info.error().detail);
            co_return false;
        }
        const auto upgrade_error = co_await upgrade(connection);
        if (upgrade_error) {
            failed("hall_unreachable", fmt::format("WebSocket: {}", upgrade_error.message()));
            co_return false;
        }
        if (listener_ == nullptr || ended_) { co_return false; }
        connection->open = true;
        listener_->line_opened(*info);
        const int close_code = co_await read_all(connection);
        connection->abort();
        if (listener_ != nullptr) { listener_->line_closed(close_code); }
        co_return true;
    }

    asio::awaitable<beast::error_code> upgrade(std::shared_ptr<Connection> connection)
    {
        beast::get_lowest_layer(connection->socket).expires_never(); // the WebSocket has deadlines of its own
        websocket::stream_base::timeout timeout{};
        timeout.handshake_timeout = times_.connect_within;
        timeout.idle_timeout = times_.silent_at_most;
        timeout.keep_alive_pings = true;
        connection->socket.set_option(timeout);
        connection->socket.read_message_max(engine::hall_message_bytes_max);
        connection->socket.auto_fragment(false);
        connection->socket.text(true);
        const std::string host = host_header(endpoint_);
        auto [error] = co_await connection->socket.async_handshake(host, "/v1/sitting", no_throw);
        co_return error;
    }

    /// @return The hall's close code, or 0.
    asio::awaitable<int> read_all(std::shared_ptr<Connection> connection)
    {
        while (listener_ != nullptr) {
            auto [error, size] = co_await connection->socket.async_read(connection->buffer, no_throw);
            if (error) {
                const bool closed = error == websocket::error::closed;
                co_return closed ? static_cast<int>(connection->socket.reason().code) : 0;
            }
            if (listener_ == nullptr || !connection->open) { break; }
            if (!connection->socket.got_text()) { break; }
            const auto data = connection->buffer.cdata();
            listener_->line_received({static_cast<const char*>(data.data()), data.size()});
            connection->buffer.consume(data.size());
        }
        co_return 0;
    }

    static asio::awaitable<Result<HttpsAnswer>> get_form(std::shared_ptr<LinkCore> self)
    {
        TlsStream stream{self->io_, *self->tls_};
        const auto connected = co_await connect_tls(stream, self->endpoint_, self->times_.connect_within);
        if (!connected) { co_return std::unexpected{connected.error()}; }
        HttpExchange question;
        question.host = host_header(self->endpoint_);
        question.target = "/v1/form";
        question.answer_bytes_max = sealed_form_bytes_max;
        question.within = self->times_.form_within;
        beast::flat_buffer buffer;
        auto answer = co_await exchange(stream, buffer, std::move(question));
        beast::get_lowest_layer(stream).close();
        co_return answer;
    }

    /// @return What went wrong; empty when all came.
    static asio::awaitable<std::string> get_pictures(std::shared_ptr<LinkCore> self,
                                                     std::vector<engine::SealedPicture> pictures)
    {
        TlsStream stream{self->io_, *self->tls_};
        const auto connected = co_await connect_tls(stream, self->endpoint_, self->times_.connect_within);
        if (!connected) { co_return connected.error().detail; }
        beast::flat_buffer buffer;
        for (const engine::SealedPicture& picture : pictures) {
            HttpExchange question;
            question.host = host_header(self->endpoint_);
            question.target = "/v1/pictures/" + crypto::to_hex(picture.digest);
            question.answer_bytes_max = static_cast<std::size_t>(std::max<std::uint64_t>(picture.bytes, 64 * 1024));
            question.within = self->times_.form_within;
            question.keep_alive = true;
            const auto answer = co_await exchange(stream, buffer, std::move(question));
            if (!answer) { co_return answer.error().detail; }
            if (answer->status != 200) { co_return error_word(*answer); }
            if (self->listener_ == nullptr) { break; }
            const auto bytes = std::as_bytes(std::span{answer->body});
            self->listener_->picture_fetched(crypto::Bytes{bytes.begin(), bytes.end()});
        }
        beast::get_lowest_layer(stream).close();
        co_return std::string{};
    }

    void form_came(const std::exception_ptr& problem, Result<HttpsAnswer> answer)
    {
        if (listener_ == nullptr) { return; }
        if (problem) { return listener_->form_fetch_failed("out of memory or sockets"); }
        if (!answer) { return listener_->form_fetch_failed(answer.error().detail); }
        if (answer->status != 200) { return listener_->form_fetch_failed(error_word(*answer)); }
        const auto bytes = std::as_bytes(std::span{answer->body});
        listener_->form_fetched(crypto::Bytes{bytes.begin(), bytes.end()});
    }

    asio::io_context& io_;
    Endpoint endpoint_;
    std::shared_ptr<asio::ssl::context> tls_;
    HallLinkListener* listener_;
    HallLinkTimes times_;
    asio::steady_timer pause_;
    std::minstd_rand random_;
    std::shared_ptr<Connection> connection_;
    bool opened_ = false;
    bool ended_ = false;
};

class WebSocketLink final : public HallLink {
public:
    explicit WebSocketLink(std::shared_ptr<LinkCore> core) : core_{std::move(core)} {}
    ~WebSocketLink() override { core_->forget_listener(); }
    WebSocketLink(const WebSocketLink&) = delete;
    WebSocketLink& operator=(const WebSocketLink&) = delete;

    void open() override { core_->open(); }
    void send(std::string text) override { core_->send(std::move(text)); }
    void fetch_form() override { core_->fetch_form(); }
    void fetch_pictures(std::vector<engine::SealedPicture> pictures) override
    {
        core_->fetch_pictures(std::move(pictures));
    }
    void drop() override { core_->drop(); }
    void end() override { core_->end(); }

private:
    std::shared_ptr<LinkCore> core_;
};

} // namespace

Result<std::unique_ptr<HallLink>> make_hall_link(EventLoop& loop, Endpoint endpoint, const KioskIdentity& identity,
                                                 HallLinkListener& listener, HallLinkTimes times)
{
    auto tls = make_tls_context(identity.authority_pem, &identity);
    if (!tls) { return std::unexpected{tls.error()}; }
    return std::make_unique<WebSocketLink>(
        std::make_shared<LinkCore>(loop.parts().io, std::move(endpoint), std::move(*tls), listener, times));
}

} // namespace papervault::client
