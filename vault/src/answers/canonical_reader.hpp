#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// Reads canonical JSON (engine/json.hpp) from front to back without a tree of values. A canonical text has one
/// spelling for each value, so what is not spelled exactly so is refused where it stands.
namespace papervault::vault {

class CanonicalReader {
public:
    /// @param text  Must outlive the reader and every view of it.
    explicit CanonicalReader(std::string_view text) noexcept : at_{text.data()}, end_{text.data() + text.size()} {}

    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] const char* position() const noexcept { return at_; }
    /// What stands from an earlier position up to here.
    [[nodiscard]] std::string_view since(const char* position) const noexcept
    {
        return {position, static_cast<std::size_t>(at_ - position)};
    }
    /// Goes past bytes that the caller has seen. @param count  At most left().
    void skip(std::size_t count) noexcept { at_ += count; }

    /// Goes past these characters if they stand here.
    [[nodiscard]] bool take(char expected) noexcept
    {
        if (at_ == end_ || *at_ != expected) { return false; }
        ++at_;
        return true;
    }
    [[nodiscard]] bool take(std::string_view expected) noexcept
    {
        if (left() < expected.size() || std::memcmp(at_, expected.data(), expected.size()) != 0) { return false; }
        at_ += expected.size();
        return true;
    }
    /// A text of well-formed UTF-8 with the escapes that canonical_json() writes, and no others.
    /// @param scratch  Holds the text where it had escapes.
    /// @return The text; a view of the source or of scratch.
    [[nodiscard]] std::optional<std::string_view> text(std::string& scratch);
    /// A whole number without sign, leading zeros, fraction or exponent. @return Nothing above 2^63 - 1.
    [[nodiscard]] std::optional<std::int64_t> number() noexcept;

private:
    [[nodiscard]] std::optional<char> escape() noexcept;
    [[nodiscard]] bool skip_character() noexcept;

    const char* at_;
    const char* end_;
};

} // namespace papervault::vault
