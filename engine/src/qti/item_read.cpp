#include "qti/fields.hpp"
#include "qti/templates.hpp"

#include <papervault/engine/qti/item.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace papervault::engine::qti {
namespace {

struct InteractionRow {
    InteractionKind kind;
    std::string_view name;
};
constexpr std::array interaction_names{
    InteractionRow{InteractionKind::choice, "choiceInteraction"},
    InteractionRow{InteractionKind::order, "orderInteraction"},
    InteractionRow{InteractionKind::associate, "associateInteraction"},
    InteractionRow{InteractionKind::match, "matchInteraction"},
    InteractionRow{InteractionKind::gap_match, "gapMatchInteraction"},
    InteractionRow{InteractionKind::inline_choice, "inlineChoiceInteraction"},
    InteractionRow{InteractionKind::text_entry, "textEntryInteraction"},
    InteractionRow{InteractionKind::extended_text, "extendedTextInteraction"},
    InteractionRow{InteractionKind::hottext, "hottextInteraction"},
    InteractionRow{InteractionKind::hotspot, "hotspotInteraction"},
    InteractionRow{InteractionKind::select_point, "selectPointInteraction"},
    InteractionRow{InteractionKind::graphic_order, "graphicOrderInteraction"},
    InteractionRow{InteractionKind::graphic_associate, "graphicAssociateInteraction"},
    InteractionRow{InteractionKind::graphic_gap_match, "graphicGapMatchInteraction"},
    InteractionRow{InteractionKind::position_object, "positionObjectInteraction"},
    InteractionRow{InteractionKind::slider, "sliderInteraction"},
    InteractionRow{InteractionKind::media, "mediaInteraction"},
    InteractionRow{InteractionKind::drawing, "drawingInteraction"},
    InteractionRow{InteractionKind::upload, "uploadInteraction"},
    InteractionRow{InteractionKind::end_attempt, "endAttemptInteraction"},
    InteractionRow{InteractionKind::custom, "customInteraction"},
    InteractionRow{InteractionKind::custom, "portableCustomInteraction"},
};
constexpr std::array<std::string_view, 8> choice_names{
    "simplechoice", "simpleassociablechoice", "gaptext", "gapimg", "gap", "inlinechoice", "hottext", "hotspotchoice"};

bool names_choice(std::string_view plain)
{
    return plain == "associablehotspot" || std::ranges::find(choice_names, plain) != choice_names.end();
}

// The body is for the candidate's page: what is wrong in it keeps no response from being scored (problems() tells).
void collect_choices(const XmlNode& element, Interaction& interaction) // NOLINT(misc-no-recursion)
{
    for (const XmlNode& child : element.children) {
        if (child.kind != XmlKind::element) { continue; }
        std::string plain = plain_name(child.name);
        if (names_choice(plain)) {
            Fields fields{child};
            Choice choice{fields.optional_text("identifier").value_or(std::string{}), std::move(plain),
                          fields.boolean_or("fixed", false), fields.optional_integer("matchmax")};
            interaction.choices.push_back(std::move(choice));
        }
        collect_choices(child, interaction);
    }
}

void collect_interactions(const XmlNode& element, std::vector<Interaction>& found) // NOLINT(misc-no-recursion)
{
    for (const XmlNode& child : element.children) {
        if (child.kind != XmlKind::element) { continue; }
        const std::string plain = plain_name(child.name);
        const auto row = std::ranges::find_if(interaction_names,
                                              [&](const InteractionRow& each) { return is_plain(each.name, plain); });
        if (row == interaction_names.end()) {
            collect_interactions(child, found);
            continue;
        }
        Fields fields{child};
        Interaction interaction;
        interaction.kind = row->kind;
        interaction.response_identifier = fields.optional_text("responseidentifier").value_or(std::string{});
        interaction.shuffle = fields.boolean_or("shuffle", false);
        interaction.max_choices = fields.optional_integer("maxchoices");
        interaction.min_choices = fields.optional_integer("minchoices");
        collect_choices(child, interaction);
        found.push_back(std::move(interaction));
    }
}

QtiVersion version_of(const XmlNode& root)
{
    if (root.name.find("qti-") != std::string::npos) { return QtiVersion::v3_0; }
    for (const XmlAttribute& attribute : root.attributes) {
        if (!attribute.name.starts_with("xmlns")) { continue; }
        if (attribute.value.find("v2p0") != std::string::npos) { return QtiVersion::v2_0; }
        if (attribute.value.find("v2p1") != std::string::npos) { return QtiVersion::v2_1; }
        if (attribute.value.find("v2p2") != std::string::npos) { return QtiVersion::v2_2; }
    }
    return QtiVersion::v2_1;
}

template <class Declared>
Result<void> add(std::vector<Declared>& all, Result<Declared> read)
{
    if (!read) { return std::unexpected{read.error()}; }
    if (all.size() == declarations_max) { return refuse(EngineError::out_of_range, "too many declarations"); }
    all.push_back(std::move(*read));
    return {};
}

Result<void> read_processing(const XmlNode& element, AssessmentItem& item)
{
    const std::string* location = element.attribute("templatelocation");
    if (const std::string* uri = element.attribute("template")) { item.processing_template = *uri; }
    if (location != nullptr && !standard_template(item.processing_template) &&
        (item.processing_template.empty() || standard_template(*location))) {
        item.processing_template = *location;
    }
    auto rules = read_rules(element);
    if (!rules) { return std::unexpected{rules.error()}; }
    item.response_rules = std::move(*rules);
    if (!item.response_rules.empty()) {
        item.processing = ProcessingSource::rules;
    } else if (!item.processing_template.empty()) {
        auto standard = standard_template(item.processing_template);
        item.processing = standard ? ProcessingSource::standard : ProcessingSource::unknown_template;
        if (standard) { item.response_rules = std::move(*standard); }
    }
    return {};
}

Result<void> read_part(const XmlNode& child, AssessmentItem& item)
{
    if (child.is("responsedeclaration")) { return add(item.responses, read_response_declaration(child)); }
    if (child.is("outcomedeclaration")) { return add(item.outcomes, read_outcome_declaration(child)); }
    if (child.is("templatedeclaration") || child.is("contextdeclaration")) {
        return add(item.templates, read_template_declaration(child));
    }
    if (child.is("templateprocessing")) {
        auto rules = read_rules(child);
        if (!rules) { return std::unexpected{rules.error()}; }
        item.template_rules = std::move(*rules);
        return {};
    }
    if (child.is("assessmentstimulusref")) { ++item.stimulus_references; }
    if (child.is("itembody")) { collect_interactions(child, item.interactions); }
    if (child.is("responseprocessing")) { return read_processing(child, item); }
    return {};
}

Result<void> check_names(const AssessmentItem& item)
{
    std::set<std::string_view> names;
    const auto is_new = [&](const Declaration& declaration) { return names.insert(declaration.identifier).second; };
    const bool all_new = std::ranges::all_of(item.responses, is_new) && std::ranges::all_of(item.outcomes, is_new) &&
                         std::ranges::all_of(item.templates, is_new);
    if (!all_new) { return refuse(EngineError::inconsistent, "an identifier is declared twice"); }
    return {};
}

template <class Declared>
const Declared* find(const std::vector<Declared>& all, std::string_view name)
{
    const auto found = std::ranges::find(all, name, &Declared::identifier);
    return found == all.end() ? nullptr : &*found;
}

} // namespace

std::string_view to_text(QtiVersion version) noexcept
{
    constexpr std::array names{"2.0", "2.1", "2.2", "3.0"};
    return names[static_cast<std::size_t>(version)];
}

std::string_view to_text(InteractionKind kind) noexcept
{
    return std::ranges::find(interaction_names, kind, &InteractionRow::kind)->name;
}

const ResponseDeclaration* AssessmentItem::response(std::string_view name) const
{
    return find(responses, name);
}

const OutcomeDeclaration* AssessmentItem::outcome(std::string_view name) const
{
    return find(outcomes, name);
}

Result<AssessmentItem> read_item(std::string_view xml, XmlLimits limits)
{
    auto document = read_xml(xml, limits);
    if (!document) { return std::unexpected{document.error()}; }
    return read_item(std::move(*document));
}

Result<AssessmentItem> read_item(XmlDocument document)
{
    AssessmentItem item;
    item.document = std::move(document);
    const XmlNode& root = item.document.root;
    if (!root.is("assessmentitem")) {
        return refuse(EngineError::malformed, "not an assessmentItem: " + described(root));
    }
    Fields fields{root};
    item.version = version_of(root);
    item.identifier = fields.optional_text("identifier").value_or(std::string{});
    item.title = fields.optional_text("title").value_or(std::string{});
    item.adaptive = fields.boolean_or("adaptive", false);
    item.time_dependent = fields.boolean_or("timedependent", false);
    if (auto read = fields.finish(); !read) { return std::unexpected{read.error()}; }
    for (const XmlNode& child : root.children) {
        if (auto read = read_part(child, item); !read) { return std::unexpected{read.error()}; }
    }
    if (auto checked = check_names(item); !checked) { return std::unexpected{checked.error()}; }
    return item;
}

std::string to_xml(const AssessmentItem& item)
{
    return to_xml(item.document);
}

} // namespace papervault::engine::qti
