#pragma once

#include "engine/support.hpp"

#include <papervault/engine/qti/cases.hpp>
#include <papervault/engine/seeded_stream.hpp>

#include <boost/json/serialize.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine::qti {

inline void PrintTo(const Value& value, std::ostream* out)
{
    *out << boost::json::serialize(to_json(value));
}

/// The declarations and responses that an expression sees.
struct World {
    std::string declarations;
    std::vector<std::pair<std::string, std::vector<std::string>>> responses;
};

/// The value of an expression, or why there is none.
inline Result<Value> value_of(std::string_view expression, const World& world = {})
{
    const auto document = read_xml(expression);
    if (!document) return std::unexpected{document.error()};
    const auto read = read_expression(document->root);
    if (!read) return std::unexpected{read.error()};
    const auto declared = read_xml("<r>" + world.declarations + "</r>");
    if (!declared) return std::unexpected{declared.error()};
    std::vector<ResponseDeclaration> declarations;
    Responses responses;
    for (const XmlNode& node : declared->root.children) {
        auto declaration = read_response_declaration(node);
        if (!declaration) return std::unexpected{declaration.error()};
        for (const auto& [identifier, values] : world.responses) {
            if (identifier != declaration->identifier) continue;
            auto bound = bind_response(*declaration, values);
            if (!bound) return std::unexpected{bound.error()};
            responses[identifier] = bound->value;
        }
        declarations.push_back(std::move(*declaration));
    }
    SeededStream random{7};
    return evaluate(*read, declarations, responses, &random);
}

MATCHER(IsNull, "is NULL")
{
    if (!arg.has_value()) {
        *result_listener << "but failed: " << arg.error().detail;
        return false;
    }
    return arg->is_null();
}
MATCHER_P(IsValue, expected, "is " + testing::PrintToString(expected))
{
    if (!arg.has_value()) {
        *result_listener << "but failed: " << arg.error().detail;
        return false;
    }
    *result_listener << "is " << testing::PrintToString(*arg);
    return *arg == expected;
}
inline auto is_true()
{
    return IsValue(Value::boolean(true));
}
inline auto is_false()
{
    return IsValue(Value::boolean(false));
}
inline auto is_float(double number)
{
    return IsValue(Value::floating(number));
}
inline auto is_integer(std::int64_t number)
{
    return IsValue(Value::integer(number));
}

inline std::string base(std::string_view type, std::string_view text)
{
    return "<baseValue baseType=\"" + std::string{type} + "\">" + std::string{text} + "</baseValue>";
}
inline std::string integer(std::int64_t number)
{
    return base("integer", std::to_string(number));
}
inline std::string real(std::string_view text)
{
    return base("float", text);
}
inline std::string text(std::string_view value)
{
    return base("string", value);
}
inline std::string yes()
{
    return base("boolean", "true");
}
inline std::string no()
{
    return base("boolean", "false");
}
inline std::string null()
{
    return "<null/>";
}
inline std::string element(std::string_view name, std::string_view inner)
{
    const std::string_view plain = name.substr(0, name.find(' '));
    return "<" + std::string{name} + ">" + std::string{inner} + "</" + std::string{plain} + ">";
}

/// An item of the given parts.
inline std::string item_xml(std::string_view declarations, std::string_view processing, std::string_view body = "<p/>")
{
    return "<assessmentItem xmlns=\"http://www.imsglobal.org/xsd/imsqti_v2p2\" identifier=\"i\" title=\"t\" "
           "adaptive=\"false\" timeDependent=\"false\">" +
           std::string{declarations} + "<itemBody>" + std::string{body} + "</itemBody>" + std::string{processing} +
           "</assessmentItem>";
}
inline std::string score_outcome(std::string_view type = "float")
{
    return "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"" + std::string{type} + "\"/>";
}
inline std::string set_score(std::string_view expression)
{
    return "<setOutcomeValue identifier=\"SCORE\">" + std::string{expression} + "</setOutcomeValue>";
}

/// Scores an item with texts as responses.
inline Result<ItemOutcome> scored(std::string_view xml,
                                  const std::vector<std::pair<std::string, std::vector<std::string>>>& given = {})
{
    const auto item = read_item(xml);
    if (!item) return std::unexpected{item.error()};
    Responses responses;
    for (const auto& [identifier, values] : given) {
        const ResponseDeclaration* declaration = item->response(identifier);
        if (declaration == nullptr) return refuse(EngineError::unknown_field, identifier);
        auto bound = bind_response(*declaration, values);
        if (!bound) return std::unexpected{bound.error()};
        responses[identifier] = bound->value;
    }
    SeededStream random{7};
    return score(*item, responses, &random);
}

/// An outcome of a scored item.
inline Result<Value> outcome(const Result<ItemOutcome>& scored_item, std::string_view identifier = "SCORE")
{
    if (!scored_item) return std::unexpected{scored_item.error()};
    for (const NamedValue& value : scored_item->outcomes) {
        if (value.identifier == identifier) return value.value;
    }
    return refuse(EngineError::unknown_field, std::string{identifier});
}

} // namespace papervault::engine::qti
