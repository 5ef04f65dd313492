#include <papervault/engine/qti/cases.hpp>

#include <papervault/engine/json.hpp>
#include <papervault/engine/seeded_stream.hpp>

#include <algorithm>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t line_bytes_max = 1 << 20;
constexpr std::size_t items_kept_max = 2000;

boost::json::array texts(const Value& value)
{
    boost::json::array all;
    for (const Scalar& scalar : value.scalars()) {
        all.push_back(boost::json::string{to_text(value.base_type().value_or(BaseType::string), scalar)});
    }
    return all;
}

boost::json::value type_json(const Value& value)
{
    const auto type = value.base_type();
    if (!type) { return nullptr; }
    return boost::json::string{to_text(*type)};
}

const boost::json::value* member(const boost::json::object& fields, std::string_view name)
{
    return fields.if_contains(name);
}

Result<std::string> text_of(const boost::json::object& fields, std::string_view name)
{
    const auto* value = member(fields, name);
    if (value == nullptr || !value->is_string()) {
        return refuse(EngineError::malformed, std::string{name} + " is missing or no text");
    }
    return std::string{value->get_string()};
}

Result<std::vector<std::string>> texts_of(const boost::json::array& values, std::string_view where)
{
    std::vector<std::string> all;
    for (const boost::json::value& value : values) {
        if (!value.is_string()) { return refuse(EngineError::malformed, std::string{where} + ": values are texts"); }
        all.emplace_back(value.get_string());
    }
    return all;
}

bool fits(const ResponseDeclaration& declaration, const boost::json::object& fields)
{
    const auto* cardinality = member(fields, "cardinality");
    const auto* type = member(fields, "base_type");
    const auto is = [](const boost::json::value* value, std::string_view text) {
        return value == nullptr || (value->is_string() && std::string_view{value->get_string()} == text);
    };
    const bool type_fits =
        declaration.base_type ? is(type, to_text(*declaration.base_type)) : type == nullptr || type->is_null();
    return is(cardinality, to_text(declaration.cardinality)) && type_fits;
}

/// {"field": {"base_type", "values": [text] | null}, …}, as to_json() writes it.
Result<BoundResponse> record_from_json(const ResponseDeclaration& declaration, const boost::json::value& value,
                                       std::string_view where)
{
    BoundResponse bound{Value::null_of(Cardinality::record, std::nullopt), {}};
    if (value.is_null()) { return bound; }
    if (!value.is_object() || value.get_object().size() > response_values_max) {
        return refuse(EngineError::malformed, std::string{where} + ": values of a record are an object, not too large");
    }
    std::vector<Value::Field> record;
    for (const auto& [key, field] : value.get_object()) {
        ResponseDeclaration single;
        single.identifier = declaration.identifier + "." + std::string{key};
        const auto* type = field.is_object() ? field.get_object().if_contains("base_type") : nullptr;
        single.base_type = type != nullptr && type->is_string()
                               ? base_type_from_text(std::string_view{type->get_string()})
                               : std::nullopt;
        if (!single.base_type) { return refuse(EngineError::malformed, single.identifier + ": no base type"); }
        auto read = response_from_json(single, field, single.identifier);
        if (!read || !read->unreadable.empty()) { return read; }
        record.emplace_back(std::string{key}, std::move(read->value));
    }
    bound.value = Value::record(std::move(record));
    return bound;
}

struct Bound {
    Responses responses;
    std::vector<std::string> unreadable;
};

Result<Bound> bind_all(std::span<const ResponseDeclaration> declarations, const boost::json::object& fields)
{
    Bound bound;
    const auto* given = member(fields, "responses");
    if (given == nullptr) { return bound; }
    if (!given->is_object()) { return refuse(EngineError::malformed, "responses is no object"); }
    for (const auto& [key, value] : given->get_object()) {
        const std::string identifier{key};
        const auto declaration = std::ranges::find(declarations, identifier, &ResponseDeclaration::identifier);
        if (declaration == declarations.end()) {
            return refuse(EngineError::inconsistent, "there is no response " + identifier);
        }
        auto read = response_from_json(*declaration, value, identifier);
        if (!read) { return std::unexpected{read.error()}; }
        if (!read->unreadable.empty()) {
            bound.unreadable.push_back("not readable, so no response: " + read->unreadable);
        }
        bound.responses.insert_or_assign(identifier, std::move(read->value));
    }
    return bound;
}

void add_warnings(boost::json::object& answer, const std::vector<std::string>& first,
                  const std::vector<std::string>& second)
{
    boost::json::array all;
    for (const auto* warnings : {&first, &second}) {
        for (const std::string& warning : *warnings) { all.push_back(boost::json::string{warning}); }
    }
    if (!all.empty()) { answer["warnings"] = std::move(all); }
}

} // namespace

std::string_view to_text(EngineError code) noexcept
{
    switch (code) {
    case EngineError::malformed: return "malformed";
    case EngineError::out_of_range: return "out_of_range";
    case EngineError::unknown_field: return "unknown_field";
    case EngineError::inconsistent: return "inconsistent";
    case EngineError::infeasible: return "infeasible";
    }
    return "?";
}

boost::json::value to_json(const Value& value)
{
    boost::json::object made{{"cardinality", to_text(value.cardinality())}, {"base_type", type_json(value)}};
    if (value.is_null()) {
        made["values"] = nullptr;
    } else if (value.cardinality() == Cardinality::record) {
        boost::json::object fields;
        for (const auto& [name, field] : value.fields()) { fields[name] = to_json(field); }
        made["values"] = std::move(fields);
    } else {
        made["values"] = texts(value);
    }
    return made;
}

boost::json::value expression_value_to_json(const Value& value)
{
    if (value.is_null()) { return nullptr; }
    if (value.cardinality() == Cardinality::record) { return to_json(value); }
    boost::json::object made{{"cardinality", to_text(value.cardinality())}, {"base_type", type_json(value)}};
    boost::json::array all = texts(value);
    if (value.cardinality() == Cardinality::single) {
        made["value"] = std::move(all.front());
    } else {
        made["values"] = std::move(all);
    }
    return made;
}

Result<BoundResponse> response_from_json(const ResponseDeclaration& declaration, const boost::json::value& value,
                                         std::string_view where)
{
    const boost::json::value* values = &value;
    if (value.is_object()) {
        const boost::json::object& fields = value.get_object();
        if (!fits(declaration, fields)) {
            return refuse(EngineError::inconsistent, std::string{where} + ": not of the declared type");
        }
        values = member(fields, "values");
    }
    if (values == nullptr || values->is_null()) { return bind_response(declaration, std::nullopt); }
    if (declaration.cardinality == Cardinality::record) { return record_from_json(declaration, *values, where); }
    if (!values->is_array()) { return refuse(EngineError::malformed, std::string{where} + ": values is no array"); }
    const auto all = texts_of(values->get_array(), where);
    if (!all) { return std::unexpected{all.error()}; }
    return bind_response(declaration, std::span<const std::string>{*all});
}

CaseRunner::CaseRunner(ReadPart read, std::uint64_t seed) : reader_{std::move(read)}, seed_{seed} {}

const Result<AssessmentItem>& CaseRunner::item(const std::string& name)
{
    if (const auto known = items_.find(name); known != items_.end()) { return known->second; }
    if (items_.size() == items_kept_max) { items_.clear(); }
    const auto path = checked_path(name);
    Result<AssessmentItem> made = path ? reader_.item(*path) : std::unexpected{path.error()};
    return items_.emplace(name, std::move(made)).first->second;
}

Result<boost::json::object> CaseRunner::answer_item(const boost::json::object& fields)
{
    const auto name = text_of(fields, "item");
    if (!name) { return std::unexpected{name.error()}; }
    const Result<AssessmentItem>& read = item(*name);
    if (!read) { return std::unexpected{read.error()}; }
    const auto bound = bind_all(read->responses, fields);
    if (!bound) { return std::unexpected{bound.error()}; }
    SeededStream random{seed_};
    const auto scored = score(*read, bound->responses, &random);
    if (!scored) { return std::unexpected{scored.error()}; }
    boost::json::object outcomes;
    for (const NamedValue& outcome : scored->outcomes) { outcomes[outcome.identifier] = to_json(outcome.value); }
    boost::json::object answer{{"outcomes", std::move(outcomes)}};
    add_warnings(answer, bound->unreadable, scored->warnings);
    return answer;
}

Result<boost::json::object> CaseRunner::answer_expression(const boost::json::object& fields) const
{
    const auto text = text_of(fields, "expression_xml");
    if (!text) { return std::unexpected{text.error()}; }
    std::string declarations_text = "<r>";
    if (member(fields, "response_declarations_xml") != nullptr) {
        const auto declared = text_of(fields, "response_declarations_xml");
        if (!declared) { return std::unexpected{declared.error()}; }
        declarations_text += *declared;
    }
    const auto document = read_xml(*text);
    if (!document) { return std::unexpected{document.error()}; }
    const auto expression = read_expression(document->root);
    if (!expression) { return std::unexpected{expression.error()}; }
    const auto declared = read_xml(declarations_text + "</r>");
    if (!declared) { return std::unexpected{declared.error()}; }
    std::vector<ResponseDeclaration> declarations;
    for (const XmlNode& node : declared->root.children) {
        if (node.kind != XmlKind::element) { continue; }
        auto declaration = read_response_declaration(node);
        if (!declaration) { return std::unexpected{declaration.error()}; }
        declarations.push_back(std::move(*declaration));
    }
    const auto bound = bind_all(declarations, fields);
    if (!bound) { return std::unexpected{bound.error()}; }
    SeededStream random{seed_};
    const auto value = evaluate(*expression, declarations, bound->responses, &random);
    if (!value) { return std::unexpected{value.error()}; }
    boost::json::object answer{{"value", expression_value_to_json(*value)}};
    add_warnings(answer, bound->unreadable, {});
    return answer;
}

Result<boost::json::object> CaseRunner::answer_fields(const boost::json::object& fields)
{
    return fields.contains("expression_xml") ? answer_expression(fields) : answer_item(fields);
}

boost::json::object CaseRunner::answer(std::string_view line)
{
    boost::json::object made;
    const auto parsed = parse_json(line, JsonLimits{.bytes_max = line_bytes_max});
    Result<boost::json::object> answered = std::unexpected{EngineFailure{EngineError::malformed, "not an object"}};
    if (!parsed) {
        answered = std::unexpected{parsed.error()};
    } else if (parsed->is_object()) {
        const auto* id = member(parsed->get_object(), "id");
        made["id"] = id == nullptr ? boost::json::value{} : *id;
        answered = answer_fields(parsed->get_object());
    }
    if (!answered) {
        made["error"] = to_text(answered.error().code);
        made["detail"] = answered.error().detail;
        return made;
    }
    for (auto& [name, value] : *answered) { made[name] = std::move(value); }
    return made;
}

} // namespace papervault::engine::qti
