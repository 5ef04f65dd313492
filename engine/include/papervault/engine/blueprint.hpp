#pragma once

#include <papervault/engine/blueprint_rules.hpp>
#include <papervault/engine/item.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// 组卷计划书: what a paper must contain. Format: docs/blueprint-format.md, version 1.
namespace papervault::engine {

/// How many items with a knowledge point at or below `scope` ("" = all) a section must hold.
struct ScopeCount {
    std::string scope;
    int at_least = 0;
    int at_most = 0;
    bool operator==(const ScopeCount&) const = default;
};

struct BlueprintSection {
    std::string title;
    std::string note;
    ItemType type{};
    int count = 0;
    Decimal points_each;
    std::vector<ScopeCount> scopes;
    bool operator==(const BlueprintSection&) const = default;
};

struct Blueprint {
    std::string title;
    std::vector<BlueprintSection> sections;
    std::vector<ScopeCount> scopes; ///< Over the whole paper.
    Decimal total_points;           ///< Must equal the sum over sections.
    Decimal difficulty_target;      ///< Mean of item difficulty weighted by points, 0 to 1.
    Decimal difficulty_tolerance;   ///< Absolute.
    int parallel_forms = 2;         ///< "A", "B", …
    int spare_forms = 1;            ///< "S1", …
    int overlap_max = 0;            ///< Items that two forms of this draw may share.
    std::vector<std::string> excluded_items;
    BlueprintRules rules{};
    bool operator==(const Blueprint&) const = default;
};

/// What docs/blueprint-format.md allows; a Blueprint within these limits can be compiled, whatever the pool.
struct BlueprintLimits {
    static constexpr int sections_max = 50;
    static constexpr int items_max = 2000;  ///< In one form.
    static constexpr int scopes_max = 2000; ///< In one list.
    static constexpr int parallel_forms_max = 26;
    static constexpr int spare_forms_max = 26;
    static constexpr int points_max = 10'000; ///< Of one form.
    static constexpr std::size_t excluded_max = 100'000;
    static constexpr std::size_t rules_max = 200;        ///< In one list of rules.
    static constexpr std::size_t group_items_max = 1000; ///< In one group.
    static constexpr std::size_t levels_max = 5;
    static constexpr std::size_t key_letters_max = 12; ///< Options of an item.
    static constexpr std::size_t class_bytes_max = 64;
};

/// Checks every value by itself and the values against each other; needs no pool.
/// @return out_of_range or inconsistent, naming section and scope.
[[nodiscard]] Result<void> validate(const Blueprint& blueprint);
/// "A", "B", … for the parallel forms, then "S1", "S2", … for the spares.
[[nodiscard]] std::vector<std::string> form_ids(const Blueprint& blueprint);

/// Reads and validates.
[[nodiscard]] Result<Blueprint> blueprint_from_json(const boost::json::value& value);
[[nodiscard]] boost::json::value to_json(const Blueprint& blueprint);

} // namespace papervault::engine
