#include "client/support/tls_hall.hpp"

#include <papervault/client/enrolment.hpp>
#include <papervault/engine/json.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <deque>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <openssl/ssl.h>

namespace papervault::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using WebSocket = websocket::stream<TlsStream>;
using Request = http::request<http::string_body>;
using Answer = http::response<http::string_body>;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

Answer json_answer(unsigned status, const boost::json::object& body)
{
    Answer answer{static_cast<http::status>(status), 11};
    answer.body() = boost::json::serialize(body);
    answer.prepare_payload();
    return answer;
}

crypto::CertificateName name_of_peer(TlsStream& stream)
{
    X509* certificate = ::SSL_get1_peer_certificate(stream.native_handle());
    if (certificate == nullptr) { return {}; }
    unsigned char* der = nullptr;
    const int size = ::i2d_X509(certificate, &der);
    ::X509_free(certificate);
    auto name = crypto::certificate_name_of_der(std::as_bytes(std::span{der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
    return name.value_or(crypto::CertificateName{});
}

/// One kiosk's WebSocket, kept alive by its reading and writing.
struct HallLine : std::enable_shared_from_this<HallLine> {
    HallLine(TlsStream stream, std::uint64_t number, int seat_number)
        : socket{std::move(stream)}, id{number}, seat{seat_number}
    {
    }
    void send(std::string text)
    {
        queue.push_back(std::move(text));
        if (queue.size() == 1) { write(); }
    }
    void write()
    {
        socket.async_write(asio::buffer(queue.front()),
                           [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                               if (error) { return; }
                               self->queue.pop_front();
                               if (!self->queue.empty()) { self->write(); }
                           });
    }
    WebSocket socket;
    std::uint64_t id;
    int seat;
    std::deque<std::string> queue;
};

} // namespace

class TlsHall::Server {
public:
    explicit Server(TlsHallOptions options)
        : options_{options}, hall{options.hall}, authority_{crypto::CertificateAuthority::create("test hall", 30)},
          foreign_{crypto::CertificateAuthority::create("another hall", 30)}, hall_tls_{asio::ssl::context::tls_server},
          enrolment_tls_{asio::ssl::context::tls_server}, ticker_{io}
    {
        auto request = crypto::make_certificate_request();
        const auto certificate = authority_.issue(request.csr_pem, {options.server_role, "test hall"},
                                                  std::vector<std::string>{"127.0.0.1"}, true, 30);
        for (auto* context : {&hall_tls_, &enrolment_tls_}) {
            ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
            context->use_certificate_chain(asio::buffer(certificate.value()));
            const auto key = request.key_pem.expose();
            context->use_private_key(asio::buffer(key.data(), key.size()), asio::ssl::context::pem);
        }
        hall_tls_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
        hall_tls_.add_certificate_authority(asio::buffer(authority_.certificate_pem()));
        listen(hall_acceptor_, hall_port_, true);
        listen(enrolment_acceptor_, enrolment_port_, false);
        tick();
        thread_ = std::thread{[this] { io.run(); }};
    }

    ~Server()
    {
        io.stop();
        thread_.join();
    }

    /// Runs the task on the hall's thread and waits for its result.
    template <class Task>
    auto on_thread(Task task)
    {
        auto packaged = std::make_shared<std::packaged_task<decltype(task())()>>(std::move(task));
        auto future = packaged->get_future();
        asio::post(io, [packaged] { (*packaged)(); });
        return future.get();
    }

    void die()
    {
        hall_acceptor_.reset();
        enrolment_acceptor_.reset();
        for (auto& [id, line] : lines) { beast::get_lowest_layer(line->socket).close(); }
        lines.clear();
        hall.restart();
    }

    void live_again()
    {
        listen(hall_acceptor_, hall_port_, true);
        listen(enrolment_acceptor_, enrolment_port_, false);
    }

    void say(const FakeHall::Outgoing& outgoing)
    {
        for (const auto& [id, text] : outgoing) {
            const auto line = lines.find(id);
            if (line != lines.end()) { line->second->send(text); }
        }
    }

    [[nodiscard]] engine::Instant now() const
    {
        return FakeHall::epoch() +
               std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    }

    [[nodiscard]] client::KioskIdentity identity(const crypto::CertificateAuthority& signer, int seat) const
    {
        auto request = crypto::make_certificate_request();
        auto certificate = signer.issue(request.csr_pem, {"kiosk", fmt::format("seat-{:02}", seat)}, {}, false, 30);
        return {.key_pem = std::move(request.key_pem),
                .certificate_pem = std::move(certificate).value(),
                .authority_pem = signer.certificate_pem()};
    }

    asio::io_context io{1}; // first: everything else that has a socket goes before it
    const TlsHallOptions options_;
    FakeHall hall;
    crypto::CertificateAuthority authority_, foreign_;
    std::map<std::uint64_t, std::shared_ptr<HallLine>> lines;
    std::uint16_t hall_port_ = 0;
    std::uint16_t enrolment_port_ = 0;

private:
    struct Pending {
        std::string csr;
        int seat = 0;
        int polls = 0;
    };

    void listen(std::optional<tcp::acceptor>& acceptor, std::uint16_t& port, bool for_hall)
    {
        acceptor.emplace(io);
        acceptor->open(tcp::v4());
        acceptor->set_option(tcp::acceptor::reuse_address{true});
        acceptor->bind({asio::ip::address_v4::loopback(), port});
        acceptor->listen();
        port = acceptor->local_endpoint().port();
        accept(acceptor, for_hall);
    }

    void accept(std::optional<tcp::acceptor>& acceptor, bool for_hall)
    {
        acceptor->async_accept([this, &acceptor, for_hall](const beast::error_code& error, tcp::socket socket) {
            if (error || !acceptor) { return; }
            asio::co_spawn(io, serve(std::move(socket), for_hall), asio::detached);
            accept(acceptor, for_hall);
        });
    }

    void tick()
    {
        ticker_.expires_after(std::chrono::milliseconds{50});
        ticker_.async_wait([this](const beast::error_code& error) {
            if (error) { return; }
            say(hall.tick(now()));
            tick();
        });
    }

    asio::awaitable<void> serve(tcp::socket socket, bool for_hall)
    {
        socket.set_option(tcp::no_delay{true});
        TlsStream stream{std::move(socket), for_hall ? hall_tls_ : enrolment_tls_};
        auto [tls_error] = co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
        if (tls_error) { co_return; }
        const auto peer = name_of_peer(stream);
        const int seat = for_hall ? std::stoi("0" + peer.name.substr(std::min<std::size_t>(5, peer.name.size()))) : 0;
        beast::flat_buffer buffer;
        for (;;) {
            Request request;
            auto [error, size] = co_await http::async_read(stream, buffer, request, no_throw);
            if (error) { co_return; }
            if (for_hall && websocket::is_upgrade(request) && request.target() == "/v1/sitting") {
                auto line = std::make_shared<HallLine>(std::move(stream), ++last_line_, seat);
                co_await serve_line(line, request);
                co_return;
            }
            Answer answer = for_hall ? answer_kiosk(request, seat) : answer_enrolment(request);
            answer.keep_alive(request.keep_alive());
            auto [write_error, written] = co_await http::async_write(stream, answer, no_throw);
            if (write_error || !request.keep_alive()) { co_return; }
        }
    }

    asio::awaitable<void> serve_line(std::shared_ptr<HallLine> line, const Request& request)
    {
        auto [accept_error] = co_await line->socket.async_accept(request, no_throw);
        if (accept_error) { co_return; }
        lines[line->id] = line;
        beast::flat_buffer buffer;
        for (;;) {
            auto [error, size] = co_await line->socket.async_read(buffer, no_throw);
            if (error || !lines.contains(line->id)) { break; }
            const std::string text{static_cast<const char*>(buffer.cdata().data()), buffer.size()};
            buffer.consume(buffer.size());
            say(hall.receive(line->id, line->seat, text, now()));
        }
        hall.line_closed(line->id, now());
        lines.erase(line->id);
    }

    Answer answer_kiosk(const Request& request, int seat)
    {
        if (request.target() == "/v1/hall") {
            const auto info = hall.info(seat, now());
            const auto text = [](engine::Instant instant) { return engine::to_text(instant); };
            return json_answer(200, {{"batch", "b"},
                                     {"package", info.package},
                                     {"title", info.title},
                                     {"occupation", info.occupation},
                                     {"level", info.level},
                                     {"subject", info.subject},
                                     {"hall", "h"},
                                     {"seat", seat},
                                     {"phase", "opened"},
                                     {"now", text(info.now)},
                                     {"entry_opens_at", text(info.now)},
                                     {"starts_at", text(info.starts_at)},
                                     {"ends_at", text(info.ends_at)},
                                     {"hand_in_from", text(info.hand_in_from)},
                                     {"rehearsal", true}});
        }
        if (request.target() == "/v1/form") {
            Answer answer{http::status::ok, 11};
            answer.body() = crypto::text_of(hall.sealed_form(hall.ticket(seat)));
            answer.prepare_payload();
            return answer;
        }
        constexpr std::string_view pictures = "/v1/pictures/";
        if (const std::string target{request.target()}; target.starts_with(pictures)) {
            const auto picture = hall.sealed_picture(crypto::Digest::from_hex(target.substr(pictures.size())).value());
            if (!picture.empty()) {
                Answer answer{http::status::ok, 11};
                answer.body() = crypto::text_of(picture);
                answer.prepare_payload();
                return answer;
            }
        }
        return json_answer(404, {{"error", "not_found"}, {"detail", ""}});
    }

    Answer answer_enrolment(const Request& request)
    {
        const auto authority = (options_.foreign_authority ? foreign_ : authority_).certificate_pem();
        if (request.method() == http::verb::post) {
            const auto value = engine::parse_json(request.body(), {});
            const auto& body = value.value().as_object();
            const std::string id = fmt::format("{:032x}", ++last_enrolment_);
            pending_[id] = {.csr = std::string{body.at("csr").as_string()},
                            .seat = static_cast<int>(body.at("seat").as_int64()),
                            .polls = 0};
            return json_answer(202, {{"id", id}, {"authority", authority}});
        }
        const std::string target{request.target()};
        const auto found = pending_.find(target.substr(target.rfind('/') + 1));
        if (found == pending_.end()) { return json_answer(404, {{"error", "not_found"}, {"detail", ""}}); }
        if (++found->second.polls < options_.polls_until_confirmed) { return json_answer(202, {{"state", "pending"}}); }
        if (options_.refuse_enrolments) { return json_answer(403, {{"error", "enrolment_refused"}, {"detail", ""}}); }
        const auto certificate = authority_.issue(
            found->second.csr, {"kiosk", fmt::format("seat-{:02}", found->second.seat)}, {}, false, 30);
        return json_answer(200, {{"certificate", certificate.value()}, {"authority", authority}});
    }

    asio::ssl::context hall_tls_, enrolment_tls_;
    std::optional<tcp::acceptor> hall_acceptor_, enrolment_acceptor_;
    asio::steady_timer ticker_;
    std::map<std::string, Pending> pending_;
    std::uint64_t last_line_ = 0;
    std::uint64_t last_enrolment_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::thread thread_;
};

TlsHall::TlsHall(TlsHallOptions options) : server_{std::make_unique<Server>(options)} {}
TlsHall::~TlsHall() = default;

client::Endpoint TlsHall::hall_endpoint() const
{
    return {.host = "127.0.0.1", .port = server_->hall_port_};
}
client::Endpoint TlsHall::enrolment_endpoint() const
{
    return {.host = "127.0.0.1", .port = server_->enrolment_port_};
}
client::KioskIdentity TlsHall::identity(int seat) const
{
    return server_->identity(server_->authority_, seat);
}
client::KioskIdentity TlsHall::foreign_identity(int seat) const
{
    return server_->identity(server_->foreign_, seat);
}
void TlsHall::die()
{
    server_->on_thread([this] { server_->die(); });
}
void TlsHall::live_again()
{
    server_->on_thread([this] { server_->live_again(); });
}
void TlsHall::close_lines(int code)
{
    server_->on_thread([this, code] {
        for (auto& [id, line] : server_->lines) {
            line->socket.async_close(static_cast<websocket::close_code>(code),
                                     [kept = line](const beast::error_code&) {});
        }
    });
}
void TlsHall::say(std::string text)
{
    server_->on_thread([this, &text] {
        for (auto& [id, line] : server_->lines) { line->send(text); }
    });
}
std::size_t TlsHall::lines() const
{
    return server_->on_thread([this] { return server_->lines.size(); });
}
engine::CandidateState TlsHall::candidate(int seat) const
{
    return server_->on_thread([this, seat] { return server_->hall.candidate(seat); });
}
engine::SittingPhase TlsHall::phase() const
{
    return server_->on_thread([this] { return server_->hall.state().phase; });
}
void TlsHall::end_now()
{
    server_->on_thread([this] { server_->say(server_->hall.end_now(server_->now())); });
}
void TlsHall::answer_with_wrong_receipts()
{
    server_->on_thread([this] { server_->hall.answer_with_wrong_receipts(); });
}

} // namespace papervault::test
