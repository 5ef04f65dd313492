#pragma once

#include <papervault/engine/analysis.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Response matrices as other programs write them: a heading with the names of the items, a row for each candidate.
namespace papervault::vault {

struct TableLimits {
    std::size_t items_max = 2'000;
    std::size_t candidates_max = 1'000'000;
    std::size_t cells_max = 400'000'000;
    std::size_t values_max = 10'000;   ///< Different responses to one item.
    std::size_t value_bytes_max = 512; ///< One response.
};

/// What each candidate answered. An empty cell and NA are nothing.
class ResponseTable {
public:
    /// The first column is the candidate where its heading is empty, candidate, ticket, person, id or 准考证号;
    /// otherwise candidates are named by their row, from 1.
    /// @return malformed with the line for a heading with empty or doubled names, a row of another length, a doubled
    /// candidate, or a limit passed.
    [[nodiscard]] static Result<ResponseTable> read(std::string_view csv, const TableLimits& limits = {});

    [[nodiscard]] const std::vector<std::string>& items() const noexcept { return items_; }
    [[nodiscard]] const std::vector<std::string>& candidates() const noexcept { return candidates_; }
    /// Responses that occur to an item, in order of their bytes; nothing is not among them.
    [[nodiscard]] const std::vector<std::string>& values(std::size_t item) const { return values_[item]; }
    /// Place of the response in values(item), or values(item).size() for nothing.
    [[nodiscard]] std::uint32_t code(std::size_t candidate, std::size_t item) const
    {
        return codes_[candidate * items_.size() + item];
    }
    [[nodiscard]] bool is_missing(std::size_t candidate, std::size_t item) const
    {
        return code(candidate, item) == values_[item].size();
    }

    /// Responses that are letters of a form with options in its own order, as letters of their author.
    /// @param orders  Same items and candidates; each cell the authored letters in the order shown, such as CABD; an
    /// empty cell: not shuffled. @return malformed where a cell is no such order or a response is beyond it.
    [[nodiscard]] Result<ResponseTable> in_authored_order(const ResponseTable& orders) const;
    /// The response, empty for nothing.
    [[nodiscard]] std::string_view text(std::size_t candidate, std::size_t item) const
    {
        return is_missing(candidate, item) ? std::string_view{} : values_[item][code(candidate, item)];
    }

private:
    std::vector<std::string> items_;
    std::vector<std::string> candidates_;
    std::vector<std::vector<std::string>> values_;
    std::vector<std::uint16_t> codes_;
};

/// The correct response of each item of a table, in its order. CSV: item,key.
/// @return inconsistent data (malformed) where an item has no key or two, or a key is of no item.
[[nodiscard]] Result<std::vector<std::string>> read_item_keys(std::string_view csv, const ResponseTable& table);

/// Rows of numbers under a heading; a first column named person is not read and stands as 0.
/// @return malformed for another heading, another number of rows, or a cell that is no finite number.
[[nodiscard]] Result<std::vector<std::vector<double>>>
read_numbers(std::string_view csv, const std::vector<std::string>& heading, std::size_t rows);

/// Scores from a table of numbers. Nothing counts as 0, as in the scoring of an exam.
/// An item is worth the highest score in its column, at least 1.
/// @return malformed for a cell that is no number or beyond ±1,000,000.
[[nodiscard]] Result<engine::ScoreMatrix> scores_of(const ResponseTable& table);
/// 1 where the response is the key.
[[nodiscard]] engine::ScoreMatrix score_by_key(const ResponseTable& table, const std::vector<std::string>& keys);

} // namespace papervault::vault
