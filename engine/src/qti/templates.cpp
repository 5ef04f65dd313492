#include "qti/templates.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/qti/xml.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace papervault::engine::qti {
namespace {

struct Template {
    std::string_view name;
    std::string_view rules;
};

// As the standard prints them. CC2_…: what the Common Cartridge profile of QTI 3 does, whose points are MAXSCORE's.
constexpr std::array templates{
    Template{
        "match_correct",
        "<r><responseCondition><responseIf><match><variable identifier='RESPONSE'/><correct "
        "identifier='RESPONSE'/></match>"
        "<setOutcomeValue identifier='SCORE'><baseValue baseType='float'>1</baseValue></setOutcomeValue></responseIf>"
        "<responseElse><setOutcomeValue identifier='SCORE'><baseValue baseType='float'>0</baseValue></setOutcomeValue>"
        "</responseElse></responseCondition></r>"},
    Template{
        "map_response",
        "<r><responseCondition><responseIf><isNull><variable identifier='RESPONSE'/></isNull>"
        "<setOutcomeValue identifier='SCORE'><baseValue baseType='float'>0</baseValue></setOutcomeValue></responseIf>"
        "<responseElse><setOutcomeValue identifier='SCORE'><mapResponse identifier='RESPONSE'/></setOutcomeValue>"
        "</responseElse></responseCondition></r>"},
    Template{
        "map_response_point",
        "<r><responseCondition><responseIf><isNull><variable identifier='RESPONSE'/></isNull>"
        "<setOutcomeValue identifier='SCORE'><baseValue baseType='float'>0</baseValue></setOutcomeValue></responseIf>"
        "<responseElse><setOutcomeValue identifier='SCORE'><mapResponsePoint identifier='RESPONSE'/></setOutcomeValue>"
        "</responseElse></responseCondition></r>"},
    Template{"CC2_match",
             "<r><setOutcomeValue identifier='FEEDBACK'><variable identifier='RESPONSE'/></setOutcomeValue>"
             "<responseCondition><responseIf><match><variable identifier='RESPONSE'/><correct "
             "identifier='RESPONSE'/></match>"
             "<setOutcomeValue identifier='SCORE'><variable identifier='MAXSCORE'/></setOutcomeValue></responseIf>"
             "</responseCondition></r>"},
    Template{"CC2_match_basic",
             "<r><responseCondition><responseIf><match><variable identifier='RESPONSE'/><correct "
             "identifier='RESPONSE'/></match>"
             "<setOutcomeValue identifier='SCORE'><variable identifier='MAXSCORE'/></setOutcomeValue>"
             "<setOutcomeValue identifier='FEEDBACKBASIC'><baseValue "
             "baseType='identifier'>correct</baseValue></setOutcomeValue>"
             "</responseIf><responseElse>"
             "<setOutcomeValue identifier='FEEDBACKBASIC'><baseValue "
             "baseType='identifier'>incorrect</baseValue></setOutcomeValue>"
             "</responseElse></responseCondition></r>"},
    Template{
        "CC2_map_response",
        "<r><responseCondition><responseIf><isNull><variable identifier='RESPONSE'/></isNull>"
        "<setOutcomeValue identifier='SCORE'><baseValue baseType='float'>0</baseValue></setOutcomeValue></responseIf>"
        "<responseElse><setOutcomeValue identifier='SCORE'><mapResponse identifier='RESPONSE'/></setOutcomeValue>"
        "</responseElse></responseCondition><responseCondition><responseIf>"
        "<equal toleranceMode='exact'><variable identifier='SCORE'/><variable identifier='MAXSCORE'/></equal>"
        "<setOutcomeValue identifier='FEEDBACK'><baseValue baseType='identifier'>correct</baseValue></setOutcomeValue>"
        "</responseIf><responseElse>"
        "<setOutcomeValue identifier='FEEDBACK'><baseValue "
        "baseType='identifier'>incorrect</baseValue></setOutcomeValue>"
        "</responseElse></responseCondition></r>"},
};

std::vector<Rule> rules_of(std::string_view text)
{
    const auto document = read_xml(text);
    PAPERVAULT_ASSERT(document.has_value());
    auto rules = read_rules(document->root);
    PAPERVAULT_ASSERT(rules.has_value());
    return std::move(*rules);
}

} // namespace

std::optional<std::vector<Rule>> standard_template(std::string_view uri)
{
    static const auto by_name = [] {
        std::map<std::string, std::vector<Rule>, std::less<>> all;
        for (const Template& row : templates) { all.emplace(row.name, rules_of(row.rules)); }
        return all;
    }();
    while (uri.ends_with('/')) { uri.remove_suffix(1); }
    if (const std::size_t slash = uri.find_last_of("/\\"); slash != std::string_view::npos) {
        uri.remove_prefix(slash + 1);
    }
    if (uri.ends_with(".xml")) { uri.remove_suffix(4); }
    const auto found = by_name.find(uri);
    if (found == by_name.end()) { return std::nullopt; }
    return found->second;
}

} // namespace papervault::engine::qti
