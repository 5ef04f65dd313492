#pragma once

#include <papervault/engine/form.hpp>
#include <papervault/engine/item.hpp>

#include <string>
#include <vector>

/// Small items that are right; tests spoil them one thing at a time.
namespace papervault::engine {

inline Content text_content(std::string_view text)
{
    return parse_content(text).value();
}

inline ItemWithKey choice_item(std::string id, ItemType type, std::vector<std::string> right)
{
    ItemWithKey item;
    item.item.id = id;
    item.item.type = type;
    item.item.knowledge_point = "2.3";
    item.item.stem = text_content("离心泵启动前应____。");
    for (const char letter : {'A', 'B', 'C', 'D'}) {
        item.item.options.push_back({std::string{letter}, text_content(std::string{"选项"} + letter)});
    }
    item.item.difficulty = Decimal::from_units(700'000);
    item.key.item_id = std::move(id);
    item.key.correct_options = std::move(right);
    return item;
}

inline ItemWithKey true_false_item(std::string id)
{
    ItemWithKey item = choice_item(std::move(id), ItemType::true_false, {"true"});
    item.item.options.clear();
    return item;
}

inline ItemWithKey fill_item(std::string id)
{
    ItemWithKey item = choice_item(std::move(id), ItemType::fill_in, {});
    item.item.options.clear();
    item.item.stem = text_content("$Re$小于____时为____。");
    item.item.blanks = 2;
    item.key.blanks = {BlankKey{{}, NumericAnswer{Decimal::from_integer(2000), Decimal{}}},
                       BlankKey{{"层流", "滞流"}, {}}};
    return item;
}

inline ItemWithKey essay_item(std::string id)
{
    ItemWithKey item = choice_item(std::move(id), ItemType::essay, {});
    item.item.options.clear();
    item.item.points = Decimal::from_integer(10);
    item.key.scoring_standard = "每点 2 分";
    return item;
}

/// Two sections; five choices and one item of every other kind.
inline Form small_form(std::string id)
{
    Form form;
    form.id = std::move(id);
    form.title = "理论知识";
    form.sections.resize(2);
    form.sections[0].title = "一、选择题";
    form.sections[0].note = "每题 2 分";
    form.sections[1].title = "二、其他";
    for (const char digit : {'1', '2', '3', '4'}) {
        form.sections[0].items.push_back(
            {choice_item(std::string{"S0"} + digit, ItemType::single_choice, {"B"}).item, Decimal::from_integer(2)});
    }
    form.sections[0].items.push_back(
        {choice_item("M01", ItemType::multiple_choice, {"A", "C"}).item, Decimal::from_integer(2)});
    form.sections[1].items.push_back({true_false_item("T01").item, Decimal::from_units(500'000)});
    form.sections[1].items.push_back({fill_item("F01").item, Decimal::from_integer(4)});
    form.sections[1].items.push_back({essay_item("E01").item, Decimal::from_integer(10)});
    return form;
}

} // namespace papervault::engine
