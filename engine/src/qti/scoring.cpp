#include <papervault/engine/qti/scoring.hpp>

#include "qti/session.hpp"

#include <algorithm>

namespace papervault::engine::qti {
namespace {

constexpr int template_tries_max = 100;

Result<void> check_declared(std::span<const ResponseDeclaration> declarations, const Responses& responses)
{
    for (const auto& [identifier, value] : responses) {
        const auto found = std::ranges::find(declarations, identifier, &ResponseDeclaration::identifier);
        if (found == declarations.end()) {
            return refuse(EngineError::inconsistent, "there is no response " + identifier);
        }
        if (!value.is_null() && (value.cardinality() != found->cardinality || value.base_type() != found->base_type)) {
            return refuse(EngineError::inconsistent, "the response " + identifier + " is " + described(value));
        }
    }
    return {};
}

void declare_responses(Session& session, std::span<const ResponseDeclaration> declarations, const Responses& responses)
{
    for (const ResponseDeclaration& declaration : declarations) {
        const auto given = responses.find(declaration.identifier);
        session.declare(declaration, given != responses.end() && !given->second.is_null()
                                         ? given->second
                                         : Value::null_of(declaration.cardinality, declaration.base_type));
    }
}

void declare_builtins(Session& session)
{
    // QTI 2.0 wrote completion_status.
    for (const std::string_view name : {"completionStatus", "completion_status"}) {
        session.declare_builtin(name, Value::single(BaseType::identifier, std::string{"unknown"}));
    }
    session.declare_builtin("numAttempts", Value::integer(1));
    session.declare_builtin("duration", Value::single(BaseType::duration, Duration{0.0}));
}

std::vector<NamedValue> values_of(const Session& session, const auto& declarations)
{
    std::vector<NamedValue> values;
    values.reserve(declarations.size());
    for (const auto& declaration : declarations) {
        values.push_back({declaration.identifier, session.variable(declaration.identifier, {}).value_or(Value{})});
    }
    return values;
}

std::optional<bool> all_correct(const Session& session, std::span<const ResponseDeclaration> declarations)
{
    if (declarations.empty()) { return std::nullopt; }
    bool all_match = true;
    for (const ResponseDeclaration& declaration : declarations) {
        const Value correct = session.correct(declaration.identifier).value_or(Value{});
        const Value given = session.variable(declaration.identifier, {}).value_or(Value{});
        if (correct.is_null()) { return std::nullopt; }
        all_match = all_match && !given.is_null() && same_value(given, correct);
    }
    return all_match;
}

/// Outcomes that a person or another system sets (externalScored).
void warn_of_external_scores(const AssessmentItem& item, Evaluator& evaluator)
{
    for (const XmlNode& node : item.document.root.children) {
        const std::string* who = node.is("outcomedeclaration") ? node.attribute("externalscored") : nullptr;
        const std::string* outcome = node.attribute("identifier");
        if (who == nullptr || *who == "none" || outcome == nullptr) { continue; }
        evaluator.warn("the outcome " + *outcome + " awaits its value from " +
                       (*who == "human" ? "a person" : "another system") + "; what the rules give is a proposal");
    }
}

void process_templates(const AssessmentItem& item, Session& session, Evaluator& evaluator)
{
    for (int attempt = 0; attempt < template_tries_max && !evaluator.failure(); ++attempt) {
        if (RuleRunner{session, evaluator}.run(item.template_rules) != Flow::restart) { return; }
        session.reset_templates();
    }
    if (!evaluator.failure()) { RuleRunner{session, evaluator, true}.run(item.template_rules); }
}

/// The template variables as a test wants them: its templateDefaults go before the item's own defaults.
Result<std::vector<TemplateDeclaration>> templates_of(const AssessmentItem& item,
                                                      std::span<const NamedValue> template_defaults)
{
    std::vector<TemplateDeclaration> declared = item.templates;
    for (const NamedValue& given : template_defaults) {
        const auto variable = std::ranges::find(declared, given.identifier, &TemplateDeclaration::identifier);
        if (variable == declared.end()) {
            return refuse(EngineError::unknown_field, "there is no template variable " + given.identifier);
        }
        auto value = converted(*variable, given.value);
        if (!value) { return std::unexpected{value.error()}; }
        variable->default_value = std::move(*value);
    }
    return declared;
}

} // namespace

Result<BoundResponse> bind_response(const ResponseDeclaration& declaration,
                                    std::optional<std::span<const std::string>> values)
{
    BoundResponse bound{Value::null_of(declaration.cardinality, declaration.base_type), {}};
    if (!values || values->empty()) { return bound; }
    if (!declaration.base_type) {
        return refuse(EngineError::inconsistent, "the response " + declaration.identifier + " is a record");
    }
    if (declaration.cardinality == Cardinality::single && values->size() > 1) {
        return refuse(EngineError::inconsistent, "several values for the single response " + declaration.identifier);
    }
    std::size_t bytes = 0;
    for (const std::string& text : *values) { bytes += text.size(); }
    if (values->size() > response_values_max || bytes > response_bytes_max) {
        return refuse(EngineError::out_of_range, "the response " + declaration.identifier + " is too long");
    }
    std::vector<Scalar> scalars;
    for (const std::string& text : *values) {
        auto scalar = typed_scalar(*declaration.base_type, text);
        if (!scalar) {
            bound.unreadable = declaration.identifier + ": " + scalar.error().detail;
            return bound;
        }
        scalars.push_back(std::move(*scalar));
    }
    bound.value = declaration.cardinality == Cardinality::single
                      ? Value::single(*declaration.base_type, std::move(scalars.front()))
                      : Value::container(declaration.cardinality, *declaration.base_type, std::move(scalars));
    return bound;
}

Result<ItemOutcome> score(const AssessmentItem& item, const Responses& responses, RandomStream* random,
                          std::span<const NamedValue> template_defaults)
{
    if (auto checked = check_declared(item.responses, responses); !checked) { return std::unexpected{checked.error()}; }
    const auto templates = templates_of(item, template_defaults);
    if (!templates) { return std::unexpected{templates.error()}; }
    Session session;
    declare_responses(session, item.responses, responses);
    for (const OutcomeDeclaration& outcome : item.outcomes) { session.declare(outcome); }
    for (const TemplateDeclaration& variable : *templates) { session.declare(variable); }
    declare_builtins(session);

    std::optional<RandomIntegers> integers;
    if (random != nullptr) { integers.emplace(*random); }
    Evaluator evaluator{session, integers ? &*integers : nullptr};
    process_templates(item, session, evaluator);
    session.reset_outcomes();
    if (!evaluator.failure()) { RuleRunner{session, evaluator}.run(item.response_rules); }
    if (evaluator.failure()) { return std::unexpected{*evaluator.failure()}; }
    if (item.processing == ProcessingSource::unknown_template) {
        evaluator.warn("the response processing template is not known here: " + item.processing_template);
    }
    warn_of_external_scores(item, evaluator);
    return ItemOutcome{values_of(session, item.outcomes), values_of(session, *templates),
                       all_correct(session, item.responses), evaluator.warnings()};
}

Result<Value> evaluate(const Expression& expression, std::span<const ResponseDeclaration> declarations,
                       const Responses& responses, RandomStream* random)
{
    if (auto checked = check_declared(declarations, responses); !checked) { return std::unexpected{checked.error()}; }
    Session session;
    declare_responses(session, declarations, responses);
    std::optional<RandomIntegers> integers;
    if (random != nullptr) { integers.emplace(*random); }
    Evaluator evaluator{session, integers ? &*integers : nullptr};
    Value value = evaluator.evaluate(expression);
    if (evaluator.failure()) { return std::unexpected{*evaluator.failure()}; }
    return value;
}

} // namespace papervault::engine::qti
