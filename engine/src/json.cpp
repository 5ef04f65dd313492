#include <papervault/engine/assert.hpp>
#include <papervault/engine/canonical_text.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace papervault::engine {
namespace {

namespace json = boost::json;

/// Builds a value while it refuses what boost::json::parse would let pass: repeated member names, numbers beyond
/// double.
class StrictBuilder {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max() / 4;
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    explicit StrictBuilder(std::size_t members_max) : members_max_{members_max} {}

    [[nodiscard]] json::value release() { return stack_.release(); }
    /// Set when it was this class that stopped the parser.
    [[nodiscard]] const std::optional<EngineFailure>& failure() const noexcept { return failure_; }

    bool on_document_begin(json::error_code&)
    {
        stack_.reset();
        return true;
    }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) { return true; }
    bool on_object_end(std::size_t count, json::error_code& error)
    {
        if (count > members_max_) return stop(error, EngineError::out_of_range, "an object has too many members");
        // Objects inside have taken their own names off again, so the last ones are this object's.
        const auto own = names_.end() - static_cast<std::ptrdiff_t>(count);
        std::sort(own, names_.end());
        if (std::adjacent_find(own, names_.end()) != names_.end()) {
            return stop(error, EngineError::malformed, "an object has two members of one name");
        }
        names_.erase(own, names_.end());
        stack_.push_object(count);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t count, json::error_code&)
    {
        stack_.push_array(count);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&)
    {
        name_ += part;
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view rest, std::size_t, json::error_code&)
    {
        name_ += rest;
        names_.push_back(std::exchange(name_, {}));
        stack_.push_key(rest);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&)
    {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view rest, std::size_t, json::error_code&)
    {
        stack_.push_string(rest);
        return true;
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&)
    {
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&)
    {
        stack_.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view, json::error_code& error)
    {
        if (!std::isfinite(number)) return stop(error, EngineError::out_of_range, "a number is too large");
        stack_.push_double(number);
        return true;
    }
    bool on_bool(bool value, json::error_code&)
    {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&)
    {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return false; }
    bool on_comment(json::string_view, json::error_code&) { return false; }

private:
    bool stop(json::error_code& error, EngineError code, std::string detail)
    {
        failure_ = EngineFailure{code, std::move(detail)};
        error = json::error::syntax;
        return false;
    }

    std::size_t members_max_;
    json::value_stack stack_;
    std::string name_;
    std::vector<std::string> names_;
    std::optional<EngineFailure> failure_;
};

void append_canonical(std::string& out, const json::value& value)
{
    switch (value.kind()) {
    case json::kind::null: out += "null"; return;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case json::kind::int64: out += std::to_string(value.get_int64()); return;
    case json::kind::uint64: out += std::to_string(value.get_uint64()); return;
    case json::kind::double_: PAPERVAULT_ASSERT(!value.is_double()); return;
    case json::kind::string: append_canonical_text(out, value.get_string()); return;
    case json::kind::array: {
        out += '[';
        bool first = true;
        for (const json::value& element : value.get_array()) {
            if (!std::exchange(first, false)) out += ',';
            append_canonical(out, element);
        }
        out += ']';
        return;
    }
    case json::kind::object: {
        std::vector<const json::key_value_pair*> members;
        members.reserve(value.get_object().size());
        for (const json::key_value_pair& member : value.get_object()) members.push_back(&member);
        std::ranges::sort(members, {},
                          [](const json::key_value_pair* member) { return std::string_view{member->key()}; });
        out += '{';
        bool first = true;
        for (const json::key_value_pair* member : members) {
            if (!std::exchange(first, false)) out += ',';
            append_canonical_text(out, member->key());
            out += ':';
            append_canonical(out, member->value());
        }
        out += '}';
        return;
    }
    }
}

} // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits)
{
    if (text.size() > limits.bytes_max) return refuse(EngineError::out_of_range, "the JSON text is too long");
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::basic_parser<StrictBuilder> parser{options, limits.members_max};
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size()) error = json::error::extra_data;
    if (error) {
        if (const auto& failure = parser.handler().failure()) return std::unexpected{*failure};
        const bool too_deep = error == json::error::too_deep;
        return refuse(too_deep ? EngineError::out_of_range : EngineError::malformed,
                      "not JSON at byte " + std::to_string(read) + ": " + error.message());
    }
    return parser.handler().release();
}

void append_canonical_text(std::string& out, std::string_view text)
{
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += "\\u00";
                out += hex[static_cast<unsigned char>(c) >> 4];
                out += hex[static_cast<unsigned char>(c) & 0x0F];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

std::string canonical_json(const json::value& value)
{
    std::string out;
    append_canonical(out, value);
    return out;
}

} // namespace papervault::engine
