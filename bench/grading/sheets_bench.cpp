#include "answers/sheets_codec.hpp"
#include "answers/sheets_reader.hpp"
#include "split_mix_stream.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/crypto/sign.hpp>
#include <papervault/engine/batch_grading.hpp>
#include <papervault/engine/batch_tally.hpp>
#include <papervault/vault/answers.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// The office's own path from a hall's sealed answers file to item statistics, as `papervault grade look` goes it, and
// the one of `papervault grade run`; beside them each step alone, and what hash and cipher take for the same bytes.
// bench-grading-sheets [CANDIDATES ITEMS]
namespace {

using namespace papervault;
using namespace papervault::vault;

constexpr std::uint64_t seed = 2026;
constexpr int rounds = 5;

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

[[noreturn]] void fail(const std::string& what)
{
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(EXIT_FAILURE);
}

template <class Value>
Value sure(Result<Value> result)
{
    if (!result) { fail(result.error().detail); }
    if constexpr (!std::is_void_v<Value>) { return std::move(*result); }
}

class Folder {
public:
    Folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "papervault-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) { fail("no temporary folder"); }
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

struct Exam {
    engine::Form form{"A", "", {{"一", "", {}}}};
    engine::AnswerKeys keys;
    std::vector<std::string> items;
};

Exam make_exam(std::size_t items)
{
    Exam exam;
    for (std::size_t n = 0; n < items; ++n) {
        engine::FormItem item;
        item.item.id = "plc-4/" + std::to_string(10'000 + n);
        item.item.type = engine::ItemType::single_choice;
        item.points = engine::Decimal::from_integer(1);
        for (const char* option : {"A", "B", "C", "D"}) { item.item.options.push_back({option, {}}); }
        engine::AnswerKey key;
        key.item_id = item.item.id;
        key.correct_options = {std::string(1, static_cast<char>('A' + n % 4))};
        exam.keys[item.item.id] = std::move(key);
        exam.items.push_back(item.item.id);
        exam.form.sections[0].items.push_back(std::move(item));
    }
    return exam;
}

struct Hall {
    Identity hall = Identity::generate("hall");
    Identity office = Identity::generate("office");
    std::array<Identity, 2> sealers{Identity::generate("sealer-1"), Identity::generate("sealer-2")};
    std::array<Identity, 2> custodians{Identity::generate("custodian-1"), Identity::generate("custodian-2")};
    std::array<Identity, 2> graders{Identity::generate("grader-1"), Identity::generate("grader-2")};
};

PackageReader make_package(const Hall& people, const Folder& folder, std::size_t candidates)
{
    const auto time_of = [](const char* text) { return engine::instant_from_text(text).value(); };
    engine::Batch batch;
    batch.id = "bench";
    batch.occupation = batch.subject = batch.title = batch.site = batch.hall = "bench";
    batch.occupation_code = "6-11-01-03";
    batch.opens_at = batch.starts_at = time_of("2026-11-21T09:00:00.000Z");
    batch.ends_at = batch.expires_at = time_of("2026-11-21T11:00:00.000Z");
    const crypto::Bytes content = crypto::random_bytes(64);
    const SealRequest request{
        .batch = batch,
        .snapshot_digest = {},
        .draw_digest = {},
        .forms = {{.id = "A", .digest = {}, .items = 1, .points = engine::Decimal::from_integer(1), .spare = false}},
        .candidates = static_cast<int>(candidates),
        .hall = people.hall.card(),
        .office = people.office.card(),
        .custodians = {people.custodians[0].card(), people.custodians[1].card()},
        .custody_threshold = 2,
        .graders = {people.graders[0].card(), people.graders[1].card()},
        .graders_threshold = 2,
        .second_sealer = people.sealers[1].card(),
        .compartments = {{.name = "media", .locks = LockSet::hall, .plaintext = content}},
        .now = time_of("2026-11-20T09:00:00.000Z")};
    sure(seal_package(request, people.sealers[0], folder / "draft"));
    sure(countersign_package(folder / "draft", people.sealers[1], folder / "package"));
    return sure(PackageReader::open(folder / "package"));
}

AnswersFile make_answers(const Exam& exam, const PackageReader& package, const Hall& people, std::size_t candidates)
{
    AnswersFile answers{.package_id = package.header().package_id,
                        .package_digest = package.digest(),
                        .batch_id = package.header().batch.id,
                        .hall_id = people.hall.card().id(),
                        .started_at = {},
                        .ended_at = {},
                        .sealed_at = {},
                        .journal_records = 0,
                        .journal_head = {},
                        .sheets = {},
                        .journal = {}};
    SplitMixStream stream{seed};
    engine::RandomIntegers random{stream};
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        AnswerSheet sheet{.ticket = "T" + std::to_string(100'000 + candidate),
                          .form_id = "A",
                          .seat = static_cast<int>(1 + candidate % 1000),
                          .phase = engine::CandidatePhase::handed_in,
                          .responses = {},
                          .receipt = {}};
        const std::uint64_t ability = 2 + random.below(7);
        for (std::size_t item = 0; item < exam.items.size(); ++item) {
            if (random.below(50) == 0) { continue; }
            const std::uint64_t option = random.below(10) < ability ? item % 4 : random.below(4);
            sheet.responses[exam.items[item]] = {std::string(1, static_cast<char>('A' + option))};
        }
        engine::CandidateState state;
        state.candidate.ticket = sheet.ticket;
        state.candidate.form_id = sheet.form_id;
        for (const auto& [item, response] : sheet.responses) { state.answers[item].response = response; }
        sheet.receipt = receipt_of(engine::sheet_text(state, answers.package_id));
        answers.sheets.push_back(std::move(sheet));
    }
    return answers;
}

class Steps {
public:
    Steps(double responses, double bytes) : responses_{responses}, bytes_{bytes} {}
    void measure(const char* name, const std::function<void()>& step, int times = rounds) const
    {
        double best = std::numeric_limits<double>::infinity();
        for (int round = 0; round < times; ++round) {
            const double start = cpu_seconds();
            step();
            best = std::min(best, cpu_seconds() - start);
        }
        std::printf("  %-62s %9.2f ms %8.1f MB/s %8.2f e6 responses/s\n", name, best * 1e3, bytes_ / best / 1e6,
                    responses_ / best / 1e6);
    }

private:
    double responses_;
    double bytes_;
};

void measure(std::size_t candidates, std::size_t items)
{
    const Folder folder;
    const Hall people;
    const Exam exam = make_exam(items);
    const PackageReader package = make_package(people, folder, candidates);
    const AnswersFile answers = make_answers(exam, package, people, candidates);
    const std::filesystem::path file = folder / "answers";
    sure(seal_answers(answers, people.hall, people.office.card(), file));
    const std::string text = encode_sheets(answers);
    double responses = 0;
    for (const AnswerSheet& sheet : answers.sheets) { responses += static_cast<double>(sheet.responses.size()); }
    const auto bytes = static_cast<double>(text.size());
    std::printf("%zu candidates x %zu items: %.0f responses in %.1f MB of JSON, %.1f bytes a response\n", candidates,
                items, responses, bytes / 1e6, bytes / responses);
    const Steps steps{responses, bytes};
    const std::vector<std::string> forms{"A"};
    const std::span all_forms{&exam.form, 1};
    const auto open_columns = [&] { return sure(open_answer_columns(file, package, people.office, exam.items)); };
    const AnswerColumns columns = open_columns();
    const auto tally = [&](const AnswerColumns& from) {
        return engine::tally_batch(from.responses, all_forms, from.form_of, exam.keys, {});
    };

    std::printf(" the whole path: sealed file -> checked sheets -> scores -> totals -> item statistics\n");
    steps.measure("grade look: open, check and tally by columns", [&] { std::ignore = tally(open_columns()); });
    std::printf(" its steps\n");
    const auto key = crypto::random_secret(crypto::aead_key_bytes);
    const auto sealed = crypto::encrypt(key, crypto::bytes_of(text), crypto::bytes_of("bench"));
    steps.measure("digest of the sealed bytes (BLAKE2b)", [&] { std::ignore = crypto::blake2b(sealed); });
    steps.measure("decrypt and authenticate (XChaCha20-Poly1305)", [&] {
        if (!crypto::decrypt_secret(key, sealed, crypto::bytes_of("bench"))) { fail("does not open"); }
    });
    steps.measure("read sheets into columns, receipts checked", [&] {
        std::ignore = sure(read_sheet_columns(text, exam.items, forms, answers.package_id, candidates));
    });
    const std::string sheet_text = text.substr(0, text.size() / candidates);
    steps.measure("... of which hashes of the receipts (BLAKE2b, a sheet each)", [&] {
        for (std::size_t n = 0; n < candidates; ++n) { std::ignore = receipt_of(sheet_text); }
    });
    steps.measure("score, add up, item statistics", [&] { std::ignore = tally(columns); });
    std::printf(" the path of grade run: objects for each response, two gradings that must agree\n");
    steps.measure("open and check", [&] { std::ignore = sure(open_answers(file, package, people.office)); }, 2);
    steps.measure(
        "... of which read sheets in one pass",
        [&] {
            AnswersFile read;
            sure(read_sheets(text, read));
        },
        2);
    steps.measure(
        "... the reader it replaced (tree of values, written again)",
        [&] {
            AnswersFile read;
            sure(decode_sheets(text, read));
        },
        2);
    std::vector<engine::BatchSheet> sheets;
    for (const AnswerSheet& sheet : answers.sheets) { sheets.push_back({sheet.ticket, &exam.form, &sheet.responses}); }
    const auto grade = [&] {
        auto scores = engine::grade_batch(sheets, exam.keys, {});
        if (!scores) { fail(scores.error().to_string()); }
        return std::move(*scores);
    };
    steps.measure("both gradings and their comparison", [&] { std::ignore = grade(); }, 2);
    const auto totals = tally(columns).totals;
    const auto scores = grade();
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        if (scores.sheets[candidate].points != totals[candidate]) { fail("the totals differ"); }
    }
    const auto signer = crypto::SigningKey::generate();
    const auto signature = signer.sign("papervault.bench.sheet.v1", crypto::bytes_of(sheet_text));
    steps.measure(
        "if every sheet were signed: one Ed25519 signature a sheet",
        [&] {
            for (std::size_t n = 0; n < candidates; ++n) {
                if (!crypto::verify(signer.verify_key(), "papervault.bench.sheet.v1", crypto::bytes_of(sheet_text),
                                    signature)) {
                    fail("a signature does not fit");
                }
            }
        },
        2);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3) {
        const std::size_t candidates = std::strtoul(argv[1], nullptr, 10);
        const std::size_t items = std::strtoul(argv[2], nullptr, 10);
        if (candidates < 2 || candidates > 10'000 || items < 2 || items > 1'000) {
            fail("usage: bench-grading-sheets [CANDIDATES ITEMS]");
        }
        measure(candidates, items);
        return EXIT_SUCCESS;
    }
    measure(500, 100);
    measure(10'000, 100);
    return EXIT_SUCCESS;
}
