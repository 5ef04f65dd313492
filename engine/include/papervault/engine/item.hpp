#pragma once

#include <papervault/engine/content.hpp>
#include <papervault/engine/decimal.hpp>
#include <papervault/engine/error.hpp>

#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace papervault::engine {

inline constexpr std::size_t item_id_bytes_max = 128;

/// 单选 多选 判断 填空 简答 论述 排序 匹配 计算. Items of a cloze or of a common stem (完形, 共干题) are plain items
/// that share a Stimulus.
enum class ItemType {
    single_choice,
    multiple_choice,
    true_false,
    fill_in,
    short_answer,
    essay,
    order,
    match,
    calculation
};
inline constexpr std::array all_item_types{ItemType::single_choice, ItemType::multiple_choice, ItemType::true_false,
                                           ItemType::fill_in,       ItemType::short_answer,    ItemType::essay,
                                           ItemType::order,         ItemType::match,           ItemType::calculation};
/// "single", "multiple", "truefalse", "fill", "short", "essay", "order", "match", "calculation": the names in files.
[[nodiscard]] std::string_view to_text(ItemType type) noexcept;
[[nodiscard]] std::optional<ItemType> item_type_from_text(std::string_view text) noexcept;
/// Scored by a person.
[[nodiscard]] constexpr bool is_open(ItemType type) noexcept
{
    return type == ItemType::short_answer || type == ItemType::essay || type == ItemType::calculation;
}

/// Weight of a knowledge point in the specification table: X core, Y general, Z auxiliary.
enum class Importance { core, general, auxiliary };
/// "X", "Y", "Z".
[[nodiscard]] std::string_view to_text(Importance importance) noexcept;
[[nodiscard]] std::optional<Importance> importance_from_text(std::string_view text) noexcept;

struct Option {
    std::string id; ///< "A" … "Z" in authored order; "true" and "false" for true/false items.
    Content content;
    bool operator==(const Option&) const = default;
};

/// A passage, drawing or common stem that several items ask about (完形, 共干题). Items of one form that name the same
/// id carry the same content and stand together.
struct Stimulus {
    std::string id; ///< As an item's id.
    Content content;
    bool operator==(const Stimulus&) const = default;
};

/// What a candidate may see. The key and the scoring standard are apart: AnswerKey.
struct Item {
    std::string id;  ///< 1 to item_id_bytes_max characters of [A-Za-z0-9._/-]; unique in the bank.
    int version = 1; ///< Counts from 1; a version is never overwritten.
    ItemType type{};
    std::string knowledge_point; ///< Code in the specification table, "2.3".
    Content stem;
    std::vector<Option> options; ///< 2 to 12 for choices, order and match (right column); else none.
    std::vector<Option> prompts; ///< match: the left column, ids "1" to "12" in this order. Else none.
    int blanks = 0;              ///< fill_in: number of blanks, 1 to 20. Else 0.
    bool shuffle_options = true; ///< False where the order carries meaning; never for true/false.
    Decimal difficulty;          ///< Expected share of right answers, 0 to 1; larger is easier.
    Importance importance = Importance::general;
    std::optional<Decimal> points; ///< The author's proposal; the blueprint decides.
    std::string source;            ///< Where it came from, for the record; may be empty.
    std::optional<Stimulus> stimulus;
    bool operator==(const Item&) const = default;
};

/// A number with its tolerance. A typed number is right when it lies within the wider of both tolerances, or, where
/// significant figures are asked for, when both numbers are equal once rounded to them.
struct NumericAnswer {
    Decimal value;
    Decimal tolerance;            ///< Absolute, in the unit of the value.
    Decimal relative_tolerance{}; ///< Share of |value|, 0 to 1: 0.01 is 1 %.
    int significant_figures = 0;  ///< 1 to 15; 0: not asked for. Half away from zero.
    std::string unit{};           ///< A unit of docs/item-format.md, "kPa"; empty: nothing may stand behind the number.
    bool unit_may_be_left_out = false; ///< Then a bare number counts as given in `unit`.
    bool decimal_comma = false;        ///< "1,5" is one and a half; then points part groups of three.
    bool operator==(const NumericAnswer&) const = default;
};

/// Unicode normalization (UAX #15) before texts are compared.
enum class UnicodeForm { as_typed, nfc, nfkc };
enum class SpaceRule {
    collapse, ///< None at the ends, one inside.
    ignore,   ///< None anywhere.
    exact,
};
/// How typed texts are compared with the texts of a key.
struct TextRule {
    UnicodeForm form = UnicodeForm::as_typed;
    SpaceRule spaces = SpaceRule::collapse;
    bool match_case = false;  ///< True: letters A to Z differ from a to z.
    bool match_width = false; ///< True: full width and Chinese punctuation differ from half width.
    bool operator==(const TextRule&) const = default;
};

/// What one blank accepts: any of the texts (compared in normal form), or the number.
struct BlankKey {
    std::vector<std::string> texts;
    std::optional<NumericAnswer> number;
    TextRule text_rule{};
    int weight = 1; ///< The blank's part of the item's points, 1 to 1000, beside the weights of the other blanks.
    bool operator==(const BlankKey&) const = default;
};

/// How a response that is not wholly right is scored. In brackets the types that a rule fits; docs/scoring.md has each
/// in words with examples.
enum class ScoringRule {
    by_policy,          ///< As the batch's GradingPolicy says [all].
    all_or_nothing,     ///< [multiple, fill, order, match]
    partial_none_wrong, ///< A part for each right choice, nothing with any wrong one [multiple].
    proportional,       ///< A part for each right choice, one less for each wrong one, not below 0 [multiple].
    per_part,           ///< Each blank or pair by itself [fill, match].
    adjacent_pairs,     ///< A part for each pair of neighbours that stand so in the key too [order].
    longest_run,        ///< By the longest sequence that is in the key's order, gaps allowed [order].
};
/// "by_policy", "all_or_nothing", …: the names in files.
[[nodiscard]] std::string_view to_text(ScoringRule rule) noexcept;
[[nodiscard]] std::optional<ScoringRule> scoring_rule_from_text(std::string_view text) noexcept;
[[nodiscard]] bool fits(ScoringRule rule, ItemType type) noexcept;

/// Key and scoring standard of one item; encrypted apart from it (rules V10, G3).
struct AnswerKey {
    std::string item_id;
    int item_version = 1;
    /// Choices and true/false: in authored order. Order: every option, in the right order. Match: "1 B" for each
    /// prompt, in the order of the prompts.
    std::vector<std::string> correct_options;
    std::vector<BlankKey> blanks; ///< fill_in: one entry a blank.
    std::string scoring_standard; ///< Open items: reference answer and points, for people.
    std::string explanation;
    ScoringRule rule = ScoringRule::by_policy;
    bool blanks_in_any_order = false; ///< fill_in: the best assignment of texts to blanks counts.
    /// single and true/false: share of the item's points taken for a wrong answer, 0 to 1; without it the policy's.
    std::optional<Decimal> penalty{};
    bool operator==(const AnswerKey&) const = default;
};

struct ItemWithKey {
    Item item;
    AnswerKey key;
    bool operator==(const ItemWithKey&) const = default;
};

/// Checks an item and its key against each other and every limit above.
[[nodiscard]] Result<void> validate(const ItemWithKey& item);

/// Our own stored form; reading back gives the same value. Unknown members are refused.
[[nodiscard]] boost::json::value to_json(const Item& item);
[[nodiscard]] Result<Item> item_from_json(const boost::json::value& value, std::string_view where);
[[nodiscard]] boost::json::value to_json(const AnswerKey& key);
[[nodiscard]] Result<AnswerKey> answer_key_from_json(const boost::json::value& value, std::string_view where);

} // namespace papervault::engine
