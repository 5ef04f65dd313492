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

/// 单选 多选 判断 填空 简答 论述.
enum class ItemType { single_choice, multiple_choice, true_false, fill_in, short_answer, essay };
inline constexpr std::array all_item_types{ItemType::single_choice, ItemType::multiple_choice, ItemType::true_false,
                                           ItemType::fill_in,       ItemType::short_answer,    ItemType::essay};
/// "single", "multiple", "truefalse", "fill", "short", "essay": the names in files.
[[nodiscard]] std::string_view to_text(ItemType type) noexcept;
[[nodiscard]] std::optional<ItemType> item_type_from_text(std::string_view text) noexcept;
/// Scored by a person.
[[nodiscard]] constexpr bool is_open(ItemType type) noexcept
{
    return type == ItemType::short_answer || type == ItemType::essay;
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

/// What a candidate may see. The key and the scoring standard are apart: AnswerKey.
struct Item {
    std::string id;  ///< 1 to item_id_bytes_max characters of [A-Za-z0-9._/-]; unique in the bank.
    int version = 1; ///< Counts from 1; a version is never overwritten.
    ItemType type{};
    std::string knowledge_point; ///< Code in the specification table, "2.3".
    Content stem;
    std::vector<Option> options; ///< 2 to 12 for choices; the fixed pair for true/false; else none.
    int blanks = 0;              ///< fill_in: number of blanks, 1 to 20. Else 0.
    bool shuffle_options = true; ///< False where the order carries meaning; never for true/false.
    Decimal difficulty;          ///< Expected share of right answers, 0 to 1; larger is easier.
    Importance importance = Importance::general;
    std::optional<Decimal> points; ///< The author's proposal; the blueprint decides.
    std::string source;            ///< Where it came from, for the record; may be empty.
    bool operator==(const Item&) const = default;
};

/// A number within an absolute tolerance.
struct NumericAnswer {
    Decimal value;
    Decimal tolerance;
    bool operator==(const NumericAnswer&) const = default;
};
/// What one blank accepts: any of the texts (compared in normal form), or the number.
struct BlankKey {
    std::vector<std::string> texts;
    std::optional<NumericAnswer> number;
    bool operator==(const BlankKey&) const = default;
};

/// Key and scoring standard of one item; encrypted apart from it (rules V10, G3).
struct AnswerKey {
    std::string item_id;
    int item_version = 1;
    std::vector<std::string> correct_options; ///< Choices and true/false, in authored order.
    std::vector<BlankKey> blanks;             ///< fill_in: one entry a blank.
    std::string scoring_standard;             ///< Open items: reference answer and points, for people.
    std::string explanation;
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
