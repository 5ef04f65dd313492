#include <papervault/engine/form.hpp>
#include <papervault/engine/json.hpp>

#include "identifier.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace papervault::engine {
namespace {

namespace json = boost::json;

constexpr std::size_t sections_max = 50;
constexpr std::size_t items_max = 500;
constexpr std::size_t title_bytes_max = 500;
const Decimal points_max = Decimal::from_integer(1000);

FormItem form_item_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("items")};
    FormItem form_item;
    Result<Item> item = item_from_json(fields.member("item"), fields.path("item"));
    if (item) {
        form_item.item = std::move(*item);
    } else {
        fields.problem(item.error());
    }
    form_item.points = fields.decimal("points", Decimal::from_units(1), points_max);
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return form_item;
}

FormSection section_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("sections")};
    FormSection section;
    section.title = fields.text("title", title_bytes_max);
    section.note = fields.text("note", title_bytes_max);
    for (const json::value& item : fields.array("items", items_max)) {
        section.items.push_back(form_item_from_json(item, fields));
    }
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return section;
}

json::value options_as_page(const Item& item)
{
    json::array options;
    const auto add = [&options](std::string_view id, json::value content) {
        json::object option{{"id", id}};
        option["content"] = std::move(content);
        options.emplace_back(std::move(option));
    };
    if (item.type == ItemType::true_false) {
        add("true", to_json(Content{Paragraph{{TextRun{"正确"}}}}));
        add("false", to_json(Content{Paragraph{{TextRun{"错误"}}}}));
    }
    for (const Option& option : item.options) add(option.id, to_json(option.content));
    return options;
}

json::value item_as_page(const FormItem& form_item, int number)
{
    const Item& item = form_item.item;
    json::object out{{"id", item.id},
                     {"number", number},
                     {"type", to_text(item.type)},
                     {"points", form_item.points.to_string()},
                     {"blanks", item.blanks}};
    out["stem"] = to_json(item.stem);
    out["options"] = options_as_page(item);
    if (!item.prompts.empty()) {
        json::array prompts;
        for (const Option& prompt : item.prompts) {
            prompts.emplace_back(json::object{{"id", prompt.id}, {"content", to_json(prompt.content)}});
        }
        out["prompts"] = std::move(prompts);
    }
    if (item.stimulus) {
        out["stimulus"] = json::object{{"id", item.stimulus->id}, {"content", to_json(item.stimulus->content)}};
    }
    return out;
}

json::value identity_of(const FormItem& form_item)
{
    std::vector<Option> options = form_item.item.options;
    std::ranges::sort(options, {}, &Option::id);
    json::array option_identities;
    for (const Option& option : options) {
        json::object identity{{"id", option.id}};
        identity["content"] = to_json(option.content);
        option_identities.emplace_back(std::move(identity));
    }
    json::object out{{"id", form_item.item.id},
                     {"version", form_item.item.version},
                     {"type", to_text(form_item.item.type)},
                     {"points", form_item.points.to_string()},
                     {"blanks", form_item.item.blanks}};
    out["stem"] = to_json(form_item.item.stem);
    out["options"] = std::move(option_identities);
    if (!form_item.item.prompts.empty()) {
        json::array prompts;
        for (const Option& prompt : form_item.item.prompts) prompts.push_back(to_json(prompt.content));
        out["prompts"] = std::move(prompts);
    }
    if (form_item.item.stimulus) {
        out["stimulus"] =
            json::object{{"id", form_item.item.stimulus->id}, {"content", to_json(form_item.item.stimulus->content)}};
    }
    return out;
}

/// Items of one stimulus have one text of it and stand together.
void check_stimuli(const Form& form, JsonFields& fields)
{
    std::map<std::string_view, const Stimulus*> known;
    for (const FormSection& section : form.sections) {
        std::string_view before;
        for (const FormItem& form_item : section.items) {
            const std::optional<Stimulus>& stimulus = form_item.item.stimulus;
            const std::string_view id = stimulus ? std::string_view{stimulus->id} : std::string_view{};
            if (stimulus && id != before && !known.emplace(id, &*stimulus).second) {
                fields.problem(EngineError::inconsistent, "sections", "the items of a stimulus do not stand together");
            }
            if (stimulus && *known.at(id) != *stimulus) {
                fields.problem(EngineError::inconsistent, "sections", "a stimulus has two contents");
            }
            before = id;
        }
    }
}

/// What moves as one: the items of a stimulus in their order, or an item alone.
std::vector<std::vector<FormItem>> blocks_of(std::vector<FormItem> items)
{
    std::vector<std::vector<FormItem>> blocks;
    for (FormItem& item : items) {
        const auto same = std::ranges::find_if(blocks, [&item](const std::vector<FormItem>& block) {
            const std::optional<Stimulus>& shared = block.front().item.stimulus;
            return shared && item.item.stimulus && shared->id == item.item.stimulus->id;
        });
        if (same == blocks.end()) {
            blocks.emplace_back().push_back(std::move(item));
        } else {
            same->push_back(std::move(item));
        }
    }
    return blocks;
}

} // namespace

std::size_t Form::item_count() const noexcept
{
    std::size_t count = 0;
    for (const FormSection& section : sections) count += section.items.size();
    return count;
}

Decimal Form::points() const
{
    Decimal sum;
    for (const FormSection& section : sections) {
        for (const FormItem& form_item : section.items) sum += form_item.points;
    }
    return sum;
}

const FormItem* Form::find(std::string_view item_id) const noexcept
{
    for (const FormSection& section : sections) {
        for (const FormItem& form_item : section.items) {
            if (form_item.item.id == item_id) return &form_item;
        }
    }
    return nullptr;
}

json::value to_json(const Form& form)
{
    json::array sections;
    for (const FormSection& section : form.sections) {
        json::array items;
        for (const FormItem& form_item : section.items) {
            json::object item{{"points", form_item.points.to_string()}};
            item["item"] = to_json(form_item.item);
            items.emplace_back(std::move(item));
        }
        json::object out{{"title", section.title}, {"note", section.note}};
        out["items"] = std::move(items);
        sections.emplace_back(std::move(out));
    }
    json::object out{{"id", form.id}, {"title", form.title}};
    out["sections"] = std::move(sections);
    return out;
}

Result<Form> form_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    Form form;
    form.id = fields.text("id", 32);
    if (!is_form_id(form.id)) {
        fields.problem(EngineError::malformed, "id", "1 to 32 characters of A-Z a-z 0-9 . _ - were expected");
    }
    form.title = fields.text("title", title_bytes_max);
    for (const json::value& section : fields.array("sections", sections_max)) {
        form.sections.push_back(section_from_json(section, fields));
    }
    std::set<std::string_view> ids;
    for (const FormSection& section : form.sections) {
        for (const FormItem& form_item : section.items) {
            if (!ids.insert(form_item.item.id).second) {
                fields.problem(EngineError::inconsistent, "sections", "an item is there twice");
            }
        }
    }
    check_stimuli(form, fields);
    if (form.item_count() > items_max) fields.problem(EngineError::out_of_range, "sections", "more than 500 items");
    if (form.item_count() == 0) fields.problem(EngineError::inconsistent, "sections", "no items");
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};
    return form;
}

std::string form_identity_text(const Form& form)
{
    std::vector<const FormItem*> form_items;
    for (const FormSection& section : form.sections) {
        for (const FormItem& form_item : section.items) form_items.push_back(&form_item);
    }
    std::ranges::sort(form_items, {},
                      [](const FormItem* form_item) -> const std::string& { return form_item->item.id; });
    json::array identities;
    for (const FormItem* form_item : form_items) identities.push_back(identity_of(*form_item));
    return canonical_json(identities);
}

void stand_together(Form& form)
{
    for (FormSection& section : form.sections) {
        std::vector<FormItem> together;
        for (auto& block : blocks_of(std::move(section.items))) {
            std::ranges::move(block, std::back_inserter(together));
        }
        section.items = std::move(together);
    }
}

Form permute(const Form& form, RandomStream& stream)
{
    Form permuted = form;
    RandomIntegers integers{stream};
    for (FormSection& section : permuted.sections) {
        auto blocks = blocks_of(std::move(section.items));
        integers.shuffle(std::span{blocks});
        section.items.clear();
        for (auto& block : blocks) std::ranges::move(block, std::back_inserter(section.items));
        for (FormItem& form_item : section.items) {
            if (form_item.item.shuffle_options) integers.shuffle(std::span{form_item.item.options});
        }
    }
    return permuted;
}

json::value to_page_json(const Form& form)
{
    json::array sections;
    int number = 0;
    for (const FormSection& section : form.sections) {
        json::array items;
        for (const FormItem& form_item : section.items) items.push_back(item_as_page(form_item, ++number));
        json::object out{{"title", section.title}, {"note", section.note}};
        out["items"] = std::move(items);
        sections.emplace_back(std::move(out));
    }
    json::object out{{"form", form.id}};
    out["sections"] = std::move(sections);
    return out;
}

} // namespace papervault::engine
