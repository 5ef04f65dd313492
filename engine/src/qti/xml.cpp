#include <papervault/engine/qti/xml.hpp>

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <pugixml.hpp>

namespace papervault::engine::qti {
namespace {

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Compares without making the plain name.
bool has_plain_name(std::string_view name, std::string_view plain) noexcept
{
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) { name.remove_prefix(colon + 1); }
    if (name.starts_with("qti-")) { name.remove_prefix(4); }
    std::size_t place = 0;
    for (const char c : name) {
        if (c == '-') { continue; }
        if (place == plain.size() || lower(c) != plain[place]) { return false; }
        ++place;
    }
    return place == plain.size();
}

/// What pugixml leaves as text after a '&' would be a reference to an entity that nobody declared.
bool has_unknown_entity(std::string_view bytes)
{
    struct Section {
        std::string_view begin, end;
    };
    static constexpr std::array literal_sections{Section{"<!--", "-->"}, Section{"<![CDATA[", "]]>"},
                                                 Section{"<?", "?>"}};
    for (std::size_t at = bytes.find_first_of("&<"); at != std::string_view::npos; at = bytes.find_first_of("&<", at)) {
        const std::string_view rest = bytes.substr(at);
        const auto literal =
            std::ranges::find_if(literal_sections, [&](const Section& s) { return rest.starts_with(s.begin); });
        if (literal != literal_sections.end()) {
            const std::size_t end = bytes.find(literal->end, at + literal->begin.size());
            if (end == std::string_view::npos) { return false; } // the parser will say so
            at = end + literal->end.size();
            continue;
        }
        const bool known = rest.front() == '<' || rest.starts_with("&#") || rest.starts_with("&amp;") ||
                           rest.starts_with("&lt;") || rest.starts_with("&gt;") || rest.starts_with("&quot;") ||
                           rest.starts_with("&apos;");
        if (!known) { return true; }
        ++at;
    }
    return false;
}

class TreeBuilder {
public:
    explicit TreeBuilder(const XmlLimits& limits) : limits_{limits} {}

    Result<XmlDocument> build(const pugi::xml_document& source)
    {
        XmlDocument document;
        bool has_root = false;
        for (const pugi::xml_node node : source.children()) {
            switch (node.type()) {
            case pugi::node_element:
                if (has_root) { return refuse(EngineError::malformed, "XML: more than one root element"); }
                has_root = true;
                document.root = element(node, 1);
                break;
            case pugi::node_doctype:
                if (std::string_view{node.value()}.find('[') != std::string_view::npos) {
                    return refuse(EngineError::malformed, "XML: a document type with declarations is not accepted");
                }
                break;
            case pugi::node_comment:
            case pugi::node_pi: (has_root ? document.after : document.before).push_back(leaf(node)); break;
            default: break;
            }
            if (!problem_.empty()) { return refuse(code_, "XML: " + problem_); }
        }
        if (!has_root) { return refuse(EngineError::malformed, "XML: no root element"); }
        return document;
    }

private:
    void stop(EngineError code, std::string problem)
    {
        if (problem_.empty()) {
            code_ = code;
            problem_ = std::move(problem);
        }
    }

    std::string checked(const char* text)
    {
        if (!is_utf8(text)) { stop(EngineError::malformed, "not UTF-8"); }
        return text;
    }

    void count(std::size_t more)
    {
        nodes_ += more;
        if (nodes_ > limits_.nodes_max) {
            stop(EngineError::out_of_range, "more than " + std::to_string(limits_.nodes_max) + " nodes");
        }
    }

    XmlNode leaf(const pugi::xml_node node)
    {
        count(1);
        XmlNode made;
        switch (node.type()) {
        case pugi::node_cdata: made.kind = XmlKind::cdata; break;
        case pugi::node_comment: made.kind = XmlKind::comment; break;
        case pugi::node_pi: made.kind = XmlKind::instruction; break;
        default: made.kind = XmlKind::text; break;
        }
        made.name = checked(node.name());
        made.text = checked(node.value());
        return made;
    }

    void read_attributes(const pugi::xml_node node, XmlNode& made)
    {
        for (const pugi::xml_attribute attribute : node.attributes()) {
            count(1);
            if (made.attributes.size() == limits_.attributes_max) {
                return stop(EngineError::out_of_range, "too many attributes in " + made.name);
            }
            if (std::ranges::find(made.attributes, attribute.name(), &XmlAttribute::name) != made.attributes.end()) {
                return stop(EngineError::malformed, "an attribute twice in " + made.name);
            }
            made.attributes.push_back({checked(attribute.name()), checked(attribute.value())});
        }
    }

    XmlNode element(const pugi::xml_node node, std::size_t depth) // NOLINT(misc-no-recursion): bounded by depth_max
    {
        XmlNode made;
        count(1);
        if (depth > limits_.depth_max) {
            stop(EngineError::out_of_range, "deeper than " + std::to_string(limits_.depth_max) + " elements");
            return made;
        }
        made.name = checked(node.name());
        read_attributes(node, made);
        for (const pugi::xml_node child : node.children()) {
            if (!problem_.empty()) { return made; }
            switch (child.type()) {
            case pugi::node_element: made.children.push_back(element(child, depth + 1)); break;
            case pugi::node_pcdata:
            case pugi::node_cdata:
            case pugi::node_comment:
            case pugi::node_pi: made.children.push_back(leaf(child)); break;
            default: stop(EngineError::malformed, "a declaration inside of " + made.name);
            }
        }
        return made;
    }

    const XmlLimits& limits_;
    std::size_t nodes_ = 0;
    EngineError code_ = EngineError::malformed;
    std::string problem_;
};

void append_escaped(std::string& out, std::string_view text, bool in_attribute)
{
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '\r': out += "&#13;"; break;
        case '"': out += in_attribute ? "&quot;" : "\""; break;
        case '\n': out += in_attribute ? "&#10;" : "\n"; break;
        case '\t': out += in_attribute ? "&#9;" : "\t"; break;
        default: out += c;
        }
    }
}

void append_node(std::string& out, const XmlNode& node) // NOLINT(misc-no-recursion): as deep as what was read
{
    switch (node.kind) {
    case XmlKind::text: append_escaped(out, node.text, false); return;
    case XmlKind::cdata: out += "<![CDATA[" + node.text + "]]>"; return;
    case XmlKind::comment: out += "<!--" + node.text + "-->"; return;
    case XmlKind::instruction: out += "<?" + node.name + (node.text.empty() ? "" : " " + node.text) + "?>"; return;
    case XmlKind::element: break;
    }
    out += "<" + node.name;
    for (const XmlAttribute& attribute : node.attributes) {
        out += " " + attribute.name + "=\"";
        append_escaped(out, attribute.value, true);
        out += "\"";
    }
    if (node.children.empty()) {
        out += "/>";
        return;
    }
    out += ">";
    for (const XmlNode& child : node.children) { append_node(out, child); }
    out += "</" + node.name + ">";
}

void append_inner_text(std::string& out, const XmlNode& node) // NOLINT(misc-no-recursion)
{
    for (const XmlNode& child : node.children) {
        if (child.kind == XmlKind::text || child.kind == XmlKind::cdata) { out += child.text; }
        if (child.kind == XmlKind::element) { append_inner_text(out, child); }
    }
}

} // namespace

std::string plain_name(std::string_view name)
{
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) { name.remove_prefix(colon + 1); }
    if (name.starts_with("qti-")) { name.remove_prefix(4); }
    std::string plain;
    for (const char c : name) {
        if (c != '-') { plain += lower(c); }
    }
    return plain;
}

bool XmlNode::is(std::string_view plain) const
{
    return kind == XmlKind::element && has_plain_name(name, plain);
}

const std::string* XmlNode::attribute(std::string_view plain) const
{
    for (const XmlAttribute& attribute : attributes) {
        if (has_plain_name(attribute.name, plain)) { return &attribute.value; }
    }
    return nullptr;
}

const XmlNode* XmlNode::child(std::string_view plain) const
{
    const auto found = std::ranges::find_if(children, [&](const XmlNode& node) { return node.is(plain); });
    return found == children.end() ? nullptr : &*found;
}

std::string XmlNode::inner_text() const
{
    std::string all;
    append_inner_text(all, *this);
    return all;
}

Result<XmlDocument> read_xml(std::string_view bytes, XmlLimits limits)
{
    if (bytes.size() > limits.bytes_max) {
        return refuse(EngineError::out_of_range, "XML: more than " + std::to_string(limits.bytes_max) + " bytes");
    }
    // Every node begins with '<' or follows one, so this bounds the memory of the parser itself.
    if (static_cast<std::size_t>(std::ranges::count(bytes, '<')) > limits.nodes_max + 1) {
        return refuse(EngineError::out_of_range, "XML: more than " + std::to_string(limits.nodes_max) + " nodes");
    }
    if (bytes.find('\0') == std::string_view::npos && has_unknown_entity(bytes)) {
        return refuse(EngineError::malformed, "XML: a reference to an entity that XML itself does not have");
    }
    pugi::xml_document source;
    constexpr unsigned how =
        pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_comments | pugi::parse_pi | pugi::parse_doctype;
    const pugi::xml_parse_result parsed = source.load_buffer(bytes.data(), bytes.size(), how);
    if (!parsed) {
        return refuse(EngineError::malformed,
                      "XML: " + std::string{parsed.description()} + " at byte " + std::to_string(parsed.offset));
    }
    return TreeBuilder{limits}.build(source);
}

std::string to_xml(const XmlDocument& document)
{
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    for (const XmlNode& node : document.before) {
        append_node(out, node);
        out += "\n";
    }
    append_node(out, document.root);
    out += "\n";
    for (const XmlNode& node : document.after) {
        append_node(out, node);
        out += "\n";
    }
    return out;
}

} // namespace papervault::engine::qti
