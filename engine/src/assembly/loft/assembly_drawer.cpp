#include "assembly/loft/chain_sampler.hpp"
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
        state_->chain.emplace(*drawer.plan_->chain_);
    }
}
AssemblyDrawer::Scratch::Scratch(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch& AssemblyDrawer::Scratch::operator=(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch::~Scratch() = default;

AssemblyDrawer::AssemblyDrawer(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
AssemblyDrawer::AssemblyDrawer(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer& AssemblyDrawer::operator=(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer::~AssemblyDrawer() = default;

Result<AssemblyDrawer> AssemblyDrawer::compile(const AssemblyProblem& problem, const RandomStreams& streams)
{
    if (problem.form_count != 1 || problem.goal != AssemblyProblem::Goal::band || !problem.stimuli.empty()) {
        return refuse(EngineError::out_of_range, "forms are drawn one by one for a problem with one form, a band and "
                                                 "no stimuli; others are for the optimiser");
    }
    auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    auto plan = std::make_unique<Plan>(problem.length, std::make_unique<const UnitProblem>(std::move(*units)));
    plan->product_ = ProductSampler::build(*plan->units_);
    if (!plan->product_) { plan->chain_ = ChainSampler::build(*plan->units_, streams); }
    if (!plan->product_ && !plan->chain_) { return refuse(EngineError::infeasible, "no form was found"); }
    if (plan->product_) { plan->units_.reset(); }
    return AssemblyDrawer{std::move(plan)};
}

AssemblyDrawer::Law AssemblyDrawer::law() const noexcept
{
    return plan_->product_ ? Law::exactly_uniform : Law::chain;
}

std::uint32_t AssemblyDrawer::mixing_length() const noexcept
{
    return plan_->chain_ ? static_cast<std::uint32_t>(ChainSampler::mixing_length) : 0;
}

std::uint32_t AssemblyDrawer::length() const noexcept
{
    return plan_->length_;
}

std::size_t AssemblyDrawer::bytes() const noexcept
{
    return plan_->product_ ? plan_->product_->bytes() : plan_->chain_->bytes();
}

bool AssemblyDrawer::draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                          std::span<AssemblyProblem::Item> form) const
{
    Dice dice{streams, number};
    if (plan_->product_) { return plan_->product_->draw(dice, *scratch.state_->product, form); }
    return plan_->chain_->draw(dice, *scratch.state_->chain, form);
}

} // namespace papervault::engine
