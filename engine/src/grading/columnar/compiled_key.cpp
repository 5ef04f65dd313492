#include "grading/columnar/compiled_key.hpp"

#include "grading/columnar/compiled_blanks.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace papervault::engine::columnar {

std::int64_t part_of(std::int64_t units, std::int64_t numerator, std::int64_t denominator)
{
    const Wide twice = Wide{units} * numerator * 2 + denominator; // half up; nothing here is below 0
    return static_cast<std::int64_t>(twice / (2 * Wide{denominator}));
}

namespace {

/// What a response names: each id once, in order; white space names nothing.
std::vector<std::string> named(const Response& response)
{
    std::vector<std::string> ids;
    for (const std::string& id : response) {
        if (std::find(ids.begin(), ids.end(), id) == ids.end() && !has_no_mark(characters_of(id))) {
            ids.push_back(id);
        }
    }
    return ids;
}

enum class Credit { whole, without_wrong, right_minus_wrong };

struct SetScorer {
    std::unordered_set<std::string> right;
    std::int64_t units;
    std::int64_t loss; ///< For a wrong answer.
    Credit credit;

    Score operator()(const Response& response) const
    {
        std::int64_t hits = 0;
        std::int64_t misses = 0;
        for (const std::string& id : named(response)) { ++(right.contains(id) ? hits : misses); }
        const auto all = static_cast<std::int64_t>(right.size());
        if (misses == 0 && hits == all) { return {units}; }
        switch (credit) {
        case Credit::whole: return {-loss};
        case Credit::without_wrong: return {misses > 0 ? 0 : part_of(units, hits, all)};
        case Credit::right_minus_wrong: return {misses >= hits ? 0 : part_of(units, hits - misses, all)};
        }
        return {};
    }
};

enum class Sequence { whole, neighbours, run };

struct SequenceScorer {
    std::vector<std::string> order;
    std::unordered_map<std::string, std::int64_t> place;
    std::int64_t units;
    Sequence rule;

    Score operator()(const Response& response) const
    {
        const std::vector<std::string> ids = named(response);
        if (ids == order) { return {units}; }
        const auto steps = static_cast<std::int64_t>(order.size()) - 1;
        if (rule == Sequence::whole || steps < 1) { return {0}; }
        if (rule == Sequence::neighbours) {
            std::int64_t right = 0;
            for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
                const auto here = place.find(ids[i]);
                const auto next = place.find(ids[i + 1]);
                right += here != place.end() && next != place.end() && next->second == here->second + 1 ? 1 : 0;
            }
            return {part_of(units, right, steps)};
        }
        // Patience sorting: the piles' tops; as many piles as the longest rising sequence is long.
        std::vector<std::int64_t> tops;
        for (const std::string& id : ids) {
            const auto found = place.find(id);
            if (found == place.end()) { continue; }
            const auto pile = std::lower_bound(tops.begin(), tops.end(), found->second);
            if (pile == tops.end()) {
                tops.push_back(found->second);
            } else {
                *pile = found->second;
            }
        }
        const auto longest = static_cast<std::int64_t>(tops.size());
        return {longest < 1 ? 0 : part_of(units, longest - 1, steps)};
    }
};

struct PairScorer {
    std::unordered_map<std::string, std::string> option_of; ///< By prompt.
    std::int64_t units;
    bool is_whole;

    Score operator()(const Response& response) const
    {
        std::unordered_map<std::string, std::vector<std::string>> given;
        std::size_t strangers = 0;
        for (const std::string& pair : named(response)) {
            const std::size_t space = pair.find(' ');
            if (space == std::string::npos || !option_of.contains(pair.substr(0, space))) {
                ++strangers;
            } else {
                given[pair.substr(0, space)].push_back(pair.substr(space + 1));
            }
        }
        std::int64_t right = 0;
        for (const auto& [prompt, options] : given) {
            right += options.size() == 1 && options.front() == option_of.at(prompt) ? 1 : 0;
        }
        const auto all = static_cast<std::int64_t>(option_of.size());
        if (is_whole) { return {right == all && strangers == 0 ? units : 0}; }
        return {part_of(units, right, all)};
    }
};

/// The rule in force, read from the item model anew.
ScoringRule in_force(const AnswerKey& key, ItemType type, const GradingPolicy& policy)
{
    if (key.rule != ScoringRule::by_policy) { return key.rule; }
    if (type == ItemType::order) { return policy.order; }
    if (type == ItemType::match) { return policy.match; }
    if (type == ItemType::fill_in) { return policy.fill; }
    if (type == ItemType::multiple_choice && policy.multiple == MultipleRule::partial_none_wrong) {
        return ScoringRule::partial_none_wrong;
    }
    if (type == ItemType::multiple_choice && policy.multiple == MultipleRule::proportional) {
        return ScoringRule::proportional;
    }
    return ScoringRule::all_or_nothing;
}

std::int64_t loss_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy)
{
    if (item.item.type == ItemType::multiple_choice || policy.floor != PenaltyFloor::paper) { return 0; }
    const Decimal by_policy = item.item.type == ItemType::true_false ? policy.true_false_penalty : Decimal{};
    const std::int64_t share = key.penalty.value_or(by_policy).units();
    return share > 0 ? part_of(item.points.units(), share, 1'000'000) : 0;
}

using Scorer = std::function<Score(const Response&)>;

std::optional<Scorer> scorer_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy)
{
    const ItemType type = item.item.type;
    const ScoringRule rule = in_force(key, type, policy);
    const std::int64_t units = item.points.units();
    if (is_open(type)) { return std::nullopt; }
    if (type == ItemType::fill_in) {
        if (key.blanks.empty()) { return std::nullopt; }
        return [blanks = CompiledBlanks{key, units, rule}](const Response& response) {
            return Score{blanks.units_of(response)};
        };
    }
    if (key.correct_options.empty()) { return std::nullopt; }
    if (type == ItemType::order) {
        SequenceScorer scorer{key.correct_options, {}, units, Sequence::whole};
        for (std::size_t i = 0; i < scorer.order.size(); ++i) {
            scorer.place.emplace(scorer.order[i], static_cast<std::int64_t>(i));
        }
        if (rule == ScoringRule::adjacent_pairs) { scorer.rule = Sequence::neighbours; }
        if (rule == ScoringRule::longest_run) { scorer.rule = Sequence::run; }
        return scorer;
    }
    if (type == ItemType::match) {
        PairScorer scorer{{}, units, rule == ScoringRule::all_or_nothing};
        for (const std::string& pair : key.correct_options) {
            const std::size_t space = pair.find(' ');
            scorer.option_of.emplace(pair.substr(0, space),
                                     space == std::string::npos ? std::string{} : pair.substr(space + 1));
        }
        return scorer;
    }
    SetScorer scorer{
        {key.correct_options.begin(), key.correct_options.end()}, units, loss_of(item, key, policy), Credit::whole};
    if (type == ItemType::multiple_choice && rule == ScoringRule::partial_none_wrong) {
        scorer.credit = Credit::without_wrong;
    }
    if (type == ItemType::multiple_choice && rule == ScoringRule::proportional) {
        scorer.credit = Credit::right_minus_wrong;
    }
    return scorer;
}

} // namespace

bool says_nothing(const Response& response)
{
    for (const std::string& text : response) {
        if (!has_no_mark(characters_of(text))) { return false; }
    }
    return true;
}

CompiledKey::CompiledKey(const FormItem& item, const AnswerKey* key, const GradingPolicy& policy)
{
    std::optional<Scorer> scorer;
    if (key != nullptr) { scorer = scorer_of(item, *key, policy); }
    score_ = [scorer](const Response* response) {
        if (response == nullptr || says_nothing(*response)) { return Score{0, Mark::unanswered}; }
        return scorer ? (*scorer)(*response) : Score{0, Mark::needs_person};
    };
    const bool is_choice = item.item.type == ItemType::single_choice || item.item.type == ItemType::multiple_choice ||
                           item.item.type == ItemType::true_false;
    if (!is_choice || !scorer) { return; }
    const bool is_whole = in_force(*key, item.item.type, policy) == ScoringRule::all_or_nothing;
    if (is_whole && loss_of(item, *key, policy) == 0) {
        const std::set<std::string> ids(key->correct_options.begin(), key->correct_options.end());
        exact_.emplace(ids.begin(), ids.end());
    }
}

} // namespace papervault::engine::columnar
