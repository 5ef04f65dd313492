// From the last custodian's part to candidates' forms that can be handed out, as the hall's server does it.
//   bench-opening [--megabytes 50] [--candidates 30] [--turns 5] [--folder FOLDER]
// A package with two forms of 80 items and pictures, so many 10^6 bytes in all, opened by three custodians of three.
// Their key files are open already: the passphrase's Argon2id belongs to giving a part, not to opening. Each figure is
// the least of all turns; the steps are measured one by one first, then the hall's own call as a whole.
#include "ceremony.hpp"
#include "measure.hpp"

#include "hall/package_paper.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/golden.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace {

using namespace papervault;
using namespace papervault::package_bench;

struct Options {
    std::size_t megabytes = 50;
    int candidates = 30;
    int turns = 5;
    std::filesystem::path folder;
};

constexpr std::size_t pictures = 40;
constexpr int items_per_form = 80;

engine::Form form_of(const std::string& id, std::size_t first_picture)
{
    engine::Form form{.id = id, .title = "理论知识试卷", .sections = {{"一、单项选择题", "每题 1 分", {}}}};
    for (int n = 0; n < items_per_form; ++n) {
        engine::Item item;
        item.id = fmt::format("{}-{}", id, n + 1);
        item.type = engine::ItemType::single_choice;
        item.knowledge_point = "1.1";
        item.stem = engine::parse_content("下列设备在额定负载下连续运行时，轴承温度不得超过规定值的是（　　）").value();
        if (n % 4 == 0) {
            item.stem.emplace_back(
                engine::Image{fmt::format("media/{}.png", first_picture + static_cast<std::size_t>(n) / 4), "设备图"});
        }
        for (const char* option : {"A", "B", "C", "D"}) {
            item.options.push_back({option, engine::parse_content("滚动轴承的外圈与端盖之间").value()});
        }
        item.difficulty = engine::Decimal::from_integer(1);
        form.sections.front().items.push_back({std::move(item), engine::Decimal::from_integer(1)});
    }
    return form;
}

/// What the office would put into the package.
struct Paper {
    std::vector<engine::Form> forms{form_of("A", 0), form_of("B", pictures / 2)};
    std::string paper, roster, media, vectors;

    explicit Paper(const Options& options)
    {
        boost::json::array listed;
        for (const engine::Form& form : forms) { listed.push_back(to_json(form)); }
        paper = engine::canonical_json(listed);
        boost::json::array candidates;
        for (int n = 0; n < options.candidates; ++n) {
            candidates.push_back(to_json(engine::Candidate{.ticket = fmt::format("2026{:06}", n + 1),
                                                           .name = "考生",
                                                           .id_tail = "001X",
                                                           .seat = n + 1,
                                                           .form_id = n % 2 == 0 ? "A" : "B"}));
        }
        roster = engine::canonical_json(candidates);
        vectors = vault::golden_orders(forms);
        boost::json::object shown;
        const std::size_t rest = options.megabytes * 1'000'000 - paper.size() - roster.size() - vectors.size();
        for (std::size_t n = 0; n < pictures; ++n) {
            shown[fmt::format("media/{}.png", n)] = {
                {"type", "image/png"}, {"base64", crypto::to_base64(crypto::random_bytes(rest / pictures * 3 / 4))}};
        }
        media = engine::canonical_json(shown);
    }

    [[nodiscard]] vault::SealRequest request(const People& people, const Options& options) const
    {
        const auto hall = vault::LockSet::hall;
        auto made = request_for(people, {{.name = "media", .locks = hall, .plaintext = crypto::bytes_of(media)},
                                         {.name = "paper", .locks = hall, .plaintext = crypto::bytes_of(paper)},
                                         {.name = "roster", .locks = hall, .plaintext = crypto::bytes_of(roster)},
                                         {.name = "vectors", .locks = hall, .plaintext = crypto::bytes_of(vectors)}});
        made.candidates = options.candidates;
        made.batch.policy.candidates_max = std::max(30, options.candidates);
        made.batch.rehearsal = options.candidates > 30;
        for (const engine::Form& form : forms) {
            made.forms.push_back({form.id, crypto::blake2b(crypto::bytes_of(engine::form_identity_text(form))),
                                  static_cast<int>(form.item_count()), form.points(), false});
        }
        return made;
    }
};

void row(std::string_view what, const Cost& cost)
{
    fmt::print("| {} | {:.1f} | {:.1f} |\n", what, cost.cpu_s * 1e3, cost.wall_s * 1e3);
    std::fflush(stdout);
}

/// The locks alone, then reading what they open, as any reader of packages would.
void measure_steps(const People& people, const Sealed& sealed, const std::vector<vault::SharePart>& parts,
                   const vault::Release& release, int turns)
{
    const auto now = time_of(inside_window);
    const auto all_but_one = [&] {
        auto opening = sure(vault::HallOpening::begin(sealed.package, people.hall));
        for (std::size_t n = 0; n + 1 < parts.size(); ++n) { sure(opening.add_share(parts[n])); }
        sure(opening.add_release(release));
        return opening;
    };
    Cost best{1e9, 1e9};
    for (int turn = 0; turn < turns; ++turn) {
        auto opening = all_but_one();
        const Cost cost = best_of(1, [&] {
            sure(opening.add_share(parts.back()));
            std::ignore = sure(opening.open(now));
        });
        best = {std::min(best.cpu_s, cost.cpu_s), std::min(best.wall_s, cost.wall_s)};
    }
    row("check the last part, put the key together, unwrap", best);
    auto opening = all_but_one();
    sure(opening.add_share(parts.back()));
    const auto keys = sure(opening.open(now));
    row("decrypt every compartment whole, digests checked", best_of(turns, [&] {
            for (const vault::Compartment& compartment : sealed.package.header().compartments) {
                std::ignore = sure(sealed.package.read(compartment.name, keys));
            }
        }));
    row("inspect the seals (before the opening, for comparison)",
        best_of(turns, [&] { sure(sealed.package.verify_digests()); }));
}

/// The hall server's own call: locks, every compartment parsed and checked against the header, golden orders computed
/// again, each candidate's form sealed, the keys kept durably.
void measure_hall(const People& people, const Sealed& sealed, const std::vector<vault::SharePart>& parts,
                  const vault::Release& release, const Options& options)
{
    Cost best{1e9, 1e9};
    std::uintmax_t sealed_bytes = 0;
    for (int turn = 0; turn < options.turns; ++turn) {
        const Folder folder{options.folder};
        const auto key = crypto::random_secret(32);
        const std::string& id = sealed.package.header().package_id;
        sure(server::SqlcipherJournal::create(folder / "journal.db", key, id, {}));
        const auto journal = sure(server::SqlcipherJournal::open(
            folder / "journal.db", key, id, [](const server::JournalRecord&) -> vault::Result<void> { return {}; }));
        auto package = sure(vault::PackageReader::open(options.folder / "package"));
        const auto paper = sure(server::PackagePaper::make(std::move(package), people.hall, *journal,
                                                           {folder / "forms", folder / "outbox"}));
        for (std::size_t n = 0; n + 1 < parts.size(); ++n) { std::ignore = sure(paper->add_share(encode(parts[n]))); }
        std::ignore = sure(paper->add_release(encode(release)));
        const std::string last = encode(parts.back());
        const Cost cost = best_of(1, [&] {
            std::ignore = sure(paper->add_share(last));
            std::ignore = sure(paper->open(time_of(inside_window)));
        });
        sealed_bytes = 0;
        for (const auto& file : std::filesystem::directory_iterator{folder / "forms"}) {
            sealed_bytes += file.file_size();
        }
        best = {std::min(best.cpu_s, cost.cpu_s), std::min(best.wall_s, cost.wall_s)};
    }
    row(fmt::format("the hall's whole opening, {} forms and their pictures, {:.1f} MB together, sealed for the kiosks",
                    options.candidates, static_cast<double>(sealed_bytes) / 1e6),
        best);
}

} // namespace

int main(int argc, char** argv)
{
    crypto::initialise();
    Options options;
    for (int n = 1; n + 1 < argc; n += 2) {
        const std::string_view name = argv[n];
        if (name == "--megabytes") {
            options.megabytes = static_cast<std::size_t>(std::clamp(std::atoi(argv[n + 1]), 1, 200));
        }
        if (name == "--candidates") { options.candidates = std::clamp(std::atoi(argv[n + 1]), 1, 1000); }
        if (name == "--turns") { options.turns = std::clamp(std::atoi(argv[n + 1]), 1, 100); }
        if (name == "--folder") { options.folder = argv[n + 1]; }
    }
    const Folder folder{options.folder};
    options.folder = folder.path();
    const People people;
    const Paper paper{options};
    const Sealed sealed = seal(people, paper.request(people, options), folder);
    const auto now = time_of(inside_window);
    std::vector<vault::SharePart> parts;
    for (const vault::Identity& custodian : people.custodians) {
        parts.push_back(sure(give_share(sealed.package, vault::LockSet::hall, custodian, people.hall.card(), now)));
    }
    const auto release = sure(issue_release(sealed.package.header(), sealed.release_share, people.office, now));
    fmt::print("package {:.1f} MB, 3 custodians of 3, {} candidates\n\n| step | ms of CPU | ms of wall |\n| --- | --- "
               "| --- |\n",
               static_cast<double>(std::filesystem::file_size(folder / "package")) / 1e6, options.candidates);
    measure_steps(people, sealed, parts, release, options.turns);
    measure_hall(people, sealed, parts, release, options);
    return 0;
}
