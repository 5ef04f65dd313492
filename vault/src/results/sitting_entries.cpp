#include "results/sitting_entries.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/inspection.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr engine::JsonLimits line_limits{.bytes_max = 8 << 20, .depth_max = 4};
constexpr engine::JsonLimits payload_limits{.bytes_max = 1 << 20, .depth_max = 24};

struct JournalLine {
    std::uint64_t number = 0;
    std::string time;
    boost::json::value payload;
    std::string kind;
};

/// Cheap: most of a journal is answers, and they are left alone. Which kind a line is, its payload says.
bool may_concern_us(std::string_view line)
{
    constexpr std::array<std::string_view, 3> words{"inspection_", "incident", "opening"};
    return std::ranges::any_of(words, [line](std::string_view word) { return line.find(word) != line.npos; });
}

Result<JournalLine> read_line(std::string_view line)
{
    const auto value = engine::parse_json(line, line_limits);
    if (!value) { return refuse(VaultError::malformed, "journal: " + value.error().detail); }
    engine::JsonFields fields{*value, "journal"};
    JournalLine read;
    read.number = static_cast<std::uint64_t>(fields.integer("number", 1, INT64_MAX));
    read.time = fields.text("time", 40);
    fields.text("hash", 64);
    const std::string payload = fields.text("payload", payload_limits.bytes_max);
    if (auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    auto parsed = engine::parse_json(payload, payload_limits);
    if (!parsed) { return refuse(VaultError::malformed, "journal: " + parsed.error().detail); }
    read.payload = *std::move(parsed);
    if (const auto* object = read.payload.if_object()) {
        const auto* kind = object->if_contains("kind");
        if (kind != nullptr && kind->is_string()) { read.kind = kind->get_string(); }
    }
    return read;
}

std::string text_of(const JournalLine& line, std::string_view name)
{
    const auto* value = line.payload.get_object().if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// One journal, from its first record on.
class Teller {
public:
    Teller(const AnswersFile& answers, const PackageReader& package) : answers_{answers}, package_{package} {}

    Result<void> take(const JournalLine& line)
    {
        if (line.kind == "inspection_begun") { return begun(line); }
        if (line.kind == "inspection_confirmed") { return confirmed(line); }
        if (line.kind == "inspection_passed") { return passed(line); }
        if (line.kind == "incident") { return incident(line); }
        if (line.kind == "incident_cleared") { return cleared(line); }
        if (line.kind == "opening") { opened(line); }
        return {};
    }
    [[nodiscard]] std::vector<SittingEntry> entries() && { return std::move(entries_); }

private:
    Result<void> begun(const JournalLine& line)
    {
        round_ = text_of(line, "round");
        words_.clear();
        return {};
    }
    Result<void> confirmed(const JournalLine& line)
    {
        auto word = decode_inspection(text_of(line, "statement"));
        if (!word) { return std::unexpected{word.error()}; }
        if (auto sound = verify_inspection(*word, package_, round_); !sound) { return sound; }
        words_.push_back(*std::move(word));
        return {};
    }
    Result<void> passed(const JournalLine& line)
    {
        if (auto two = require_two_witnesses(words_); !two) { return two; }
        boost::json::array witnesses;
        for (const Inspection& word : words_) {
            witnesses.push_back(boost::json::string{word.witness.name + " (" + word.witness.id() + ")"});
        }
        add(line, "package.inspect",
            {{"digest", package_.digest().hex()}, {"round", round_}, {"witnesses", witnesses}, {"at", line.time}});
        inspected_ = true;
        return {};
    }
    Result<void> incident(const JournalLine& line)
    {
        const std::string document = text_of(line, "document");
        const auto found = decode_incident(document);
        if (!found) { return std::unexpected{found.error()}; }
        if (auto sound = verify_incident(*found, package_); !sound) { return sound; }
        inspected_ = false;
        open_incident_ = found->id;
        add(line, "package.incident",
            {{"incident", found->id},
             {"kind", found->kind},
             {"reason", found->reason},
             {"reported_by", found->reported_by},
             {"reported_at", engine::to_text(found->reported_at)}});
        entries_.back().incident = found->id;
        entries_.back().document = document;
        return {};
    }
    /// The office knows its own word already; what counts is that it is its word.
    Result<void> cleared(const JournalLine& line)
    {
        const auto word = decode_clearance(text_of(line, "document"));
        if (!word) { return std::unexpected{word.error()}; }
        if (auto sound = verify_clearance(*word, package_, open_incident_); !sound) { return sound; }
        open_incident_.clear();
        return {};
    }
    void opened(const JournalLine& line)
    {
        boost::json::array givers;
        if (const auto* listed = line.payload.get_object().if_contains("givers"); listed && listed->is_array()) {
            givers = listed->get_array();
        }
        add(line, "package.open",
            {{"givers", givers}, {"at", line.time}, {"inspected", inspected_ && open_incident_.empty()}});
    }
    void add(const JournalLine& line, std::string action, boost::json::object subject)
    {
        subject["package"] = answers_.package_id;
        entries_.push_back({.record = line.number,
                            .action = std::move(action),
                            .incident = {},
                            .document = {},
                            .subject = std::move(subject)});
    }

    const AnswersFile& answers_;
    const PackageReader& package_;
    std::string round_;
    std::vector<Inspection> words_;
    std::string open_incident_;
    bool inspected_ = false;
    std::vector<SittingEntry> entries_;
};

} // namespace

Result<std::vector<SittingEntry>> sitting_entries(const AnswersFile& answers, const PackageReader& package)
{
    Teller teller{answers, package};
    std::string_view rest{answers.journal};
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (!may_concern_us(line)) { continue; }
        const auto read = read_line(line);
        if (!read) { return std::unexpected{read.error()}; }
        if (auto taken = teller.take(*read); !taken) {
            return refuse(taken.error().code,
                          "journal record " + std::to_string(read->number) + ": " + taken.error().detail);
        }
    }
    return std::move(teller).entries();
}

} // namespace papervault::vault
