#include <papervault/engine/assembly_problem.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace papervault::engine {

namespace {

using Limits = AssemblyProblemLimits;
using Item = AssemblyProblem::Item;

/// Checks one constraint after the other; the first fault is kept.
class Checker {
public:
    explicit Checker(const AssemblyProblem& problem) : problem_{problem}, last_seen_(problem.item_count, 0) {}

    Result<void> run()
    {
        sizes();
        if (is_fine()) { information(); }
        if (is_fine()) { goal(); }
        if (is_fine()) { constraints(); }
        if (!is_fine()) { return std::unexpected{std::move(failure_)}; }
        return {};
    }

private:
    [[nodiscard]] bool is_fine() const noexcept { return failure_.detail.empty(); }
    void fail(EngineError code, std::string detail)
    {
        if (is_fine()) { failure_ = {code, std::move(detail)}; }
    }
    void within(std::size_t value, std::size_t lowest, std::size_t highest, const char* what)
    {
        if (value < lowest || value > highest) {
            fail(EngineError::out_of_range, std::string{what} + ": " + std::to_string(value) + ", allowed are " +
                                                std::to_string(lowest) + " to " + std::to_string(highest));
        }
    }
    void bounds(const std::string& name, std::int64_t at_least, std::int64_t at_most)
    {
        if (at_least > at_most) { fail(EngineError::inconsistent, name + ": the lower bound is above the upper one"); }
    }
    void name(const std::string& text)
    {
        const bool is_word = !text.empty() && std::ranges::none_of(text, [](char c) {
            return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) == 0x7fU;
        });
        if (!is_word || text.size() > Limits::name_bytes_max) {
            fail(EngineError::out_of_range, "a name must have 1 to 200 bytes and no spaces");
        }
    }
    void items(const std::string& where, std::span<const Item> list)
    {
        references_ += list.size();
        if (references_ > Limits::references_max) { fail(EngineError::out_of_range, "too many items in constraints"); }
        ++stamp_;
        for (const Item item : list) {
            if (item >= problem_.item_count) {
                fail(EngineError::out_of_range, where + ": there is no item " + std::to_string(item));
                return;
            }
            if (last_seen_[item] == stamp_) {
                fail(EngineError::inconsistent, where + ": item " + std::to_string(item) + " is named twice");
                return;
            }
            last_seen_[item] = stamp_;
        }
    }
    /// Keeps every sum over items far inside 64 bits.
    void values(const std::string& where, std::span<const std::int64_t> list)
    {
        std::int64_t left = Limits::value_max;
        for (const std::int64_t value : list) {
            const std::int64_t size = value < -Limits::value_max ? Limits::value_max : std::abs(value);
            if (size > left) {
                fail(EngineError::out_of_range, where + ": the values are too large or have too many decimals");
                return;
            }
            left -= size;
        }
    }

    void sizes()
    {
        name(problem_.name);
        within(problem_.item_count, 1, Limits::items_max, "items");
        within(problem_.form_count, 1, Limits::forms_max, "forms");
        within(problem_.length, 1, std::min<std::size_t>(Limits::length_max, problem_.item_count), "length");
        within(problem_.use_max, 1, Limits::forms_max, "uses of an item");
        within(problem_.abilities.size(), 0, Limits::abilities_max, "abilities");
        if (problem_.overlap_max < -1 || problem_.overlap_max > Limits::length_max) {
            fail(EngineError::out_of_range, "overlap: allowed are -1 to " + std::to_string(Limits::length_max));
        }
        within(problem_.counts.size() + problem_.sums.size() + problem_.enemies.size() + problem_.all_or_none.size() +
                   problem_.stimuli.size(),
               0, Limits::constraints_max, "constraints");
    }
    void information()
    {
        for (const std::string& ability : problem_.abilities) { name(ability); }
        within(problem_.information_decimals, 0, Limits::decimals_max, "decimals of the information");
        if (problem_.information.size() != problem_.abilities.size()) {
            fail(EngineError::inconsistent, "information is needed for each ability");
            return;
        }
        for (const auto& at_ability : problem_.information) {
            if (at_ability.size() != problem_.item_count) {
                fail(EngineError::inconsistent, "information is needed for each item");
                return;
            }
            values("information", at_ability);
        }
    }
    void goal()
    {
        using Goal = AssemblyProblem::Goal;
        const std::size_t abilities = problem_.abilities.size();
        const bool is_weighted = problem_.goal == Goal::maximum || problem_.goal == Goal::maximin;
        const auto size_of = [&](bool is_used) { return is_used ? abilities : std::size_t{0}; };
        if (problem_.weights.size() != size_of(is_weighted) ||
            problem_.targets.size() != size_of(problem_.goal == Goal::minimax) ||
            problem_.lowest.size() != size_of(problem_.goal == Goal::band) ||
            problem_.highest.size() != problem_.lowest.size() || (problem_.goal != Goal::band && abilities == 0)) {
            fail(EngineError::inconsistent, "the goal needs its values for each ability, and no others");
            return;
        }
        within(problem_.weight_decimals, 0, Limits::decimals_max, "decimals of the weights");
        values("goal", problem_.weights);
        values("goal", problem_.targets);
        for (const std::int64_t weight : problem_.weights) {
            if (weight < 0 || (weight == 0 && problem_.goal == Goal::maximin)) {
                fail(EngineError::out_of_range, "goal: weights must be positive");
            }
        }
        for (std::size_t ability = 0; ability < problem_.lowest.size(); ++ability) {
            bounds("goal", problem_.lowest[ability], problem_.highest[ability]);
        }
        if (problem_.goal == Goal::maximum && problem_.form_count != 1) {
            fail(EngineError::inconsistent, "goal: a maximum is for one form");
        }
    }
    void constraints()
    {
        for (const auto& count : problem_.counts) {
            name(count.name);
            bounds(count.name, count.at_least, count.at_most);
            items(count.name, count.items);
        }
        for (const auto& sum : problem_.sums) {
            name(sum.name);
            bounds(sum.name, sum.at_least, sum.at_most);
            within(sum.decimals, 0, Limits::decimals_max, "decimals of a sum");
            if (sum.values.size() != sum.items.size()) { fail(EngineError::inconsistent, sum.name + ": values"); }
            items(sum.name, sum.items);
            values(sum.name, sum.values);
        }
        for (const auto& set : problem_.enemies) { items("enemies", set); }
        for (const auto& set : problem_.all_or_none) { items("all or none", set); }
        std::vector<bool> has_stimulus(problem_.item_count);
        for (const auto& stimulus : problem_.stimuli) {
            name(stimulus.name);
            bounds(stimulus.name, stimulus.at_least, stimulus.at_most);
            if (stimulus.at_least < 0) { fail(EngineError::out_of_range, stimulus.name + ": negative bound"); }
            items(stimulus.name, stimulus.items);
            if (!is_fine()) { return; }
            for (const Item item : stimulus.items) {
                if (has_stimulus[item]) { fail(EngineError::inconsistent, stimulus.name + ": an item has two"); }
                has_stimulus[item] = true;
            }
        }
        bounds("number of stimuli", problem_.stimuli_at_least, problem_.stimuli_at_most);
        items("forced", problem_.forced);
        items("banned", problem_.banned);
        items("anchors", problem_.anchors);
    }

    const AssemblyProblem& problem_;
    std::vector<std::uint32_t> last_seen_; // number of the last list with this item
    std::uint32_t stamp_ = 0;
    std::size_t references_ = 0;
    EngineFailure failure_{};
};

} // namespace

Result<void> validate(const AssemblyProblem& problem)
{
    if (problem.item_count > Limits::items_max) { return refuse(EngineError::out_of_range, "items: too many"); }
    return Checker{problem}.run();
}

} // namespace papervault::engine
