#include "print/printed_form.hpp"

#include <papervault/crypto/secret_buffer.hpp>

#include <algorithm>

namespace papervault::vault::print {
namespace {

constexpr std::size_t columns = 5;

/// Read column by column, as on other people's sheets of words.
PrintedForm::Table table_of(crypto::ByteView words)
{
    std::vector<std::string> cells;
    while (!words.empty()) {
        const auto end = static_cast<std::size_t>(std::ranges::find(words, std::byte{' '}) - words.begin());
        cells.push_back(std::to_string(cells.size() + 1) + "　" + crypto::text_of(words.first(end)));
        words = words.subspan(std::min(end + 1, words.size()));
    }
    const std::size_t rows = (cells.size() + columns - 1) / columns;
    PrintedForm::Table table{.heading = {}, .widths = std::vector<double>(columns, 1.0 / columns), .rows = {}};
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t first = column * rows + 1;
        const std::size_t last = std::min(first + rows - 1, cells.size());
        table.heading.push_back(first <= last ? std::to_string(first) + "–" + std::to_string(last) : "");
    }
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<std::string> line;
        for (std::size_t column = 0; column < columns; ++column) {
            const std::size_t at = column * rows + row;
            line.push_back(at < cells.size() ? std::move(cells[at]) : "");
        }
        table.rows.push_back(std::move(line));
    }
    return table;
}

} // namespace

PrintedForm identity_sheet_form(const IdentityCard& card, const SheetPlace& place, crypto::ByteView words,
                                engine::Instant date)
{
    const std::string sheet = std::to_string(place.number) + " / " + std::to_string(place.of);
    return {
        .title = "身份恢复纸",
        .subtitle = "助记词（SLIP-39）　第 " + sheet + " 张　凭其中任意 " + std::to_string(place.needed) + " 张恢复",
        .fields = {{"姓名", card.name},
                   {"编号", card.id()},
                   {"算法套件", std::string{crypto::to_text(card.suite())}},
                   {"恢复命令", "papervault identity recover --name 姓名 --id 编号 --out 文件"}},
        .tables = {table_of(words)},
        .checks = {"逐词抄写或打印清晰，已与屏幕核对", "单独密封存放，不与其他各张放在一处", "不拍照，不存入联网设备"},
        .signatures = {"保管人签字"},
        .codes = {{"身份编号", "papervault:identity:" + card.id()}},
        .footer = "身份恢复纸 " + card.id() + "　" + sheet,
        .date = date,
        .lies = false};
}

void wipe(PrintedForm& form) noexcept
{
    for (PrintedForm::Table& table : form.tables) {
        for (auto& row : table.rows) {
            for (std::string& cell : row) { crypto::wipe(std::as_writable_bytes(std::span{cell})); }
        }
    }
}

} // namespace papervault::vault::print
