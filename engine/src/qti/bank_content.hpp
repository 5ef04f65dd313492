#pragma once

#include <papervault/engine/content.hpp>
#include <papervault/engine/qti/xml.hpp>

#include <string>
#include <vector>

namespace papervault::engine::qti {

/// What stands in a body, apart from interactions: paragraphs, tables, pictures.
struct BodyContent {
    Content content;
    std::vector<std::string> blanks; ///< Responses of the text entries, in reading order.
};
/// @return inconsistent for what content of the bank cannot show, for example superscripts or MathML without TeX.
[[nodiscard]] Result<BodyContent> content_of(const XmlNode& element);

/// The elements that show the content in QTI 3. @param blanks  Responses of the blanks, by number.
[[nodiscard]] std::vector<XmlNode> elements_of(const Content& content, const std::vector<std::string>& blanks);

[[nodiscard]] XmlNode make_element(std::string name, std::vector<XmlAttribute> attributes = {},
                                   std::vector<XmlNode> children = {});
[[nodiscard]] XmlNode make_text(std::string text);

} // namespace papervault::engine::qti
