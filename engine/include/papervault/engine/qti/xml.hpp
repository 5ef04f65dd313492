#pragma once

#include <papervault/engine/error.hpp>

#include <string>
#include <string_view>
#include <vector>

/// XML documents as values: everything that a document says is kept, so that writing loses nothing.
namespace papervault::engine::qti {

struct XmlLimits {
    std::size_t bytes_max = 2 << 20;
    std::size_t nodes_max = 100'000; ///< Elements, attributes, texts, comments and instructions together.
    std::size_t depth_max = 100;
    std::size_t attributes_max = 64; ///< Of one element.
};

struct XmlAttribute {
    std::string name;
    std::string value;
    bool operator==(const XmlAttribute&) const = default;
};

enum class XmlKind { element, text, cdata, comment, instruction };

struct XmlNode {
    XmlKind kind = XmlKind::element;
    std::string name; ///< Of elements and instructions, with its prefix, as written.
    std::string text; ///< Of all but elements.
    std::vector<XmlAttribute> attributes;
    std::vector<XmlNode> children;
    bool operator==(const XmlNode&) const = default;

    /// Whether it is this element of QTI, under its 2.x or its 3.0 name ("qti-base-value" is "baseValue").
    /// @param plain  In lower case, without hyphens: "basevalue".
    [[nodiscard]] bool is(std::string_view plain) const;
    /// @param plain  As for is(): "basetype" finds baseType and base-type. @return nullptr without it.
    [[nodiscard]] const std::string* attribute(std::string_view plain) const;
    /// The first child of that name, or nullptr.
    [[nodiscard]] const XmlNode* child(std::string_view plain) const;
    /// Its text and that of all elements in it.
    [[nodiscard]] std::string inner_text() const;
};

/// One name for the names of all versions: without prefix, "qti-" and hyphens, in lower case.
[[nodiscard]] std::string plain_name(std::string_view name);

struct XmlDocument {
    std::vector<XmlNode> before; ///< Comments and instructions in front of the root.
    XmlNode root;
    std::vector<XmlNode> after;
    bool operator==(const XmlDocument&) const = default;
};

/// Reads UTF-8 (or what the declaration or the byte order mark says). No entity but the five of XML and character
/// references has a meaning: others are refused where they stand, as is a document type with declarations of its own.
/// @return malformed, or out_of_range beyond a limit.
[[nodiscard]] Result<XmlDocument> read_xml(std::string_view bytes, XmlLimits limits = {});
/// UTF-8 with a declaration; read_xml() gives the same value again.
[[nodiscard]] std::string to_xml(const XmlDocument& document);

} // namespace papervault::engine::qti
