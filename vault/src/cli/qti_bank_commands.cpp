#include "cli/qti_commands.hpp"
#include "cli/qti_places.hpp"
#include "cli/session.hpp"
#include "import/item_rows.hpp"

#include <papervault/engine/qti/bank_item.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t rows_bytes_max = 64U << 20;

boost::json::value answer_json(const engine::BlankKey& blank)
{
    if (blank.number) {
        return boost::json::object{{"number", blank.number->value.to_string()},
                                   {"tolerance", blank.number->tolerance.to_string()}};
    }
    boost::json::array texts;
    for (const std::string& text : blank.texts) { texts.push_back(boost::json::string{text}); }
    return texts;
}

/// A row as docs/item-format.md has it.
boost::json::object row_of(const engine::ItemWithKey& source)
{
    const auto& [item, key] = source;
    boost::json::array options;
    for (const engine::Option& option : item.options) {
        options.push_back(boost::json::string{engine::to_notation(option.content)});
    }
    boost::json::array answer;
    for (const std::string& letter : key.correct_options) { answer.push_back(boost::json::string{letter}); }
    for (const engine::BlankKey& blank : key.blanks) { answer.push_back(answer_json(blank)); }
    boost::json::object row{{"id", item.id},
                            {"type", engine::to_text(item.type)},
                            {"knowledge_point", item.knowledge_point},
                            {"stem", engine::to_notation(item.stem)},
                            {"answer", std::move(answer)},
                            {"shuffle", item.shuffle_options},
                            {"source", item.source}};
    if (item.stimulus) {
        row["stimulus"] = {{"id", item.stimulus->id}, {"content", engine::to_notation(item.stimulus->content)}};
    }
    if (!options.empty()) { row["options"] = std::move(options); }
    if (item.points) { row["points"] = item.points->to_string(); }
    return row;
}

engine::Result<engine::ItemWithKey> read_bank_item(const QtiPlace& place, const std::string& path,
                                                   const std::string& knowledge_point)
{
    const auto item = engine::qti::PartReader{place.source.reader()}.item(path);
    if (!item) { return std::unexpected{item.error()}; }
    const std::string source = File{place.name_of(path)}.filename().string();
    return engine::qti::to_bank_item(*item, {.id = {}, .knowledge_point = knowledge_point, .source = source});
}

/// '/' in an id is a folder no more.
std::string file_name(const std::string& id)
{
    std::string name = id;
    std::ranges::replace(name, '/', '_');
    return (name.starts_with('.') ? "_" + name : name) + ".xml";
}

Report summary(std::size_t done, const boost::json::array& refused, const File& out, std::string text)
{
    Report report;
    report.text = std::move(text) + fmt::format("{} {}, {} {}: {}\n", done, say("题已转换", "items converted"),
                                                refused.size(), say("题不能转换", "refused"), out.string());
    report.json = {{"converted", done}, {"refused", refused}, {"out", out.string()}};
    report.found_fault = !refused.empty();
    return report;
}

} // namespace

Result<Report> run(const QtiToBank& command)
{
    std::string rows;
    std::string text;
    std::size_t done = 0;
    boost::json::array refused;
    const auto tell = [&](const std::string& file, const std::string& reason) {
        text += fmt::format("  {}: {}\n", file, reason);
        refused.push_back(boost::json::object{{"file", file}, {"reason", reason}});
    };
    for (const File& file : command.files) {
        const auto place = open_qti_place(file);
        if (!place) {
            tell(file.string(), place.error().detail);
            continue;
        }
        for (const std::string& path : place->paths(engine::qti::ResourceKind::item)) {
            const auto item = read_bank_item(*place, path, command.knowledge_point);
            if (!item) {
                tell(place->name_of(path), item.error().detail);
                continue;
            }
            rows += boost::json::serialize(row_of(*item)) + "\n";
            ++done;
        }
    }
    if (auto written = write_file_durably(command.out, crypto::bytes_of(rows), false); !written) {
        return std::unexpected{written.error()};
    }
    return summary(done, refused, command.out, std::move(text));
}

Result<Report> run(const BankToQti& command)
{
    const auto bytes = read_text_file(command.items, rows_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    const auto rows = read_item_rows(*bytes);
    if (!rows) { return std::unexpected{rows.error()}; }
    std::error_code error;
    if (!std::filesystem::create_directory(command.out, error)) {
        return refuse(VaultError::already_exists, command.out.string() + " is there already, or cannot be made");
    }
    std::string text;
    std::size_t done = 0;
    boost::json::array refused;
    const auto tell = [&](const std::string& id, const std::string& reason) {
        text += fmt::format("  {}: {}\n", id, reason);
        refused.push_back(boost::json::object{{"id", id}, {"reason", reason}});
    };
    for (const UnreadRow& row : rows->unread) { tell(row.id, row.reason); }
    for (const ReadItem& row : rows->items) {
        const auto xml = engine::qti::to_qti3_xml(row.item);
        if (!xml) {
            tell(row.item.item.id, xml.error().detail);
            continue;
        }
        const File file = command.out / file_name(row.item.item.id);
        if (auto written = write_file_durably(file, crypto::bytes_of(*xml), false); !written) {
            return std::unexpected{written.error()};
        }
        ++done;
    }
    return summary(done, refused, command.out, std::move(text));
}

} // namespace papervault::vault::cli
