#pragma once

#include <papervault/engine/qti/expression.hpp>
#include <papervault/engine/qti/xml.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace papervault::engine::qti {

/// Reads the attributes of one element. The first problem is remembered; later reads give neutral values.
class Fields {
public:
    explicit Fields(const XmlNode& element) : element_{element} {}

    /// Without outer white space. An empty text counts as missing.
    std::optional<std::string> optional_text(std::string_view name);
    std::string text(std::string_view name);
    /// XML's NCName, more or less: 1 to 256 bytes without white space; foreign items are generous with identifiers.
    std::string identifier(std::string_view name);
    bool boolean_or(std::string_view name, bool otherwise);
    double number(std::string_view name);
    std::optional<double> optional_number(std::string_view name);
    std::optional<std::int64_t> optional_integer(std::string_view name);
    NumberOrVariable number_or_variable(std::string_view name);
    NumberOrVariable number_or_variable(std::string_view name, double otherwise);
    Cardinality cardinality(std::string_view name);
    std::optional<BaseType> optional_base_type(std::string_view name);
    BaseType base_type(std::string_view name);
    /// Words parted by white space.
    std::vector<std::string> words(std::string_view name);
    Area area();

    template <class Enum, std::size_t size>
    Enum one_of(std::string_view name, const std::array<std::pair<std::string_view, Enum>, size>& names,
                std::optional<Enum> otherwise = std::nullopt)
    {
        const auto word = optional_text(name);
        if (!word && otherwise) { return *otherwise; }
        for (const auto& [text, value] : names) {
            if (word && *word == text) { return value; }
        }
        problem(name, word ? "is not known: " + *word : "is missing");
        return names.front().second;
    }

    void problem(std::string_view name, std::string reason);
    [[nodiscard]] bool good() const noexcept { return problem_.empty(); }
    [[nodiscard]] Result<void> finish() const;

private:
    const XmlNode& element_;
    std::string problem_;
};

/// "{NAME}": how QTI 2.0 wrote every reference to a variable, and later versions one in a pattern.
[[nodiscard]] std::optional<std::string> variable_in_braces(std::string_view word);
[[nodiscard]] NumberOrVariable number_or_variable_from(const std::string& word);
/// Whether a name of 2.x, "baseValue", is that of plain_name().
[[nodiscard]] bool is_plain(std::string_view name, std::string_view plain) noexcept;
/// "responseDeclaration RESPONSE": how an element is named in errors.
[[nodiscard]] std::string described(const XmlNode& element);

} // namespace papervault::engine::qti
