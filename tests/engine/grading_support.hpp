#pragma once

#include "engine/support.hpp"

#include <papervault/engine/grading.hpp>

#include <algorithm>

namespace papervault::engine {

inline Decimal decimal(std::string_view text)
{
    return Decimal::parse(text).value();
}

struct KeyedItem {
    FormItem item;
    AnswerKey key;
};

inline KeyedItem keyed_item(std::string id, ItemType type, std::string_view points)
{
    KeyedItem made;
    made.item.item.id = id;
    made.item.item.type = type;
    made.item.points = decimal(points);
    made.key.item_id = std::move(id);
    return made;
}

/// Options A, B, C, D, or true and false.
inline KeyedItem choice(ItemType type, std::string_view points, std::vector<std::string> correct)
{
    KeyedItem made = keyed_item("q", type, points);
    const std::vector<std::string> ids = type == ItemType::true_false ? std::vector<std::string>{"true", "false"}
                                                                      : std::vector<std::string>{"A", "B", "C", "D"};
    for (const std::string& id : ids) { made.item.item.options.push_back({id, {}}); }
    made.key.correct_options = std::move(correct);
    return made;
}

inline KeyedItem blanks(std::string_view points, std::vector<BlankKey> keys)
{
    KeyedItem made = keyed_item("q", ItemType::fill_in, points);
    made.item.item.blanks = static_cast<int>(keys.size());
    made.key.blanks = std::move(keys);
    return made;
}

inline ItemScore score(const KeyedItem& made, const Response& response, GradingPolicy policy = {})
{
    return grade(made.item, made.key, &response, policy);
}

inline void PrintTo(Decimal value, std::ostream* out)
{
    *out << value.to_string();
}
inline void PrintTo(Mark mark, std::ostream* out)
{
    constexpr std::array names{"scored", "unanswered", "needs_person"};
    *out << names.at(static_cast<std::size_t>(mark));
}

} // namespace papervault::engine
