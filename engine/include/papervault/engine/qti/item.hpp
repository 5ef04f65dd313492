#pragma once

#include <papervault/engine/qti/declarations.hpp>
#include <papervault/engine/qti/xml.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Items of QTI 2.0, 2.1, 2.2 and 3.0 as one model.
namespace papervault::engine::qti {

enum class QtiVersion : std::uint8_t { v2_0, v2_1, v2_2, v3_0 };
/// "2.0", "2.1", "2.2", "3.0".
[[nodiscard]] std::string_view to_text(QtiVersion version) noexcept;

enum class InteractionKind : std::uint8_t {
    choice,
    order,
    associate,
    match,
    gap_match,
    inline_choice,
    text_entry,
    extended_text,
    hottext,
    hotspot,
    select_point,
    graphic_order,
    graphic_associate,
    graphic_gap_match,
    position_object,
    slider,
    media,
    drawing,
    upload,
    end_attempt,
    custom, ///< Custom and portable custom interactions: opaque.
};
/// "choiceInteraction" …: the name in 2.x.
[[nodiscard]] std::string_view to_text(InteractionKind kind) noexcept;

/// Something that a response can name: a choice, a gap, a hotspot.
struct Choice {
    std::string identifier;
    std::string element; ///< "simpleChoice", "gap" …, in lower case.
    bool fixed = false;
    std::optional<std::int64_t> match_max;
    bool operator==(const Choice&) const = default;
};
struct Interaction {
    InteractionKind kind{};
    std::string response_identifier;
    bool shuffle = false;
    std::optional<std::int64_t> max_choices; ///< 0 has no limit.
    std::optional<std::int64_t> min_choices;
    std::vector<Choice> choices; ///< In document order.
    bool operator==(const Interaction&) const = default;
};

/// A passage that several items share (assessmentStimulus), read from its own file.
struct SharedStimulus {
    std::string identifier;
    std::string title;
    XmlNode body; ///< stimulusBody; references in it are relative to the item's file.
    bool operator==(const SharedStimulus&) const = default;
};

/// How an item is scored.
enum class ProcessingSource : std::uint8_t {
    none,             ///< No responseProcessing, or an empty one: the outcomes keep their defaults.
    rules,            ///< Rules of its own.
    standard,         ///< One of the standard's templates, expanded into rules.
    unknown_template, ///< A template that is not here: nothing is processed, and every score carries a warning.
};

/// An item, ready to be scored. `document` is the item as it was read, whole; all else is derived from it.
struct AssessmentItem {
    XmlDocument document;
    QtiVersion version{};
    std::string identifier;
    std::string title;
    bool adaptive = false;
    bool time_dependent = false;
    std::vector<ResponseDeclaration> responses;
    std::vector<OutcomeDeclaration> outcomes;
    std::vector<TemplateDeclaration> templates;
    std::vector<Rule> template_rules;
    ProcessingSource processing = ProcessingSource::none;
    std::string processing_template; ///< Its URI, as written.
    std::vector<Rule> response_rules;
    std::vector<Interaction> interactions;
    std::size_t stimulus_references = 0; ///< assessmentStimulusRef: how many passages the item has.
    std::vector<SharedStimulus> stimuli; ///< Those that were read: by PartReader only.
    std::vector<std::string> unread;     ///< Other files that PartReader could not read; one sentence each.
    bool operator==(const AssessmentItem&) const = default;

    [[nodiscard]] const ResponseDeclaration* response(std::string_view name) const;
    [[nodiscard]] const OutcomeDeclaration* outcome(std::string_view name) const;
};

inline constexpr std::size_t declarations_max = 1000;

/// Reads an assessmentItem or qti-assessment-item. Shared parts that the file only names (a template elsewhere, a
/// passage, an include) are not read: PartReader does that. @return malformed, inconsistent or out_of_range, with the
/// place in the item.
[[nodiscard]] Result<AssessmentItem> read_item(std::string_view xml, XmlLimits limits = {});
[[nodiscard]] Result<AssessmentItem> read_item(XmlDocument document);
/// The item as it was read, with everything in it.
[[nodiscard]] std::string to_xml(const AssessmentItem& item);

/// What a careful author would want to know: responses that no interaction gives, keys that name no choice, rules and
/// operators that the standard does not have, '^' in patterns … One sentence each; none for a sound item.
[[nodiscard]] std::vector<std::string> problems(const AssessmentItem& item);

} // namespace papervault::engine::qti
