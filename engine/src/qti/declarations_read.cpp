#include "qti/fields.hpp"
#include "qti/text.hpp"

#include <papervault/engine/qti/declarations.hpp>

#include <algorithm>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t values_max = 1000;

std::unexpected<EngineFailure> inside(const XmlNode& element, const EngineFailure& failure)
{
    return refuse(failure.code, described(element) + ": " + failure.detail);
}

/// The <value> children as a value of the declared type.
Result<Value> read_values(const XmlNode& element, Cardinality cardinality, std::optional<BaseType> type)
{
    std::vector<Scalar> scalars;
    std::vector<Value::Field> record;
    for (const XmlNode& child : element.children) {
        if (!child.is("value")) { continue; }
        if (scalars.size() + record.size() == values_max) {
            return refuse(EngineError::out_of_range,
                          described(element) + ": more than " + std::to_string(values_max) + " values");
        }
        Fields fields{child};
        const auto own_type = fields.optional_base_type("basetype");
        const auto effective = type ? type : own_type;
        const auto field = fields.optional_text("fieldidentifier");
        if (auto read = fields.finish(); !read) { return std::unexpected{read.error()}; }
        if (!effective) { return refuse(EngineError::malformed, described(element) + ": a value without a base type"); }
        const std::string text = child.inner_text();
        // An empty <value/> is no value; of strings in a container it is the empty string.
        const bool may_be_empty = *effective == BaseType::string && cardinality != Cardinality::single;
        if (!may_be_empty && trimmed(text).empty()) { continue; }
        auto scalar = scalar_from_text(*effective, text);
        if (!scalar) { return inside(element, scalar.error()); }
        if (cardinality == Cardinality::record) {
            if (!field) { return refuse(EngineError::malformed, described(element) + ": a value without a field"); }
            record.emplace_back(*field, Value::single(*effective, std::move(*scalar)));
        } else {
            scalars.push_back(std::move(*scalar));
        }
    }
    if (cardinality == Cardinality::record) { return Value::record(std::move(record)); }
    if (cardinality != Cardinality::single) { return Value::container(cardinality, *type, std::move(scalars)); }
    if (scalars.size() > 1) {
        return refuse(EngineError::inconsistent, described(element) + ": several values for single cardinality");
    }
    return scalars.empty() ? Value::null_of(cardinality, type) : Value::single(*type, std::move(scalars.front()));
}

Result<void> read_common(const XmlNode& element, Fields& fields, Declaration& made)
{
    made.identifier = fields.identifier("identifier");
    made.cardinality = fields.cardinality("cardinality");
    made.base_type = fields.optional_base_type("basetype");
    if (made.cardinality == Cardinality::record) { made.base_type.reset(); }
    if (made.cardinality != Cardinality::record && !made.base_type) { fields.problem("basetype", "is missing"); }
    if (auto read = fields.finish(); !read) { return read; }
    made.default_value = Value::null_of(made.cardinality, made.base_type);
    if (const XmlNode* values = element.child("defaultvalue")) {
        auto value = read_values(*values, made.cardinality, made.base_type);
        if (!value) { return inside(element, value.error()); }
        made.default_value = std::move(*value);
    }
    return {};
}

/// What mapping and areaMapping have in common.
template <class Map>
Result<void> read_bounds(const XmlNode& element, Map& mapping)
{
    Fields fields{element};
    mapping.lower_bound = fields.optional_number("lowerbound");
    mapping.upper_bound = fields.optional_number("upperbound");
    mapping.default_value = fields.optional_number("defaultvalue").value_or(0.0);
    return fields.finish();
}

Result<Mapping> read_mapping(const XmlNode& element, BaseType type)
{
    Mapping mapping;
    if (auto read = read_bounds(element, mapping); !read) { return std::unexpected{read.error()}; }
    for (const XmlNode& child : element.children) {
        if (!child.is("mapentry")) { continue; }
        if (mapping.entries.size() == values_max) {
            return refuse(EngineError::out_of_range, "mapping: too many entries");
        }
        Fields entry{child};
        const std::string* key = child.attribute("mapkey");
        if (key == nullptr) { entry.problem("mapKey", "is missing"); }
        const double value = entry.number("mappedvalue");
        const bool case_sensitive = entry.boolean_or("casesensitive", true);
        if (auto read = entry.finish(); !read) { return std::unexpected{read.error()}; }
        auto scalar = scalar_from_text(type, *key);
        if (!scalar) { return inside(child, scalar.error()); }
        mapping.entries.push_back({std::move(*scalar), value, case_sensitive});
    }
    return mapping;
}

Result<AreaMapping> read_area_mapping(const XmlNode& element)
{
    AreaMapping mapping;
    if (auto read = read_bounds(element, mapping); !read) { return std::unexpected{read.error()}; }
    for (const XmlNode& child : element.children) {
        if (!child.is("areamapentry")) { continue; }
        if (mapping.entries.size() == values_max) {
            return refuse(EngineError::out_of_range, "areaMapping: too many entries");
        }
        Fields entry{child};
        AreaMapEntry made{entry.area(), entry.number("mappedvalue")};
        if (auto read = entry.finish(); !read) { return std::unexpected{read.error()}; }
        mapping.entries.push_back(std::move(made));
    }
    return mapping;
}

/// A value of the outcome's type in an attribute of a lookup table.
Result<Value> table_value(const XmlNode& element, std::string_view attribute, const Declaration& declaration)
{
    const std::string* text = element.attribute(attribute);
    const BaseType type = declaration.base_type.value_or(BaseType::string);
    if (text == nullptr) { return Value::null_of(Cardinality::single, type); }
    auto scalar = scalar_from_text(type, *text);
    if (!scalar) { return inside(element, scalar.error()); }
    return Value::single(type, std::move(*scalar));
}

Result<MatchTable> read_match_table(const XmlNode& element, const Declaration& declaration)
{
    MatchTable table;
    auto otherwise = table_value(element, "defaultvalue", declaration);
    if (!otherwise) { return std::unexpected{otherwise.error()}; }
    table.default_value = std::move(*otherwise);
    for (const XmlNode& child : element.children) {
        if (!child.is("matchtableentry")) { continue; }
        Fields entry{child};
        const auto source = entry.optional_integer("sourcevalue");
        if (!source) { entry.problem("sourceValue", "is missing"); }
        if (auto read = entry.finish(); !read) { return std::unexpected{read.error()}; }
        auto target = table_value(child, "targetvalue", declaration);
        if (!target) { return std::unexpected{target.error()}; }
        table.entries.push_back({*source, std::move(*target)});
    }
    return table;
}

Result<InterpolationTable> read_interpolation_table(const XmlNode& element, const Declaration& declaration)
{
    InterpolationTable table;
    auto otherwise = table_value(element, "defaultvalue", declaration);
    if (!otherwise) { return std::unexpected{otherwise.error()}; }
    table.default_value = std::move(*otherwise);
    for (const XmlNode& child : element.children) {
        if (!child.is("interpolationtableentry")) { continue; }
        Fields entry{child};
        const double source = entry.number("sourcevalue");
        const bool include_boundary = entry.boolean_or("includeboundary", true);
        if (auto read = entry.finish(); !read) { return std::unexpected{read.error()}; }
        auto target = table_value(child, "targetvalue", declaration);
        if (!target) { return std::unexpected{target.error()}; }
        table.entries.push_back({source, include_boundary, std::move(*target)});
    }
    return table;
}

} // namespace

Result<ResponseDeclaration> read_response_declaration(const XmlNode& element)
{
    ResponseDeclaration made;
    Fields fields{element};
    if (auto read = read_common(element, fields, made); !read) { return std::unexpected{read.error()}; }
    made.correct = Value::null_of(made.cardinality, made.base_type);
    if (const XmlNode* values = element.child("correctresponse")) {
        auto value = read_values(*values, made.cardinality, made.base_type);
        if (!value) { return inside(element, value.error()); }
        made.correct = std::move(*value);
    }
    const XmlNode* mapping = element.child("mapping");
    if (mapping != nullptr && made.base_type) {
        auto read = read_mapping(*mapping, *made.base_type);
        if (!read) { return inside(element, read.error()); }
        made.mapping = std::move(*read);
    }
    if (const XmlNode* areas = element.child("areamapping")) {
        auto read = read_area_mapping(*areas);
        if (!read) { return inside(element, read.error()); }
        made.area_mapping = std::move(*read);
    }
    return made;
}

Result<OutcomeDeclaration> read_outcome_declaration(const XmlNode& element)
{
    OutcomeDeclaration made;
    Fields fields{element};
    made.normal_maximum = fields.optional_number("normalmaximum");
    made.normal_minimum = fields.optional_number("normalminimum");
    made.mastery_value = fields.optional_number("masteryvalue");
    if (auto read = read_common(element, fields, made); !read) { return std::unexpected{read.error()}; }
    if (const XmlNode* table = element.child("matchtable")) {
        auto read = read_match_table(*table, made);
        if (!read) { return inside(element, read.error()); }
        made.lookup_table = std::move(*read);
    } else if (const XmlNode* ranges = element.child("interpolationtable")) {
        auto read = read_interpolation_table(*ranges, made);
        if (!read) { return inside(element, read.error()); }
        made.lookup_table = std::move(*read);
    }
    return made;
}

Result<TemplateDeclaration> read_template_declaration(const XmlNode& element)
{
    TemplateDeclaration made;
    Fields fields{element};
    if (auto read = read_common(element, fields, made); !read) { return std::unexpected{read.error()}; }
    return made;
}

} // namespace papervault::engine::qti
