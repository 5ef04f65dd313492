#include <papervault/engine/item.hpp>
#include <papervault/engine/json.hpp>

#include "identifier.hpp"
#include "utf8.hpp"

#include <algorithm>

namespace papervault::engine {
namespace {

namespace json = boost::json;

constexpr std::size_t short_text_bytes_max = 500;
constexpr std::size_t long_text_bytes_max = 64 * 1024;
constexpr std::size_t options_max = 12;
constexpr std::size_t blanks_max = 20;
constexpr std::size_t blank_texts_max = 50;
constexpr int version_max = 1'000'000;
const Decimal one = Decimal::from_integer(1);
const Decimal points_max = Decimal::from_integer(1000);
const Decimal number_max = Decimal::from_integer(1'000'000'000'000);

constexpr std::array<std::string_view, 6> item_type_names{"single", "multiple", "truefalse", "fill", "short", "essay"};
constexpr std::array<std::string_view, 3> importance_names{"X", "Y", "Z"};

template <class Enum, std::size_t count>
std::optional<Enum> enum_from_text(const std::array<std::string_view, count>& names, std::string_view text) noexcept
{
    const auto* found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

bool is_choice(ItemType type) noexcept
{
    return type == ItemType::single_choice || type == ItemType::multiple_choice;
}

bool is_option_letter(std::string_view id) noexcept
{
    return id.size() == 1 && id[0] >= 'A' && id[0] <= 'Z';
}

bool is_plain(std::string_view text, std::size_t bytes_max) noexcept
{
    return text.size() <= bytes_max && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

/// Collects the first thing that doesn't hold.
class Check {
public:
    explicit Check(std::string_view where) : where_{where} {}

    void require(bool holds, EngineError code, std::string_view reason)
    {
        if (!holds && !failure_) failure_ = EngineFailure{code, where_ + ": " + std::string{reason}};
    }
    void require(const Result<void>& result)
    {
        if (!result && !failure_) failure_ = result.error();
    }
    [[nodiscard]] std::string inside(std::string_view name) const { return where_ + "." + std::string{name}; }
    [[nodiscard]] Result<void> result() const
    {
        if (failure_) return std::unexpected{*failure_};
        return {};
    }

private:
    std::string where_;
    std::optional<EngineFailure> failure_;
};

void check_options(Check& check, const Item& item)
{
    if (is_choice(item.type)) {
        check.require(item.options.size() >= 2 && item.options.size() <= options_max, EngineError::out_of_range,
                      "a choice has 2 to 12 options");
    } else {
        check.require(item.options.empty(), EngineError::inconsistent, "only a choice has options of its own");
    }
    std::string seen;
    for (const Option& option : item.options) {
        check.require(is_option_letter(option.id), EngineError::malformed, "an option's id is a letter from A to Z");
        check.require(seen.find(option.id) == std::string::npos, EngineError::inconsistent, "two options have one id");
        seen += option.id;
        check.require(!option.content.empty(), EngineError::inconsistent, "an option is empty");
        check.require(validate(option.content, check.inside("options")));
    }
}

void check_item(Check& check, const Item& item)
{
    check.require(is_item_id(item.id), EngineError::malformed,
                  "an item's id is 1 to 128 characters of A-Z a-z 0-9 . _ / -");
    check.require(item.version >= 1 && item.version <= version_max, EngineError::out_of_range, "versions count from 1");
    check.require(is_plain(item.knowledge_point, 64), EngineError::out_of_range,
                  "the knowledge point's code is too long");
    check.require(!item.stem.empty(), EngineError::inconsistent, "the stem is empty");
    check.require(validate(item.stem, check.inside("stem")));
    check_options(check, item);
    if (item.type == ItemType::fill_in) {
        check.require(item.blanks >= 1 && item.blanks <= static_cast<int>(blanks_max), EngineError::out_of_range,
                      "a fill-in item has 1 to 20 blanks");
        check.require(count_blanks(item.stem) <= item.blanks, EngineError::inconsistent,
                      "the stem shows more blanks than the item has");
    } else {
        check.require(item.blanks == 0, EngineError::inconsistent, "only a fill-in item has blanks");
    }
    check.require(item.difficulty >= Decimal{} && item.difficulty <= one, EngineError::out_of_range,
                  "difficulty is a share from 0 to 1");
    check.require(!item.points || (*item.points > Decimal{} && *item.points <= points_max), EngineError::out_of_range,
                  "points are more than 0 and at most 1000");
    check.require(is_plain(item.source, short_text_bytes_max), EngineError::out_of_range, "the source is too long");
}

void check_blank(Check& check, const BlankKey& blank)
{
    check.require(!blank.texts.empty() || blank.number, EngineError::inconsistent, "a blank's key accepts nothing");
    check.require(blank.texts.size() <= blank_texts_max, EngineError::out_of_range, "a blank's key has too many texts");
    for (const std::string& text : blank.texts) {
        check.require(!text.empty() && is_plain(text, short_text_bytes_max), EngineError::out_of_range,
                      "a blank's text has 1 to 500 bytes");
    }
    if (blank.number) {
        check.require(blank.number->tolerance >= Decimal{} && blank.number->tolerance <= number_max &&
                          blank.number->value >= Decimal{} - number_max && blank.number->value <= number_max,
                      EngineError::out_of_range, "a number's tolerance is not below 0, its size at most 1e12");
    }
}

/// What can be said of a key without its item.
void check_key(Check& check, const AnswerKey& key)
{
    check.require(is_item_id(key.item_id), EngineError::malformed, "a key names no item");
    check.require(key.item_version >= 1 && key.item_version <= version_max, EngineError::out_of_range,
                  "versions count from 1");
    check.require(key.correct_options.size() <= options_max && key.blanks.size() <= blanks_max,
                  EngineError::out_of_range, "a key has too many entries");
    for (const std::string& id : key.correct_options) {
        check.require(is_option_letter(id) || id == "true" || id == "false", EngineError::malformed,
                      "a key's option is A to Z, true or false");
    }
    for (const BlankKey& blank : key.blanks) check_blank(check, blank);
    check.require(is_plain(key.scoring_standard, long_text_bytes_max) && is_plain(key.explanation, long_text_bytes_max),
                  EngineError::out_of_range, "a scoring standard or explanation is too long");
}

/// The key's options are some of `ids`, in their order, once each.
bool is_ordered_choice(const std::vector<std::string>& chosen, const std::vector<std::string>& ids)
{
    auto at = ids.begin();
    for (const std::string& id : chosen) {
        at = std::find(at, ids.end(), id);
        if (at == ids.end()) return false;
        ++at;
    }
    return true;
}

void check_together(Check& check, const Item& item, const AnswerKey& key)
{
    check.require(key.item_id == item.id && key.item_version == item.version, EngineError::inconsistent,
                  "the key belongs to another item or version");
    check.require(std::ranges::is_sorted(item.options, {}, &Option::id), EngineError::inconsistent,
                  "the options are not in the order of their letters");
    std::vector<std::string> ids;
    for (const Option& option : item.options) ids.push_back(option.id);
    if (item.type == ItemType::true_false) ids = {"true", "false"};
    check.require(is_ordered_choice(key.correct_options, ids), EngineError::inconsistent,
                  "the key names an option that is not there, twice, or out of order");

    const std::size_t right = key.correct_options.size();
    switch (item.type) {
    case ItemType::single_choice:
    case ItemType::true_false:
        check.require(right == 1, EngineError::inconsistent, "exactly one option is right");
        break;
    case ItemType::multiple_choice:
        check.require(right >= 1, EngineError::inconsistent, "at least one option is right");
        break;
    case ItemType::fill_in:
    case ItemType::short_answer:
    case ItemType::essay: break; // no ids to choose from: is_ordered_choice has refused any
    }
    check.require(key.blanks.size() == static_cast<std::size_t>(item.blanks), EngineError::inconsistent,
                  "the key has not one entry for each blank");
}

json::value blank_to_json(const BlankKey& blank)
{
    json::object out;
    json::array texts;
    for (const std::string& text : blank.texts) texts.emplace_back(text);
    out["texts"] = std::move(texts);
    if (blank.number) {
        out["number"] = blank.number->value.to_string();
        out["tolerance"] = blank.number->tolerance.to_string();
    }
    return out;
}

BlankKey blank_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("blanks")};
    BlankKey blank;
    blank.texts = fields.texts("texts", blank_texts_max, short_text_bytes_max);
    if (fields.has("number")) {
        blank.number = NumericAnswer{fields.decimal("number", Decimal{} - number_max, number_max),
                                     fields.decimal("tolerance", Decimal{}, number_max)};
    }
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return blank;
}

Content read_content(JsonFields& fields, std::string_view name)
{
    Result<Content> content = content_from_json(fields.member(name), fields.path(name));
    if (content) return std::move(*content);
    fields.problem(content.error());
    return {};
}

Option option_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("options")};
    Option option{fields.text("id", 8), read_content(fields, "content")};
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return option;
}

} // namespace

std::string_view to_text(ItemType type) noexcept
{
    return item_type_names[static_cast<std::size_t>(type)];
}

std::optional<ItemType> item_type_from_text(std::string_view text) noexcept
{
    return enum_from_text<ItemType>(item_type_names, text);
}

std::string_view to_text(Importance importance) noexcept
{
    return importance_names[static_cast<std::size_t>(importance)];
}

std::optional<Importance> importance_from_text(std::string_view text) noexcept
{
    return enum_from_text<Importance>(importance_names, text);
}

Result<void> validate(const ItemWithKey& item)
{
    Check check{"item " + (is_item_id(item.item.id) ? item.item.id : std::string{"without id"})};
    check_item(check, item.item);
    check_key(check, item.key);
    check_together(check, item.item, item.key);
    return check.result();
}

json::value to_json(const Item& item)
{
    json::array options;
    for (const Option& option : item.options) {
        options.emplace_back(json::object{{"id", option.id}, {"content", to_json(option.content)}});
    }
    json::object out{{"id", item.id},
                     {"version", item.version},
                     {"type", to_text(item.type)},
                     {"knowledge_point", item.knowledge_point},
                     {"stem", to_json(item.stem)},
                     {"blanks", item.blanks},
                     {"shuffle_options", item.shuffle_options},
                     {"difficulty", item.difficulty.to_string()},
                     {"importance", to_text(item.importance)},
                     {"source", item.source}};
    out["options"] = std::move(options);
    if (item.points) out["points"] = item.points->to_string();
    return out;
}

Result<Item> item_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    Item item;
    item.id = fields.text("id", item_id_bytes_max);
    item.version = static_cast<int>(fields.integer("version", 1, version_max));
    if (const auto type = item_type_from_text(fields.text("type", 16))) {
        item.type = *type;
    } else {
        fields.problem(EngineError::malformed, "type", "is no type of item");
    }
    item.knowledge_point = fields.text("knowledge_point", 64);
    item.stem = read_content(fields, "stem");
    for (const json::value& option : fields.array("options", options_max)) {
        item.options.push_back(option_from_json(option, fields));
    }
    item.blanks = static_cast<int>(fields.integer("blanks", 0, static_cast<std::int64_t>(blanks_max)));
    item.shuffle_options = fields.boolean("shuffle_options");
    item.difficulty = fields.decimal("difficulty", Decimal{}, one);
    if (const auto importance = importance_from_text(fields.text("importance", 4))) {
        item.importance = *importance;
    } else {
        fields.problem(EngineError::malformed, "importance", "is not X, Y or Z");
    }
    item.points = fields.optional_decimal("points", Decimal{}, points_max);
    item.source = fields.text("source", short_text_bytes_max);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};

    Check check{where};
    check_item(check, item);
    if (Result<void> checked = check.result(); !checked) return std::unexpected{std::move(checked.error())};
    return item;
}

json::value to_json(const AnswerKey& key)
{
    json::array correct;
    for (const std::string& id : key.correct_options) correct.emplace_back(id);
    json::array blanks;
    for (const BlankKey& blank : key.blanks) blanks.push_back(blank_to_json(blank));
    json::object out{{"item", key.item_id},
                     {"version", key.item_version},
                     {"scoring_standard", key.scoring_standard},
                     {"explanation", key.explanation}};
    out["correct_options"] = std::move(correct);
    out["blanks"] = std::move(blanks);
    return out;
}

Result<AnswerKey> answer_key_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    AnswerKey key;
    key.item_id = fields.text("item", item_id_bytes_max);
    key.item_version = static_cast<int>(fields.integer("version", 1, version_max));
    key.correct_options = fields.texts("correct_options", options_max, 8);
    for (const json::value& blank : fields.array("blanks", blanks_max))
        key.blanks.push_back(blank_from_json(blank, fields));
    key.scoring_standard = fields.text("scoring_standard", long_text_bytes_max);
    key.explanation = fields.text("explanation", long_text_bytes_max);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};

    Check check{where};
    check_key(check, key);
    if (Result<void> checked = check.result(); !checked) return std::unexpected{std::move(checked.error())};
    return key;
}

} // namespace papervault::engine
