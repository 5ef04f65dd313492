#pragma once

#include <papervault/engine/blueprint.hpp>
#include <papervault/engine/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace papervault::engine {

struct PoolItem;

namespace assembly {

/// A blueprint's rules over a pool. Every rule on whole forms is a sum over the form's items that must lie in a range;
/// the others decide whether an item may be drawn at all.
class FormRuleBook {
public:
    struct Sum {
        std::string name;
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        bool or_none = false; ///< 0 is allowed as well.
        [[nodiscard]] bool holds(std::int64_t sum) const noexcept
        {
            return (sum >= at_least && sum <= at_most) || (or_none && sum == 0);
        }
    };
    struct Share {
        std::uint32_t sum = 0; ///< Number of the rule.
        std::int64_t amount = 0;
    };
    struct Required {
        std::size_t section = 0;
        std::uint32_t position = 0;
    };

    /// @return inconsistent for a required item that the pool or its section can't have; infeasible where the required
    /// items alone break a rule for good.
    [[nodiscard]] static Result<FormRuleBook> make(std::span<const PoolItem> pool, const Blueprint& blueprint);

    /// Not left out by a rule, not required anyhow, and not ruled out by what is required.
    [[nodiscard]] bool may_be_drawn(std::uint32_t position) const { return may_be_drawn_[position]; }
    [[nodiscard]] const std::vector<Required>& required() const noexcept { return required_; }
    [[nodiscard]] const std::vector<Sum>& sums() const noexcept { return sums_; }
    /// What the required items bring, by rule.
    [[nodiscard]] const std::vector<std::int64_t>& begun() const noexcept { return begun_; }
    [[nodiscard]] const std::vector<Share>& shares(std::uint32_t position) const { return shares_[position]; }

private:
    void add_counts(std::span<const PoolItem> pool, const BlueprintRules& rules);
    void add_groups(std::span<const PoolItem> pool, const BlueprintRules& rules);
    void add_sets(std::span<const PoolItem> pool, const BlueprintRules& rules);
    template <class AmountOf>
    void add_sum(std::span<const PoolItem> pool, Sum sum, const AmountOf& amount_of);
    Result<void> find_required(std::span<const PoolItem> pool, const Blueprint& blueprint);
    void leave_out(std::span<const PoolItem> pool, const BlueprintRules& rules);

    std::vector<Sum> sums_;
    std::vector<std::int64_t> begun_;
    std::vector<std::vector<Share>> shares_; // by position
    std::vector<bool> may_be_drawn_;
    std::vector<Required> required_;
};

/// The rules over the items of a task, in the order in which they were added.
class FormRules {
public:
    FormRules() = default;
    explicit FormRules(const FormRuleBook& book) : sums_{book.sums()}, begun_{book.begun()} {}
    void add_item(const FormRuleBook& book, std::uint32_t position);

    [[nodiscard]] std::size_t size() const noexcept { return sums_.size(); }
    [[nodiscard]] const std::string& name(std::size_t rule) const { return sums_[rule].name; }
    /// @param form  Section by section, indices of added items.
    [[nodiscard]] std::optional<std::size_t> first_broken(const std::vector<std::vector<std::uint32_t>>& form) const;

private:
    std::vector<FormRuleBook::Sum> sums_;
    std::vector<std::int64_t> begun_;
    std::vector<std::uint32_t> first_share_{0}; // by item, and one more
    std::vector<FormRuleBook::Share> shares_;
};

} // namespace assembly
} // namespace papervault::engine
