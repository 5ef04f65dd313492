#include "net/event_loop_parts.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>

namespace papervault::client {
namespace {

using namespace net;

asio::awaitable<Result<HttpsAnswer>> ask(asio::io_context& io, std::shared_ptr<asio::ssl::context> tls,
                                         HttpsRequest request)
{
    TlsStream stream{io, *tls};
    const auto connected = co_await connect_tls(stream, request.endpoint, request.within);
    if (!connected) { co_return std::unexpected{connected.error()}; }
    HttpExchange message;
    message.host = host_header(request.endpoint);
    message.post = request.post;
    message.target = std::move(request.target);
    message.body = std::move(request.body);
    message.answer_bytes_max = request.answer_bytes_max;
    message.within = request.within;
    beast::flat_buffer buffer;
    auto answer = co_await exchange(stream, buffer, std::move(message));
    beast::get_lowest_layer(stream).close();
    co_return answer;
}

} // namespace

void send_https(EventLoop& loop, HttpsRequest request, HttpsReply reply)
{
    auto tls = make_tls_context(request.authority_pem, nullptr);
    if (!tls) {
        loop.post([reply = std::move(reply), failure = tls.error()] { reply(std::unexpected{failure}); });
        return;
    }
    asio::co_spawn(loop.parts().io, ask(loop.parts().io, std::move(*tls), std::move(request)),
                   [reply = std::move(reply)](std::exception_ptr problem, Result<HttpsAnswer> answer) {
                       if (problem) {
                           reply(refuse(ClientError::unreachable, "out of memory or sockets"));
                       } else {
                           reply(std::move(answer));
                       }
                   });
}

} // namespace papervault::client
