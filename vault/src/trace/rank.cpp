#include <papervault/vault/trace.hpp>

#include "trace/order_stream.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace papervault::vault {
namespace {

constexpr int shuffles = 400;

/// Where every item of a copy stands, and what follows it.
class Places {
public:
    explicit Places(const CopyOrder& copy)
    {
        for (const CopyOrder::Section& section : copy.sections) {
            for (std::size_t n = 0; n < section.items.size(); ++n) {
                next_[section.items[n]] = {n + 1 < section.items.size() ? section.items[n + 1] : std::string{},
                                           section.items.size()};
            }
        }
    }
    [[nodiscard]] bool follows(const std::string& first, const std::string& second) const
    {
        const auto found = next_.find(first);
        return found != next_.end() && found->second.item == second;
    }
    /// Items of the section in which it stands; 0 when the copy does not show it.
    [[nodiscard]] std::size_t section_size(const std::string& item) const
    {
        const auto found = next_.find(item);
        return found == next_.end() ? 0 : found->second.section;
    }

private:
    struct Next {
        std::string item;
        std::size_t section;
    };
    std::unordered_map<std::string, Next> next_;
};

/// How often two items follow each other in a random order of the form. Counted, not derived: items that belong
/// together move together, and then their order is no evidence.
class RandomOrders {
public:
    explicit RandomOrders(const engine::Form& form)
    {
        OrderStream stream{
            crypto::ChaCha20Stream{crypto::blake2b(crypto::bytes_of("papervault.trace.null.v1")).view(), "form-order"}};
        for (int n = 0; n < shuffles; ++n) {
            orders_.emplace_back(order_of(engine::permute(form, stream), {}, {}, {}));
        }
    }
    [[nodiscard]] double follows(const std::string& first, const std::string& second, std::size_t left) const
    {
        const auto [known, added] = counted_.try_emplace(first + "\n" + second, 0);
        if (added) {
            known->second =
                std::ranges::count_if(orders_, [&](const Places& places) { return places.follows(first, second); });
        }
        const auto count = known->second;
        // Never less than chance gives: what was counted may be low by chance itself.
        return std::max(1.0 / static_cast<double>(std::max<std::size_t>(left, 1)),
                        static_cast<double>(count) / shuffles);
    }

private:
    std::vector<Places> orders_;
    mutable std::unordered_map<std::string, std::ptrdiff_t> counted_;
};

/// P(seen | this copy) / P(seen | a random order): with the chance `misread` what was seen says nothing.
double ratio(bool fits, double by_chance, double misread)
{
    return fits ? (1 - misread) / by_chance + misread : misread;
}

class Ranking {
public:
    Ranking(std::span<const engine::Form> forms, const Observation& observation, double misread)
        : observation_{observation}, misread_{misread}
    {
        // Four hundred orders of each form are worth making only when somebody has read off an order.
        if (std::ranges::any_of(observation.runs, [](const auto& run) { return run.size() > 1; })) {
            for (const engine::Form& form : forms) { random_.emplace(form.id, RandomOrders{form}); }
        }
        for (const SpacingSeen& seen : observation.spacing) { add(seen); }
    }

    [[nodiscard]] double evidence(const CopyOrder& copy) const
    {
        double sum = 0;
        const Places places{copy};
        for (const auto& run : observation_.runs) {
            for (std::size_t n = 0; n < run.size(); ++n) {
                if (places.section_size(run[n].id) == 0) {
                    sum += std::log10(misread_); // this form does not have the item
                    continue;
                }
                sum += std::log10(options_ratio(copy, run[n]));
                if (n == 0) { continue; }
                // Between sections nothing moves: the last of one and the first of the next are each one of many.
                const std::size_t size = places.section_size(run[n - 1].id);
                const std::size_t left = size > 1 ? size - 1 : 1;
                const bool fits = places.follows(run[n - 1].id, run[n].id);
                if (!fits && places.section_size(run[n - 1].id) == 0) { continue; }
                if (!fits && ends_section(copy, run[n - 1].id) && begins_section(copy, run[n].id)) { continue; }
                sum +=
                    std::log10(ratio(fits, random_.at(copy.form_id).follows(run[n - 1].id, run[n].id, left), misread_));
            }
        }
        for (const std::string& note : observation_.notes) { sum += std::log10(note_ratio(copy, note)); }
        for (const auto& [item, seen] : spacing_) { sum += spacing_evidence(copy, item, seen); }
        return sum;
    }

private:
    static bool ends_section(const CopyOrder& copy, const std::string& item)
    {
        return std::ranges::any_of(
            copy.sections, [&](const auto& section) { return !section.items.empty() && section.items.back() == item; });
    }
    static bool begins_section(const CopyOrder& copy, const std::string& item)
    {
        return std::ranges::any_of(copy.sections, [&](const auto& section) {
            return !section.items.empty() && section.items.front() == item;
        });
    }

    [[nodiscard]] double options_ratio(const CopyOrder& copy, const Observation::Item& seen) const
    {
        const auto found = copy.options.find(seen.id);
        if (found == copy.options.end()) { return 1; } // these options never move
        const std::vector<std::string>& options = found->second;
        if (seen.options.size() > options.size()) { return misread_; }
        bool fits = true;
        double by_chance = 1;
        auto left = static_cast<double>(options.size());
        std::size_t read = 0;
        for (std::size_t n = 0; n < seen.options.size(); ++n) {
            if (seen.options[n] == "?") { continue; }
            fits = fits && options[n] == seen.options[n];
            by_chance /= left;
            left -= 1;
            ++read;
        }
        if (read == 0) { return 1; }
        return ratio(fits, by_chance, misread_);
    }

    [[nodiscard]] double note_ratio(const CopyOrder& copy, const std::string& note) const
    {
        for (const CopyOrder::Section& section : copy.sections) {
            if (section.note == note) {
                return copy.kind.starts_with("candidate")
                           ? 1
                           : ratio(true, 1.0 / static_cast<double>(wordings_of("x").size()), misread_);
            }
        }
        return misread_;
    }

    /// A reading is a fair one of two: with the chance `misread` it is the other one. An innocent copy's marks are
    /// drawn by the known biases whatever was seen, so the expected ratio is exactly 1, also for what several holders
    /// have made up of their copies.
    [[nodiscard]] double mark_evidence(const SpacingMark& mark, Spacing seen) const
    {
        const double by_chance = mark.chance_of(seen);
        const double if_this = mark.spacing == seen ? 1 - misread_ : misread_;
        return std::log10(if_this / (by_chance * (1 - misread_) + (1 - by_chance) * misread_));
    }

    /// A place counts once, however often it was written down: the first reading.
    void add(const SpacingSeen& seen)
    {
        SpacingSeen& known = spacing_[seen.item];
        if (!known.gap) { known.gap = seen.gap; }
        known.lines.resize(std::max(known.lines.size(), seen.lines.size()));
        for (std::size_t n = 0; n < seen.lines.size(); ++n) {
            if (!known.lines[n]) { known.lines[n] = seen.lines[n]; }
        }
    }

    [[nodiscard]] double spacing_evidence(const CopyOrder& copy, const std::string& item_id,
                                          const SpacingSeen& seen) const
    {
        const auto item = copy.spacing.find(item_id);
        if (item == copy.spacing.end()) { return 0; }
        double sum = seen.gap ? mark_evidence(item->second.gap, *seen.gap) : 0;
        for (std::size_t n = 0; n < std::min(seen.lines.size(), ItemSpacing::lines_max); ++n) {
            if (seen.lines[n]) { sum += mark_evidence(item->second.lines[n], *seen.lines[n]); }
        }
        return sum;
    }

    const Observation& observation_;
    double misread_;
    std::unordered_map<std::string, RandomOrders> random_;
    std::unordered_map<std::string, SpacingSeen> spacing_;
};

} // namespace

std::vector<Suspect> rank_copies(std::span<const CopyOrder> copies, std::span<const engine::Form> forms,
                                 const Observation& observation, double misread)
{
    const Ranking ranking{forms, observation, std::clamp(misread, 0.001, 0.2)};
    std::vector<Suspect> suspects;
    for (const CopyOrder& copy : copies) { suspects.push_back({&copy, ranking.evidence(copy), 0, 0}); }
    std::ranges::sort(suspects, [](const Suspect& one, const Suspect& other) {
        return one.evidence != other.evidence ? one.evidence > other.evidence : one.copy->id < other.copy->id;
    });
    // "None of them" is one more possibility, with a ratio of 1. Sums relative to the largest, so that nothing
    // overflows.
    const double top = std::max(0.0, suspects.empty() ? 0.0 : suspects.front().evidence);
    double sum = std::pow(10, -top);
    for (const Suspect& suspect : suspects) { sum += std::pow(10, suspect.evidence - top); }
    for (Suspect& suspect : suspects) {
        suspect.probability = std::pow(10, suspect.evidence - top) / sum;
        // A ratio of x or more is met by an innocent copy with a chance of at most 1/x (Markov).
        suspect.innocent_match_max =
            std::min(1.0, static_cast<double>(copies.size()) * std::pow(10, -suspect.evidence));
    }
    return suspects;
}

} // namespace papervault::vault
