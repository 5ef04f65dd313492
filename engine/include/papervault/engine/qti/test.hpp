#pragma once

#include <papervault/engine/qti/scoring.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Tests of QTI: parts, sections, references to items, and what outcome processing makes of the items' outcomes.
namespace papervault::engine::qti {

struct BranchRule {
    Expression condition;
    std::string target; ///< An identifier further on, or EXIT_SECTION, EXIT_TESTPART, EXIT_TEST.
    bool operator==(const BranchRule&) const = default;
};
/// What parts, sections and item references have in common.
struct TestElement {
    std::string identifier;
    std::vector<Expression> preconditions; ///< All must hold, else the element is left out.
    std::vector<BranchRule> branch_rules;  ///< The first that holds is followed.
    bool operator==(const TestElement&) const = default;
};
struct ItemWeight {
    std::string identifier;
    double value = 1.0;
    bool operator==(const ItemWeight&) const = default;
};
/// Another name for a variable of an item, seen from the test.
struct VariableMapping {
    std::string source;
    std::string target;
    bool operator==(const VariableMapping&) const = default;
};
/// The default of a template variable of the item, worked out by the test when the item's turn comes.
struct TemplateDefault {
    std::string identifier;
    Expression expression;
    bool operator==(const TemplateDefault&) const = default;
};
struct ItemReference : TestElement {
    std::string href;
    std::vector<std::string> categories;
    std::vector<ItemWeight> weights;
    std::vector<VariableMapping> variable_mappings;
    std::vector<TemplateDefault> template_defaults;
    bool operator==(const ItemReference&) const = default;
};
struct TestSection;
using SectionPart = std::variant<ItemReference, TestSection>;
struct TestSection : TestElement {
    std::string title;
    bool has_selection = false; ///< Which of its parts a candidate gets was decided when the form was made.
    std::vector<SectionPart> parts;
    bool operator==(const TestSection&) const;
};
struct TestPart : TestElement {
    bool is_linear = true;
    std::vector<SectionPart> parts;
    bool operator==(const TestPart&) const;
};
inline bool TestSection::operator==(const TestSection& other) const
{
    return static_cast<const TestElement&>(*this) == other && title == other.title &&
           has_selection == other.has_selection && parts == other.parts;
}
inline bool TestPart::operator==(const TestPart& other) const
{
    return static_cast<const TestElement&>(*this) == other && is_linear == other.is_linear && parts == other.parts;
}

/// A test, ready to be scored. `document` is the test as it was read, whole.
struct AssessmentTest {
    XmlDocument document;
    std::string identifier;
    std::string title;
    std::vector<OutcomeDeclaration> outcomes;
    std::vector<TestPart> parts;
    std::vector<Rule> outcome_rules;
    std::vector<std::string> section_files; ///< Sections that are only named (assessmentSectionRef): not read.
    std::vector<std::string> unread;        ///< As AssessmentItem::unread.
    bool operator==(const AssessmentTest&) const = default;

    /// All references, in document order. They live as long as the test is not changed.
    [[nodiscard]] std::vector<const ItemReference*> item_references() const;
};

/// Reads an assessmentTest or qti-assessment-test. PartReader reads sections in other files too. @return malformed,
/// inconsistent (an identifier twice), out_of_range.
[[nodiscard]] Result<AssessmentTest> read_test(std::string_view xml, XmlLimits limits = {});
[[nodiscard]] Result<AssessmentTest> read_test(XmlDocument document);
[[nodiscard]] std::string to_xml(const AssessmentTest& test);

/// The items of a test by the identifier of their reference. The items outlive the scoring.
using TestItems = std::map<std::string, const AssessmentItem*, std::less<>>;
/// What one candidate answered, by the identifier of the reference. An item without an entry was not presented.
using TestResponses = std::map<std::string, Responses, std::less<>>;

struct ItemSession {
    std::string identifier;
    bool is_selected = true; ///< False: the form does not have it.
    bool is_presented = false;
    bool is_responded = false; ///< At least one response that is not NULL.
    ItemOutcome outcome;       ///< Defaults when it was not presented.
};
/// Points of a category (or a section, under its identifier): sums of the items' SCORE.
struct SubScore {
    std::string name;
    int items = 0;
    double score = 0.0;
    std::optional<double> maximum; ///< Nothing when an item does not say its maximum.
};
struct TestOutcome {
    std::vector<NamedValue> outcomes;
    std::vector<ItemSession> items; ///< In document order.
    std::vector<SubScore> categories;
    std::vector<SubScore> sections;
    std::vector<std::string> warnings; ///< As ItemOutcome's, with the item in front.
};

/// Scores every item, then runs outcome processing.
///
/// Preconditions and branch rules count in linear parts, as the standard has it: what they leave out was not presented,
/// whatever responses there are.
/// @param weight  Of sub-scores: the name of the items' weight; empty for none.
/// @return not only the errors of score(): unknown_field for a reference without an item.
[[nodiscard]] Result<TestOutcome> score_test(const AssessmentTest& test, const TestItems& items,
                                             const TestResponses& responses, RandomStream* random = nullptr,
                                             std::string_view weight = {});

} // namespace papervault::engine::qti
