#pragma once

#include <papervault/engine/item.hpp>

#include <boost/json/value.hpp>

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
    std::vector<ScopeCount> scopes;     ///< Over the whole paper.
    Decimal total_points;               ///< Must equal the sum over sections.
    Decimal difficulty_target;          ///< Mean of item difficulty weighted by points, 0 to 1.
    Decimal difficulty_tolerance;       ///< Absolute.
    int parallel_forms = 2;             ///< "A", "B", …
    int spare_forms = 1;                ///< "S1", …
    int overlap_max = 0;                ///< Items that two forms of this draw may share.
    std::vector<std::string> excluded_items;
    bool operator==(const Blueprint&) const = default;
};

[[nodiscard]] Result<Blueprint> blueprint_from_json(const boost::json::value& value);
[[nodiscard]] boost::json::value to_json(const Blueprint& blueprint);

} // namespace papervault::engine
