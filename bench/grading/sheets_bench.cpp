#include "answers/compact_sheets.hpp"
#include "answers/sheets_codec.hpp"
#include "answers/sheets_reader.hpp"
#include "split_mix_stream.hpp"
#include "vault/journal_of.hpp"

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
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// The office's own path from a hall's sealed answers file to item statistics, as `papervault grade look` goes it, and
// the ones of `papervault grade import` and `grade run`, for both versions of the file; beside them each step alone,
// and what memory, hash and cipher take for the same bytes. bench-grading-sheets [CANDIDATES ITEMS]
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
    test::write_journal(answers);
    return answers;
}

class Steps {
public:
    explicit Steps(double responses) : responses_{responses} {}
    /// @param bytes  That the step goes over.
    void measure(const char* name, std::size_t bytes, const std::function<void()>& step, int times = rounds) const
    {
        double best = std::numeric_limits<double>::infinity();
        for (int round = 0; round < times; ++round) {
            const double start = cpu_seconds();
            step();
            best = std::min(best, cpu_seconds() - start);
        }
        std::printf("  %-66s %9.3f ms %8.1f MB/s %8.2f e6 responses/s\n", name, best * 1e3,
                    static_cast<double>(bytes) / best / 1e6, responses_ / best / 1e6);
    }

private:
    double responses_;
};

/// One exam, its answers sealed in both versions, and what is measured of them.
class Measurement {
public:
    Measurement(std::size_t candidates, std::size_t items) : candidates_{candidates}, exam_{make_exam(items)}
    {
        AnswersFile first = answers_;
        first.version = 1;
        sure(seal_answers(answers_, people_.hall, people_.office.card(), file_));
        sure(seal_answers(first, people_.hall, people_.office.card(), first_file_));
        front_ = sure(open_answers(file_, package_, people_.office)).front;
        text_ = encode_sheets(first);
        compact_ = encode_compact_sheets(answers_);
        for (const AnswerSheet& sheet : answers_.sheets) { responses_ += static_cast<double>(sheet.responses.size()); }
        std::printf("%zu candidates x %zu items: %.0f responses; sheets %.2f MB in version 2, %.2f bytes a response, "
                    "%.1f MB in version 1, %.1f bytes a response; journal %.1f MB\n",
                    candidates, items, responses_, static_cast<double>(compact_.size()) / 1e6,
                    static_cast<double>(compact_.size()) / responses_, static_cast<double>(text_.size()) / 1e6,
                    static_cast<double>(text_.size()) / responses_, static_cast<double>(answers_.journal.size()) / 1e6);
    }

    void run()
    {
        look();
        limits();
        first_version();
        taking_in();
        grading();
    }

private:
    [[nodiscard]] AnswerColumns open_columns(const std::filesystem::path& file) const
    {
        return sure(open_answer_columns(file, package_, people_.office, exam_.items, front_));
    }
    [[nodiscard]] engine::BatchTally tally(const AnswerColumns& from) const
    {
        return engine::tally_batch(from.responses, {&exam_.form, 1}, from.form_of, exam_.keys, {});
    }
    [[nodiscard]] Steps steps() const { return Steps{responses_}; }

    void look() const
    {
        std::printf(" grade look, version 2: sealed file -> sheets -> scores -> totals -> item statistics\n");
        steps().measure("THE WHOLE PATH", compact_.size(), [this] { std::ignore = tally(open_columns(file_)); });
        const AnswerColumns columns = open_columns(file_);
        steps().measure("open: signature, digest, cipher, columns", compact_.size(),
                        [this] { std::ignore = open_columns(file_); });
        steps().measure("... of which columns from the bytes", compact_.size(), [this] {
            std::ignore = sure(read_compact_columns(compact_, exam_.items, forms_, candidates_));
        });
        steps().measure("score, add up, item statistics", compact_.size(), [&] { std::ignore = tally(columns); });
    }

    void limits() const
    {
        std::printf(" limits over the same bytes, version 2\n");
        const auto codes = static_cast<std::size_t>(responses_);
        std::vector<std::uint32_t> from(codes, 1);
        std::vector<std::uint32_t> to(codes);
        steps().measure("memory: a code of 4 bytes a response copied", 4 * codes,
                        [&] { std::memcpy(to.data(), from.data(), 4 * codes); });
        if (to.back() != 1) { fail("nothing was copied"); }
        hash_and_cipher(crypto::Bytes{compact_});
        const auto signer = crypto::SigningKey::generate();
        const auto signature = signer.sign("papervault.bench.v1", crypto::bytes_of("header"));
        steps().measure("one Ed25519 signature, whatever the size", 0, [&] {
            if (!crypto::verify(signer.verify_key(), "papervault.bench.v1", crypto::bytes_of("header"), signature)) {
                fail("a signature does not fit");
            }
        });
    }

    void hash_and_cipher(const crypto::Bytes& plain) const
    {
        const auto key = crypto::random_secret(crypto::aead_key_bytes);
        const auto sealed = crypto::encrypt(key, plain, crypto::bytes_of("bench"));
        steps().measure("hash: digest of the sealed bytes (BLAKE2b)", sealed.size(),
                        [&] { std::ignore = crypto::blake2b(sealed); });
        steps().measure("cipher: decrypt and authenticate (XChaCha20-Poly1305)", sealed.size(), [&] {
            if (!crypto::decrypt_secret(key, sealed, crypto::bytes_of("bench"))) { fail("does not open"); }
        });
    }

    void first_version() const
    {
        std::printf(" grade look, version 1\n");
        steps().measure("the whole path", text_.size(), [this] { std::ignore = tally(open_columns(first_file_)); }, 3);
        steps().measure(
            "sheets into columns, every receipt checked", text_.size(),
            [this] {
                std::ignore = sure(read_sheet_columns(text_, exam_.items, forms_, answers_.package_id, candidates_));
            },
            3);
        const auto text = crypto::bytes_of(text_);
        hash_and_cipher({text.begin(), text.end()});
    }

    void taking_in() const
    {
        std::printf(" grade import, version 2: everything, once\n");
        steps().measure(
            "open, follow the journal, compare every answer, every receipt", compact_.size() + answers_.journal.size(),
            [this] { std::ignore = sure(open_answers(file_, package_, people_.office)); }, 2);
    }

    void grading() const
    {
        std::printf(" grade run: an object for each response, two gradings that must agree\n");
        const auto open = [this](const std::filesystem::path& file) {
            std::ignore = sure(open_answer_sheets(file, package_, people_.office, front_));
        };
        steps().measure("open the sheets, version 2", compact_.size(), [&] { open(file_); }, 3);
        steps().measure("open the sheets, version 1", text_.size(), [&] { open(first_file_); }, 2);
        std::vector<engine::BatchSheet> sheets;
        for (const AnswerSheet& sheet : answers_.sheets) {
            sheets.push_back({sheet.ticket, &exam_.form, &sheet.responses});
        }
        const auto grade = [&] {
            auto scores = engine::grade_batch(sheets, exam_.keys, {});
            if (!scores) { fail(scores.error().to_string()); }
            return std::move(*scores);
        };
        const auto by_interpreter = [&] {
            engine::Decimal sum;
            for (const engine::BatchSheet& sheet : sheets) {
                sum += engine::grade_sheet(*sheet.form, exam_.keys, *sheet.responses, {}).points;
            }
            return sum;
        };
        const auto in_words = [&] {
            std::size_t characters = 0;
            for (const engine::BatchSheet& sheet : sheets) {
                for (const engine::FormItem& item : exam_.form.sections[0].items) {
                    const auto response = sheet.responses->find(item.item.id);
                    characters += engine::grade(item, exam_.keys.find(item.item.id)->second,
                                                response == sheet.responses->end() ? nullptr : &response->second, {})
                                      .reason.size();
                }
            }
            if (characters == 0) { fail("no words"); }
        };
        steps().measure("both gradings and their comparison", 0, [&] { std::ignore = grade(); }, 3);
        steps().measure("... of which the interpreter alone", 0, [&] { std::ignore = by_interpreter(); }, 3);
        steps().measure("... if it worded a reason for every point", 0, in_words, 2);
        const auto totals = tally(open_columns(file_)).totals;
        const auto scores = grade();
        for (std::size_t candidate = 0; candidate < candidates_; ++candidate) {
            if (scores.sheets[candidate].points != totals[candidate]) { fail("the totals differ"); }
        }
    }

    std::size_t candidates_;
    Folder folder_;
    Hall people_;
    Exam exam_;
    std::vector<std::string> forms_{"A"};
    PackageReader package_ = make_package(people_, folder_, candidates_);
    AnswersFile answers_ = make_answers(exam_, package_, people_, candidates_);
    std::filesystem::path file_ = folder_ / "answers";
    std::filesystem::path first_file_ = folder_ / "answers-1";
    crypto::Digest front_;
    std::string text_;      ///< The sheets of version 1.
    crypto::Bytes compact_; ///< Of version 2.
    double responses_ = 0;
};

void measure(std::size_t candidates, std::size_t items)
{
    Measurement{candidates, items}.run();
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
    measure(2'000, 100);
    return EXIT_SUCCESS;
}
