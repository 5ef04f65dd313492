#include <papervault/server/http.hpp>

#include <boost/json/serialize.hpp>

namespace papervault::server {

HttpResponse json_response(int status, const boost::json::object& body)
{
    return {.status = status, .content_type = "application/json", .body = boost::json::serialize(body)};
}

HttpResponse error_response(int status, std::string_view error, std::string_view detail)
{
    return json_response(status, {{"error", error}, {"detail", detail}});
}

} // namespace papervault::server
