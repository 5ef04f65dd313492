#include "grading/columnar/typed_value.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine::columnar {
namespace {

constexpr std::size_t digits_most = 60;

/// A whole number as its digits, the most significant first, without zeros in front; "" is 0.
using Digits = std::string;

Digits digits_of(Wide value)
{
    Digits out;
    for (; value > 0; value /= 10) { out += static_cast<char>('0' + static_cast<int>(value % 10)); }
    std::reverse(out.begin(), out.end());
    return out;
}

Digits product(const Digits& number, std::uint64_t factor)
{
    Digits out;
    Wide carry = 0;
    for (auto digit = number.rbegin(); digit != number.rend() || carry > 0;) {
        if (digit != number.rend()) { carry += Wide{factor} * (*digit++ - '0'); }
        out += static_cast<char>('0' + static_cast<int>(carry % 10));
        carry /= 10;
    }
    while (!out.empty() && out.back() == '0') { out.pop_back(); }
    std::reverse(out.begin(), out.end());
    return out;
}

Digits shifted(Digits number, int zeros)
{
    if (!number.empty()) { number.append(static_cast<std::size_t>(zeros), '0'); }
    return number;
}

int compared(const Digits& left, const Digits& right)
{
    if (left.size() != right.size()) { return left.size() < right.size() ? -1 : 1; }
    return left.compare(right);
}

/// Every name of one dimension with its factor.
void spell(std::string_view dimension, std::map<Characters, UnitFactor>& out)
{
    for (const BaseUnit& unit : base_units()) {
        if (unit.dimension != dimension) { continue; }
        for (const std::string_view name : unit.names) {
            if (!name.empty()) { out.insert_or_assign(characters_of(name), unit.factor); }
        }
    }
    for (const BaseUnit& unit : base_units()) {
        if (unit.dimension != dimension || !unit.takes_prefixes) { continue; }
        for (const UnitPrefix& prefix : unit_prefixes()) {
            UnitFactor factor = unit.factor;
            factor.exponent += prefix.exponent;
            for (const std::string_view name : unit.names) {
                if (!name.empty()) { out.emplace(characters_of(std::string{prefix.name} + std::string{name}), factor); }
            }
        }
    }
}

/// A spelling may be a whole unit of another dimension ("min" is no milli-inch): whole names have precedence.
void drop_names_of_others(std::string_view dimension, std::map<Characters, UnitFactor>& spelled)
{
    for (const BaseUnit& unit : base_units()) {
        if (unit.dimension == dimension) { continue; }
        for (const std::string_view name : unit.names) { spelled.erase(characters_of(name)); }
    }
}

std::map<Characters, UnitFactor> spellings(std::string_view dimension)
{
    std::map<Characters, UnitFactor> out;
    spell(dimension, out);
    drop_names_of_others(dimension, out);
    return out;
}

} // namespace

NumberKey::NumberKey(const NumericAnswer& answer)
    : unit_may_be_left_out_{answer.unit_may_be_left_out}, by_figures_{answer.significant_figures > 0},
      key_is_negative_{answer.value < Decimal{}}
{
    if (answer.decimal_comma) { std::swap(point_, separator_); }
    const Wide value = answer.value.units();
    const Wide size = value < 0 ? -value : value;
    if (by_figures_) {
        // In units of 10^-22 / 20, so that half a figure is whole.
        places_ = 22;
        factor_ = 20;
        Wide top = 1; // the power of ten above the number
        while (top <= size) { top *= 10; }
        Wide step = 1; // of the last figure, × 10^figures to stay whole
        Wide fine = 1;
        for (int i = 0; i < answer.significant_figures; ++i) { fine *= 10; }
        Wide rounded_size = size;
        if (top > fine) {
            step = top / fine;
            rounded_size = (size + step / 2) / step * step;
        }
        while (top <= rounded_size) { top *= 10; }
        Wide scale = 20;
        for (int i = 0; i < 16; ++i) { scale *= 10; }
        // The last figure of the rounded number is top / 10^figures.
        const Wide figure = top <= fine ? scale / (fine / top) : top / fine * scale;
        const bool is_power_of_ten = rounded_size * 10 == top;
        is_zero_only_ = size == 0;
        lowest_ = rounded_size * scale - figure / (is_power_of_ten ? 20 : 2);
        highest_ = rounded_size * scale + figure / 2;
    } else {
        places_ = 12;
        const Wide absolute = Wide{std::max<std::int64_t>(answer.tolerance.units(), 0)} * 1'000'000;
        const Wide relative = size * std::max<std::int64_t>(answer.relative_tolerance.units(), 0);
        const Wide reach = std::max(absolute, relative);
        lowest_ = value * 1'000'000 - reach;
        highest_ = value * 1'000'000 + reach;
    }
    if (answer.unit.empty()) { return; }
    has_unit_ = true;
    const auto own = unit_named(answer.unit);
    if (!own) { return; } // no spelling at all: nothing is accepted
    own_ = own->factor;
    const std::string_view dimension = own->dimension;
    const std::size_t slash = dimension.find('/');
    above_ = spellings(dimension.substr(0, slash));
    if (slash != std::string_view::npos) { below_ = spellings(dimension.substr(slash + 1)); }
}

std::optional<NumberKey::Ratio> NumberKey::ratio_of(const Characters& unit) const
{
    if (above_.empty()) { return std::nullopt; }
    if (unit.empty()) { return unit_may_be_left_out_ ? std::optional{Ratio{}} : std::nullopt; }
    const auto against_own = [this](const UnitFactor& upper, const UnitFactor& lower) {
        return Ratio{std::uint64_t{upper.numerator} * lower.denominator * own_.denominator,
                     std::uint64_t{upper.denominator} * lower.numerator * own_.numerator,
                     upper.exponent - lower.exponent - own_.exponent};
    };
    if (below_.empty()) {
        const auto found = above_.find(unit);
        return found == above_.end() ? std::nullopt : std::optional{against_own(found->second, {})};
    }
    for (const char32_t sign : {U'/', U'每'}) {
        const std::size_t at = unit.find(sign);
        if (at == Characters::npos) { continue; }
        const auto upper = above_.find(unit.substr(0, at));
        const auto lower = below_.find(unit.substr(at + 1));
        if (upper != above_.end() && lower != below_.end()) { return against_own(upper->second, lower->second); }
    }
    return std::nullopt;
}

bool NumberKey::accepts(const Characters& typed) const
{
    const auto is_figure = [](char32_t c) { return c >= U'0' && c <= U'9'; };
    Ratio ratio;
    Characters text = typed;
    if (has_unit_) {
        const auto end = std::find_if(typed.begin(), typed.end(), [&](char32_t c) {
            return !is_figure(c) && c != U'+' && c != U'-' && c != U'.' && c != U',';
        });
        text.assign(typed.begin(), end);
        Characters unit(end, typed.end());
        std::erase(unit, U' ');
        const auto known = ratio_of(unit);
        if (!known) { return false; }
        ratio = *known;
    }

    // sign? (digits | groups)? (point digits?)?, with at least one part beside the point
    std::size_t at = 0;
    const bool is_negative = !text.empty() && text[0] == U'-';
    if (!text.empty() && (text[0] == U'-' || text[0] == U'+')) { at = 1; }
    Digits digits;
    std::vector<std::size_t> groups{0};
    for (; at < text.size() && text[at] != point_; ++at) {
        if (text[at] == separator_) {
            groups.push_back(0);
        } else if (is_figure(text[at])) {
            ++groups.back();
            digits += static_cast<char>(text[at]);
        } else {
            return false;
        }
    }
    if (groups.size() > 1) {
        if (groups[0] < 1 || groups[0] > 3) { return false; }
        if (std::any_of(groups.begin() + 1, groups.end(), [](std::size_t size) { return size != 3; })) { return false; }
    }
    const std::size_t whole = digits.size();
    for (++at; at < text.size(); ++at) {
        if (!is_figure(text[at])) { return false; }
        digits += static_cast<char>(text[at]);
    }
    if (digits.empty() || digits.size() > digits_most) { return false; }
    const int decimals = static_cast<int>(digits.size() - whole);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));

    // typed × ratio against end / 10^places / factor, all whole: both sides × denominator × factor × 10^zeros.
    const int zeros = std::max({decimals - ratio.exponent, places_, 0});
    const Digits left = shifted(product(product(digits, ratio.numerator), factor_), zeros - decimals + ratio.exponent);
    const auto end_of = [&](Wide size) {
        return shifted(product(digits_of(size), ratio.denominator), zeros - places_);
    };
    if (by_figures_) {
        if (is_zero_only_ || digits.empty()) { return is_zero_only_ && digits.empty(); }
        return is_negative == key_is_negative_ && compared(left, end_of(lowest_)) >= 0 &&
               compared(left, end_of(highest_)) < 0;
    }
    const bool is_below_zero = is_negative && !digits.empty();
    const auto against = [&](Wide end) { // sign of typed - end
        const bool end_is_below = end < 0;
        if (is_below_zero != end_is_below) { return is_below_zero ? -1 : (left.empty() && end == 0 ? 0 : 1); }
        const int by_size = compared(left, end_of(end < 0 ? -end : end));
        return is_below_zero ? -by_size : by_size;
    };
    return against(lowest_) >= 0 && against(highest_) <= 0;
}

} // namespace papervault::engine::columnar
