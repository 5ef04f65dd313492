#pragma once

#include <papervault/engine/qti/expression.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Variables of an item or a test, and the rules that set them.
namespace papervault::engine::qti {

struct MapEntry {
    Scalar key;
    double value = 0.0;
    bool case_sensitive = true; ///< Of strings only; belongs to the entry (docs/qti-decisions.md, 4).
    bool operator==(const MapEntry&) const = default;
};
/// Values of a response to points; the bounds apply to the sum.
struct Mapping {
    std::optional<double> lower_bound;
    std::optional<double> upper_bound;
    double default_value = 0.0; ///< Of a value without an entry.
    std::vector<MapEntry> entries;
    bool operator==(const Mapping&) const = default;
};
struct AreaMapEntry {
    Area area;
    double value = 0.0;
    bool operator==(const AreaMapEntry&) const = default;
};
struct AreaMapping {
    std::optional<double> lower_bound;
    std::optional<double> upper_bound;
    double default_value = 0.0;
    std::vector<AreaMapEntry> entries;
    bool operator==(const AreaMapping&) const = default;
};

struct Declaration {
    std::string identifier;
    Cardinality cardinality{};
    std::optional<BaseType> base_type; ///< None for records only.
    Value default_value;               ///< NULL when none is declared.
    bool operator==(const Declaration&) const = default;
};
struct ResponseDeclaration : Declaration {
    Value correct;
    std::optional<Mapping> mapping;
    std::optional<AreaMapping> area_mapping;
    bool operator==(const ResponseDeclaration&) const = default;
};

/// lookupTable of whole numbers.
struct MatchTable {
    struct Entry {
        std::int64_t source = 0;
        Value target;
        bool operator==(const Entry&) const = default;
    };
    Value default_value;
    std::vector<Entry> entries;
    bool operator==(const MatchTable&) const = default;
};
/// lookupTable of ranges: the first entry whose source is reached counts.
struct InterpolationTable {
    struct Entry {
        double source = 0.0;
        bool include_boundary = true;
        Value target;
        bool operator==(const Entry&) const = default;
    };
    Value default_value;
    std::vector<Entry> entries;
    bool operator==(const InterpolationTable&) const = default;
};
struct OutcomeDeclaration : Declaration {
    std::optional<double> normal_maximum;
    std::optional<double> normal_minimum;
    std::optional<double> mastery_value;
    std::variant<std::monostate, MatchTable, InterpolationTable> lookup_table;
    bool operator==(const OutcomeDeclaration&) const = default;
};
/// Template variables, and the context variables of QTI 3.
struct TemplateDeclaration : Declaration {
    bool operator==(const TemplateDeclaration&) const = default;
};

enum class RuleKind : std::uint8_t {
    set_outcome,
    lookup_outcome,
    set_template,
    set_correct,
    set_default,
    condition,  ///< The first branch whose condition holds.
    block,      ///< A fragment: one branch without a condition.
    exit,       ///< exitResponse, exitTemplate, exitTest
    constraint, ///< templateConstraint
    unknown,    ///< No rule of the standard; an error when it is reached.
};
struct Rule;
struct Branch {
    std::optional<Expression> condition; ///< Nothing: else.
    std::vector<Rule> rules;
    bool operator==(const Branch&) const;
};
struct Rule {
    RuleKind kind = RuleKind::unknown;
    std::string identifier; ///< Of the variable; of an unknown rule its name.
    Expression expression;
    std::vector<Branch> branches;
    bool operator==(const Rule&) const = default;
};
inline bool Branch::operator==(const Branch& other) const
{
    return condition == other.condition && rules == other.rules;
}

/// @return malformed or inconsistent, with the element's name.
[[nodiscard]] Result<ResponseDeclaration> read_response_declaration(const XmlNode& element);
[[nodiscard]] Result<OutcomeDeclaration> read_outcome_declaration(const XmlNode& element);
[[nodiscard]] Result<TemplateDeclaration> read_template_declaration(const XmlNode& element);
/// The rules in responseProcessing, templateProcessing, outcomeProcessing, or a branch of a condition.
[[nodiscard]] Result<std::vector<Rule>> read_rules(const XmlNode& element);

} // namespace papervault::engine::qti
