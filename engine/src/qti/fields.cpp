#include "qti/fields.hpp"

#include "qti/text.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t identifier_bytes_max = 256;
constexpr std::size_t coordinates_max = 2000;

constexpr std::array<std::pair<std::string_view, Shape>, 5> shapes{{{"default", Shape::everywhere},
                                                                    {"rect", Shape::rectangle},
                                                                    {"circle", Shape::circle},
                                                                    {"ellipse", Shape::ellipse},
                                                                    {"poly", Shape::polygon}}};

bool fits(Shape shape, std::size_t coordinates)
{
    switch (shape) {
    case Shape::everywhere: return true;
    case Shape::rectangle:
    case Shape::ellipse: return coordinates == 4;
    case Shape::circle: return coordinates == 3;
    case Shape::polygon: return coordinates >= 6 && coordinates % 2 == 0;
    }
    return false;
}

} // namespace

bool is_plain(std::string_view name, std::string_view plain) noexcept
{
    return std::ranges::equal(name, plain, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

std::string described(const XmlNode& element)
{
    const std::string* identifier = element.attribute("identifier");
    return element.name + (identifier == nullptr ? "" : " " + std::string{clipped(*identifier, 60)});
}

void Fields::problem(std::string_view name, std::string reason)
{
    if (problem_.empty()) { problem_ = described(element_) + ": " + std::string{name} + " " + std::move(reason); }
}

Result<void> Fields::finish() const
{
    if (problem_.empty()) { return {}; }
    return refuse(EngineError::malformed, problem_);
}

std::optional<std::string> Fields::optional_text(std::string_view name)
{
    const std::string* value = element_.attribute(name);
    if (value == nullptr) { return std::nullopt; }
    const std::string_view word = trimmed(*value);
    if (word.empty()) { return std::nullopt; }
    return std::string{word};
}

std::string Fields::text(std::string_view name)
{
    auto value = optional_text(name);
    if (!value) {
        problem(name, "is missing");
        return {};
    }
    return std::move(*value);
}

std::string Fields::identifier(std::string_view name)
{
    std::string value = text(name);
    if (value.size() > identifier_bytes_max || value.find_first_of(white_space) != std::string::npos) {
        problem(name, "is not an identifier");
    }
    return value;
}

bool Fields::boolean_or(std::string_view name, bool otherwise)
{
    const auto word = optional_text(name);
    if (!word) { return otherwise; }
    if (*word == "true" || *word == "1") { return true; }
    if (*word != "false" && *word != "0") { problem(name, "is not a boolean"); }
    return false;
}

std::optional<double> Fields::optional_number(std::string_view name)
{
    const auto word = optional_text(name);
    if (!word) { return std::nullopt; }
    const auto number = float_from_text(*word);
    if (!number || !std::isfinite(*number)) {
        problem(name, "is not a number");
        return std::nullopt;
    }
    return number;
}

double Fields::number(std::string_view name)
{
    if (!optional_text(name)) { problem(name, "is missing"); }
    return optional_number(name).value_or(0.0);
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name)
{
    const auto word = optional_text(name);
    if (!word) { return std::nullopt; }
    const auto number = integer_from_text(*word);
    if (!number) { problem(name, "is not an integer"); }
    return number;
}

std::optional<std::string> variable_in_braces(std::string_view word)
{
    if (word.size() <= 2 || word.front() != '{' || word.back() != '}') { return std::nullopt; }
    return std::string{word.substr(1, word.size() - 2)};
}

NumberOrVariable number_or_variable_from(const std::string& word)
{
    if (const auto number = float_from_text(word)) { return *number; }
    return variable_in_braces(word).value_or(word);
}

NumberOrVariable Fields::number_or_variable(std::string_view name)
{
    return number_or_variable_from(text(name));
}

NumberOrVariable Fields::number_or_variable(std::string_view name, double otherwise)
{
    return optional_text(name) ? number_or_variable(name) : NumberOrVariable{otherwise};
}

Cardinality Fields::cardinality(std::string_view name)
{
    const std::string word = text(name);
    const auto found = cardinality_from_text(word);
    if (!found) { problem(name, "is not a cardinality"); }
    return found.value_or(Cardinality::single);
}

std::optional<BaseType> Fields::optional_base_type(std::string_view name)
{
    const auto word = optional_text(name);
    if (!word) { return std::nullopt; }
    const auto found = base_type_from_text(*word);
    if (!found) { problem(name, "is not a base type"); }
    return found;
}

BaseType Fields::base_type(std::string_view name)
{
    const auto found = optional_base_type(name);
    if (!found) { problem(name, "is missing"); }
    return found.value_or(BaseType::string);
}

std::vector<std::string> Fields::words(std::string_view name)
{
    const std::string all = optional_text(name).value_or(std::string{});
    std::vector<std::string> words;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find_first_of(white_space, at), all.size());
        if (end > at) { words.push_back(all.substr(at, end - at)); }
        at = end + 1;
    }
    return words;
}

Area Fields::area()
{
    Area area;
    area.shape = one_of<Shape>("shape", shapes);
    std::string all = optional_text("coords").value_or(std::string{});
    std::ranges::replace(all, ',', ' ');
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find_first_of(white_space, at), all.size());
        if (end > at) {
            const auto number = float_from_text(std::string_view{all}.substr(at, end - at));
            if (!number || !std::isfinite(*number) || area.coordinates.size() == coordinates_max) {
                problem("coords", "are not a short list of numbers");
                return {};
            }
            area.coordinates.push_back(*number);
        }
        at = end + 1;
    }
    if (!fits(area.shape, area.coordinates.size())) {
        problem("coords", "do not fit the shape");
        return {};
    }
    return area;
}

} // namespace papervault::engine::qti
