#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace papervault::engine::formula {

[[nodiscard]] constexpr bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Characters and commands of TeX, one after the other.
class Scanner {
protected:
    explicit Scanner(std::string_view tex) : tex_{tex} {}
    ~Scanner() = default;

    [[nodiscard]] bool at_end() const { return at_ >= tex_.size(); }
    [[nodiscard]] std::string_view rest() const { return tex_.substr(at_); }
    std::string_view take_character();
    void skip_spaces();
    /// The command that stands here, without taking it; empty if none does.
    [[nodiscard]] std::string_view peek_command() const;
    void take_command(std::string_view name) { at_ += name.size() + 1; }
    /// A bracket after \left or \right; "." stands for none.
    std::string read_delimiter();
    /// The raw text between braces, for names.
    std::string read_name();
    /// The text between braces, with braces in it; a backslash takes the next character as it is.
    std::string read_verbatim();

    std::string_view tex_;
    std::size_t at_ = 0;
};

} // namespace papervault::engine::formula
