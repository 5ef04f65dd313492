#include "assembly/search/passage_search.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr Fixed one = Fixed::from_integer(1);
constexpr Fixed half = Fixed::ratio(1, 2);
constexpr Fixed whole_within = Fixed::from_raw(std::int64_t{1} << (Fixed::places - 16U));
constexpr std::uint64_t nodes_max = 200'000;
constexpr int trials_max = 8; ///< At one node.
constexpr Fixed least_loss = Fixed::from_raw(std::int64_t{1} << (Fixed::places - 16U));
/// Of an effort without a form, so many times as much is spent before it is given up.
constexpr std::uint64_t patience = 8;

} // namespace

PassageSearch::PassageSearch(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                             const AssemblyEffort& effort)
    : effort_{effort}, program_{problem, units, target}, learnt_(program_.groups())
{
}

bool PassageSearch::is_over() const
{
    const std::uint64_t steps = program_.steps();
    return nodes_ >= nodes_max || (has_best_ ? steps : steps / patience) >= effort_.steps ||
           (effort_.is_over && effort_.is_over());
}

void PassageSearch::push(Node node)
{
    open_.push_back(std::move(node));
    std::ranges::push_heap(open_, [](const Node& left, const Node& right) {
        return left.bound != right.bound ? left.bound < right.bound : left.number < right.number;
    });
}

bool PassageSearch::run()
{
    push({INT64_MAX, 0, {}});
    while (!open_.empty()) {
        bound_ = std::max(open_.front().bound, best_quality_);
        if (has_best_ && open_.front().bound <= best_quality_) { break; }
        if (is_over()) { return false; }
        std::ranges::pop_heap(open_, [](const Node& left, const Node& right) {
            return left.bound != right.bound ? left.bound < right.bound : left.number < right.number;
        });
        Node node = std::move(open_.back());
        open_.pop_back();
        plunge(std::move(node));
    }
    bound_ = best_quality_;
    return true;
}

/// Down from a node to the end; what is left aside is kept.
void PassageSearch::plunge(Node node)
{
    program_.undo(0);
    for (const Decision& decision : node.path) { program_.decide(decision); }
    while (true) {
        if (is_over()) { return push(std::move(node)); }
        ++nodes_;
        const auto outcome = program_.solve(best_quality_);
        if (outcome == PassageProgram::Outcome::hopeless) { return; }
        node.bound = std::min(node.bound, program_.bound());
        const bool is_solved = outcome == PassageProgram::Outcome::solved;
        const Branches two = branches(is_solved);
        if (two.is_none || node.bound <= best_quality_) { return; }
        Node other = node;
        other.number = nodes_;
        other.path.push_back(two.second);
        push(std::move(other));
        node.path.push_back(two.first);
        program_.decide(two.first);
    }
}

PassageSearch::Branches PassageSearch::branches(bool is_solved)
{
    if (!is_solved) { return settle(); }
    Fixed largest;
    Branches out;
    for (const std::uint32_t row : program_.passage_rows()) {
        const Fixed value = program_.row_value(row);
        const std::int64_t below = value.raw() >> Fixed::places;
        const Fixed above = value - Fixed::from_integer(below);
        const Fixed distance = std::min(above, one - above);
        if (distance <= whole_within || distance <= largest) { continue; }
        largest = distance;
        const auto [low, high] = program_.row_bounds(row);
        out = {false,
               {Decision::Kind::row, row, State::open, low, below},
               {Decision::Kind::row, row, State::open, below + 1, high}};
        if (above > half) { std::swap(out.first, out.second); }
    }
    if (!out.is_none) { return out; }
    if (const auto group = group_to_branch(); group != PassageProgram::no_group) {
        return {false, {Decision::Kind::group, group, State::in}, {Decision::Kind::group, group, State::out}};
    }
    const auto values = program_.unit_values();
    std::vector<Unit> chosen;
    for (Unit unit = 0; unit < values.size(); ++unit) {
        if (values[unit] > half) { chosen.push_back(unit); }
        const Fixed distance = std::min(values[unit], one - values[unit]);
        if (distance <= whole_within || distance <= largest) { continue; }
        largest = distance;
        out = {false, {Decision::Kind::unit, unit, State::in}, {Decision::Kind::unit, unit, State::out}};
    }
    if (!out.is_none) { return out; }
    take(chosen);
    return settle();
}

/// A passage that is used in part, such that either answer makes the bound lower by much. What an answer does is tried
/// out once, and then learnt from (reliability branching, Achterberg, Koch and Martin 2005).
PassageProgram::Group PassageSearch::group_to_branch()
{
    PassageProgram::Group best = PassageProgram::no_group;
    Fixed best_score;
    int trials = 0;
    for (PassageProgram::Group group = 0; group < program_.groups(); ++group) {
        if (program_.group_state(group) != State::open) { continue; }
        const Fixed value = program_.group_value(group);
        if (std::min(value, one - value) <= whole_within) { continue; }
        Learnt& learnt = learnt_[group];
        if (learnt.times == 0 && trials < trials_max) {
            ++trials;
            ++learnt.times;
            learnt.of_in = program_.loss_of({Decision::Kind::group, group, State::in}) / (one - value);
            learnt.of_out = program_.loss_of({Decision::Kind::group, group, State::out}) / value;
        }
        const Fixed score =
            std::max(learnt.of_in * (one - value), least_loss) * std::max(learnt.of_out * value, least_loss);
        if (best != PassageProgram::no_group && score <= best_score) { continue; }
        best = group;
        best_score = score;
    }
    return best;
}

/// Where the program's numbers say nothing more: whatever is not decided. All decided: it is a form or it is none.
PassageSearch::Branches PassageSearch::settle()
{
    const auto values = program_.unit_values();
    std::vector<Unit> chosen;
    for (const bool wants_large : {true, false}) {
        for (PassageProgram::Group group = 0; group < program_.groups(); ++group) {
            if (program_.group_state(group) != State::open || (program_.group_value(group) > half) != wants_large) {
                continue;
            }
            return {false, {Decision::Kind::group, group, State::in}, {Decision::Kind::group, group, State::out}};
        }
    }
    for (const bool wants_large : {true, false}) {
        for (Unit unit = 0; unit < values.size(); ++unit) {
            const auto group = program_.group_of(unit);
            if (wants_large && program_.unit_state(unit) == State::in) { chosen.push_back(unit); }
            if (program_.unit_state(unit) != State::open || (values[unit] > half) != wants_large) { continue; }
            if (group != PassageProgram::no_group && program_.group_state(group) == State::out) { continue; }
            return {false, {Decision::Kind::unit, unit, State::in}, {Decision::Kind::unit, unit, State::out}};
        }
    }
    take(chosen);
    return {};
}

void PassageSearch::take(const std::vector<Unit>& chosen)
{
    const auto quality = program_.quality_of(chosen);
    if (!quality || (has_best_ && *quality <= best_quality_)) { return; }
    best_ = chosen;
    best_quality_ = *quality;
    has_best_ = true;
    if (effort_.on_better) { effort_.on_better(); }
}

} // namespace papervault::engine::assembly
