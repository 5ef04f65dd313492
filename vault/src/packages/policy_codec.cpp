#include "packages/policy_codec.hpp"

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::array<std::string_view, 3> multiple_names{"all_or_nothing", "partial_none_wrong", "proportional"};

} // namespace

void add_policy(boost::json::object& out, const engine::GradingPolicy& policy)
{
    const engine::GradingPolicy plain;
    out["multiple_rule"] = multiple_names.at(static_cast<std::size_t>(policy.multiple));
    // Younger members stand only where they say something.
    if (policy.order != plain.order) { out["order_rule"] = to_text(policy.order); }
    if (policy.match != plain.match) { out["match_rule"] = to_text(policy.match); }
    if (policy.fill != plain.fill) { out["fill_rule"] = to_text(policy.fill); }
    if (policy.true_false_penalty != plain.true_false_penalty) {
        out["true_false_penalty"] = policy.true_false_penalty.to_string();
    }
    if (policy.floor != plain.floor) { out["floor"] = "paper"; }
    if (policy.rounding != plain.rounding) {
        out["rounding_places"] = policy.rounding.places;
        out["half_even"] = policy.rounding.mode == engine::RoundingMode::half_even;
    }
}

engine::GradingPolicy read_policy(engine::JsonFields& fields)
{
    engine::GradingPolicy policy;
    if (const auto rule = fields.optional_text("multiple_rule", 32)) {
        const auto found = std::ranges::find(multiple_names, *rule);
        if (found == multiple_names.end()) {
            fields.problem(engine::EngineError::out_of_range, "multiple_rule", "is unknown");
        } else {
            policy.multiple = static_cast<engine::MultipleRule>(found - multiple_names.begin());
        }
    }
    const auto rule = [&fields](std::string_view name, engine::ScoringRule& into) {
        if (!fields.has(name)) { return; }
        const auto read = engine::scoring_rule_from_text(fields.text(name, 32));
        if (!read) { fields.problem(engine::EngineError::out_of_range, name, "is unknown"); }
        into = read.value_or(into);
    };
    rule("order_rule", policy.order);
    rule("match_rule", policy.match);
    rule("fill_rule", policy.fill);
    policy.true_false_penalty =
        fields.optional_decimal("true_false_penalty", engine::Decimal{}, engine::Decimal::from_integer(1))
            .value_or(engine::Decimal{});
    if (const auto floor = fields.optional_text("floor", 8)) {
        if (*floor != "paper") { fields.problem(engine::EngineError::out_of_range, "floor", "is unknown"); }
        policy.floor = engine::PenaltyFloor::paper;
    }
    if (fields.has("rounding_places")) {
        policy.rounding.places = static_cast<int>(fields.integer("rounding_places", 0, 6));
        policy.rounding.mode =
            fields.boolean("half_even") ? engine::RoundingMode::half_even : engine::RoundingMode::half_up;
    }
    if (const auto sound = engine::validate(policy); !sound) { fields.problem(sound.error()); }
    return policy;
}

} // namespace papervault::vault
