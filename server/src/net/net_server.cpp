#include "net/net_server.hpp"

#include "log.hpp"
#include "net/connection.hpp"
#include "net/pacer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <future>
#include <list>
#include <thread>
#include <utility>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

/// A flood of handshakes may not take the processor from those who write answers.
constexpr Pace accept_pace{.per_second = 250, .burst = 64};
constexpr int backlog = 512;

/// @throws boost::system::system_error  A certificate or key is none.
void set_up_tls(Port& port, const TlsSettings& settings)
{
    asio::ssl::context& tls = port.tls;
    SSL_CTX* native = tls.native_handle();
    const std::string_view key{reinterpret_cast<const char*>(settings.key_pem.expose().data()),
                               settings.key_pem.size_bytes()};
    tls.use_certificate_chain(asio::buffer(settings.certificate_pem));
    tls.use_private_key(asio::buffer(key), asio::ssl::context::pem);
    ::SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
    ::SSL_CTX_set_ciphersuites(native, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
    ::SSL_CTX_set1_groups_list(native, "X25519:P-256");
    ::SSL_CTX_set_num_tickets(native, 0);
    ::SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    port.client_certificates = settings.client_certificates;
    if (settings.client_certificates) {
        tls.add_certificate_authority(asio::buffer(settings.authority_pem));
        tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
        ::SSL_CTX_set_verify_depth(native, 1);
        ::SSL_CTX_set_purpose(native, X509_PURPOSE_SSL_CLIENT);
    } else {
        tls.set_verify_mode(asio::ssl::verify_none);
    }
}

asio::awaitable<void> accept_all(Port& port)
{
    Pacer pacer{accept_pace};
    for (;;) {
        auto [error, socket] = co_await port.acceptor->async_accept(no_throw);
        if (error == asio::error::operation_aborted || !port.acceptor->is_open()) { co_return; }
        const auto now = Pacer::Clock::now();
        const auto next = error ? now + std::chrono::milliseconds{50} : pacer.count(now); // out of file descriptors?
        if (next > now) {
            port.accept_timer->expires_at(next);
            co_await port.accept_timer->async_wait(no_throw);
        }
        if (error) { continue; }
        boost::system::error_code gone;
        const auto remote = socket.remote_endpoint(gone);
        if (gone) { continue; }
        const std::uint64_t id = port.next_id++;
        auto end = [](const std::exception_ptr& failure) {
            if (!failure) { return; }
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& problem) {
                log_line(LogLevel::error, fmt::format("a connection ended: {}", problem.what()));
            }
        };
        asio::co_spawn(port.io, serve_connection(port, id, std::move(socket), remote.address().to_string()), end);
    }
}

} // namespace

class NetServer::Impl {
public:
    ~Impl()
    {
        stop();
        for (Port& port : ports_) { port.release(); }
    }

    Result<std::uint16_t> listen(const std::string& address, std::uint16_t number, const TlsSettings& tls,
                                 ListenerHandler& handler, const ListenerLimits& limits)
    {
        boost::system::error_code error;
        const auto ip = asio::ip::make_address(address, error);
        if (error) { return vault::refuse(VaultError::malformed, fmt::format("{} is no IP address", address)); }
        Port& port = ports_.emplace_back(io_, handler, limits);
        try {
            set_up_tls(port, tls);
        } catch (const boost::system::system_error& failure) {
            ports_.pop_back();
            return vault::refuse(VaultError::malformed,
                                 fmt::format("the server's certificate or key: {}", failure.what()));
        }
        const asio::ip::tcp::endpoint endpoint{ip, number};
        port.acceptor->open(endpoint.protocol(), error);
        if (!error) { port.acceptor->set_option(asio::socket_base::reuse_address{true}, error); }
        if (!error) { port.acceptor->bind(endpoint, error); }
        if (!error) { port.acceptor->listen(backlog, error); }
        if (error) {
            ports_.pop_back();
            return vault::refuse(VaultError::storage_failed,
                                 fmt::format("can't listen on {} port {}: {}", address, number, error.message()));
        }
        // Ids are unique in the process: the listeners' share one range.
        port.next_id = (static_cast<std::uint64_t>(ports_.size()) << 48) + 1;
        return port.acceptor->local_endpoint().port();
    }

    void start()
    {
        for (Port& port : ports_) {
            asio::co_spawn(io_, accept_all(port), [](const std::exception_ptr&) {});
        }
        thread_ = std::thread{[this]() noexcept { io_.run(); }};
    }

    void stop()
    {
        if (!thread_.joinable()) { return; }
        asio::post(io_, [this] {
            for (Port& port : ports_) {
                boost::system::error_code ignored;
                port.acceptor->close(ignored);
                port.accept_timer->cancel();
            }
        });
        // Lines have been told to go; give their last words a moment, then cut.
        for (int i = 0; i < 20 && connections() > 0; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        asio::post(io_, [this] {
            for (Port& port : ports_) {
                const auto closers = port.closers; // closing takes entries away
                for (const auto& [id, close] : closers) { close(); }
            }
        });
        for (int i = 0; i < 40 && connections() > 0; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        io_.stop();
        thread_.join();
    }

private:
    std::size_t connections()
    {
        std::promise<std::size_t> count;
        auto answer = count.get_future();
        asio::post(io_, [this, &count] {
            std::size_t sum = 0;
            for (const Port& port : ports_) { sum += port.closers.size(); }
            count.set_value(sum);
        });
        return answer.get();
    }

    std::list<Port> ports_; // destroyed after io_, whose coroutines use them
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_;
};

NetServer::NetServer() : impl_{std::make_unique<Impl>()} {}
NetServer::~NetServer() = default;

Result<std::uint16_t> NetServer::listen(const std::string& address, std::uint16_t port, const TlsSettings& tls,
                                        ListenerHandler& handler, const ListenerLimits& limits)
{
    return impl_->listen(address, port, tls, handler, limits);
}

void NetServer::start()
{
    impl_->start();
}

void NetServer::stop()
{
    impl_->stop();
}

} // namespace papervault::server
