#pragma once

#include <papervault/engine/blueprint.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/object.hpp>

namespace papervault::engine::assembly {

/// The rules by themselves and against the sections. @return out_of_range or inconsistent, naming the rule.
[[nodiscard]] Result<void> validate_rules(const Blueprint& blueprint);
/// Reads the member "rules"; problems go to `fields`.
[[nodiscard]] BlueprintRules read_rules(JsonFields& fields);
[[nodiscard]] boost::json::object rules_to_json(const BlueprintRules& rules);

} // namespace papervault::engine::assembly
