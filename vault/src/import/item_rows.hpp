#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/engine/item.hpp>
#include <papervault/vault/error.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace papervault::vault {

/// A row that became an item, before the bank has looked at its knowledge point.
struct ReadItem {
    std::size_t line = 0;
    engine::ItemWithKey item;
    bool assumed_difficulty = false;
    boost::json::object facts; ///< What goes into the facts beside the content: level, cognitive.
};
struct UnreadRow {
    std::size_t line = 0;
    std::string id;
    std::string reason;
};
struct ItemRows {
    std::vector<ReadItem> items;
    std::vector<UnreadRow> unread;
    std::map<std::string, std::size_t> ignored_members;
    std::map<std::string, crypto::Bytes> pictures = {}; ///< Of a workbook, by media name; not yet checked.
};

/// Reads docs/item-format.md, JSONL, CSV or XLSX (told apart by the first characters). A bad row never stops the
/// others.
/// @return malformed only when the file as a whole can't be read.
[[nodiscard]] Result<ItemRows> read_item_rows(std::string_view bytes);

} // namespace papervault::vault
