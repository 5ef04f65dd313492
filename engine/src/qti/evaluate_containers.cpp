#include "qti/evaluator.hpp"

#include <algorithm>

namespace papervault::engine::qti {

/// multiple and ordered: single values and containers of the same kind, NULL left out.
Value Evaluator::gather(const Expression& expression, Operands operands, Cardinality cardinality)
{
    std::optional<BaseType> type;
    std::vector<Scalar> scalars;
    for (const Value& operand : operands) {
        if (operand.is_null()) { continue; }
        if (operand.cardinality() != Cardinality::single && operand.cardinality() != cardinality) {
            return wrong_type(expression, operand);
        }
        if (type && type != operand.base_type()) { return fail_in(expression, "operands of different base types"); }
        type = operand.base_type();
        if (scalars.size() + operand.scalars().size() > container_values_max) {
            return fail_in(expression, "too many values");
        }
        scalars.insert(scalars.end(), operand.scalars().begin(), operand.scalars().end());
    }
    if (!type) { return Value::null_of(cardinality, std::nullopt); }
    return Value::container(cardinality, *type, std::move(scalars));
}

/// The operands are evaluated anew each time: they may depend on chance.
Value Evaluator::repeat(const Expression& expression) // NOLINT(misc-no-recursion): as deep as the document
{
    const auto times = whole_of(expression, std::get<Position>(expression.parameters).number);
    if (!times || *times < 1) { return {}; }
    std::vector<Value> all;
    std::size_t values = 0;
    for (std::int64_t turn = 0; turn < *times; ++turn) {
        std::vector<Value> operands = evaluate_operands(expression);
        if (failure_ || !spend()) { return {}; }
        const Value gathered = gather(expression, operands, Cardinality::ordered);
        if (gathered.is_null()) { continue; }
        values += gathered.scalars().size();
        all.push_back(gathered);
        if (values > container_values_max) { return fail_in(expression, "too many values"); }
    }
    return gather(expression, all, Cardinality::ordered);
}

Value Evaluator::container_size(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return Value::integer(0); }
    if (!operand.is_container()) { return wrong_type(expression, operand); }
    return Value::integer(static_cast<std::int64_t>(operand.scalars().size()));
}

Value Evaluator::index(const Expression& expression, const Value& operand)
{
    const auto place = whole_of(expression, std::get<Position>(expression.parameters).number);
    if (!place) { return {}; }
    if (*place < 1) { return fail_in(expression, "counts from 1"); }
    if (operand.is_null()) { return {}; }
    if (operand.cardinality() != Cardinality::ordered) { return wrong_type(expression, operand); }
    if (static_cast<std::size_t>(*place) > operand.scalars().size()) { return {}; }
    return Value::single(*operand.base_type(), operand.scalars()[static_cast<std::size_t>(*place) - 1]);
}

Value Evaluator::field_value(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return {}; }
    if (operand.cardinality() != Cardinality::record) { return wrong_type(expression, operand); }
    const auto field = std::ranges::find(operand.fields(), expression.identifier, &Value::Field::first);
    return field == operand.fields().end() ? Value{} : field->second;
}

Value Evaluator::random(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return {}; }
    if (!operand.is_container()) { return wrong_type(expression, operand); }
    if (random_ == nullptr) { return fail_in(expression, "needs a seed"); }
    return Value::single(*operand.base_type(), operand.scalars()[random_->below(operand.scalars().size())]);
}

/// A single value in place of the container is a container of one: authors compare single responses so.
Value Evaluator::member(const Expression& expression, const Value& value, const Value& container)
{
    if (value.is_null() || container.is_null()) { return {}; }
    if (value.cardinality() != Cardinality::single) { return wrong_type(expression, value); }
    if (container.cardinality() == Cardinality::record || container.base_type() != value.base_type()) {
        return wrong_type(expression, container);
    }
    return Value::boolean(std::ranges::any_of(container.scalars(), [&](const Scalar& scalar) {
        return same_scalar(*value.base_type(), value.scalars().front(), scalar);
    }));
}

Value Evaluator::remove(const Expression& expression, const Value& value, const Value& container)
{
    if (value.is_null() || container.is_null()) { return {}; }
    if (value.cardinality() != Cardinality::single) { return wrong_type(expression, value); }
    if (!container.is_container() || container.base_type() != value.base_type()) {
        return wrong_type(expression, container);
    }
    std::vector<Scalar> kept;
    std::ranges::copy_if(container.scalars(), std::back_inserter(kept), [&](const Scalar& scalar) {
        return !same_scalar(*value.base_type(), value.scalars().front(), scalar);
    });
    return Value::container(container.cardinality(), *container.base_type(), std::move(kept));
}

/// Multiple: every value, as often as it occurs. Ordered: one after the other, without a gap.
Value Evaluator::contains(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return {}; }
    if (!left.is_container()) { return wrong_type(expression, left); }
    if (right.cardinality() != left.cardinality() || right.base_type() != left.base_type()) {
        return wrong_type(expression, right);
    }
    const auto same = [type = *left.base_type()](const Scalar& a, const Scalar& b) { return same_scalar(type, a, b); };
    if (left.cardinality() == Cardinality::ordered) {
        return Value::boolean(!std::ranges::search(left.scalars(), right.scalars(), same).empty());
    }
    if (!spend(left.scalars().size() * right.scalars().size())) { return {}; }
    std::vector<bool> taken(left.scalars().size(), false);
    for (const Scalar& wanted : right.scalars()) {
        std::size_t place = 0;
        while (place < taken.size() && (taken[place] || !same(left.scalars()[place], wanted))) { ++place; }
        if (place == taken.size()) { return Value::boolean(false); }
        taken[place] = true;
    }
    return Value::boolean(true);
}

} // namespace papervault::engine::qti
