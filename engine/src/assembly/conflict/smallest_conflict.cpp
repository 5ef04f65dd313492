#include "assembly/conflict/smallest_conflict.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace papervault::engine::assembly {
namespace {

constexpr std::uint64_t hitting_steps_max = 200'000;
/// Orders in which members are left out before the proof begins; each gives a conflict, the smallest one counts.
constexpr std::size_t orders = 4;

class ConflictSearch {
public:
    ConflictSearch(std::size_t count, const AskPossible& ask, const ConflictEffort& effort)
        : count_{count}, ask_{ask}, effort_{effort}
    {
    }

    SmallestConflict run()
    {
        std::vector<std::size_t> everything(count_);
        for (std::size_t n = 0; n < count_; ++n) { everything[n] = n; }
        best_ = shrunk(members_of(ask(set_of(everything)).members));
        for (std::size_t order = 1; order < orders && best_.size() > 1 && !is_over(); ++order) {
            if (order == 1) {
                std::ranges::reverse(everything);
            } else { // by stripes: neighbours are apart
                std::ranges::sort(everything, {}, [&](std::size_t n) { return std::pair{n % (order + 1), n}; });
            }
            if (auto found = shrunk(everything); found.size() < best_.size() && !is_over()) {
                best_ = std::move(found);
            }
        }
        const bool is_smallest = prove();
        std::ranges::sort(best_);
        return {best_, is_smallest, questions_};
    }

private:
    [[nodiscard]] bool is_over() const
    {
        return questions_ >= effort_.questions_max || (effort_.is_over && effort_.is_over());
    }
    Possibility ask(const ConstraintSet& set)
    {
        ++questions_;
        return ask_(set);
    }
    [[nodiscard]] ConstraintSet set_of(std::span<const std::size_t> members) const
    {
        ConstraintSet set(count_);
        for (const std::size_t member : members) { set[member] = true; }
        return set;
    }
    static std::vector<std::size_t> members_of(const ConstraintSet& set)
    {
        std::vector<std::size_t> members;
        for (std::size_t n = 0; n < set.size(); ++n) {
            if (set[n]) { members.push_back(n); }
        }
        return members;
    }

    /// A conflict inside `members`, which can't be met, that spares no member. When time is over, only what was
    /// reached.
    std::vector<std::size_t> shrunk(std::vector<std::size_t> members)
    {
        std::vector<std::size_t> kept;
        // Halves of what is not settled yet are left out, then quarters …; what can't be left out alone is kept.
        std::size_t step = std::max<std::size_t>(members.size() / 2, 1);
        while (!members.empty()) {
            if (questions_ >= effort_.questions_max * 2) { break; } // never far beyond the effort
            step = std::min(step, members.size());
            std::vector<std::size_t> rest(members.begin() + static_cast<std::ptrdiff_t>(step), members.end());
            std::vector<std::size_t> tried = kept;
            tried.insert(tried.end(), rest.begin(), rest.end());
            const Possibility answer = ask(set_of(tried));
            if (!answer.is_possible) {
                std::erase_if(rest, [&](std::size_t n) { return !answer.members[n]; });
                std::erase_if(kept, [&](std::size_t n) { return !answer.members[n]; });
                members = std::move(rest);
                continue;
            }
            if (step > 1) {
                step /= 2;
                continue;
            }
            kept.push_back(members.front());
            members.erase(members.begin());
            step = std::max<std::size_t>(members.size() / 2, 1);
        }
        kept.insert(kept.end(), members.begin(), members.end());
        return kept;
    }

    /// What is outside of a set that holds `possible` and can take no more.
    std::vector<std::size_t> outside_of(ConstraintSet possible)
    {
        std::vector<std::size_t> outside;
        for (std::size_t n = 0; n < count_; ++n) {
            if (!possible[n]) { outside.push_back(n); }
        }
        std::vector<std::size_t> refused;
        std::size_t step = std::max<std::size_t>(outside.size() / 2, 1);
        while (!outside.empty() && !is_over()) {
            step = std::min(step, outside.size());
            ConstraintSet tried = possible;
            for (std::size_t n = 0; n < step; ++n) { tried[outside[n]] = true; }
            Possibility answer = ask(tried);
            if (answer.is_possible) {
                possible = std::move(answer.members);
                std::erase_if(outside, [&](std::size_t n) { return possible[n]; });
                std::erase_if(refused, [&](std::size_t n) { return possible[n]; });
                step = std::min(step * 2, std::max<std::size_t>(outside.size(), 1));
            } else if (step > 1) {
                step /= 2;
            } else {
                refused.push_back(outside.front());
                outside.erase(outside.begin());
            }
        }
        refused.insert(refused.end(), outside.begin(), outside.end());
        return refused;
    }

    /// @return Whether best_, maybe changed, is proved to be smallest.
    bool prove()
    {
        if (best_.size() <= 1) { return true; }
        std::vector<std::vector<std::size_t>> to_hit;
        while (!is_over()) {
            const HittingSet hitting = smallest_hitting_set(count_, to_hit, hitting_steps_max);
            if (!hitting.found) { return false; }
            // Every conflict hits them all, so none is smaller than this.
            if (hitting.members.size() >= best_.size()) { return true; }
            Possibility answer = ask(set_of(hitting.members));
            if (!answer.is_possible) {
                best_ = members_of(answer.members);
                return true;
            }
            to_hit.push_back(outside_of(std::move(answer.members)));
        }
        return false;
    }

    std::size_t count_;
    const AskPossible& ask_;
    const ConflictEffort& effort_;
    std::vector<std::size_t> best_;
    std::uint64_t questions_ = 0;
};

} // namespace

SmallestConflict smallest_conflict(std::size_t count, const AskPossible& ask, const ConflictEffort& effort)
{
    return ConflictSearch{count, ask, effort}.run();
}

} // namespace papervault::engine::assembly
