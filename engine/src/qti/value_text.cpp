// Values as they stand in files and as candidates type them.
#include "qti/text.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/value.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace papervault::engine::qti {
namespace {

std::unexpected<EngineFailure> not_a(BaseType type, std::string_view text)
{
    return refuse(EngineError::malformed,
                  "\"" + std::string{clipped(text, 40)} + "\" is not of type " + std::string{to_text(type)});
}

/// ISO 8601 without signs: P1Y2M3DT4H5M6.5S, or P2W. Also a plain number of seconds.
std::optional<double> duration_from(std::string_view text)
{
    if (const auto seconds = float_from_text(text); seconds && std::isfinite(*seconds) && *seconds >= 0) {
        return seconds;
    }
    if (text.size() < 3 || text.front() != 'P') { return std::nullopt; }
    text.remove_prefix(1);
    struct Unit {
        char letter;
        bool is_time;
        double seconds;
    };
    static constexpr std::array units{Unit{'Y', false, 31'536'000.0},
                                      Unit{'M', false, 2'592'000.0},
                                      Unit{'W', false, 604'800.0},
                                      Unit{'D', false, 86'400.0},
                                      Unit{'H', true, 3600.0},
                                      Unit{'M', true, 60.0},
                                      Unit{'S', true, 1.0}};
    std::size_t next_unit = 0;
    bool in_time = false;
    double total = 0.0;
    while (!text.empty()) {
        if (text.front() == 'T') {
            if (in_time || text.size() == 1) { return std::nullopt; }
            in_time = true;
            text.remove_prefix(1);
            continue;
        }
        const std::size_t digits = text.find_first_not_of("0123456789.");
        if (digits == 0 || digits == std::string_view::npos) { return std::nullopt; }
        const auto number = float_from_text(text.substr(0, digits));
        if (!number) { return std::nullopt; }
        while (next_unit < units.size() &&
               (units[next_unit].letter != text[digits] || units[next_unit].is_time != in_time)) {
            ++next_unit;
        }
        if (next_unit == units.size()) { return std::nullopt; }
        total += *number * units[next_unit++].seconds;
        text.remove_prefix(digits + 1);
    }
    return total;
}

std::string duration_text(double seconds)
{
    if (!(seconds < 9e15)) { return to_text(BaseType::floating, seconds); }
    const double days = std::floor(seconds / 86'400.0);
    double rest = seconds - days * 86'400.0;
    const double hours = std::floor(rest / 3600.0);
    rest -= hours * 3600.0;
    const double minutes = std::floor(rest / 60.0);
    rest -= minutes * 60.0;
    const auto part = [](double number, char letter) {
        if (number == 0.0) { return std::string{}; }
        std::array<char, 32> buffer{};
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
        if (end.ec != std::errc{}) { return std::string{}; }
        return std::string{buffer.data(), end.ptr} + letter;
    };
    const std::string time = part(hours, 'H') + part(minutes, 'M') + part(rest, 'S');
    const std::string date = part(days, 'D');
    if (date.empty() && time.empty()) { return "PT0S"; }
    return "P" + date + (time.empty() ? "" : "T" + time);
}

std::optional<std::pair<std::string_view, std::string_view>> two_words(std::string_view text)
{
    const std::size_t end = text.find_first_of(white_space);
    if (end == std::string_view::npos) { return std::nullopt; }
    const std::string_view second = trimmed(text.substr(end));
    if (second.empty() || second.find_first_of(white_space) != std::string_view::npos) { return std::nullopt; }
    return std::pair{text.substr(0, end), second};
}

std::optional<std::int32_t> coordinate(std::string_view text)
{
    const auto number = integer_from_text(text);
    if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
        *number > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*number);
}

/// Full-width digits and signs, and the other minus signs, become the plain ones. @return Nothing when a comma may
/// part thousands.
std::optional<std::string> plain_number(std::string_view text)
{
    std::string plain;
    std::size_t place = 0;
    while (place < text.size()) {
        const std::string_view rest = text.substr(place);
        if (rest.size() >= 3 && rest[0] == '\xEF' && rest[1] == '\xBC' && rest[2] >= '\x8B' && rest[2] <= '\x99') {
            plain += static_cast<char>('+' + (rest[2] - '\x8B')); // U+FF0B ＋ to U+FF19 ９ follow ASCII
            place += 3;
        } else if (rest.starts_with("\xE3\x80\x82") || rest.starts_with("\xEF\xBD\xA1")) { // 。 ｡
            plain += '.';
            place += 3;
        } else if (rest.starts_with("\xE2\x88\x92")) { // U+2212 minus
            plain += '-';
            place += 3;
        } else if (rest.starts_with("\xE3\x80\x80") || rest.starts_with("\xC2\xA0")) { // ideographic, no-break space
            plain += ' ';
            place += rest[0] == '\xE3' ? 3 : 2;
        } else {
            plain += rest[0];
            ++place;
        }
    }
    const std::size_t comma = plain.find(',');
    if (comma == std::string::npos) { return plain; }
    const std::size_t decimals =
        std::string_view{trimmed(plain)}.size() - std::string_view{trimmed(plain)}.find(',') - 1;
    if (plain.find_first_of(",.", comma + 1) != std::string::npos || plain.find('.') < comma || decimals == 3) {
        return std::nullopt;
    }
    plain[comma] = '.';
    return plain;
}

} // namespace

Result<Scalar> scalar_from_text(BaseType type, std::string_view text)
{
    if (type == BaseType::string || type == BaseType::file) { return Scalar{std::string{text}}; }
    const std::string_view word = trimmed(text);
    switch (type) {
    case BaseType::boolean:
        if (word == "true" || word == "1") { return Scalar{true}; }
        if (word == "false" || word == "0") { return Scalar{false}; }
        return not_a(type, word);
    case BaseType::integer:
        if (const auto number = integer_from_text(word)) { return Scalar{*number}; }
        return not_a(type, word);
    case BaseType::floating:
        if (const auto number = float_from_text(word)) { return Scalar{*number}; }
        return not_a(type, word);
    case BaseType::point:
        if (const auto words = two_words(word)) {
            const auto x = coordinate(words->first);
            const auto y = coordinate(words->second);
            if (x && y) { return Scalar{Point{*x, *y}}; }
        }
        return not_a(type, word);
    case BaseType::pair:
    case BaseType::directed_pair:
        if (const auto words = two_words(word)) {
            return Scalar{Pair{std::string{words->first}, std::string{words->second}}};
        }
        return not_a(type, word);
    case BaseType::duration:
        if (const auto seconds = duration_from(word)) { return Scalar{Duration{*seconds}}; }
        return not_a(type, word);
    case BaseType::int_or_identifier:
        if (const auto number = integer_from_text(word)) { return Scalar{*number}; }
        return Scalar{std::string{word}};
    case BaseType::identifier:
    case BaseType::uri:
    case BaseType::string:
    case BaseType::file: return Scalar{std::string{word}};
    }
    return not_a(type, word);
}

Result<Scalar> typed_scalar(BaseType type, std::string_view text)
{
    if (!is_numeric(type)) { return scalar_from_text(type, text); }
    const auto plain = plain_number(text);
    if (!plain) { return not_a(type, text); }
    return scalar_from_text(type, *plain);
}

std::string to_text(BaseType type, const Scalar& scalar)
{
    struct Writer {
        BaseType type;
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(std::int64_t value) const { return std::to_string(value); }
        std::string operator()(double value) const { return float_text(value); }
        std::string operator()(const std::string& value) const { return value; }
        std::string operator()(const Point& value) const
        {
            return std::to_string(value.x) + " " + std::to_string(value.y);
        }
        std::string operator()(const Pair& value) const { return value.first + " " + value.second; }
        std::string operator()(const Duration& value) const { return duration_text(value.seconds); }
    };
    return std::visit(Writer{type}, scalar);
}

} // namespace papervault::engine::qti
