#include "assembly/even_exposure.hpp"

#include "assembly/trial_stream.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace papervault::engine::assembly {
namespace {

constexpr int rounds = 10;
constexpr std::uint64_t forms_each = 2'000;
constexpr std::uint64_t proposals_max = 100'000;
constexpr std::uint64_t forms_needed = 200;
constexpr CountTable::Effort effort{.steps_max = 40'000'000, .words_max = 32'000'000};

/// Weights are 2^(exponent / 4), times what a tilt towards the difficulty asks for.
constexpr int exponent_start = 28;
constexpr int exponent_most = 56;
constexpr int step_most = 6;
constexpr unsigned tilt_shift = 24; // of weights up to 2^56: together they stay below 2^47

Word power_of_quarter(int exponent)
{
    constexpr Word quarters[] = {4'096, 4'871, 5'793, 6'889}; // 4096 × 2^(n/4)
    return (quarters[exponent % 4] << static_cast<unsigned>(exponent / 4)) >> 6U;
}

struct Group {
    std::size_t type = 0;
    std::uint64_t size = 0;
    std::uint64_t uses = 0;
    int exponent = exponent_start;
};

class Evening {
public:
    Evening(const DrawTask& task, const FormSampler& uniform)
        : task_{task}, base_{uniform.tilt()}, group_of_(task.items.size()), of_type_(task.types.size())
    {
        std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, std::size_t> numbers;
        for (std::size_t item = 0; item < task.items.size(); ++item) {
            const TaskItem& each = task.items[item];
            const auto key = std::tuple{each.type, each.node, each.difficulty_units / 100'000};
            const auto [known, is_new] = numbers.try_emplace(key, groups_.size());
            if (is_new) { groups_.push_back({each.type}); }
            ++groups_[known->second].size;
            ++of_type_[each.type].size;
            group_of_[item] = known->second;
        }
        for (const SectionTask& section : task.sections) {
            of_type_[section.type].taken += static_cast<std::uint64_t>(section.count);
        }
    }

    [[nodiscard]] Tilt tilt() const
    {
        std::vector<Word> weights(task_.items.size());
        for (std::uint32_t item = 0; item < weights.size(); ++item) {
            weights[item] = power_of_quarter(groups_[group_of_[item]].exponent);
            if (base_) { weights[item] *= (base_->weight(task_, item) >> tilt_shift) + 1; }
        }
        return Tilt::by_item(std::move(weights));
    }

    /// @return The largest exposure of a group, in millionths; nothing when too few forms were found.
    std::optional<std::uint64_t> try_out(const FormSampler& sampler)
    {
        TrialStream stream;
        RandomIntegers random{stream};
        FormSampler::Scratch scratch{sampler};
        Tally tally{task_};
        Sections form;
        for (Group& group : groups_) { group.uses = 0; }
        forms_ = 0;
        while (forms_ < forms_each && tally.proposals < proposals_max) {
            if (!sampler.propose(task_, random, scratch, tally, form)) { continue; }
            if (!task_.is_in_window(difficulty_of(task_, form)) || task_.rules.first_broken(form)) { continue; }
            ++forms_;
            for (const auto& section : form) {
                for (const std::uint32_t item : section) { ++groups_[group_of_[item]].uses; }
            }
        }
        if (forms_ < forms_needed) { return std::nullopt; }
        std::uint64_t most = 0;
        for (const Group& group : groups_) { most = std::max(most, group.uses * 1'000'000 / (group.size * forms_)); }
        return most;
    }

    /// Towards the mean exposure of the type: half of the way, in quarters of an octave.
    void step()
    {
        for (Group& group : groups_) {
            const auto& type = of_type_[group.type];
            if (type.taken == 0) { continue; }
            std::uint64_t is = group.uses * type.size;
            std::uint64_t wanted = forms_ * type.taken * group.size;
            int quarters = 0;
            const bool goes_up = is < wanted;
            if (!goes_up) { std::swap(is, wanted); }
            // 2^(1/4) = 4871 / 4096, nearly
            while (quarters < step_most && is * 4'871 / 4'096 + 1 < wanted) {
                is = is * 4'871 / 4'096 + 1;
                ++quarters;
            }
            const int by = (quarters + 1) / 2;
            group.exponent = std::clamp(group.exponent + (goes_up ? by : -by), 0, exponent_most);
        }
    }

private:
    struct OfType {
        std::uint64_t size = 0;
        std::uint64_t taken = 0;
    };
    const DrawTask& task_;
    const std::optional<Tilt>& base_;
    std::vector<Group> groups_;
    std::vector<std::size_t> group_of_; // by item
    std::vector<OfType> of_type_;
    std::uint64_t forms_ = 0;
};

} // namespace

FormSampler even_sampler(const DrawTask& task, const Supply& supply, const Ranges& ranges, FormSampler uniform)
{
    Evening evening{task, uniform};
    auto least = evening.try_out(uniform);
    std::optional<FormSampler> best;
    for (int round = 0; round < rounds && least; ++round) {
        evening.step();
        const auto build = [&](FormSampler::Columns columns) {
            return FormSampler::build(task, supply, ranges, {columns}, effort, evening.tilt());
        };
        auto sampler = build(FormSampler::Columns::sections);
        if (!sampler) { sampler = build(FormSampler::Columns::separate_types); }
        if (!sampler || sampler->is_empty()) { break; }
        const auto most = evening.try_out(*sampler);
        if (!most) { break; }
        if (*most < *least) {
            least = most;
            best = std::move(sampler);
        }
    }
    return best ? std::move(*best) : std::move(uniform);
}

} // namespace papervault::engine::assembly
