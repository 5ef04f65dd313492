#pragma once

#include <papervault/engine/qti/package.hpp>
#include <papervault/engine/qti/scoring.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

/// Values, responses and scores as JSON; lines of test cases.
namespace papervault::engine::qti {

/// {"cardinality", "base_type", "values": [texts] | null}; of a record values is an object of single values, or null.
[[nodiscard]] boost::json::value to_json(const Value& value);
/// The value of an expression: null, or {"cardinality", "base_type", "value"} with "values" instead for containers.
[[nodiscard]] boost::json::value expression_value_to_json(const Value& value);
/// Reads {"cardinality", "base_type", "values"}, which must fit the declaration, a bare array of texts, or null. Values
/// of a record are an object of such single values.
[[nodiscard]] Result<BoundResponse> response_from_json(const ResponseDeclaration& declaration,
                                                       const boost::json::value& value, std::string_view where);

/// Answers lines of cases. A case of an item: {"id", "item", "responses": {ID: response}} gives {"id", "outcomes"}. A
/// case of an expression: {"id", "expression_xml", "response_declarations_xml", "responses"} gives {"id", "value"}.
/// What cannot be scored gives {"id", "error", "detail"}. "warnings" are there only if there are any; other members of
/// a line are not looked at.
class CaseRunner {
public:
    /// @param read  Items by the names in the cases, and what they name in turn.
    /// @param seed  Of everything random: each case begins with the same stream.
    CaseRunner(ReadPart read, std::uint64_t seed);

    /// @param line  At most 1 MiB of JSON.
    [[nodiscard]] boost::json::object answer(std::string_view line);

private:
    [[nodiscard]] Result<boost::json::object> answer_fields(const boost::json::object& fields);
    [[nodiscard]] Result<boost::json::object> answer_item(const boost::json::object& fields);
    [[nodiscard]] Result<boost::json::object> answer_expression(const boost::json::object& fields) const;
    [[nodiscard]] const Result<AssessmentItem>& item(const std::string& name);

    PartReader reader_;
    std::uint64_t seed_;
    std::map<std::string, Result<AssessmentItem>, std::less<>> items_;
};

/// "malformed", "inconsistent" …: the code of an error in JSON.
[[nodiscard]] std::string_view to_text(EngineError code) noexcept;

} // namespace papervault::engine::qti
