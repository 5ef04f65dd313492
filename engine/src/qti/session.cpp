#include "qti/session.hpp"

#include <cmath>

namespace papervault::engine::qti {
namespace {

/// One value of another base type, where QTI lets it pass.
std::optional<Scalar> converted_scalar(BaseType from, BaseType to, const Scalar& scalar)
{
    if (from == to) { return scalar; }
    if (from == BaseType::integer && to == BaseType::floating) { return Scalar{number_of(scalar)}; }
    if (from == BaseType::floating && to == BaseType::integer) {
        const double number = std::get<double>(scalar);
        if (number != std::floor(number) || std::abs(number) > 9e15) { return std::nullopt; }
        return Scalar{static_cast<std::int64_t>(number)};
    }
    if (to == BaseType::int_or_identifier && (from == BaseType::integer || from == BaseType::identifier)) {
        return scalar;
    }
    if (from == BaseType::int_or_identifier) {
        const bool is_number = std::holds_alternative<std::int64_t>(scalar);
        if (is_number == (to == BaseType::integer) && (is_number || to == BaseType::identifier)) { return scalar; }
    }
    // An identifier is a word; a file or URI is none.
    if ((from == BaseType::identifier && to == BaseType::string) ||
        (from == BaseType::string && to == BaseType::identifier)) {
        return scalar;
    }
    return std::nullopt;
}

std::unexpected<EngineFailure> no_variable(std::string_view kind, std::string_view identifier)
{
    return refuse(EngineError::unknown_field, "there is no " + std::string{kind} + " " + std::string{identifier});
}

Value initial_outcome(const OutcomeDeclaration& declaration)
{
    const bool is_number =
        declaration.cardinality == Cardinality::single && declaration.base_type && is_numeric(*declaration.base_type);
    if (!declaration.default_value.is_null() || !is_number) { return declaration.default_value; }
    return declaration.base_type == BaseType::integer ? Value::integer(0) : Value::floating(0.0);
}

} // namespace

Result<Value> converted(const Declaration& declaration, const Value& value)
{
    if (value.is_null()) { return Value::null_of(declaration.cardinality, declaration.base_type); }
    const auto misfit = [&] {
        std::string declared{to_text(declaration.cardinality)};
        if (declaration.base_type) { declared += " " + std::string{to_text(*declaration.base_type)}; }
        return refuse(EngineError::inconsistent,
                      declaration.identifier + " is " + declared + ", its value would be " + described(value));
    };
    if (value.cardinality() != declaration.cardinality) { return misfit(); }
    if (declaration.cardinality == Cardinality::record || value.base_type() == declaration.base_type) { return value; }
    std::vector<Scalar> scalars;
    for (const Scalar& scalar : value.scalars()) {
        auto other = converted_scalar(*value.base_type(), *declaration.base_type, scalar);
        if (!other) { return misfit(); }
        scalars.push_back(std::move(*other));
    }
    if (declaration.cardinality == Cardinality::single) {
        return Value::single(*declaration.base_type, std::move(scalars.front()));
    }
    return Value::container(declaration.cardinality, *declaration.base_type, std::move(scalars));
}

void Session::declare(const ResponseDeclaration& declaration, Value value)
{
    Variable variable;
    variable.declaration = &declaration;
    variable.response = &declaration;
    variable.value = std::move(value);
    variables_.insert_or_assign(declaration.identifier, std::move(variable));
}

void Session::declare(const OutcomeDeclaration& declaration)
{
    Variable variable;
    variable.declaration = &declaration;
    variable.outcome = &declaration;
    variable.value = initial_outcome(declaration);
    variables_.insert_or_assign(declaration.identifier, std::move(variable));
}

void Session::declare(const TemplateDeclaration& declaration)
{
    Variable variable;
    variable.declaration = &declaration;
    variable.is_template = true;
    variable.value = declaration.default_value;
    variables_.insert_or_assign(declaration.identifier, std::move(variable));
}

void Session::declare_builtin(std::string_view identifier, Value value)
{
    Variable variable;
    variable.value = std::move(value);
    variables_.try_emplace(identifier, std::move(variable));
}

const Session::Variable* Session::find(std::string_view identifier) const
{
    const auto found = variables_.find(identifier);
    return found == variables_.end() ? nullptr : &found->second;
}

Session::Variable* Session::find(std::string_view identifier)
{
    const auto found = variables_.find(identifier);
    return found == variables_.end() ? nullptr : &found->second;
}

std::optional<Value> Session::variable(std::string_view identifier, std::string_view) const
{
    const Variable* variable = find(identifier);
    if (variable == nullptr) { return std::nullopt; }
    return variable->value;
}

std::optional<Value> Session::default_value(std::string_view identifier) const
{
    const Variable* variable = find(identifier);
    if (variable == nullptr || variable->declaration == nullptr) { return std::nullopt; }
    return variable->changed_default.value_or(variable->declaration->default_value);
}

std::optional<Value> Session::correct(std::string_view identifier) const
{
    const Variable* variable = find(identifier);
    if (variable == nullptr || variable->response == nullptr) { return std::nullopt; }
    return variable->changed_correct.value_or(variable->response->correct);
}

const ResponseDeclaration* Session::response(std::string_view identifier) const
{
    const Variable* variable = find(identifier);
    return variable == nullptr ? nullptr : variable->response;
}

std::optional<Value> Session::of_test(const Expression&) const
{
    return std::nullopt;
}

Result<void> Session::set_outcome(std::string_view identifier, const Value& value)
{
    Variable* variable = find(identifier);
    if (variable == nullptr) { return no_variable("outcome", identifier); }
    if (variable->declaration == nullptr) { // built-in
        variable->value = value;
        return {};
    }
    if (variable->outcome == nullptr) { return no_variable("outcome", identifier); }
    auto fitting = converted(*variable->declaration, value);
    if (!fitting) { return std::unexpected{fitting.error()}; }
    variable->value = std::move(*fitting);
    return {};
}

Result<void> Session::set_template(std::string_view identifier, const Value& value)
{
    Variable* variable = find(identifier);
    if (variable == nullptr || !variable->is_template) { return no_variable("template variable", identifier); }
    auto fitting = converted(*variable->declaration, value);
    if (!fitting) { return std::unexpected{fitting.error()}; }
    variable->value = std::move(*fitting);
    return {};
}

Result<void> Session::set_correct(std::string_view identifier, const Value& value)
{
    Variable* variable = find(identifier);
    if (variable == nullptr || variable->response == nullptr) { return no_variable("response", identifier); }
    auto fitting = converted(*variable->declaration, value);
    if (!fitting) { return std::unexpected{fitting.error()}; }
    variable->changed_correct = std::move(*fitting);
    return {};
}

Result<void> Session::set_default(std::string_view identifier, const Value& value)
{
    Variable* variable = find(identifier);
    if (variable == nullptr || variable->declaration == nullptr) { return no_variable("variable", identifier); }
    auto fitting = converted(*variable->declaration, value);
    if (!fitting) { return std::unexpected{fitting.error()}; }
    variable->changed_default = std::move(*fitting);
    return {};
}

Result<void> Session::look_up_outcome(std::string_view identifier, const Value& value)
{
    const Variable* variable = find(identifier);
    if (variable == nullptr || variable->outcome == nullptr) { return no_variable("outcome", identifier); }
    const auto& table = variable->outcome->lookup_table;
    if (std::holds_alternative<std::monostate>(table)) {
        return refuse(EngineError::inconsistent, "the outcome " + std::string{identifier} + " has no lookup table");
    }
    if (const auto* ranges = std::get_if<InterpolationTable>(&table)) {
        if (value.is_null()) { return set_outcome(identifier, ranges->default_value); }
        if (!is_single_number(value)) { return refuse(EngineError::inconsistent, "lookupOutcomeValue: no number"); }
        const double source = value.number();
        for (const auto& entry : ranges->entries) {
            if (source > entry.source || (entry.include_boundary && source == entry.source)) {
                return set_outcome(identifier, entry.target);
            }
        }
        return set_outcome(identifier, ranges->default_value);
    }
    const auto& matches = std::get<MatchTable>(table);
    if (value.is_null()) { return set_outcome(identifier, matches.default_value); }
    if (!is_single_number(value)) { return refuse(EngineError::inconsistent, "lookupOutcomeValue: no number"); }
    for (const auto& entry : matches.entries) {
        if (static_cast<double>(entry.source) == value.number()) { return set_outcome(identifier, entry.target); }
    }
    return set_outcome(identifier, matches.default_value);
}

void Session::reset_outcomes()
{
    for (auto& [identifier, variable] : variables_) {
        if (variable.outcome == nullptr) { continue; }
        variable.value = variable.changed_default && !variable.changed_default->is_null()
                             ? *variable.changed_default
                             : initial_outcome(*variable.outcome);
    }
}

void Session::reset_templates()
{
    for (auto& [identifier, variable] : variables_) {
        variable.changed_default.reset();
        variable.changed_correct.reset();
        if (variable.is_template) { variable.value = variable.declaration->default_value; }
    }
}

} // namespace papervault::engine::qti
