#pragma once

#include <papervault/engine/qti/item.hpp>
#include <papervault/engine/random_stream.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Scores items as QTI says it: the plain interpreter, which is the reference.
namespace papervault::engine::qti {

/// By response identifier. A response that is missing is NULL.
using Responses = std::map<std::string, Value, std::less<>>;

inline constexpr std::size_t response_values_max = 1000;
inline constexpr std::size_t response_bytes_max = 100'000; ///< Of all values of one response together.

/// A response as text, checked against its declaration.
struct BoundResponse {
    Value value;
    /// Why what was given could not be read as the declared type and counts as no response; empty if it could.
    std::string unreadable;
};
/// @param values  Nothing for NULL. @return inconsistent for several values of a single response, out_of_range beyond
/// the limits above.
[[nodiscard]] Result<BoundResponse> bind_response(const ResponseDeclaration& declaration,
                                                  std::optional<std::span<const std::string>> values);

struct NamedValue {
    std::string identifier;
    Value value;
    bool operator==(const NamedValue&) const = default;
};

struct ItemOutcome {
    std::vector<NamedValue> outcomes;  ///< All that are declared, in that order.
    std::vector<NamedValue> templates; ///< What templateProcessing made of the template variables.
    /// Whether every response is exactly the declared correct one: all or nothing, as numberCorrect of a test counts.
    /// Nothing unless every response has a correct one.
    std::optional<bool> is_correct;
    /// Reasons why the outcomes are no result to rely on: a template or operator that is not known here. Whoever
    /// awards points must not, while there is one.
    std::vector<std::string> warnings;
};

/// Template processing, then response processing of one attempt.
///
/// Numeric outcomes without a default begin with 0, all others with NULL. The score of a batch needs no state: any
/// thread may score with the same item.
/// @param responses  Values of the declared types; others are refused as inconsistent. Undeclared ones too.
/// @param random  Of templateProcessing and of random operators; without it they are errors.
/// @param template_defaults  What a test says about template variables (templateDefault).
/// @return inconsistent for types that do not fit, unknown_field for rules and operators that are not the standard's,
/// out_of_range for processing without end.
[[nodiscard]] Result<ItemOutcome> score(const AssessmentItem& item, const Responses& responses,
                                        RandomStream* random = nullptr,
                                        std::span<const NamedValue> template_defaults = {});

/// What an expression gives with these declarations and responses: for tests, authors, and test vectors.
[[nodiscard]] Result<Value> evaluate(const Expression& expression, std::span<const ResponseDeclaration> declarations,
                                     const Responses& responses, RandomStream* random = nullptr);

} // namespace papervault::engine::qti
