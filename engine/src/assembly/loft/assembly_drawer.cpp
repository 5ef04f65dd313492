#include "assembly/loft/chain_sampler.hpp"
#include "assembly/loft/even_sampler.hpp"
#include "assembly/loft/product_sampler.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <optional>

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

    [[nodiscard]] const ChainSampler& chain() const { return even_ ? even_->chain() : *chain_; }
};

struct AssemblyDrawer::Scratch::State {
    std::optional<ProductSampler::Scratch> product;
    std::optional<ChainSampler::Scratch> chain;
};

AssemblyDrawer::Scratch::Scratch(const AssemblyDrawer& drawer) : state_{std::make_unique<State>()}
{
    if (drawer.plan_->product_) {
        state_->product = drawer.plan_->product_->make_scratch();
    } else {
        state_->chain.emplace(drawer.plan_->chain());
    }
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
    if (problem.form_count != 1 || problem.goal != AssemblyProblem::Goal::band || !problem.stimuli.empty()) {
        return refuse(EngineError::out_of_range, "forms are drawn one by one for a problem with one form, a band and "
                                                 "no stimuli; others are for the optimiser");
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
    if (plan->product_) { plan->units_.reset(); }
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

} // namespace papervault::engine
