#include "hall/media_reader.hpp"

#include <papervault/engine/content.hpp>

#include <boost/json/basic_parser_impl.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace papervault::server {
namespace {

namespace json = boost::json;

constexpr std::size_t pictures_max = 4096;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t type_bytes_max = 64;

/// Takes an object of objects of texts and nothing else.
class MediaHandler {
public:
    static constexpr std::size_t max_object_size = pictures_max;
    static constexpr std::size_t max_array_size = 1;
    static constexpr std::size_t max_key_size = name_bytes_max;
    static constexpr std::size_t max_string_size = std::size_t{1} << 30;

    explicit MediaHandler(std::string_view text) : text_{text} {}

    std::map<std::string, PaperPicture, std::less<>> pictures;
    std::string problem;

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code& error)
    {
        if (++depth_ > 2) { return stop(error, "too deep"); }
        if (depth_ == 2) { name_ = std::exchange(key_, {}); }
        return true;
    }
    bool on_object_end(std::size_t, json::error_code& error)
    {
        if (depth_-- == 1) { return true; }
        if (!type_ || !base64_) { return stop(error, "a picture without type or content"); }
        if (!engine::is_media_name(name_)) { return stop(error, "not a name of a picture"); }
        const bool first = pictures
                               .emplace(std::move(name_), PaperPicture{.type = *std::exchange(type_, std::nullopt),
                                                                       .base64 = *std::exchange(base64_, std::nullopt)})
                               .second;
        return first || stop(error, "a picture twice");
    }
    bool on_array_begin(json::error_code& error) { return stop(error, "an array"); }
    bool on_array_end(std::size_t, json::error_code& error) { return stop(error, "an array"); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&)
    {
        key_ += part;
        return true;
    }
    bool on_key(json::string_view rest, std::size_t, json::error_code&)
    {
        key_ += rest;
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, json::error_code& error)
    {
        return stop(error, "a text in parts");
    }
    bool on_string(json::string_view value, std::size_t, json::error_code& error)
    {
        const std::string key = std::exchange(key_, {});
        if (depth_ == 2 && key == "type" && !type_ && value.size() <= type_bytes_max) {
            type_ = std::string{value};
            return true;
        }
        if (depth_ == 2 && key == "base64" && !base64_ && is_ours(value)) {
            base64_ = std::string_view{value.data(), value.size()};
            return true;
        }
        return stop(error, "not an object of pictures");
    }
    bool on_number_part(json::string_view, json::error_code& error) { return stop(error, "a number"); }
    bool on_int64(std::int64_t, json::string_view, json::error_code& error) { return stop(error, "a number"); }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code& error) { return stop(error, "a number"); }
    bool on_double(double, json::string_view, json::error_code& error) { return stop(error, "a number"); }
    bool on_bool(bool, json::error_code& error) { return stop(error, "a boolean"); }
    bool on_null(json::error_code& error) { return stop(error, "null"); }
    bool on_comment_part(json::string_view, json::error_code& error) { return stop(error, "a comment"); }
    bool on_comment(json::string_view, json::error_code& error) { return stop(error, "a comment"); }

private:
    bool stop(json::error_code& error, std::string_view what)
    {
        problem = what;
        error = json::error::syntax;
        return false;
    }
    /// What had escapes stands in the parser's own memory.
    [[nodiscard]] bool is_ours(json::string_view value) const noexcept
    {
        const std::less_equal<const char*> not_after;
        return not_after(text_.data(), value.data()) &&
               not_after(value.data() + value.size(), text_.data() + text_.size());
    }

    std::string_view text_;
    int depth_ = 0;
    std::string key_, name_;
    std::optional<std::string> type_;
    std::optional<std::string_view> base64_;
};

} // namespace

std::expected<std::map<std::string, PaperPicture, std::less<>>, std::string> read_media(std::string_view text)
{
    json::basic_parser<MediaHandler> parser{json::parse_options{}, text};
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    MediaHandler& handler = parser.handler();
    if (error) { return std::unexpected{handler.problem.empty() ? error.message() : handler.problem}; }
    if (text.substr(read).find_first_not_of(" \t\r\n") != std::string_view::npos) {
        return std::unexpected{std::string{"more than an object"}};
    }
    return std::move(handler.pictures);
}

} // namespace papervault::server
