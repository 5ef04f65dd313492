#include "assembly/draw_task.hpp"
#include "assembly/even_exposure.hpp"
#include "assembly/feasibility.hpp"
#include "assembly/form_sampler.hpp"
#include "assembly/ranges.hpp"
#include "assembly/sampler_choice.hpp"
#include "assembly/wording.hpp"

#include <papervault/engine/assembly.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace papervault::engine {

namespace {

using namespace assembly;

/// Proposals of one draw() before it gives up.
constexpr std::uint64_t proposals_max = 100'000;
/// Proposals for a form after the first before the whole set starts anew.
constexpr std::uint64_t proposals_per_later_form = 5'000;
/// With common items allowed: proposals from the whole pool before the items that may be shared are settled beforehand.
constexpr std::uint64_t proposals_before_sharing_is_settled = 500;
/// Proposals for a form after the first before the supply that is left is looked at more closely.
constexpr std::uint64_t proposals_before_choice = 300;
constexpr CountTable::Effort quick_effort{.steps_max = 1'000'000, .words_max = 1'000'000};

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
        const auto separate =
            FormSampler::build(task_, supply, ranges, {FormSampler::Columns::separate_types}, quick_effort);
        if (separate && separate->is_empty()) { return leaves_too_little(); }
        if (separate) {
            FormSampler::Scratch scratch{*separate};
            if (draw_from(*separate, scratch, proposals_before_choice)) { return true; }
        }
        const auto chosen = choose_sampler(task_, supply, ranges, Use::once);
        if (!chosen || chosen->is_empty()) { return leaves_too_little(); }
        FormSampler::Scratch scratch{*chosen};
        return draw_from(*chosen, scratch, proposals_per_later_form);
    }

    bool leaves_too_little()
    {
        ++tally_.proposals;
        ++tally_.leaves_too_little;
        return false;
    }

    bool draw_from(const FormSampler& sampler, FormSampler::Scratch& scratch, std::uint64_t limit)
    {
        Sections form;
        for (std::uint64_t tried = 0; tried < limit && tally_.proposals < proposals_max; ++tried) {
            if (!sampler.propose(task_, random_, scratch, tally_, form)) { continue; }
            if (!has_difficulty(form) || !keeps_rules(form) || !overlaps_little(form)) { continue; }
            if (sampler.tilt() && !sampler.tilt()->keeps(task_, form, random_)) {
                ++tally_.tilt;
                continue;
            }
            if (!leaves_enough(form)) { continue; }
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
        if (task_.is_in_window(sum)) { return true; }
        ++tally_.difficulty;
        const auto distance = [&](std::int64_t value) {
            return std::max(task_.difficulty_lowest - value, value - task_.difficulty_highest);
        };
        if (!tally_.nearest_difficulty || distance(sum) < distance(*tally_.nearest_difficulty)) {
            tally_.nearest_difficulty = sum;
        }
        return false;
    }

    bool keeps_rules(const Sections& form)
    {
        const auto broken = task_.rules.first_broken(form);
        if (!broken) { return true; }
        ++tally_.rules[*broken];
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
        RandomIntegers places{stream};
        Draw draw;
        draw.proposals = set.tally().proposals;
        for (std::size_t form = 0; form < ids.size(); ++form) {
            DrawnForm drawn{ids[form], {}};
            for (const auto& section : set.forms()[form]) {
                auto& positions = drawn.sections.emplace_back();
                for (const std::uint32_t item : section) { positions.push_back(task_.items[item].position); }
                const auto& required = task_.required[drawn.sections.size() - 1];
                if (required.empty()) { continue; }
                positions.insert(positions.end(), required.begin(), required.end());
                places.shuffle(std::span{positions});
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
    const int disjoint_forms = is_disjoint ? task->form_count : 1;
    std::string obstacle = explain_shortage(*task, supply, disjoint_forms);
    if (obstacle.empty() && !is_disjoint) { obstacle = explain_overlap(*task, supply, task->form_count); }
    if (obstacle.empty()) { obstacle = explain_difficulty(*task, supply, disjoint_forms); }
    if (!obstacle.empty()) { return refuse(EngineError::infeasible, obstacle); }
    const Ranges ranges = implied_ranges(*task, supply, is_disjoint ? task->form_count - 1 : 0);
    auto sampler = choose_sampler(*task, supply, ranges, Use::often);
    if (!sampler) { return refuse(EngineError::out_of_range, wording::too_costly()); }
    if (blueprint.rules.exposure == Exposure::even) {
        sampler = even_sampler(*task, supply, ranges, std::move(*sampler));
    }
    return FormDrawer{std::make_unique<const Plan>(std::move(*task), std::move(*sampler))};
}

DrawLaw law_of(const Blueprint& blueprint) noexcept
{
    if (blueprint.rules.exposure == Exposure::even) { return {.kind = DrawLaw::Kind::by_weights}; }
    return {.kind = blueprint.parallel_forms + blueprint.spare_forms == 1 ? DrawLaw::Kind::exactly_uniform
                                                                          : DrawLaw::Kind::in_turn};
}

Result<Draw> FormDrawer::draw(RandomStream& stream) const
{
    return plan_->draw(stream);
}

} // namespace papervault::engine
