#include <papervault/engine/json.hpp>

#include "identifier.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine {
namespace {

namespace json = boost::json;

std::string range_text(std::string_view lowest, std::string_view highest)
{
    return "a number from " + std::string{lowest} + " to " + std::string{highest} + " was expected";
}

} // namespace

JsonFields::JsonFields(const json::value& value, std::string_view where) : object_{value.if_object()}, where_{where}
{
    if (object_ == nullptr) problem(EngineError::malformed, "", "an object was expected");
}

bool JsonFields::has(std::string_view name) const
{
    return object_ != nullptr && object_->contains(name);
}

const json::value* JsonFields::find(std::string_view name, bool required)
{
    asked_.emplace_back(name);
    const json::value* value = object_ != nullptr ? object_->if_contains(name) : nullptr;
    if (value == nullptr && required) problem(EngineError::malformed, name, "is missing");
    return value;
}

std::optional<std::string> JsonFields::optional_text(std::string_view name, std::size_t bytes_max)
{
    const json::value* value = find(name, false);
    if (value == nullptr) return std::nullopt;
    const json::string* text = value->if_string();
    if (text == nullptr) {
        problem(EngineError::malformed, name, "a text was expected");
    } else if (text->size() > bytes_max) {
        problem(EngineError::out_of_range, name, "longer than " + std::to_string(bytes_max) + " bytes");
    } else if (std::ranges::find(*text, '\0') != text->end()) {
        problem(EngineError::malformed, name, "a text without NUL was expected");
    } else {
        return std::string{text->data(), text->size()};
    }
    return std::nullopt;
}

std::string JsonFields::text(std::string_view name, std::size_t bytes_max)
{
    if (!has(name)) {
        find(name, true);
        return {};
    }
    return optional_text(name, bytes_max).value_or("");
}

std::optional<std::int64_t> JsonFields::optional_integer(std::string_view name, std::int64_t lowest,
                                                         std::int64_t highest)
{
    const json::value* value = find(name, false);
    if (value == nullptr) return std::nullopt;
    const std::int64_t* number = value->if_int64();
    if (number == nullptr && !value->is_uint64()) {
        problem(EngineError::malformed, name, "a whole number was expected");
    } else if (number == nullptr || *number < lowest || *number > highest) {
        problem(EngineError::out_of_range, name, range_text(std::to_string(lowest), std::to_string(highest)));
    } else {
        return *number;
    }
    return std::nullopt;
}

std::int64_t JsonFields::integer(std::string_view name, std::int64_t lowest, std::int64_t highest)
{
    if (!has(name)) find(name, true);
    return optional_integer(name, lowest, highest).value_or(lowest);
}

bool JsonFields::boolean(std::string_view name)
{
    const json::value* value = find(name, true);
    if (value == nullptr) return false;
    if (!value->is_bool()) problem(EngineError::malformed, name, "true or false was expected");
    return value->is_bool() && value->get_bool();
}

bool JsonFields::boolean_or(std::string_view name, bool otherwise)
{
    const json::value* value = find(name, false);
    return value == nullptr ? otherwise : boolean(name);
}

std::optional<Decimal> JsonFields::optional_decimal(std::string_view name, Decimal lowest, Decimal highest)
{
    const json::value* value = find(name, false);
    if (value == nullptr) return std::nullopt;
    std::optional<Decimal> number;
    bool too_large = false;
    if (const json::string* text = value->if_string()) {
        const Result<Decimal> read = Decimal::parse({text->data(), text->size()});
        if (read) number = *read;
        too_large = !read && read.error().code == EngineError::out_of_range;
    } else if (value->is_number()) {
        constexpr double units_max = 9.2e18;
        const double units = value->to_number<double>() * static_cast<double>(Decimal::units_per_one);
        too_large = !(std::abs(units) < units_max);
        if (const std::int64_t* whole = value->if_int64(); whole != nullptr && !too_large) {
            number = Decimal::from_integer(*whole);
        } else if (!too_large) {
            number = Decimal::from_units(std::llround(units));
        }
    }
    if (!number && !too_large) {
        problem(EngineError::malformed, name, "a number such as \"12.5\" was expected");
        return std::nullopt;
    }
    if (!number || *number < lowest || *number > highest) {
        problem(EngineError::out_of_range, name, range_text(lowest.to_string(), highest.to_string()));
        return std::nullopt;
    }
    return number;
}

Decimal JsonFields::decimal(std::string_view name, Decimal lowest, Decimal highest)
{
    if (!has(name)) find(name, true);
    return optional_decimal(name, lowest, highest).value_or(lowest);
}

const json::array& JsonFields::array(std::string_view name, std::size_t count_max)
{
    static const json::array empty;
    const json::value* value = find(name, true);
    if (value == nullptr) return empty;
    const json::array* elements = value->if_array();
    if (elements == nullptr) {
        problem(EngineError::malformed, name, "an array was expected");
        return empty;
    }
    if (elements->size() > count_max) {
        problem(EngineError::out_of_range, name, "more than " + std::to_string(count_max) + " elements");
        return empty;
    }
    return *elements;
}

std::vector<std::string> JsonFields::texts(std::string_view name, std::size_t count_max, std::size_t bytes_max_each)
{
    std::vector<std::string> texts;
    for (const json::value& element : array(name, count_max)) {
        const json::string* text = element.if_string();
        if (text == nullptr || std::ranges::find(*text, '\0') != text->end()) {
            problem(EngineError::malformed, name, "texts without NUL were expected");
            return {};
        }
        if (text->size() > bytes_max_each) {
            problem(EngineError::out_of_range, name,
                    "a text is longer than " + std::to_string(bytes_max_each) + " bytes");
            return {};
        }
        texts.emplace_back(text->data(), text->size());
    }
    return texts;
}

const json::value& JsonFields::member(std::string_view name)
{
    static const json::value null;
    const json::value* value = find(name, true);
    return value != nullptr ? *value : null;
}

void JsonFields::problem(EngineError code, std::string_view name, std::string_view reason)
{
    const std::string place = name.empty() ? where_ : path(name);
    problem({code, place.empty() ? std::string{reason} : place + ": " + std::string{reason}});
}

void JsonFields::problem(const EngineFailure& failure)
{
    if (!failure_) failure_ = failure;
}

std::string JsonFields::path(std::string_view name) const
{
    return where_.empty() ? std::string{name} : where_ + "." + std::string{name};
}

Result<void> JsonFields::finish()
{
    if (object_ != nullptr && !failure_) {
        for (const json::key_value_pair& member : *object_) {
            const std::string_view name = member.key();
            if (std::ranges::find(asked_, name) != asked_.end()) continue;
            // A name that is no plain word is not repeated in a text for people.
            problem(EngineError::unknown_field, is_identifier(name, "_-", 1, 64) ? name : "",
                    "is not a member of this format");
        }
    }
    return finish_ignoring_unknown();
}

Result<void> JsonFields::finish_ignoring_unknown() const
{
    if (failure_) return std::unexpected{*failure_};
    return {};
}

} // namespace papervault::engine
