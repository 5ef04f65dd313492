#include "qti/session.hpp"

namespace papervault::engine::qti {

Flow RuleRunner::run(const std::vector<Rule>& rules) // NOLINT(misc-no-recursion): as deep as the document
{
    for (const Rule& rule : rules) {
        if (!evaluator_.spend()) { return Flow::exit; }
        if (const Flow flow = run(rule); flow != Flow::go_on || evaluator_.failure()) { return flow; }
    }
    return Flow::go_on;
}

Flow RuleRunner::run(const Rule& rule) // NOLINT(misc-no-recursion)
{
    switch (rule.kind) {
    case RuleKind::condition:
    case RuleKind::block: return choose(rule);
    case RuleKind::exit: return Flow::exit;
    case RuleKind::constraint: return constrain(rule);
    case RuleKind::unknown:
        evaluator_.fail(EngineError::unknown_field, "there is no rule " + rule.identifier);
        return Flow::exit;
    case RuleKind::set_outcome:
    case RuleKind::lookup_outcome:
    case RuleKind::set_template:
    case RuleKind::set_correct:
    case RuleKind::set_default: break;
    }
    set(rule);
    return Flow::go_on;
}

Flow RuleRunner::constrain(const Rule& rule)
{
    if (evaluator_.holds(rule.expression)) { return Flow::go_on; }
    if (!gives_up_) { return Flow::restart; }
    session_.reset_templates();
    evaluator_.warn("no values met the templateConstraint; the template variables have their defaults");
    return Flow::go_on;
}

Flow RuleRunner::choose(const Rule& rule) // NOLINT(misc-no-recursion)
{
    for (const Branch& branch : rule.branches) {
        if (!branch.condition || evaluator_.holds(*branch.condition)) { return run(branch.rules); }
        if (evaluator_.failure()) { return Flow::exit; }
    }
    return Flow::go_on;
}

void RuleRunner::set(const Rule& rule)
{
    const Value value = evaluator_.evaluate(rule.expression);
    if (evaluator_.failure()) { return; }
    const auto done = [&]() -> Result<void> {
        switch (rule.kind) {
        case RuleKind::lookup_outcome: return session_.look_up_outcome(rule.identifier, value);
        case RuleKind::set_template: return session_.set_template(rule.identifier, value);
        case RuleKind::set_correct: return session_.set_correct(rule.identifier, value);
        case RuleKind::set_default: return session_.set_default(rule.identifier, value);
        default: return session_.set_outcome(rule.identifier, value);
        }
    }();
    if (!done) { evaluator_.fail(done.error().code, done.error().detail); }
}

} // namespace papervault::engine::qti
