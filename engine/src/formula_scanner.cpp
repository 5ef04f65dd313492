#include "formula_scanner.hpp"

#include "formula_symbols.hpp"

#include <algorithm>

namespace papervault::engine::formula {
namespace {

std::size_t length_of_character(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return std::min(length, text.size());
}

} // namespace

std::string_view Scanner::take_character()
{
    const std::string_view character = rest().substr(0, length_of_character(rest()));
    at_ += character.size();
    return character;
}

void Scanner::skip_spaces()
{
    while (!at_end() && (tex_[at_] == ' ' || tex_[at_] == '\n' || tex_[at_] == '\t')) { ++at_; }
}

std::string_view Scanner::peek_command() const
{
    if (!rest().starts_with('\\') || rest().size() < 2) { return {}; }
    std::size_t end = at_ + 1;
    while (end < tex_.size() && is_letter(tex_[end])) { ++end; }
    if (end == at_ + 1) { return rest().substr(1, length_of_character(rest().substr(1))); }
    return tex_.substr(at_ + 1, end - at_ - 1);
}

std::string Scanner::read_delimiter()
{
    skip_spaces();
    if (at_end()) { return {}; }
    if (const std::string_view name = peek_command(); !name.empty()) {
        take_command(name);
        const Symbol* known = find_symbol(name);
        return known != nullptr ? std::string{known->text} : std::string{name};
    }
    const std::string_view character = take_character();
    return character == "." ? std::string{} : std::string{character};
}

std::string Scanner::read_name()
{
    skip_spaces();
    if (!rest().starts_with('{')) { return {}; }
    const std::size_t end = tex_.find('}', at_);
    if (end == std::string_view::npos) { return {}; }
    std::string name{tex_.substr(at_ + 1, end - at_ - 1)};
    at_ = end + 1;
    return name;
}

std::string Scanner::read_verbatim()
{
    skip_spaces();
    if (!rest().starts_with('{')) { return {}; }
    int open = 0;
    std::string text;
    while (!at_end()) {
        const char c = tex_[at_];
        if (c == '\\' && at_ + 1 < tex_.size()) { // an escaped character
            ++at_;
            text += take_character();
            continue;
        }
        ++at_;
        if (c == '{' && open++ == 0) { continue; }
        if (c == '}' && --open == 0) { break; }
        text += c;
    }
    return text;
}

} // namespace papervault::engine::formula
