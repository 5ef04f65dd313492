#include "qti/fields.hpp"
#include "qti/paths.hpp"
#include "qti/templates.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/package.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace papervault::engine::qti {
namespace {

constexpr std::string_view xinclude_namespace = "http://www.w3.org/2001/XInclude";

/// Elements whose content is for reading: what is missing there changes no score.
constexpr std::array<std::string_view, 7> body_names{
    "itembody",     "rubricblock", "modalfeedback",         "testfeedback",
    "stimulusbody", "cataloginfo", "companionmaterialsinfo"};
/// Attributes that name files.
constexpr std::array<std::string_view, 5> reference_names{"href", "src", "data", "templatelocation", "poster"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

std::size_t nodes_of(const XmlNode& node) // NOLINT(misc-no-recursion): as deep as the document
{
    std::size_t count = 1 + node.attributes.size();
    for (const XmlNode& child : node.children) { count += nodes_of(child); }
    return count;
}

std::size_t depth_of(const XmlNode& node) // NOLINT(misc-no-recursion): depth_max of parts times that of the parts
{
    std::size_t depth = 0;
    for (const XmlNode& child : node.children) { depth = std::max(depth, depth_of(child)); }
    return depth + (node.kind == XmlKind::element ? 1 : 0);
}

/// References of a part that moves into another file.
void rebase(XmlNode& node, std::string_view from, std::string_view to) // NOLINT(misc-no-recursion)
{
    for (XmlAttribute& attribute : node.attributes) {
        if (is_one_of(reference_names, plain_name(attribute.name))) {
            attribute.value = rebased(attribute.value, from, to);
        }
    }
    for (XmlNode& child : node.children) { rebase(child, from, to); }
}

/// The namespaces that prefixes stand for, innermost last.
using Scope = std::vector<std::pair<std::string, std::string>>;

void enter(const XmlNode& element, Scope& scope)
{
    for (const XmlAttribute& attribute : element.attributes) {
        if (attribute.name == "xmlns") { scope.emplace_back("", attribute.value); }
        if (attribute.name.starts_with("xmlns:")) { scope.emplace_back(attribute.name.substr(6), attribute.value); }
    }
}

/// @param scope  With the declarations of the element itself.
bool is_of_xinclude(const XmlNode& element, std::string_view local, const Scope& scope)
{
    if (element.kind != XmlKind::element) { return false; }
    const std::size_t colon = element.name.find(':');
    const std::string_view name = element.name;
    if (name.substr(colon == std::string::npos ? 0 : colon + 1) != local) { return false; }
    const std::string_view prefix = colon == std::string::npos ? std::string_view{} : name.substr(0, colon);
    const auto found = std::ranges::find(scope.rbegin(), scope.rend(), prefix, &Scope::value_type::first);
    return found != scope.rend() && found->second == xinclude_namespace;
}

/// Reads the files of one item or test and puts them into one document.
class Assembly {
public:
    Assembly(const ReadPart& read, const PartLimits& limits, std::vector<std::string>& unread)
        : read_{read}, limits_{limits}, unread_{unread}
    {
    }

    /// The file with all its parts. @return Any error; see is_fatal().
    Result<XmlDocument> file(std::string_view path) // NOLINT(misc-no-recursion): bounded by depth_max
    {
        if (std::ranges::find(open_, path) != open_.end()) { return stop(std::string{path} + " contains itself"); }
        if (open_.size() >= limits_.depth_max) { return stop("parts of parts are too deep at " + std::string{path}); }
        if (++parts_ > limits_.parts_max) { return stop("there are too many parts"); }
        const auto text = read_(path);
        if (!text) { return std::unexpected{text.error()}; }
        auto document = read_xml(*text, limits_.part);
        if (!document) { return refuse(document.error().code, std::string{path} + ": " + document.error().detail); }
        nodes_ += nodes_of(document->root);
        if (nodes_ > limits_.nodes_max) { return stop("all parts together are too large"); }
        open_.emplace_back(path);
        Scope scope;
        auto done = children_of(document->root, path, scope, false);
        open_.pop_back();
        if (!done) { return std::unexpected{done.error()}; }
        if (open_.empty() && depth_of(document->root) > limits_.part.depth_max) { return stop("it is too deep"); }
        return document;
    }

    /// Whether something went beyond a limit, or in a circle: no fallback mends that.
    [[nodiscard]] bool is_fatal() const noexcept { return is_fatal_; }

private:
    std::unexpected<EngineFailure> stop(std::string why)
    {
        is_fatal_ = true;
        return refuse(EngineError::out_of_range, std::move(why));
    }

    /// Replaces what names other files by what they hold.
    Result<void> children_of(XmlNode& parent, std::string_view path, Scope& scope, // NOLINT(misc-no-recursion)
                             bool in_body)
    {
        const std::size_t outer = scope.size();
        enter(parent, scope);
        in_body = in_body || is_one_of(body_names, plain_name(parent.name));
        std::vector<XmlNode> made;
        made.reserve(parent.children.size());
        for (XmlNode& child : parent.children) {
            const std::size_t before = scope.size();
            if (child.kind == XmlKind::element) { enter(child, scope); }
            const bool is_include = is_of_xinclude(child, "include", scope);
            auto parts = is_include                         ? included(child, path, scope, in_body)
                         : child.is("assessmentsectionref") ? section(child, path)
                                                            : kept(child, path, scope, in_body);
            scope.resize(before);
            if (!parts) { return std::unexpected{parts.error()}; }
            std::ranges::move(*parts, std::back_inserter(made));
        }
        parent.children = std::move(made);
        scope.resize(outer);
        return {};
    }

    Result<std::vector<XmlNode>> kept(XmlNode& child, std::string_view path, Scope& scope, // NOLINT(misc-no-recursion)
                                      bool in_body)
    {
        if (child.kind == XmlKind::element) {
            if (auto done = children_of(child, path, scope, in_body); !done) { return std::unexpected{done.error()}; }
        }
        std::vector<XmlNode> one;
        one.push_back(std::move(child));
        return one;
    }

    Result<XmlNode> content_of(const XmlNode& include, std::string_view path) // NOLINT(misc-no-recursion)
    {
        const std::string* href = include.attribute("href");
        const std::string* parse = include.attribute("parse");
        if (include.attribute("xpointer") != nullptr || href == nullptr) {
            return refuse(EngineError::inconsistent, "an include with an xpointer, or without a file, is not read");
        }
        auto target = resolved_path(path, *href);
        if (!target) { return std::unexpected{target.error()}; }
        if (parse != nullptr && *parse == "text") {
            auto text = read_(*target);
            if (!text) { return std::unexpected{text.error()}; }
            if (++parts_ > limits_.parts_max) { return stop("there are too many parts"); }
            if (text->size() > limits_.part.bytes_max || !is_utf8(*text) || text->find('\0') != std::string::npos) {
                return refuse(EngineError::malformed, *target + " is no short text in UTF-8");
            }
            XmlNode node;
            node.kind = XmlKind::text;
            node.text = std::move(*text);
            return node;
        }
        auto document = file(*target);
        if (!document) { return std::unexpected{document.error()}; }
        rebase(document->root, *target, path);
        return std::move(document->root);
    }

    Result<std::vector<XmlNode>> included(XmlNode& include, std::string_view path, // NOLINT(misc-no-recursion)
                                          Scope& scope, bool in_body)
    {
        auto content = content_of(include, path);
        std::vector<XmlNode> parts;
        if (content) {
            const bool is_nothing = content->kind == XmlKind::text && content->text.empty();
            if (!is_nothing) { parts.push_back(std::move(*content)); }
            return parts;
        }
        if (is_fatal_) { return std::unexpected{content.error()}; }
        const auto fallback = std::ranges::find_if(
            include.children, [&](const XmlNode& child) { return is_of_xinclude(child, "fallback", scope); });
        if (fallback != include.children.end()) {
            if (auto done = children_of(*fallback, path, scope, in_body); !done) {
                return std::unexpected{done.error()};
            }
            return std::move(fallback->children);
        }
        if (!in_body) { return refuse(content.error().code, "include: " + content.error().detail); }
        unread_.push_back("an include in the body cannot be read: " + content.error().detail);
        parts.push_back(std::move(include));
        return parts;
    }

    /// The section takes the name that the test has for it, and the conditions that stand at the reference.
    Result<std::vector<XmlNode>> section(XmlNode& reference, std::string_view path) // NOLINT(misc-no-recursion)
    {
        const std::string* href = reference.attribute("href");
        if (href == nullptr) { return refuse(EngineError::malformed, described(reference) + ": href is missing"); }
        auto target = resolved_path(path, *href);
        if (!target) { return std::unexpected{target.error()}; }
        auto document = file(*target);
        if (!document) { return std::unexpected{document.error()}; }
        XmlNode& root = document->root;
        if (!root.is("assessmentsection")) { return refuse(EngineError::malformed, *target + " is no section"); }
        rebase(root, *target, path);
        const auto is_identifier = [](const XmlAttribute& a) { return plain_name(a.name) == "identifier"; };
        const auto name = std::ranges::find_if(reference.attributes, is_identifier);
        const auto own = std::ranges::find_if(root.attributes, is_identifier);
        if (name != reference.attributes.end()) {
            if (own == root.attributes.end()) {
                root.attributes.push_back(*name);
            } else {
                own->value = name->value;
            }
        }
        std::ranges::move(reference.children, std::inserter(root.children, root.children.begin()));
        std::vector<XmlNode> parts;
        parts.push_back(std::move(root));
        return parts;
    }

    const ReadPart& read_;
    const PartLimits& limits_;
    std::vector<std::string>& unread_;
    std::vector<std::string> open_; ///< The files that lead here.
    std::size_t parts_ = 0;
    std::size_t nodes_ = 0;
    bool is_fatal_ = false;
};

/// Rules from the file that responseProcessing names, where it has none and names no template of the standard.
Result<void> add_rules(XmlNode& processing, std::string_view path, Assembly& assembly, std::vector<std::string>& unread)
{
    const bool has_rules =
        std::ranges::find(processing.children, XmlKind::element, &XmlNode::kind) != processing.children.end();
    const std::string* name = processing.attribute("template");
    const std::string* location = processing.attribute("templatelocation");
    if (has_rules || (name != nullptr && standard_template(*name))) { return {}; }
    if (location != nullptr && standard_template(*location)) { return {}; }
    EngineFailure why{EngineError::inconsistent, {}};
    for (const std::string* reference : {location, name}) {
        if (reference == nullptr) { continue; }
        const auto target = resolved_path(path, *reference);
        auto document = target ? assembly.file(*target) : Result<XmlDocument>{std::unexpected{target.error()}};
        if (document && document->root.is("responseprocessing")) {
            rebase(document->root, *target, path);
            processing.children = std::move(document->root.children);
            return {};
        }
        if (assembly.is_fatal()) { return std::unexpected{document.error()}; }
        if (why.detail.empty()) {
            why.detail = document ? *target + " is no responseProcessing" : document.error().detail;
        }
    }
    if (!why.detail.empty()) { unread.push_back("the response processing template cannot be read: " + why.detail); }
    return {};
}

Result<void> add_stimulus(const XmlNode& reference, std::string_view path, Assembly& assembly, AssessmentItem& item)
{
    const std::string* href = reference.attribute("href");
    const auto target = resolved_path(path, href == nullptr ? std::string_view{} : *href);
    auto document = target ? assembly.file(*target) : Result<XmlDocument>{std::unexpected{target.error()}};
    if (!document) {
        if (assembly.is_fatal()) { return std::unexpected{document.error()}; }
        item.unread.push_back("a passage cannot be read: " + document.error().detail);
        return {};
    }
    XmlNode& root = document->root;
    const XmlNode* body = root.child("stimulusbody");
    if (!root.is("assessmentstimulus") || body == nullptr) {
        item.unread.push_back("a passage cannot be read: " + *target + " is no assessmentStimulus");
        return {};
    }
    Fields fields{root};
    SharedStimulus made;
    made.identifier = fields.optional_text("identifier").value_or(std::string{});
    made.title = fields.optional_text("title").value_or(std::string{});
    made.body = *body;
    rebase(made.body, *target, path);
    item.stimuli.push_back(std::move(made));
    return {};
}

} // namespace

Result<XmlDocument> PartReader::document(std::string_view path, std::vector<std::string>& unread)
{
    return Assembly{read_, limits_, unread}.file(path);
}

Result<AssessmentItem> PartReader::item(std::string_view path)
{
    std::vector<std::string> unread;
    Assembly assembly{read_, limits_, unread};
    auto document = assembly.file(path);
    if (!document) { return std::unexpected{document.error()}; }
    for (XmlNode& child : document->root.children) {
        if (!child.is("responseprocessing")) { continue; }
        if (auto added = add_rules(child, path, assembly, unread); !added) { return std::unexpected{added.error()}; }
    }
    auto item = read_item(std::move(*document));
    if (!item) { return item; }
    item->unread = std::move(unread);
    for (const XmlNode& child : item->document.root.children) {
        if (!child.is("assessmentstimulusref")) { continue; }
        if (auto added = add_stimulus(child, path, assembly, *item); !added) { return std::unexpected{added.error()}; }
    }
    return item;
}

Result<AssessmentTest> PartReader::test(std::string_view path)
{
    std::vector<std::string> unread;
    auto document = Assembly{read_, limits_, unread}.file(path);
    if (!document) { return std::unexpected{document.error()}; }
    auto test = read_test(std::move(*document));
    if (test) { test->unread = std::move(unread); }
    return test;
}

} // namespace papervault::engine::qti
