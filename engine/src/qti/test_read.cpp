#include "qti/fields.hpp"

#include <papervault/engine/qti/test.hpp>

#include <algorithm>
#include <set>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t elements_max = 10'000;

class TestReader {
public:
    Result<AssessmentTest> run(XmlDocument document)
    {
        AssessmentTest test;
        test.document = std::move(document);
        const XmlNode& root = test.document.root;
        if (!root.is("assessmenttest")) {
            return refuse(EngineError::malformed, "not an assessmentTest: " + described(root));
        }
        Fields fields{root};
        test.identifier = fields.identifier("identifier");
        test.title = fields.optional_text("title").value_or(std::string{});
        keep(fields.finish());
        for (const XmlNode& child : root.children) {
            if (child.is("outcomedeclaration")) {
                if (auto outcome = kept(read_outcome_declaration(child))) {
                    test.outcomes.push_back(std::move(*outcome));
                }
            } else if (child.is("testpart")) {
                test.parts.push_back(part(child));
            } else if (child.is("outcomeprocessing")) {
                if (auto rules = kept(read_rules(child))) { test.outcome_rules = std::move(*rules); }
            }
        }
        if (test.outcomes.size() > declarations_max) { fail(EngineError::out_of_range, "too many declarations"); }
        if (failure_) { return std::unexpected{*failure_}; }
        test.section_files = std::move(section_files_);
        return test;
    }

private:
    void fail(EngineError code, std::string detail)
    {
        if (!failure_) { failure_ = EngineFailure{code, std::move(detail)}; }
    }
    void keep(const Result<void>& result)
    {
        if (!result && !failure_) { failure_ = result.error(); }
    }
    template <class T>
    std::optional<T> kept(Result<T> result)
    {
        if (result) { return std::move(*result); }
        if (!failure_) { failure_ = result.error(); }
        return std::nullopt;
    }

    std::optional<Expression> expression_in(const XmlNode& node)
    {
        const auto expression = std::ranges::find(node.children, XmlKind::element, &XmlNode::kind);
        if (expression != node.children.end()) { return kept(read_expression(*expression)); }
        fail(EngineError::malformed, described(node) + ": no expression");
        return std::nullopt;
    }

    void read_common(const XmlNode& node, TestElement& made)
    {
        Fields fields{node};
        made.identifier = fields.identifier("identifier");
        keep(fields.finish());
        if (!identifiers_.insert(made.identifier).second) {
            fail(EngineError::inconsistent, "the identifier " + made.identifier + " is there twice");
        }
        if (identifiers_.size() > elements_max) { fail(EngineError::out_of_range, "the test has too many parts"); }
        for (const XmlNode& child : node.children) {
            const bool is_branch = child.is("branchrule");
            if (!is_branch && !child.is("precondition")) { continue; }
            auto expression = expression_in(child);
            if (!expression) { return; }
            if (!is_branch) {
                made.preconditions.push_back(std::move(*expression));
                continue;
            }
            Fields branch{child};
            made.branch_rules.push_back({std::move(*expression), branch.identifier("target")});
            keep(branch.finish());
        }
    }

    ItemReference reference(const XmlNode& node)
    {
        ItemReference made;
        read_common(node, made);
        Fields fields{node};
        made.href = fields.optional_text("href").value_or(std::string{});
        made.categories = fields.words("category");
        for (const XmlNode& child : node.children) {
            Fields inner{child};
            if (child.is("weight")) {
                made.weights.push_back({inner.identifier("identifier"), inner.number("value")});
            } else if (child.is("variablemapping")) {
                made.variable_mappings.push_back(
                    {inner.identifier("sourceidentifier"), inner.identifier("targetidentifier")});
            } else if (child.is("templatedefault")) {
                if (auto expression = expression_in(child)) {
                    made.template_defaults.push_back({inner.identifier("templateidentifier"), std::move(*expression)});
                }
            }
            keep(inner.finish());
        }
        return made;
    }

    void read_parts(const XmlNode& node, std::vector<SectionPart>& parts) // NOLINT(misc-no-recursion)
    {
        for (const XmlNode& child : node.children) {
            if (failure_) { return; }
            if (child.is("assessmentitemref")) { parts.emplace_back(reference(child)); }
            if (child.is("assessmentsection")) { parts.emplace_back(section(child)); }
            if (child.is("assessmentsectionref")) {
                const std::string* href = child.attribute("href");
                section_files_.push_back(href == nullptr ? "?" : *href);
            }
        }
    }

    TestSection section(const XmlNode& node) // NOLINT(misc-no-recursion): as deep as the document
    {
        TestSection made;
        read_common(node, made);
        Fields fields{node};
        made.title = fields.optional_text("title").value_or(std::string{});
        made.has_selection = node.child("selection") != nullptr;
        read_parts(node, made.parts);
        return made;
    }

    TestPart part(const XmlNode& node)
    {
        TestPart made;
        read_common(node, made);
        Fields fields{node};
        made.is_linear = fields.optional_text("navigationmode").value_or("linear") != "nonlinear";
        read_parts(node, made.parts);
        return made;
    }

    std::set<std::string, std::less<>> identifiers_;
    std::vector<std::string> section_files_;
    std::optional<EngineFailure> failure_;
};

void collect(const std::vector<SectionPart>& parts,
             std::vector<const ItemReference*>& found) // NOLINT(misc-no-recursion)
{
    for (const SectionPart& part : parts) {
        if (const auto* reference = std::get_if<ItemReference>(&part)) {
            found.push_back(reference);
        } else {
            collect(std::get<TestSection>(part).parts, found);
        }
    }
}

} // namespace

std::vector<const ItemReference*> AssessmentTest::item_references() const
{
    std::vector<const ItemReference*> found;
    for (const TestPart& part : parts) { collect(part.parts, found); }
    return found;
}

Result<AssessmentTest> read_test(std::string_view xml, XmlLimits limits)
{
    auto document = read_xml(xml, limits);
    if (!document) { return std::unexpected{document.error()}; }
    return read_test(std::move(*document));
}

Result<AssessmentTest> read_test(XmlDocument document)
{
    return TestReader{}.run(std::move(document));
}

std::string to_xml(const AssessmentTest& test)
{
    return to_xml(test.document);
}

} // namespace papervault::engine::qti
