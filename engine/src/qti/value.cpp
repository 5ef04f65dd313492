#include <papervault/engine/qti/value.hpp>

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <array>

namespace papervault::engine::qti {
namespace {

constexpr std::array base_type_names{"identifier", "boolean",      "integer",  "float", "string", "point",
                                     "pair",       "directedPair", "duration", "file",  "uri",    "intOrIdentifier"};
constexpr std::array cardinality_names{"single", "multiple", "ordered", "record"};

bool is_permutation(BaseType type, std::span<const Scalar> left, std::span<const Scalar> right)
{
    std::vector<bool> taken(right.size(), false);
    return std::ranges::all_of(left, [&](const Scalar& scalar) {
        for (std::size_t place = 0; place < right.size(); ++place) {
            if (!taken[place] && same_scalar(type, scalar, right[place])) {
                taken[place] = true;
                return true;
            }
        }
        return false;
    });
}

bool same_record(const Value& left, const Value& right) noexcept
{
    if (left.fields().size() != right.fields().size()) { return false; }
    return std::ranges::all_of(left.fields(), [&](const Value::Field& field) {
        const auto other = std::ranges::find(right.fields(), field.first, &Value::Field::first);
        if (other == right.fields().end()) { return false; }
        if (field.second.is_null() || other->second.is_null()) {
            return field.second.is_null() && other->second.is_null();
        }
        return field.second.base_type() == other->second.base_type() && same_value(field.second, other->second);
    });
}

} // namespace

std::string_view to_text(BaseType type) noexcept
{
    return base_type_names[static_cast<std::size_t>(type)];
}

std::optional<BaseType> base_type_from_text(std::string_view text) noexcept
{
    const auto found = std::ranges::find(base_type_names, text);
    if (found == base_type_names.end()) { return std::nullopt; }
    return static_cast<BaseType>(found - base_type_names.begin());
}

std::string_view to_text(Cardinality cardinality) noexcept
{
    return cardinality_names[static_cast<std::size_t>(cardinality)];
}

std::optional<Cardinality> cardinality_from_text(std::string_view text) noexcept
{
    const auto found = std::ranges::find(cardinality_names, text);
    if (found == cardinality_names.end()) { return std::nullopt; }
    return static_cast<Cardinality>(found - cardinality_names.begin());
}

Value Value::null_of(Cardinality cardinality, std::optional<BaseType> type)
{
    Value value;
    value.cardinality_ = cardinality;
    value.type_ = type;
    return value;
}

Value Value::single(BaseType type, Scalar scalar)
{
    Value value = null_of(Cardinality::single, type);
    const auto* text = std::get_if<std::string>(&scalar);
    if (text == nullptr || !text->empty()) { value.scalars_.push_back(std::move(scalar)); }
    return value;
}

Value Value::container(Cardinality cardinality, BaseType type, std::vector<Scalar> scalars)
{
    Value value = null_of(cardinality, type);
    value.scalars_ = std::move(scalars);
    return value;
}

Value Value::record(std::vector<Field> fields)
{
    Value value = null_of(Cardinality::record, std::nullopt);
    for (Field& field : fields) {
        if (std::ranges::find(value.fields_, field.first, &Field::first) == value.fields_.end()) {
            value.fields_.push_back(std::move(field));
        }
    }
    return value;
}

double Value::number() const
{
    PAPERVAULT_ASSERT(scalars_.size() == 1);
    return number_of(scalars_.front());
}

double number_of(const Scalar& scalar) noexcept
{
    if (const auto* integer = std::get_if<std::int64_t>(&scalar)) { return static_cast<double>(*integer); }
    const auto* floating = std::get_if<double>(&scalar);
    PAPERVAULT_ASSERT(floating != nullptr);
    return *floating;
}

bool same_scalar(BaseType type, const Scalar& left, const Scalar& right) noexcept
{
    if (left == right) { return true; }
    if (type != BaseType::pair) { return false; }
    const auto* a = std::get_if<Pair>(&left);
    const auto* b = std::get_if<Pair>(&right);
    return a != nullptr && b != nullptr && a->first == b->second && a->second == b->first;
}

bool same_value(const Value& left, const Value& right) noexcept
{
    if (left.cardinality() == Cardinality::record) { return same_record(left, right); }
    const auto a = left.scalars();
    const auto b = right.scalars();
    const auto type = left.base_type();
    if (a.size() != b.size() || !type) { return false; }
    if (left.cardinality() == Cardinality::multiple) { return is_permutation(*type, a, b); }
    return std::ranges::equal(a, b, [&](const Scalar& x, const Scalar& y) { return same_scalar(*type, x, y); });
}

} // namespace papervault::engine::qti
