#include <papervault/vault/spacing.hpp>

#include "trace/order_stream.hpp"

#include <papervault/crypto/kdf.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace papervault::vault {
namespace {

/// (1 + 1/√3) / 2: the larger of the two biases that are best against three or four holders (Nuida and others, 2007).
constexpr double likelier = 0.5 + 0.5 / std::numbers::sqrt3;
/// The same as a threshold for 32 random bits.
constexpr std::uint32_t likelier_bits = 3'387'333'910; // likelier · 2^32, rounded down

/// Lines whose mark moves the end by less are not measured.
constexpr double gain_min_points = 0.4;

class MarkDrawer {
public:
    MarkDrawer(const crypto::SecretBuffer& form_seed, const crypto::SecretBuffer& copy_seed, const std::string& item)
        : biases_{crypto::ChaCha20Stream{form_seed, item}}, bits_{crypto::ChaCha20Stream{copy_seed, item}}
    {
    }
    [[nodiscard]] SpacingMark next()
    {
        std::array<std::byte, 1> bias{};
        biases_.fill(bias);
        std::array<std::byte, 4> bytes{};
        bits_.fill(bytes);
        std::uint32_t number = 0;
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            number |= std::to_integer<std::uint32_t>(bytes[n]) << (8 * n);
        }
        const bool mostly_wide = (bias[0] & std::byte{1}) != std::byte{0};
        const bool as_most = number < likelier_bits;
        return {.spacing = as_most == mostly_wide ? Spacing::wide : Spacing::narrow, .mostly_wide = mostly_wide};
    }

private:
    OrderStream biases_;
    OrderStream bits_;
};

struct Measured {
    std::size_t item;
    std::size_t line;
    double length;
    LineLength nominal;
};

/// How far a line is from the nearer of its two lengths, squared and in units of its gain; a misread line counts no
/// more than one in between.
double misfit(const Measured& line, double scale)
{
    const double off = (line.length / scale - line.nominal.length) / line.nominal.gain;
    return std::min(1.0, std::pow(std::abs(off) - 1, 2));
}

double misfit(std::span<const Measured> lines, double scale)
{
    double sum = 0;
    for (const Measured& line : lines) { sum += misfit(line, scale); }
    return sum;
}

/// The scale under which the lines are nearest to lengths that they can have.
double scale_of(std::span<const Measured> lines)
{
    double best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const Measured& line : lines) {
        for (const double sign : {-1.0, 1.0}) {
            const double scale = line.length / (line.nominal.length + sign * line.nominal.gain);
            const double sum = misfit(lines, scale);
            if (sum < least) {
                least = sum;
                best = scale;
            }
        }
    }
    // One line is measured with an error; all of them together with less.
    double product = 0;
    double square = 0;
    for (const Measured& line : lines) {
        const double off = line.length / best - line.nominal.length;
        if (std::abs(off) > 2 * line.nominal.gain) { continue; }
        const double likely = line.nominal.length + std::copysign(line.nominal.gain, off);
        product += line.length * likely;
        square += likely * likely;
    }
    return square > 0 ? product / square : best;
}

} // namespace

double SpacingMark::chance_of(Spacing spacing_seen) const noexcept
{
    return (spacing_seen == Spacing::wide) == mostly_wide ? likelier : 1 - likelier;
}

CopySpacing spacing_of_copy(const engine::Form& form, const crypto::SecretBuffer& copy_key, std::string_view draw_id,
                            std::string_view copy_id)
{
    const std::string of_form = std::string{draw_id} + "|" + form.id;
    const auto form_seed = crypto::derive_key(copy_key, "papervault.spacing-biases.v1", crypto::bytes_of(of_form));
    const std::string of_copy = of_form + "|" + std::string{copy_id};
    const auto copy_seed = crypto::derive_key(copy_key, "papervault.spacing-marks.v1", crypto::bytes_of(of_copy));
    CopySpacing spacing;
    for (const engine::FormSection& section : form.sections) {
        for (const engine::FormItem& entry : section.items) {
            MarkDrawer drawer{form_seed, copy_seed, entry.item.id};
            ItemSpacing& item = spacing[entry.item.id];
            item.gap = drawer.next();
            for (SpacingMark& line : item.lines) { line = drawer.next(); }
        }
    }
    return spacing;
}

std::vector<SpacingSeen> spacing_from_lengths(std::span<const LengthsSeen> group, const NominalLengths& nominal)
{
    std::vector<SpacingSeen> seen;
    std::vector<Measured> lines;
    for (const LengthsSeen& item : group) {
        const std::size_t place = seen.size();
        seen.push_back({.item = item.item, .gap = {}, .lines = {}});
        seen.back().lines.resize(item.lines.size());
        const auto known = nominal.find(item.item);
        if (known == nominal.end()) { continue; }
        for (std::size_t n = 0; n < std::min(item.lines.size(), known->second.size()); ++n) {
            const LineLength& line = known->second[n];
            if (item.lines[n] && *item.lines[n] > 0 && line.length > 0 && line.gain >= gain_min_points) {
                lines.push_back({place, n, *item.lines[n], line});
            }
        }
    }
    if (lines.empty()) { return seen; }
    const double scale = scale_of(lines);
    bool differ = false;
    std::optional<Spacing> first;
    for (const Measured& line : lines) {
        const double off = (line.length / scale - line.nominal.length) / line.nominal.gain;
        if (std::abs(off) < 1.0 / 3 || std::abs(off) > 2) { continue; }
        const Spacing spacing = off > 0 ? Spacing::wide : Spacing::narrow;
        differ = differ || (first && *first != spacing);
        first = spacing;
        seen[line.item].lines[line.line] = spacing;
    }
    // One length alone may be a wide line or the scale of a narrow one.
    if (!differ) {
        for (SpacingSeen& item : seen) { std::ranges::fill(item.lines, std::nullopt); }
    }
    return seen;
}

} // namespace papervault::vault
