#pragma once

#include <papervault/engine/grading.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/object.hpp>

/// A grading policy as members of an object: of a package's keys and of a batch's policy alike.
namespace papervault::vault {

/// `multiple_rule`, and what differs from the defaults.
void add_policy(boost::json::object& out, const engine::GradingPolicy& policy);
/// Members that are missing have their defaults. Problems, those of validate() too, go to the fields.
[[nodiscard]] engine::GradingPolicy read_policy(engine::JsonFields& fields);

} // namespace papervault::vault
