#include "grading/wording.hpp"

#include "grading/code_points.hpp"

namespace papervault::engine::grading::wording {

namespace {

constexpr std::size_t quoted_characters_max = 60;
constexpr std::size_t listed_max = 12;

std::string_view option_name(ItemType type, std::string_view id)
{
    if (type == ItemType::true_false && id == "true") { return "正确"; }
    if (type == ItemType::true_false && id == "false") { return "错误"; }
    return id;
}

} // namespace

std::string quotable(std::string_view text)
{
    std::string quoted;
    for (std::size_t characters = 0; !text.empty(); ++characters) {
        if (characters == quoted_characters_max) {
            quoted += "…";
            break;
        }
        const auto first = first_code_point(text);
        const std::size_t bytes = first ? first->bytes : 1;
        if (!first) {
            quoted += "\xEF\xBF\xBD";
        } else if (first->value < 0x20 || (first->value >= 0x7f && first->value < 0xa0)) {
            quoted += ' ';
        } else {
            quoted += text.substr(0, bytes);
        }
        text.remove_prefix(bytes);
    }
    return quoted;
}

std::string options(ItemType type, const std::vector<std::string>& ids)
{
    std::string text;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i == listed_max) { return text + "等 " + std::to_string(ids.size()) + " 项"; }
        if (i > 0) { text += "、"; }
        text += quotable(option_name(type, ids[i]));
    }
    return text;
}

std::string blank_key(const BlankKey& key)
{
    std::string text;
    for (std::size_t i = 0; i < key.texts.size() && i < listed_max; ++i) {
        if (i > 0) { text += "或"; }
        text += "“" + quotable(key.texts[i]) + "”";
    }
    if (key.number) {
        if (!text.empty()) { text += "或 "; }
        text += key.number->value.to_string();
        if (key.number->tolerance > Decimal{}) { text += "±" + key.number->tolerance.to_string(); }
        if (key.number->relative_tolerance > Decimal{}) {
            text += "±" + key.number->relative_tolerance.times(100).to_string() + "%";
        }
        if (!key.number->unit.empty()) { text += " " + key.number->unit; }
        if (key.number->significant_figures > 0) {
            text += "（" + std::to_string(key.number->significant_figures) + " 位有效数字）";
        }
    }
    return text;
}

std::string points(Decimal points)
{
    return points.to_string() + " 分";
}

} // namespace papervault::engine::grading::wording
