#include "assembly/loft/product_sampler.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <variant>

namespace papervault::engine {

using namespace assembly;

class AssemblyDrawer::Plan {
public:
    Plan(std::uint32_t length, ProductSampler sampler) : length_{length}, sampler_{std::move(sampler)} {}
    std::uint32_t length_;
    ProductSampler sampler_;
};

struct AssemblyDrawer::Scratch::State {
    ProductSampler::Scratch product;
};

AssemblyDrawer::Scratch::Scratch(const AssemblyDrawer& drawer)
    : state_{std::make_unique<State>(drawer.plan_->sampler_.make_scratch())}
{
}
AssemblyDrawer::Scratch::Scratch(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch& AssemblyDrawer::Scratch::operator=(Scratch&&) noexcept = default;
AssemblyDrawer::Scratch::~Scratch() = default;

AssemblyDrawer::AssemblyDrawer(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
AssemblyDrawer::AssemblyDrawer(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer& AssemblyDrawer::operator=(AssemblyDrawer&&) noexcept = default;
AssemblyDrawer::~AssemblyDrawer() = default;

Result<AssemblyDrawer> AssemblyDrawer::compile(const AssemblyProblem& problem, const RandomStreams&)
{
    auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    auto product = ProductSampler::build(*units);
    if (!product) { return refuse(EngineError::infeasible, "no"); }
    return AssemblyDrawer{std::make_unique<const Plan>(problem.length, std::move(*product))};
}

AssemblyDrawer::Law AssemblyDrawer::law() const noexcept
{
    return Law::exactly_uniform;
}

std::uint32_t AssemblyDrawer::length() const noexcept
{
    return plan_->length_;
}

std::size_t AssemblyDrawer::bytes() const noexcept
{
    return plan_->sampler_.bytes();
}

bool AssemblyDrawer::draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                          std::span<AssemblyProblem::Item> form) const
{
    Dice dice{streams, number};
    return plan_->sampler_.draw(dice, scratch.state_->product, form);
}

} // namespace papervault::engine
