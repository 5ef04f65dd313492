#include "assembly/loft/chain_sampler.hpp"
#include "assembly/loft/even_sampler.hpp"
#include "assembly/loft/product_sampler.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace papervault::engine {

using namespace assembly;

class AssemblyDrawer::Plan {
public:
    Plan(std::uint32_t length, std::unique_ptr<const UnitProblem> units) : length_{length}, units_{std::move(units)} {}
    std::uint32_t length_;
    std::unique_ptr<const UnitProblem> units_;
    std::optional<ProductSampler> product_;
    std::optional<ChainSampler> chain_;
    std::optional<EvenSampler> even_; // has the chain in it
    /// For sets of forms.
    std::uint32_t form_count_ = 1;
    std::uint32_t use_max_ = 1;
    std::int64_t overlap_max_ = -1;
    bool may_share_ = false;              // two forms may have an item in common at all
    std::vector<std::uint8_t> is_exempt_; // by unit: may be in any number of forms
    std::uint32_t item_count_ = 0;

    [[nodiscard]] const ChainSampler& chain() const { return even_ ? even_->chain() : *chain_; }

    Result<void> lay_out_sets(const AssemblyProblem& problem)
    {
        form_count_ = problem.form_count;
        use_max_ = problem.use_max;
        overlap_max_ = problem.overlap_max;
        item_count_ = problem.item_count;
        std::vector<bool> is_anchor(problem.item_count);
        for (const auto item : problem.anchors) { is_anchor[item] = true; }
        for (const auto item : units_->fixed) {
            if (use_max_ < form_count_ && !is_anchor[item]) {
                return refuse(EngineError::infeasible,
                              "item " + std::to_string(item) + " must be in every form, but may not be in so many");
            }
        }
        if (overlap_max_ >= 0 && std::cmp_greater(units_->fixed.size(), overlap_max_)) {
            return refuse(EngineError::infeasible, "more items must be in every form than two forms may share");
        }
        may_share_ = use_max_ > 1 || !problem.anchors.empty();
        for (const auto& items : units_->units) {
            is_exempt_.push_back(std::ranges::all_of(items, [&](auto item) { return bool{is_anchor[item]}; }) ? 1 : 0);
        }
        return {};
    }
};

struct AssemblyDrawer::Scratch::State {
    std::optional<ProductSampler::Scratch> product;
    std::optional<ChainSampler::Scratch> chain;
    // Of the set under way.
    std::vector<std::uint32_t> uses;   // by unit
    std::vector<std::uint8_t> avoided; // by unit
    std::vector<std::uint32_t> used;   // units
    std::vector<std::uint8_t> is_in;   // by item: in the form that was drawn last
};

AssemblyDrawer::Scratch::Scratch(const AssemblyDrawer& drawer) : state_{std::make_unique<State>()}
{
    if (drawer.plan_->product_) {
        state_->product = drawer.plan_->product_->make_scratch();
    } else {
        state_->chain.emplace(drawer.plan_->chain());
    }
    if (drawer.plan_->form_count_ == 1) { return; }
    state_->uses.resize(drawer.plan_->units_->units.size());
    state_->avoided.resize(state_->uses.size());
    state_->is_in.resize(drawer.plan_->item_count_);
}
AssemblyDrawer::Scratch::Scratch(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch& AssemblyDrawer::Scratch::operator=(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch::~Scratch() = default;

AssemblyDrawer::AssemblyDrawer(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
AssemblyDrawer::AssemblyDrawer(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer& AssemblyDrawer::operator=(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer::~AssemblyDrawer() = default;

Result<AssemblyDrawer> AssemblyDrawer::compile(const AssemblyProblem& problem, const RandomStreams& streams,
                                               Exposure exposure)
{
    if (problem.goal != AssemblyProblem::Goal::band || !problem.stimuli.empty()) {
        return refuse(
            EngineError::out_of_range,
            "forms are drawn at random for a problem with a band and no stimuli; others are for the optimiser");
    }
    if (problem.form_count != 1 && exposure == Exposure::even) {
        return refuse(EngineError::out_of_range, "even exposure is for forms that are drawn one by one");
    }
    auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    auto plan = std::make_unique<Plan>(problem.length, std::make_unique<const UnitProblem>(std::move(*units)));
    if (exposure == Exposure::uniform) { plan->product_ = ProductSampler::build(*plan->units_); }
    if (!plan->product_) { plan->chain_ = ChainSampler::build(*plan->units_, streams); }
    if (plan->chain_ && exposure == Exposure::even) {
        plan->even_ = EvenSampler::build(std::move(*plan->chain_), streams);
        plan->chain_.reset();
    }
    if (!plan->product_ && !plan->chain_ && !plan->even_) {
        return refuse(EngineError::infeasible, "no form was found");
    }
    if (problem.form_count > 1) {
        if (auto refused = plan->lay_out_sets(problem); !refused) { return std::unexpected{refused.error()}; }
    } else if (plan->product_) {
        plan->units_.reset();
    }
    return AssemblyDrawer{std::move(plan)};
}

AssemblyDrawer::Law AssemblyDrawer::law() const noexcept
{
    if (plan_->product_) { return Law::exactly_uniform; }
    return plan_->even_ ? Law::even_exposure : Law::chain;
}

std::uint32_t AssemblyDrawer::mixing_length() const noexcept
{
    return plan_->product_ ? 0 : static_cast<std::uint32_t>(ChainSampler::mixing_length);
}

std::uint32_t AssemblyDrawer::period() const noexcept
{
    return plan_->even_ ? static_cast<std::uint32_t>(plan_->even_->period()) : 0;
}

std::uint32_t AssemblyDrawer::length() const noexcept
{
    return plan_->length_;
}

std::size_t AssemblyDrawer::bytes() const noexcept
{
    if (plan_->product_) { return plan_->product_->bytes(); }
    return plan_->even_ ? plan_->even_->bytes() : plan_->chain_->bytes();
}

bool AssemblyDrawer::draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                          std::span<AssemblyProblem::Item> form) const
{
    Dice dice{streams, number};
    if (plan_->product_) { return plan_->product_->draw(dice, *scratch.state_->product, form); }
    if (plan_->chain_) { return plan_->chain_->draw(dice, *scratch.state_->chain, form); }
    plan_->even_->draw(dice, number, *scratch.state_->chain, form);
    return true;
}

namespace {

/// Sets begun anew, and forms drawn for the sake of the overlap, before giving up.
constexpr int sets_most = 100;
constexpr int overlaps_most = 200;

} // namespace

std::uint32_t AssemblyDrawer::form_count() const noexcept
{
    return plan_->form_count_;
}

/// What the earlier forms of the set have as often as they may is avoided.
bool AssemblyDrawer::draw_next(Dice& dice, Scratch::State& state, std::span<const AssemblyProblem::Item> earlier,
                               std::span<AssemblyProblem::Item> form) const
{
    const Plan& plan = *plan_;
    const auto draw_one = [&] {
        if (state.used.empty()) {
            return plan.product_ ? plan.product_->draw(dice, *state.product, form)
                                 : plan.chain_->draw(dice, *state.chain, form);
        }
        if (plan.product_) { return plan.product_->draw_avoiding(state.avoided, dice, *state.product, form); }
        if (!plan.chain_->draw(dice, *state.chain, state.avoided)) { return false; }
        plan.chain_->write(state.chain->form, form);
        return true;
    };
    const auto overlaps_little = [&] {
        if (!plan.may_share_ || plan.overlap_max_ < 0) { return true; }
        for (const auto item : form) { state.is_in[item] = 1; }
        bool is_little = true;
        for (std::size_t at = 0; at < earlier.size() && is_little; at += form.size()) {
            const auto common = std::ranges::count_if(earlier.subspan(at, form.size()),
                                                      [&](auto item) { return state.is_in[item] != 0; });
            is_little = common <= plan.overlap_max_;
        }
        for (const auto item : form) { state.is_in[item] = 0; }
        return is_little;
    };
    bool is_found = false;
    for (int tried = 0; tried < overlaps_most && !is_found; ++tried) {
        if (!draw_one()) { return false; }
        is_found = overlaps_little();
    }
    for (const auto item : form) {
        const std::uint32_t unit = plan.units_->unit_of_item[item];
        if (unit == UnitProblem::no_unit || plan.units_->units[unit].front() != item) { continue; }
        if (plan.is_exempt_[unit] != 0) { continue; }
        if (state.uses[unit]++ == 0) { state.used.push_back(unit); }
        state.avoided[unit] = state.uses[unit] >= plan.use_max_ ? 1 : 0;
    }
    return is_found;
}

bool AssemblyDrawer::draw_set(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                              std::span<AssemblyProblem::Item> forms) const
{
    if (plan_->form_count_ == 1) { return draw(streams, number, scratch, forms); }
    Dice dice{streams, number};
    Scratch::State& state = *scratch.state_;
    const std::size_t length = plan_->length_;
    for (int tried = 0; tried < sets_most; ++tried) {
        for (const std::uint32_t unit : state.used) { state.uses[unit] = state.avoided[unit] = 0; }
        state.used.clear();
        std::size_t drawn = 0;
        while (drawn < plan_->form_count_ &&
               draw_next(dice, state, forms.first(drawn * length), forms.subspan(drawn * length, length))) {
            ++drawn;
        }
        if (drawn < plan_->form_count_) { continue; }
        // Each form saw what those before it had left: names are given by lot.
        for (std::uint32_t left = plan_->form_count_; left > 1; --left) {
            const std::uint32_t other = dice.below(left);
            if (other + 1 == left) { continue; }
            std::ranges::swap_ranges(forms.subspan((left - 1) * length, length), forms.subspan(other * length, length));
        }
        return true;
    }
    return false;
}

} // namespace papervault::engine
