#include "qti/test_session.hpp"

#include <algorithm>

namespace papervault::engine::qti {
namespace {

/// Walks a test in order: scores what is presented, follows preconditions and branch rules of linear parts.
class TestWalk {
public:
    TestWalk(const TestItems& items, const TestResponses& responses, RandomStream* random)
        : given_items_{items}, given_{responses}, random_{random}
    {
    }

    /// All references in order, none scored yet. @return unknown_field for a reference without an item.
    Result<void> place(const AssessmentTest& test)
    {
        for (const TestPart& part : test.parts) { place(part.parts, {part.identifier}, false); }
        if (!missing_.empty()) { return refuse(EngineError::unknown_field, "there is no item for " + missing_); }
        return {};
    }

    Result<void> run(const AssessmentTest& test, const TestSession& session)
    {
        Evaluator evaluator{session, nullptr};
        std::string skip_to;
        for (const TestPart& part : test.parts) {
            if (skip_to == "EXIT_TEST") { break; }
            const bool leads_inside = !skip_to.empty() && holds(part.parts, skip_to);
            if (!skip_to.empty() && skip_to != part.identifier && !leads_inside) { continue; }
            if (!leads_inside) { skip_to.clear(); }
            is_linear_ = part.is_linear;
            if (!leads_inside && !is_open(part, evaluator)) { continue; }
            skip_to = walk(part.parts, evaluator, std::move(skip_to));
            if (skip_to == "EXIT_TESTPART" || skip_to == "EXIT_SECTION") { skip_to.clear(); }
            if (skip_to.empty()) { skip_to = branch(part, evaluator); }
            if (evaluator.failure()) { return std::unexpected{*evaluator.failure()}; }
            if (failure_) { return std::unexpected{*failure_}; }
        }
        return {};
    }

    std::vector<PlacedItem> placed;

private:
    void place(const std::vector<SectionPart>& parts,
               const std::vector<std::string_view>& sections, // NOLINT(misc-no-recursion)
               bool has_selection)
    {
        for (const SectionPart& part : parts) {
            if (const auto* section = std::get_if<TestSection>(&part)) {
                auto inner = sections;
                inner.push_back(section->identifier);
                place(section->parts, inner, has_selection || section->has_selection);
                continue;
            }
            const auto& reference = std::get<ItemReference>(part);
            const auto item = given_items_.find(reference.identifier);
            if (item == given_items_.end() || item->second == nullptr) {
                if (missing_.empty()) { missing_ = reference.identifier; }
                continue;
            }
            const auto responses = given_.find(reference.identifier);
            PlacedItem made;
            made.reference = &reference;
            made.item = item->second;
            made.sections = sections;
            made.session.identifier = reference.identifier;
            made.session.is_selected = responses != given_.end() || !has_selection;
            for (const OutcomeDeclaration& outcome : made.item->outcomes) {
                made.session.outcome.outcomes.push_back({outcome.identifier, outcome.default_value});
            }
            placed.push_back(std::move(made));
        }
    }

    bool is_open(const TestElement& element, Evaluator& evaluator) const
    {
        return !is_linear_ || std::ranges::all_of(element.preconditions, [&](const Expression& condition) {
            return evaluator.holds(condition);
        });
    }

    /// @return The target of the first branch rule that holds, or nothing.
    std::string branch(const TestElement& element, Evaluator& evaluator) const
    {
        if (!is_linear_) { return {}; }
        for (const BranchRule& rule : element.branch_rules) {
            if (evaluator.holds(rule.condition)) { return rule.target; }
        }
        return {};
    }

    static bool holds(const std::vector<SectionPart>& parts, std::string_view target) // NOLINT(misc-no-recursion)
    {
        return std::ranges::any_of(parts, [&](const SectionPart& part) {
            const auto* section = std::get_if<TestSection>(&part);
            if (section == nullptr) { return std::get<ItemReference>(part).identifier == target; }
            return section->identifier == target || holds(section->parts, target);
        });
    }

    /// @param skip_to  Where to begin when it is not the first; a branch may lead into a section further on.
    /// @return Where to go on when it is not what follows.
    std::string walk(const std::vector<SectionPart>& parts, Evaluator& evaluator, // NOLINT(misc-no-recursion)
                     std::string skip_to)
    {
        for (const SectionPart& part : parts) {
            if (failure_ || evaluator.failure()) { return "EXIT_TEST"; }
            const TestElement& element =
                std::visit([](const auto& either) -> const TestElement& { return either; }, part);
            const auto* section = std::get_if<TestSection>(&part);
            const bool leads_inside = !skip_to.empty() && section != nullptr && holds(section->parts, skip_to);
            if (!skip_to.empty() && skip_to != element.identifier && !leads_inside) { continue; }
            if (!leads_inside) { skip_to.clear(); }
            if (!leads_inside && !is_open(element, evaluator)) { continue; }
            if (section != nullptr) {
                skip_to = walk(section->parts, evaluator, std::move(skip_to));
                if (skip_to == "EXIT_SECTION") { skip_to.clear(); }
            } else {
                present(std::get<ItemReference>(part), evaluator);
            }
            if (skip_to.empty()) { skip_to = branch(element, evaluator); }
            if (skip_to.starts_with("EXIT_")) { return skip_to; }
        }
        return skip_to;
    }

    void present(const ItemReference& reference, Evaluator& evaluator)
    {
        const auto responses = given_.find(reference.identifier);
        if (responses == given_.end()) { return; }
        PlacedItem& item = *std::ranges::find(placed, &reference, &PlacedItem::reference);
        item.responses = responses->second;
        std::vector<NamedValue> defaults;
        for (const TemplateDefault& given : reference.template_defaults) {
            defaults.push_back({given.identifier, evaluator.evaluate(given.expression)});
        }
        if (evaluator.failure()) { return; }
        auto scored = score(*item.item, item.responses, random_, defaults);
        if (!scored) {
            failure_ = EngineFailure{scored.error().code, reference.identifier + ": " + scored.error().detail};
            return;
        }
        item.session.outcome = std::move(*scored);
        item.session.is_presented = true;
        item.session.is_responded =
            std::ranges::any_of(item.responses, [](const auto& response) { return !response.second.is_null(); });
    }

    const TestItems& given_items_;
    const TestResponses& given_;
    RandomStream* random_;
    bool is_linear_ = true;
    std::string missing_;
    std::optional<EngineFailure> failure_;
};

double points_of(const ItemSession& session)
{
    const auto& outcomes = session.outcome.outcomes;
    const auto found = std::ranges::find(outcomes, "SCORE", &NamedValue::identifier);
    if (found == outcomes.end() || found->value.is_null() || !is_single_number(found->value)) { return 0.0; }
    return found->value.number();
}

/// normalMaximum of SCORE, or the default of MAXSCORE.
std::optional<double> maximum_of(const AssessmentItem& item)
{
    if (const OutcomeDeclaration* points = item.outcome("SCORE"); points != nullptr && points->normal_maximum) {
        return points->normal_maximum;
    }
    const OutcomeDeclaration* maximum = item.outcome("MAXSCORE");
    if (maximum == nullptr || maximum->default_value.is_null() || !is_single_number(maximum->default_value)) {
        return std::nullopt;
    }
    return maximum->default_value.number();
}

void add(std::vector<SubScore>& all, std::string_view name, const PlacedItem& placed, std::string_view weight)
{
    auto found = std::ranges::find(all, name, &SubScore::name);
    if (found == all.end()) { found = all.insert(all.end(), SubScore{std::string{name}, 0, 0.0, 0.0}); }
    const double factor = weight.empty() ? 1.0 : weight_of(*placed.reference, weight);
    const auto maximum = maximum_of(*placed.item);
    found->items += 1;
    found->score += points_of(placed.session) * factor;
    found->maximum = found->maximum && maximum ? std::optional{*found->maximum + *maximum * factor} : std::nullopt;
}

} // namespace

Result<TestOutcome> score_test(const AssessmentTest& test, const TestItems& items, const TestResponses& responses,
                               RandomStream* random, std::string_view weight)
{
    TestWalk walk{items, responses, random};
    if (auto done = walk.place(test); !done) { return std::unexpected{done.error()}; }
    TestSession session{walk.placed};
    for (const OutcomeDeclaration& outcome : test.outcomes) { session.declare(outcome); }
    session.declare_builtin("completionStatus", Value::single(BaseType::identifier, std::string{"unknown"}));
    if (auto done = walk.run(test, session); !done) { return std::unexpected{done.error()}; }

    Evaluator evaluator{session, nullptr};
    RuleRunner{session, evaluator}.run(test.outcome_rules);
    if (evaluator.failure()) { return std::unexpected{*evaluator.failure()}; }

    TestOutcome made;
    for (const OutcomeDeclaration& outcome : test.outcomes) {
        made.outcomes.push_back({outcome.identifier, session.variable(outcome.identifier, {}).value_or(Value{})});
    }
    for (const PlacedItem& placed : walk.placed) {
        if (placed.session.is_selected) {
            for (const std::string& category : placed.reference->categories) {
                add(made.categories, category, placed, weight);
            }
            for (const std::string_view section : placed.sections) { add(made.sections, section, placed, weight); }
        }
        for (const std::string& warning : placed.session.outcome.warnings) {
            made.warnings.push_back(placed.reference->identifier + ": " + warning);
        }
        made.items.push_back(placed.session);
    }
    for (const std::string& warning : evaluator.warnings()) { made.warnings.push_back(warning); }
    for (const std::string& file : test.section_files) {
        made.warnings.push_back("the section in " + file + " was not read");
    }
    return made;
}

} // namespace papervault::engine::qti
