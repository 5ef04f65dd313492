#include "qti/fields.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/declarations.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace papervault::engine::qti {
namespace {

struct RuleRow {
    std::string_view plain;
    RuleKind kind;
};
constexpr std::array rule_names{
    RuleRow{"setoutcomevalue", RuleKind::set_outcome},
    RuleRow{"lookupoutcomevalue", RuleKind::lookup_outcome},
    RuleRow{"settemplatevalue", RuleKind::set_template},
    RuleRow{"setcorrectresponse", RuleKind::set_correct},
    RuleRow{"setdefaultvalue", RuleKind::set_default},
    RuleRow{"responsecondition", RuleKind::condition},
    RuleRow{"outcomecondition", RuleKind::condition},
    RuleRow{"templatecondition", RuleKind::condition},
    RuleRow{"responseprocessingfragment", RuleKind::block},
    RuleRow{"outcomeprocessingfragment", RuleKind::block},
    RuleRow{"exitresponse", RuleKind::exit},
    RuleRow{"exittemplate", RuleKind::exit},
    RuleRow{"exittest", RuleKind::exit},
    RuleRow{"templateconstraint", RuleKind::constraint},
};

const XmlNode* first_element(const XmlNode& element)
{
    const auto found = std::ranges::find(element.children, XmlKind::element, &XmlNode::kind);
    return found == element.children.end() ? nullptr : &*found;
}

bool ends_with(const std::string& name, std::string_view end)
{
    return name.size() > end.size() && name.ends_with(end);
}

Result<std::vector<Rule>> read_list(std::span<const XmlNode> elements);

/// responseIf, responseElseIf, outcomeElse …
Result<Branch> read_branch(const XmlNode& element, bool has_condition) // NOLINT(misc-no-recursion)
{
    Branch branch;
    if (!has_condition) {
        auto rules = read_rules(element);
        if (!rules) { return std::unexpected{rules.error()}; }
        branch.rules = std::move(*rules);
        return branch;
    }
    const XmlNode* condition = first_element(element);
    if (condition == nullptr) { return refuse(EngineError::malformed, described(element) + ": no condition"); }
    auto expression = read_expression(*condition);
    if (!expression) { return std::unexpected{expression.error()}; }
    branch.condition = std::move(*expression);
    const std::size_t place = static_cast<std::size_t>(condition - element.children.data()) + 1;
    auto rules = read_list(std::span{element.children}.subspan(place));
    if (!rules) { return std::unexpected{rules.error()}; }
    branch.rules = std::move(*rules);
    return branch;
}

Result<void> read_condition(const XmlNode& element, Rule& rule) // NOLINT(misc-no-recursion)
{
    for (const XmlNode& child : element.children) {
        if (child.kind != XmlKind::element) { continue; }
        const std::string plain = plain_name(child.name);
        const bool is_else = ends_with(plain, "else");
        const bool is_if = ends_with(plain, "if");
        const bool comes_in_order = rule.branches.empty()
                                        ? is_if && !ends_with(plain, "elseif")
                                        : rule.branches.back().condition && (is_else || ends_with(plain, "elseif"));
        if (!comes_in_order) {
            return refuse(EngineError::malformed,
                          described(element) + ": misplaced " + std::string{clipped(child.name, 60)});
        }
        auto branch = read_branch(child, is_if);
        if (!branch) { return std::unexpected{branch.error()}; }
        rule.branches.push_back(std::move(*branch));
    }
    if (rule.branches.empty()) { return refuse(EngineError::malformed, described(element) + ": no branch"); }
    return {};
}

Result<Rule> read_rule(const XmlNode& element) // NOLINT(misc-no-recursion)
{
    Rule rule;
    const std::string plain = plain_name(element.name);
    const auto row = std::ranges::find(rule_names, plain, &RuleRow::plain);
    if (row == rule_names.end()) {
        rule.identifier = std::string{clipped(element.name, 60)};
        return rule;
    }
    rule.kind = row->kind;
    switch (rule.kind) {
    case RuleKind::condition:
        if (auto read = read_condition(element, rule); !read) { return std::unexpected{read.error()}; }
        return rule;
    case RuleKind::block: {
        auto branch = read_branch(element, false);
        if (!branch) { return std::unexpected{branch.error()}; }
        rule.branches.push_back(std::move(*branch));
        return rule;
    }
    case RuleKind::exit: return rule;
    default: break;
    }
    Fields fields{element};
    if (rule.kind != RuleKind::constraint) { rule.identifier = fields.identifier("identifier"); }
    if (auto read = fields.finish(); !read) { return std::unexpected{read.error()}; }
    const XmlNode* child = first_element(element);
    if (child == nullptr) {
        // Some items write setDefaultValue without an expression: not a rule of the standard.
        rule.kind = RuleKind::unknown;
        rule.identifier = element.name + " without an expression";
        return rule;
    }
    auto expression = read_expression(*child);
    if (!expression) { return std::unexpected{expression.error()}; }
    rule.expression = std::move(*expression);
    return rule;
}

Result<std::vector<Rule>> read_list(std::span<const XmlNode> elements) // NOLINT(misc-no-recursion)
{
    std::vector<Rule> rules;
    for (const XmlNode& child : elements) {
        if (child.kind != XmlKind::element) { continue; }
        auto rule = read_rule(child);
        if (!rule) { return std::unexpected{rule.error()}; }
        rules.push_back(std::move(*rule));
    }
    return rules;
}

} // namespace

Result<std::vector<Rule>> read_rules(const XmlNode& element) // NOLINT(misc-no-recursion): as deep as the document
{
    return read_list(element.children);
}

} // namespace papervault::engine::qti
