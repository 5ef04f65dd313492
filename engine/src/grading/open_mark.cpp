#include <papervault/engine/open_mark.hpp>

#include <utility>

namespace papervault::engine {

Result<void> OpenMark::check(Decimal points) const
{
    if (points < Decimal{} || points > points_max_) {
        return refuse(EngineError::out_of_range, "a mark is 0 to " + points_max_.to_string() + " points");
    }
    return {};
}

Result<void> OpenMark::check(const PersonMark& mark) const
{
    if (mark.grader.empty()) { return refuse(EngineError::malformed, "a mark needs its grader"); }
    return check(mark.points);
}

Result<void> OpenMark::propose(MachineProposal proposal)
{
    if (auto sound = check(proposal.points); !sound) { return sound; }
    proposal_ = std::move(proposal);
    return {};
}

Result<void> OpenMark::mark(PersonMark mark)
{
    if (person_) { return refuse(EngineError::inconsistent, "this answer has been marked by " + person_->grader); }
    if (auto sound = check(mark); !sound) { return sound; }
    person_ = std::move(mark);
    return {};
}

Result<void> OpenMark::correct(PersonMark mark)
{
    if (!person_) { return refuse(EngineError::inconsistent, "there is no mark to correct"); }
    if (auto sound = check(mark); !sound) { return sound; }
    person_ = std::move(mark);
    return {};
}

} // namespace papervault::engine
