#include <papervault/engine/qti/item.hpp>

#include <algorithm>
#include <set>

namespace papervault::engine::qti {
namespace {

bool names_choices(InteractionKind kind)
{
    switch (kind) {
    case InteractionKind::choice:
    case InteractionKind::order:
    case InteractionKind::associate:
    case InteractionKind::match:
    case InteractionKind::gap_match:
    case InteractionKind::inline_choice:
    case InteractionKind::hottext:
    case InteractionKind::hotspot:
    case InteractionKind::graphic_order:
    case InteractionKind::graphic_associate:
    case InteractionKind::graphic_gap_match: return true;
    default: return false;
    }
}

class Examiner {
public:
    explicit Examiner(const AssessmentItem& item) : item_{item} {}

    std::vector<std::string> run()
    {
        if (item_.identifier.empty()) { say("the item has no identifier"); }
        for (const Interaction& interaction : item_.interactions) { examine(interaction); }
        for (const ResponseDeclaration& response : item_.responses) { examine(response); }
        examine(item_.template_rules);
        examine(item_.response_rules);
        examine_processing();
        for (const std::string& sentence : item_.unread) { say(sentence); }
        return std::move(found_);
    }

private:
    void say(std::string problem)
    {
        if (std::ranges::find(found_, problem) == found_.end()) { found_.push_back(std::move(problem)); }
    }

    void examine(const Interaction& interaction)
    {
        const std::string name = std::string{to_text(interaction.kind)} + " " + interaction.response_identifier;
        if (item_.response(interaction.response_identifier) == nullptr) {
            say(name + ": the response is not declared");
        }
        std::set<std::string_view> known;
        for (const Choice& choice : interaction.choices) {
            if (choice.identifier.empty()) { say(name + ": a choice without an identifier"); }
            if (!known.insert(choice.identifier).second) {
                say(name + ": the choice " + choice.identifier + " is there twice");
            }
        }
    }

    /// Every identifier in a key or mapping is one of the choices.
    void examine(const ResponseDeclaration& response)
    {
        const auto interaction =
            std::ranges::find(item_.interactions, response.identifier, &Interaction::response_identifier);
        if (interaction == item_.interactions.end()) {
            say("response " + response.identifier + ": no interaction gives it");
            return;
        }
        if (!names_choices(interaction->kind) || !response.base_type) { return; }
        const auto check = [&](const std::string& identifier) {
            if (std::ranges::find(interaction->choices, identifier, &Choice::identifier) ==
                interaction->choices.end()) {
                say("response " + response.identifier + ": there is no choice " + identifier);
            }
        };
        const auto check_scalar = [&](const Scalar& scalar) {
            if (const auto* pair = std::get_if<Pair>(&scalar)) {
                check(pair->first);
                check(pair->second);
            } else if (const auto* identifier = std::get_if<std::string>(&scalar);
                       identifier != nullptr && response.base_type == BaseType::identifier) {
                check(*identifier);
            }
        };
        std::ranges::for_each(response.correct.scalars(), check_scalar);
        if (!response.mapping) { return; }
        for (const MapEntry& entry : response.mapping->entries) { check_scalar(entry.key); }
    }

    void examine_processing()
    {
        if (item_.processing == ProcessingSource::unknown_template) {
            say("the response processing template is not known: " + item_.processing_template);
        }
        if (item_.processing == ProcessingSource::none && !item_.responses.empty()) {
            say("no response processing: every response gets the outcomes' defaults");
        }
    }

    void examine(const std::vector<Rule>& rules) // NOLINT(misc-no-recursion): as deep as the document
    {
        for (const Rule& rule : rules) {
            if (rule.kind == RuleKind::unknown) { say("no rule of the standard: " + rule.identifier); }
            const bool sets_outcome = rule.kind == RuleKind::set_outcome || rule.kind == RuleKind::lookup_outcome;
            if (sets_outcome && item_.outcome(rule.identifier) == nullptr && rule.identifier != "completionStatus") {
                say("the outcome " + rule.identifier + " is set, but not declared");
            }
            examine(rule.expression);
            for (const Branch& branch : rule.branches) {
                if (branch.condition) { examine(*branch.condition); }
                examine(branch.rules);
            }
        }
    }

    void examine(const Expression& expression) // NOLINT(misc-no-recursion)
    {
        const ResponseDeclaration* response = item_.response(expression.identifier);
        switch (expression.op) {
        case Operator::unknown: say("no operator of the standard: " + expression.identifier); break;
        case Operator::custom: say("a customOperator that is not known here: " + expression.identifier); break;
        case Operator::map_response:
            if (response == nullptr || !response->mapping) {
                say("mapResponse " + expression.identifier + ": no mapping");
            }
            break;
        case Operator::map_response_point:
            if (response == nullptr || !response->area_mapping) {
                say("mapResponsePoint " + expression.identifier + ": no areaMapping");
            }
            break;
        case Operator::correct:
            // Template processing may set it.
            if (response == nullptr || (response->correct.is_null() && item_.template_rules.empty())) {
                say("correct " + expression.identifier + ": no correct response");
            }
            break;
        case Operator::pattern_match: {
            const auto* pattern = std::get_if<Pattern>(&expression.parameters);
            if (pattern == nullptr) { break; }
            const std::string& source = pattern->source;
            if (source.starts_with('^') || source.ends_with('$')) {
                say("patternMatch " + source +
                    ": '^' and '$' are ordinary characters in patterns of XML Schema, which "
                    "always mean the whole text");
            }
            break;
        }
        default: break;
        }
        for (const Expression& operand : expression.operands) { examine(operand); }
    }

    const AssessmentItem& item_;
    std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> problems(const AssessmentItem& item)
{
    return Examiner{item}.run();
}

} // namespace papervault::engine::qti
