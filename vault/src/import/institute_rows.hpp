#pragma once

#include "import/csv.hpp"
#include "import/xlsx.hpp"

#include <vector>

namespace papervault::vault {

/// Item banks as institutes keep them in a spreadsheet: 作业种类, 章节, 试题类型, 题目内容, 题目选项 (all options in
/// one cell, parted by ** or ##), 题目答案. Turned into the rows of docs/item-format.md: the number in front of a stem
/// and the letters in front of options go, chapters get the codes 1, 2, … in their order, and each item an id from its
/// content, so that reading the same file again changes nothing. Sheets with the headings of docs/item-format.md pass
/// as they are.
/// @return malformed when no sheet has such headings.
[[nodiscard]] Result<std::vector<CsvRow>> item_table(const std::vector<Sheet>& sheets);

} // namespace papervault::vault
