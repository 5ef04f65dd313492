#include "assembly/form_rules.hpp"

#include <papervault/engine/assembly.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace papervault::engine::assembly {
namespace {

FormRuleBook::Sum in_range(std::string name, const AmountRange& range)
{
    return {std::move(name), range.at_least, range.at_most, false};
}

bool lies_in_band(const PoolItem& item, const DifficultyBand& band)
{
    if (band.type && item.type != *band.type) { return false; }
    const bool below = item.difficulty < band.to || band.to == Decimal::from_integer(1);
    return item.difficulty >= band.from && below;
}

bool is_left_out(const PoolItem& item, const BlueprintRules& rules)
{
    const PoolItemFacts& facts = item.facts;
    if (rules.discrimination_at_least) {
        if (!facts.discrimination && rules.refuse_unknown_discrimination) { return true; }
        if (facts.discrimination && *facts.discrimination < *rules.discrimination_at_least) { return true; }
    }
    if (facts.batches_since_use && *facts.batches_since_use < rules.unused_in_last_batches) { return true; }
    return rules.uses_at_most && facts.uses > *rules.uses_at_most;
}

} // namespace

template <class AmountOf>
void FormRuleBook::add_sum(std::span<const PoolItem> pool, Sum sum, const AmountOf& amount_of)
{
    const auto number = static_cast<std::uint32_t>(sums_.size());
    sums_.push_back(std::move(sum));
    for (std::size_t position = 0; position < pool.size(); ++position) {
        const std::int64_t amount = amount_of(pool[position]);
        if (amount != 0) { shares_[position].push_back({number, amount}); }
    }
}

void FormRuleBook::add_counts(std::span<const PoolItem> pool, const BlueprintRules& rules)
{
    for (const ImportanceCount& rule : rules.importance) {
        add_sum(pool, in_range("importance " + std::string{to_text(rule.importance)}, rule.count),
                [&](const PoolItem& item) { return item.facts.importance == rule.importance ? 1 : 0; });
    }
    for (const DifficultyBand& band : rules.difficulty_bands) {
        add_sum(pool,
                in_range("difficulty from " + band.from.to_string() + " to " + band.to.to_string() +
                             (band.type ? " of type " + std::string{to_text(*band.type)} : ""),
                         band.count),
                [&](const PoolItem& item) { return lies_in_band(item, band) ? 1 : 0; });
    }
    for (const LevelCount& rule : rules.levels) {
        add_sum(pool, in_range("level " + std::to_string(rule.level), rule.count),
                [&](const PoolItem& item) { return item.facts.level == rule.level ? 1 : 0; });
    }
    for (const CognitiveCount& rule : rules.cognitive) {
        add_sum(pool, in_range("cognitive class " + rule.cognitive_class, rule.count),
                [&](const PoolItem& item) { return item.facts.cognitive_class == rule.cognitive_class ? 1 : 0; });
    }
    for (const KeyLetterCount& rule : rules.key_letters) {
        add_sum(pool, in_range(std::string{"key letter "} + rule.letter, rule.count),
                [&](const PoolItem& item) { return item.facts.key_letter == rule.letter ? 1 : 0; });
    }
    if (rules.pictures) {
        add_sum(pool, in_range("pictures", *rules.pictures),
                [](const PoolItem& item) { return item.facts.has_picture ? 1 : 0; });
    }
    if (rules.characters) {
        add_sum(pool, in_range("characters", *rules.characters),
                [](const PoolItem& item) { return item.facts.characters; });
    }
    if (rules.seconds) {
        add_sum(pool, in_range("seconds", *rules.seconds), [](const PoolItem& item) { return item.facts.seconds; });
    }
}

void FormRuleBook::add_groups(std::span<const PoolItem> pool, const BlueprintRules& rules)
{
    if (rules.groups.empty()) { return; }
    std::unordered_map<std::string_view, std::uint32_t> positions;
    for (std::uint32_t position = 0; position < pool.size(); ++position) {
        positions.emplace(pool[position].id, position);
    }
    for (const ItemGroup& group : rules.groups) {
        const auto number = static_cast<std::uint32_t>(sums_.size());
        sums_.push_back({"group of " + group.items.front() + " and others", group.count.at_least, group.count.at_most,
                         group.or_none});
        for (const std::string& id : group.items) {
            if (const auto found = positions.find(id); found != positions.end()) {
                shares_[found->second].push_back({number, 1});
            }
        }
    }
}

/// Enemy sets, passages and earlier forms, as the pool names them.
void FormRuleBook::add_sets(std::span<const PoolItem> pool, const BlueprintRules& rules)
{
    // By name, so that the numbers don't depend on the pool's order.
    std::map<std::string_view, std::vector<std::uint32_t>> enemies;
    std::map<std::string_view, std::vector<std::uint32_t>> passages;
    std::map<std::uint32_t, std::vector<std::uint32_t>> past;
    for (std::uint32_t position = 0; position < pool.size(); ++position) {
        const PoolItemFacts& facts = pool[position].facts;
        if (!facts.enemy_set.empty()) { enemies[facts.enemy_set].push_back(position); }
        if (!facts.stimulus.empty() && rules.stimulus) { passages[facts.stimulus].push_back(position); }
        if (!rules.past_overlap_max) { continue; }
        for (const std::uint32_t form : facts.past_forms) { past[form].push_back(position); }
    }
    const auto add = [&](Sum sum, const std::vector<std::uint32_t>& positions) {
        const auto number = static_cast<std::uint32_t>(sums_.size());
        sums_.push_back(std::move(sum));
        for (const std::uint32_t position : positions) { shares_[position].push_back({number, 1}); }
    };
    for (const auto& [name, positions] : enemies) {
        if (positions.size() > 1) { add({"enemy set " + std::string{name}, 0, 1, false}, positions); }
    }
    for (const auto& [name, positions] : passages) {
        const auto all = static_cast<std::int64_t>(positions.size());
        const AmountRange& count = rules.stimulus->count;
        add({"passage " + std::string{name}, rules.stimulus->whole ? all : count.at_least,
             rules.stimulus->whole ? all : count.at_most, true},
            positions);
    }
    for (const auto& [form, positions] : past) {
        add({"items in common with an earlier form", 0, *rules.past_overlap_max, false}, positions);
    }
}

Result<void> FormRuleBook::find_required(std::span<const PoolItem> pool, const Blueprint& blueprint)
{
    for (const RequiredItem& wanted : blueprint.rules.required_items) {
        const auto wrong = [&](const std::string& why) {
            return refuse(EngineError::inconsistent, "rules.required_items, " + wanted.id + ": " + why);
        };
        const auto item = std::ranges::find(pool, wanted.id, &PoolItem::id);
        if (item == pool.end()) { return wrong("the pool has no such item"); }
        std::optional<std::size_t> section;
        for (std::size_t n = 0; n < blueprint.sections.size(); ++n) {
            if (blueprint.sections[n].type != item->type) { continue; }
            if (wanted.section == 0 && section) { return wrong("several sections have its type; name one"); }
            if (wanted.section == 0 || n + 1 == static_cast<std::size_t>(wanted.section)) { section = n; }
        }
        if (!section) { return wrong("its type is not that of the section"); }
        required_.push_back({*section, static_cast<std::uint32_t>(item - pool.begin())});
    }
    return {};
}

void FormRuleBook::leave_out(std::span<const PoolItem> pool, const BlueprintRules& rules)
{
    may_be_drawn_.assign(pool.size(), true);
    for (const Required& item : required_) { may_be_drawn_[item.position] = false; }
    for (std::size_t position = 0; position < pool.size(); ++position) {
        if (is_left_out(pool[position], rules)) { may_be_drawn_[position] = false; }
        for (const Share& share : shares_[position]) {
            // No form with the required items can hold this one: leaving it out changes no chance.
            if (begun_[share.sum] + share.amount > sums_[share.sum].at_most) { may_be_drawn_[position] = false; }
        }
    }
}

Result<FormRuleBook> FormRuleBook::make(std::span<const PoolItem> pool, const Blueprint& blueprint)
{
    FormRuleBook book;
    book.shares_.resize(pool.size());
    book.add_counts(pool, blueprint.rules);
    book.add_groups(pool, blueprint.rules);
    book.add_sets(pool, blueprint.rules);
    book.begun_.assign(book.sums_.size(), 0);
    if (auto found = book.find_required(pool, blueprint); !found) { return std::unexpected{found.error()}; }
    for (const Required& item : book.required_) {
        for (const Share& share : book.shares_[item.position]) { book.begun_[share.sum] += share.amount; }
    }
    for (std::size_t n = 0; n < book.sums_.size(); ++n) {
        if (book.begun_[n] > book.sums_[n].at_most) {
            return refuse(EngineError::infeasible, "the required items alone break the rule " + book.sums_[n].name);
        }
    }
    book.leave_out(pool, blueprint.rules);
    return book;
}

void FormRules::add_item(const FormRuleBook& book, std::uint32_t position)
{
    const auto& shares = book.shares(position);
    shares_.insert(shares_.end(), shares.begin(), shares.end());
    first_share_.push_back(static_cast<std::uint32_t>(shares_.size()));
}

std::optional<std::size_t> FormRules::first_broken(const std::vector<std::vector<std::uint32_t>>& form) const
{
    if (sums_.empty()) { return std::nullopt; }
    std::vector<std::int64_t> sums{begun_};
    for (const auto& section : form) {
        for (const std::uint32_t item : section) {
            for (std::uint32_t n = first_share_[item]; n < first_share_[item + 1]; ++n) {
                sums[shares_[n].sum] += shares_[n].amount;
            }
        }
    }
    for (std::size_t n = 0; n < sums.size(); ++n) {
        if (!sums_[n].holds(sums[n])) { return n; }
    }
    return std::nullopt;
}

} // namespace papervault::engine::assembly
