#include <papervault/engine/item.hpp>
#include <papervault/engine/json.hpp>

#include "identifier.hpp"
#include "item_check.hpp"

#include <algorithm>

namespace papervault::engine {
namespace {

namespace json = boost::json;
using namespace item_limits;

const Decimal points_max = Decimal::from_integer(1000);

constexpr std::array<std::string_view, 9> item_type_names{"single", "multiple", "truefalse", "fill",       "short",
                                                          "essay",  "order",    "match",     "calculation"};
static_assert(item_type_names.size() == all_item_types.size());
constexpr std::array<std::string_view, 3> importance_names{"X", "Y", "Z"};

bool has_options(ItemType type) noexcept
{
    return type == ItemType::single_choice || type == ItemType::multiple_choice || type == ItemType::order ||
           type == ItemType::match;
}

void check_options(Check& check, const Item& item)
{
    if (has_options(item.type)) {
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

void check_prompts(Check& check, const Item& item)
{
    if (item.type == ItemType::match) {
        check.require(!item.prompts.empty() && item.prompts.size() <= options_max, EngineError::out_of_range,
                      "a match item has 1 to 12 prompts");
    } else {
        check.require(item.prompts.empty(), EngineError::inconsistent, "only a match item has prompts");
    }
    for (std::size_t place = 0; place < item.prompts.size(); ++place) {
        const Option& prompt = item.prompts[place];
        check.require(prompt.id == std::to_string(place + 1), EngineError::malformed,
                      "prompts are numbered from 1 in their order");
        check.require(!prompt.content.empty(), EngineError::inconsistent, "a prompt is empty");
        check.require(validate(prompt.content, check.inside("prompts")));
    }
}

void check_stimulus(Check& check, const Stimulus& stimulus)
{
    check.require(is_item_id(stimulus.id), EngineError::malformed,
                  "a stimulus' id is 1 to 128 characters of A-Z a-z 0-9 . _ / -");
    check.require(!stimulus.content.empty(), EngineError::inconsistent, "the stimulus is empty");
    check.require(validate(stimulus.content, check.inside("stimulus")));
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
    check_prompts(check, item);
    if (item.stimulus) check_stimulus(check, *item.stimulus);
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

Content read_content(JsonFields& fields, std::string_view name)
{
    Result<Content> content = content_from_json(fields.member(name), fields.path(name));
    if (content) return std::move(*content);
    fields.problem(content.error());
    return {};
}

Option option_from_json(const json::value& value, JsonFields& parent, std::string_view name)
{
    JsonFields fields{value, parent.path(name)};
    Option option{fields.text("id", 8), read_content(fields, "content")};
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return option;
}

Stimulus stimulus_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("stimulus")};
    Stimulus stimulus{fields.text("id", item_id_bytes_max), read_content(fields, "content")};
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return stimulus;
}

json::array to_array(const std::vector<Option>& options)
{
    json::array out;
    for (const Option& option : options) {
        out.emplace_back(json::object{{"id", option.id}, {"content", to_json(option.content)}});
    }
    return out;
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
    out["options"] = to_array(item.options);
    if (item.points) out["points"] = item.points->to_string();
    if (!item.prompts.empty()) out["prompts"] = to_array(item.prompts);
    if (item.stimulus) {
        out["stimulus"] = json::object{{"id", item.stimulus->id}, {"content", to_json(item.stimulus->content)}};
    }
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
        item.options.push_back(option_from_json(option, fields, "options"));
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
    if (fields.has("prompts")) {
        for (const json::value& prompt : fields.array("prompts", options_max)) {
            item.prompts.push_back(option_from_json(prompt, fields, "prompts"));
        }
    }
    if (fields.has("stimulus")) item.stimulus = stimulus_from_json(fields.member("stimulus"), fields);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};

    Check check{where};
    check_item(check, item);
    if (Result<void> checked = check.result(); !checked) return std::unexpected{std::move(checked.error())};
    return item;
}

} // namespace papervault::engine
