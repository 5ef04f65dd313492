#include "assembly/draw_task.hpp"
#include "assembly/feasibility.hpp"
#include "assembly/form_sampler.hpp"
#include "assembly/ranges.hpp"
#include "assembly/wording.hpp"

#include <papervault/engine/assembly.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace papervault::engine {

namespace {

using namespace assembly;

/// Proposals of one draw() before it gives up.
constexpr std::uint64_t proposals_max = 200'000;
/// Proposals for a form after the first before the whole set starts anew.
constexpr std::uint64_t proposals_per_later_form = 5'000;
/// With common items allowed: proposals from the whole pool before the items that may be shared are settled beforehand.
constexpr std::uint64_t proposals_before_sharing_is_settled = 500;
/// Proposals turned down for counts before sections are counted jointly.
constexpr std::uint64_t proposals_before_joint = 1'000;

/// A joint table that pays at once, about ten milliseconds; and one that pays when turning down proposals doesn't.
constexpr CountTable::Effort small_effort{.steps_max = 12'000'000, .words_max = 8'000'000};
constexpr CountTable::Effort large_effort{.steps_max = 400'000'000, .words_max = 64'000'000};

/// For trials that only choose a method (SplitMix64); forms are drawn from the caller's stream alone.
class TrialStream final : public RandomStream {
public:
    void fill(std::span<std::byte> out) override
    {
        for (std::byte& byte : out) {
            state_ += 0x9e3779b97f4a7c15U;
            std::uint64_t mixed = state_;
            mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
            mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
            byte = static_cast<std::byte>(mixed >> 56U);
        }
    }

private:
    std::uint64_t state_ = 0;
};

/// Whether at least one of 2,000 proposals in a thousand passes the counts.
bool is_often_accepted(const DrawTask& task, const FormSampler& sampler)
{
    constexpr int trials = 2'000;
    TrialStream stream;
    RandomIntegers random{stream};
    FormSampler::Scratch scratch{sampler};
    Tally tally{task};
    Sections form;
    int accepted = 0;
    for (int trial = 0; trial < trials; ++trial) {
        accepted += sampler.propose(task, random, scratch, tally, form) ? 1 : 0;
    }
    return accepted >= trials / 1'000;
}

/// The cheapest sampler that will do, for a supply that is drawn from many times.
std::optional<FormSampler> choose_sampler(const DrawTask& task, const Supply& supply, const Ranges& ranges)
{
    auto separate = FormSampler::build(task, supply, ranges, FormSampler::Method::separate, large_effort);
    if (!separate || separate->is_exact() || separate->is_empty()) { return separate; }
    if (auto joint = FormSampler::build(task, supply, ranges, FormSampler::Method::joint, small_effort)) {
        return joint;
    }
    if (is_often_accepted(task, *separate)) { return separate; }
    if (auto joint = FormSampler::build(task, supply, ranges, FormSampler::Method::joint, large_effort)) {
        return joint;
    }
    return separate;
}

/// One draw of all forms.
class SetDraw {
public:
    SetDraw(const DrawTask& task, const FormSampler& first, RandomStream& stream)
        : task_{task}, first_{first}, first_scratch_{first}, random_{stream}, tally_{task}
    {
    }

    bool run()
    {
        while (tally_.proposals < proposals_max) {
            forms_.clear();
            is_used_.assign(task_.items.size(), false);
            while (std::cmp_less(forms_.size(), task_.form_count)) {
                if (!draw_next()) { break; }
            }
            if (std::cmp_equal(forms_.size(), task_.form_count)) {
                // The k-th drawn form sees what is left by those before: names are given by lot, so that none is
                // favoured.
                random_.shuffle(std::span{forms_});
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] const std::vector<Sections>& forms() const noexcept { return forms_; }
    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

private:
    [[nodiscard]] bool may_share() const noexcept { return task_.blueprint.overlap_max > 0; }
    [[nodiscard]] int forms_after() const noexcept { return task_.form_count - static_cast<int>(forms_.size()) - 1; }

    bool draw_next()
    {
        if (forms_.empty()) { return draw_from(first_, first_scratch_, proposals_max); }
        if (may_share() && draw_from(first_, first_scratch_, proposals_before_sharing_is_settled)) { return true; }
        return draw_from_rest(may_share() ? items_free_or_shared() : items_free());
    }

    /// Items that no form of the set has.
    std::vector<bool> items_free() const
    {
        std::vector<bool> free(is_used_);
        free.flip();
        return free;
    }

    /// Free items and, in drawn order, used ones as long as each earlier form has at most overlap_max of them: whatever
    /// is drawn from these shares no more than allowed.
    std::vector<bool> items_free_or_shared()
    {
        std::vector<bool> usable = items_free();
        std::vector<std::vector<std::size_t>> holders(task_.items.size());
        for (std::size_t form = 0; form < forms_.size(); ++form) {
            for (const auto& section : forms_[form]) {
                for (const std::uint32_t item : section) { holders[item].push_back(form); }
            }
        }
        std::vector<std::uint32_t> used;
        for (std::uint32_t item = 0; item < holders.size(); ++item) {
            if (!holders[item].empty()) { used.push_back(item); }
        }
        random_.shuffle(std::span{used});
        std::vector<int> shared(forms_.size());
        for (const std::uint32_t item : used) {
            const bool has_room = std::ranges::all_of(
                holders[item], [&](std::size_t form) { return shared[form] < task_.blueprint.overlap_max; });
            if (!has_room) { continue; }
            usable[item] = true;
            for (const std::size_t form : holders[item]) { ++shared[form]; }
        }
        return usable;
    }

    bool draw_from_rest(const std::vector<bool>& is_usable)
    {
        const Supply supply = make_supply(task_, is_usable);
        const Ranges ranges = implied_ranges(task_, supply, may_share() ? 0 : forms_after());
        const auto separate = FormSampler::build(task_, supply, ranges, FormSampler::Method::separate, large_effort);
        if (!separate || separate->is_empty()) { return leaves_too_little(); }
        FormSampler::Scratch scratch{*separate};
        const std::uint64_t limit = tally_.proposals + proposals_per_later_form;
        if (draw_from(*separate, scratch, proposals_before_joint)) { return true; }
        if (!separate->is_exact() && counts_passed_ == 0) {
            const auto joint = FormSampler::build(task_, supply, ranges, FormSampler::Method::joint, large_effort);
            if (joint && joint->is_empty()) { return leaves_too_little(); }
            if (joint) {
                FormSampler::Scratch joint_scratch{*joint};
                return draw_from(*joint, joint_scratch, limit - tally_.proposals);
            }
        }
        return draw_from(*separate, scratch, limit - tally_.proposals);
    }

    bool leaves_too_little()
    {
        ++tally_.proposals;
        ++tally_.leaves_too_little;
        return false;
    }

    bool draw_from(const FormSampler& sampler, FormSampler::Scratch& scratch, std::uint64_t limit)
    {
        counts_passed_ = 0;
        Sections form;
        for (std::uint64_t tried = 0; tried < limit && tally_.proposals < proposals_max; ++tried) {
            if (!sampler.propose(task_, random_, scratch, tally_, form)) { continue; }
            ++counts_passed_;
            if (!has_difficulty(form) || !overlaps_little(form) || !leaves_enough(form)) { continue; }
            for (const auto& section : form) {
                for (const std::uint32_t item : section) { is_used_[item] = true; }
            }
            forms_.push_back(std::move(form));
            return true;
        }
        return false;
    }

    bool has_difficulty(const Sections& form)
    {
        const std::int64_t sum = difficulty_of(task_, form);
        if (sum >= task_.difficulty_lowest && sum <= task_.difficulty_highest) { return true; }
        ++tally_.difficulty;
        const auto distance = [&](std::int64_t value) {
            return std::max(task_.difficulty_lowest - value, value - task_.difficulty_highest);
        };
        if (!tally_.nearest_difficulty || distance(sum) < distance(*tally_.nearest_difficulty)) {
            tally_.nearest_difficulty = sum;
        }
        return false;
    }

    bool overlaps_little(const Sections& form)
    {
        if (forms_.empty() || !may_share()) { return true; }
        std::vector<bool> in_form(task_.items.size());
        for (const auto& section : form) {
            for (const std::uint32_t item : section) { in_form[item] = true; }
        }
        for (const Sections& other : forms_) {
            std::ptrdiff_t common = 0;
            for (const auto& section : other) {
                common += std::ranges::count_if(section, [&](std::uint32_t item) { return in_form[item]; });
            }
            if (common > task_.blueprint.overlap_max) {
                ++tally_.overlap;
                return false;
            }
        }
        return true;
    }

    bool leaves_enough(const Sections& form)
    {
        if (may_share() || forms_after() == 0) { return true; }
        std::vector<bool> free = items_free();
        for (const auto& section : form) {
            for (const std::uint32_t item : section) { free[item] = false; }
        }
        if (enough_for(task_, make_supply(task_, free), forms_after())) { return true; }
        ++tally_.leaves_too_little;
        return false;
    }

    const DrawTask& task_;
    const FormSampler& first_;
    FormSampler::Scratch first_scratch_;
    RandomIntegers random_;
    Tally tally_;
    std::vector<Sections> forms_;
    std::vector<bool> is_used_;
    std::uint64_t counts_passed_ = 0; // by the last draw_from()
};

} // namespace

class FormDrawer::Plan {
public:
    Plan(DrawTask task, FormSampler sampler) : task_{std::move(task)}, sampler_{std::move(sampler)} {}

    [[nodiscard]] Result<Draw> draw(RandomStream& stream) const
    {
        SetDraw set{task_, sampler_, stream};
        if (!set.run()) { return refuse(EngineError::infeasible, wording::gave_up(task_, set.tally())); }
        const std::vector<std::string> ids = form_ids(task_.blueprint);
        Draw draw;
        draw.proposals = set.tally().proposals;
        for (std::size_t form = 0; form < ids.size(); ++form) {
            DrawnForm drawn{ids[form], {}};
            for (const auto& section : set.forms()[form]) {
                auto& positions = drawn.sections.emplace_back();
                for (const std::uint32_t item : section) { positions.push_back(task_.items[item].position); }
            }
            draw.forms.push_back(std::move(drawn));
        }
        return draw;
    }

private:
    DrawTask task_;
    FormSampler sampler_;
};

FormDrawer::FormDrawer(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
FormDrawer::FormDrawer(FormDrawer&&) noexcept = default;
FormDrawer& FormDrawer::operator=(FormDrawer&&) noexcept = default;
FormDrawer::~FormDrawer() = default;

Result<FormDrawer> FormDrawer::compile(std::span<const PoolItem> pool, const Blueprint& blueprint)
{
    auto task = make_task(pool, blueprint);
    if (!task) { return std::unexpected{task.error()}; }
    const Supply supply = make_supply(*task, std::vector<bool>(task->items.size(), true));
    const bool is_disjoint = blueprint.overlap_max == 0;
    const std::string shortage = explain_shortage(*task, supply, is_disjoint ? task->form_count : 1);
    if (!shortage.empty()) { return refuse(EngineError::infeasible, shortage); }
    const Ranges ranges = implied_ranges(*task, supply, is_disjoint ? task->form_count - 1 : 0);
    auto sampler = choose_sampler(*task, supply, ranges);
    if (!sampler) { return refuse(EngineError::out_of_range, wording::too_costly()); }
    return FormDrawer{std::make_unique<const Plan>(std::move(*task), std::move(*sampler))};
}

Result<Draw> FormDrawer::draw(RandomStream& stream) const
{
    return plan_->draw(stream);
}

} // namespace papervault::engine
