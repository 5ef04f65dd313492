#include "assembly/conflict/smallest_conflict.hpp"

#include <algorithm>

// Branch and bound with growing size: the first set found is a smallest one.
namespace papervault::engine::assembly {
namespace {

class Search {
public:
    Search(std::size_t count, const std::vector<std::vector<std::size_t>>& sets, std::uint64_t steps_max)
        : sets_{sets}, steps_left_{steps_max}, is_chosen_(count), is_barred_(count), mark_(count)
    {
    }

    HittingSet run()
    {
        for (std::size_t size = disjoint_sets(); !has_given_up_; ++size) {
            if (fits(size)) { return {chosen(), true}; }
        }
        return {};
    }

private:
    [[nodiscard]] bool is_hit(const std::vector<std::size_t>& set) const
    {
        return std::ranges::any_of(set, [&](std::size_t member) { return is_chosen_[member]; });
    }

    /// Sets without a common member among those not hit: each needs one of its own.
    std::size_t disjoint_sets()
    {
        ++round_;
        std::size_t found = 0;
        for (const auto& set : sets_) {
            if (is_hit(set)) { continue; }
            const bool meets =
                std::ranges::any_of(set, [&](std::size_t m) { return !is_barred_[m] && mark_[m] == round_; });
            if (meets) { continue; }
            for (const std::size_t member : set) { mark_[member] = round_; }
            ++found;
        }
        return found;
    }

    /// Whether `left` more members are enough.
    bool fits(std::size_t left)
    {
        if (steps_left_ == 0) {
            has_given_up_ = true;
            return false;
        }
        --steps_left_;
        const std::vector<std::size_t>* narrowest = nullptr;
        std::size_t width = 0;
        for (const auto& set : sets_) {
            if (is_hit(set)) { continue; }
            const auto open =
                static_cast<std::size_t>(std::ranges::count_if(set, [&](std::size_t m) { return !is_barred_[m]; }));
            if (narrowest == nullptr || open < width) {
                narrowest = &set;
                width = open;
            }
        }
        if (narrowest == nullptr) { return true; }
        if (left == 0 || width == 0 || disjoint_sets() > left) { return false; }
        std::vector<std::size_t> barred;
        bool found = false;
        for (const std::size_t member : *narrowest) {
            if (is_barred_[member]) { continue; }
            is_chosen_[member] = true;
            found = fits(left - 1);
            if (found) { break; }
            is_chosen_[member] = false;
            is_barred_[member] = true; // what has it was searched
            barred.push_back(member);
            if (has_given_up_) { break; }
        }
        for (const std::size_t member : barred) { is_barred_[member] = false; }
        return found;
    }

    [[nodiscard]] std::vector<std::size_t> chosen() const
    {
        std::vector<std::size_t> members;
        for (std::size_t n = 0; n < is_chosen_.size(); ++n) {
            if (is_chosen_[n]) { members.push_back(n); }
        }
        return members;
    }

    const std::vector<std::vector<std::size_t>>& sets_;
    std::uint64_t steps_left_;
    std::vector<bool> is_chosen_;
    std::vector<bool> is_barred_;
    std::vector<std::uint64_t> mark_;
    std::uint64_t round_ = 0;
    bool has_given_up_ = false;
};

} // namespace

HittingSet smallest_hitting_set(std::size_t count, const std::vector<std::vector<std::size_t>>& sets,
                                std::uint64_t steps_max)
{
    if (std::ranges::any_of(sets, [](const auto& set) { return set.empty(); })) { return {}; }
    return Search{count, sets, steps_max}.run();
}

} // namespace papervault::engine::assembly
