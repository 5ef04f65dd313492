// Made tests/vectors/answers-2/ once: make_answers_vectors <new folder>. Published and never edited, as the sets of
// packages: see tests/vectors/package/README.md.
#include "answers/compact_sheets.hpp"
#include "answers/seal_contents.hpp"
#include "vault/ceremony.hpp"
#include "vault/journal_of.hpp"
#include "vault/sample_answers.hpp"
#include "vault/surgery.hpp"
#include "vault/vector_program.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/array.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

namespace papervault::vault::test {
namespace {

using boost::json::array;
using boost::json::object;

class Maker {
public:
    explicit Maker(std::filesystem::path folder) : folder_{std::move(folder)}
    {
        std::filesystem::create_directories(folder_);
    }

    void make()
    {
        must(people_.hall.save(folder_ / "test_only_hall.identity", FilePermissions{}));
        must(people_.office.save(folder_ / "test_only_office.identity", FilePermissions{}));
        std::ignore = seal(people_, small_contents(), folder_, "good.pvp");
        std::ignore = seal(people_, small_contents(), folder_, "other.pvp");
        std::filesystem::remove(folder_ / "good.pvp.draft");
        std::filesystem::remove(folder_ / "other.pvp.draft");
        const AnswersFile sound = sample();
        must(seal_answers(sound, people_.hall, people_.office.card(), folder_ / "good.pva"));
        object receipts;
        for (const AnswerSheet& sheet : sound.sheets) { receipts[sheet.ticket] = sheet.receipt; }
        object good = usual_;
        good["receipts"] = std::move(receipts);
        good["why"] = "sound";
        vectors_.push_back(std::move(good));
        refuse_altered_bytes();
        refuse_lies();
        refuse_journals();
        refuse_spellings();
        std::ofstream{folder_ / "vectors.json", std::ios::binary}
            << engine::canonical_json(object{{"format", "papervault-answers-vectors"}, {"vectors", vectors_}});
    }

private:
    static void must(const Result<void>& result)
    {
        if (!result) { throw std::runtime_error{result.error().detail}; }
    }
    static void fill_in_receipts(AnswersFile& answers)
    {
        for (AnswerSheet& sheet : answers.sheets) {
            sheet.receipt =
                sheet.phase == engine::CandidatePhase::absent ? "" : receipt_of_sheet(sheet, answers.package_id);
        }
    }

    /// One candidate with answers of several kinds, one of them taken back; the other was absent.
    [[nodiscard]] AnswersFile sample() const
    {
        AnswersFile answers = sample_answers(open_package(folder_ / "good.pvp"), people_.hall,
                                             {{"item-1", {"A", "C"}}, {"item-2", {"三角函数"}}, {"item-3", {}}});
        write_journal(answers);
        return answers;
    }

    void refuse(object entry, std::string_view error, std::string_view why)
    {
        entry["step"] = "answers";
        entry["error"] = error;
        entry["why"] = why;
        vectors_.push_back(std::move(entry));
    }
    template <class Value>
    [[nodiscard]] object with(std::string_view name, Value value) const
    {
        object entry = usual_;
        entry[name] = std::move(value);
        return entry;
    }
    /// A file of its own, signed by the hall.
    void refuse_file(const std::string& name, const AnswersFile& answers, std::string_view sheets,
                     std::string_view error, std::string_view why)
    {
        must(seal_contents(answers, sheets, people_.hall, people_.office.card(), folder_ / (name + ".pva")));
        refuse(with("base", boost::json::string{name + ".pva"}), error, why);
    }
    void refuse_answers(const std::string& name, const AnswersFile& answers, std::string_view error,
                        std::string_view why)
    {
        refuse_file(name, answers, crypto::text_of(encode_compact_sheets(answers)), error, why);
    }

    void refuse_altered_bytes()
    {
        const Anatomy anatomy = take_apart(content_of(folder_ / "good.pva"));
        const auto size = put_together(anatomy).size();
        const auto front = size - anatomy.body.size();
        refuse(with("package", boost::json::string{"other.pvp"}), "wrong_batch", "answers of another package");
        refuse(with("truncate", size - 1), "malformed", "P2: one byte short");
        refuse(with("append", boost::json::string{"00"}), "malformed", "P2: one byte too many");
        refuse(with("flip", array{front, 0}), "authentication_failed", "P1: one bit of the sheets");
        refuse(with("flip", array{size - 1, 3}), "authentication_failed", "P1: one bit of the journal");
        const auto edited = [&](const std::string& name, const std::function<void(object&)>& edit,
                                std::string_view error, std::string_view why) {
            Anatomy changed = anatomy;
            edit_header(changed, edit);
            sign_again(changed, {{people_.hall.card().id(), &people_.hall}}, "papervault.answers.v1");
            changed.body.clear();
            std::ofstream{folder_ / (name + ".front"), std::ios::binary} << crypto::text_of(put_together(changed));
            refuse(with("front", boost::json::string{name + ".front"}), error, why);
        };
        edited(
            "version-1", [](object& header) { header["version"] = 1; }, "authentication_failed",
            "under the first version's name");
        edited("version-3", [](object& header) { header["version"] = 3; }, "malformed", "version jump");
        edited(
            "redated", [](object& header) { header["sealed_at"] = "2026-11-21T11:06:00.000Z"; },
            "authentication_failed", "keys are bound to the time of sealing");
    }

    void refuse_lies()
    {
        const auto lie = [this](const std::string& name, const std::function<void(AnswersFile&)>& tell,
                                std::string_view why) {
            AnswersFile answers = sample();
            tell(answers);
            fill_in_receipts(answers);
            refuse_answers(name, answers, "malformed", why);
        };
        lie(
            "other-answer", [](AnswersFile& answers) { answers.sheets[0].responses["item-1"] = {"A", "B"}; },
            "J9: not the answer of the journal");
        lie(
            "answer-dropped", [](AnswersFile& answers) { answers.sheets[0].responses.erase("item-2"); },
            "J9: an answer of the journal is missing");
        lie(
            "answer-invented", [](AnswersFile& answers) { answers.sheets[0].responses["item-4"] = {"A"}; },
            "J9: an answer that the journal does not know");
        lie(
            "answers-emptied",
            [](AnswersFile& answers) {
                answers.sheets[0].phase = engine::CandidatePhase::absent;
                answers.sheets[0].responses.clear();
            },
            "who handed in was absent");
        lie(
            "present-instead",
            [](AnswersFile& answers) { answers.sheets[1].phase = engine::CandidatePhase::handed_in; },
            "who was absent handed in");
        lie("other-seat", [](AnswersFile& answers) { answers.sheets[0].seat = 9; }, "another seat than the journal's");
        AnswersFile answers = sample();
        answers.sheets[0].receipt = "0000-0000-0001";
        refuse_answers("other-receipt", answers, "malformed", "J9: a receipt of other answers");
        answers = sample();
        answers.sheets.pop_back();
        refuse_answers("sheet-missing", answers, "malformed", "one sheet too few");
        answers = sample();
        answers.sheets[1].form_id = "Z";
        refuse_answers("foreign-form", answers, "malformed", "a form that the package does not have");
        answers = sample();
        answers.ended_at = answers.sealed_at + std::chrono::seconds{1};
        refuse_answers("sealed-before-the-end", answers, "malformed", "times out of order");
    }

    void refuse_journals()
    {
        const auto damage = [this](const std::string& name,
                                   const std::function<void(std::vector<std::string>&)>& change, std::string_view error,
                                   std::string_view why) {
            AnswersFile answers = sample();
            std::vector<std::string> lines;
            for (std::size_t at = 0; at < answers.journal.size(); at = answers.journal.find('\n', at) + 1) {
                lines.push_back(answers.journal.substr(at, answers.journal.find('\n', at) - at));
            }
            change(lines);
            answers.journal.clear();
            for (const std::string& line : lines) { answers.journal += line + '\n'; }
            refuse_answers(name, answers, error, why);
        };
        using Lines = std::vector<std::string>;
        damage(
            "record-altered",
            [](Lines& lines) {
                constexpr std::string_view seat = "\\\"seat\\\":7";
                lines[2].replace(lines[2].find(seat), seat.size(), "\\\"seat\\\":8");
            },
            "chain_broken", "J4: a record was altered");
        damage("record-cut", [](Lines& lines) { lines.pop_back(); }, "chain_broken", "the last record is missing");
        damage(
            "record-removed", [](Lines& lines) { lines.erase(lines.begin() + 3); }, "chain_broken",
            "a record in the middle is missing");
        damage(
            "records-exchanged", [](Lines& lines) { std::swap(lines[3], lines[4]); }, "chain_broken",
            "two records exchanged");
        damage(
            "record-doubled", [](Lines& lines) { lines.insert(lines.begin() + 3, lines[3]); }, "chain_broken",
            "a record twice");
        damage("record-spaced", [](Lines& lines) { lines[1] += ' '; }, "malformed", "another spelling of a record");
        AnswersFile answers = sample();
        answers.package_id[0] = answers.package_id[0] == '0' ? '1' : '0';
        write_journal(answers);
        answers.package_id = sample().package_id;
        refuse_answers("foreign-chain", answers, "chain_broken", "a chain from another package's origin");
        answers = sample();
        auto events = events_of(answers);
        events.insert(
            events.end() - 1,
            engine::Answered{.ticket = "T0001", .sequence = 9, .item = "item-1", .response = {"B"}, .marked = false});
        write_journal(answers, events);
        refuse_answers("answer-after-hand-in", answers, "malformed", "J7: an answer after the hand-in");
    }

    void refuse_spellings()
    {
        const AnswersFile answers = sample();
        const std::string sound = crypto::text_of(encode_compact_sheets(answers));
        const auto spelled = [&](const std::string& name, const std::function<void(std::string&)>& change,
                                 std::string_view why) {
            std::string sheets = sound;
            change(sheets);
            refuse_file(name, answers, sheets, "malformed", why);
        };
        spelled("sheets-magic", [](std::string& sheets) { sheets[14] = '3'; }, "another magic");
        spelled("sheets-longer", [](std::string& sheets) { sheets += '\0'; }, "a byte behind the sheets");
        spelled("sheets-padding", [](std::string& sheets) { sheets.back() = '\x11'; }, "a bit that nobody needs");
        spelled(
            "answer-of-the-absent", [](std::string& sheets) { sheets.back() = '\x03'; }, "an answer of who was absent");
        spelled("sheets-count", [](std::string& sheets) { sheets[72] = '\xFF'; }, "more candidates than bytes");
    }

    std::filesystem::path folder_;
    People people_{2, 2};
    object usual_{{"kind", "answers"}, {"base", "good.pva"}, {"package", "good.pvp"}};
    array vectors_;
};

} // namespace
} // namespace papervault::vault::test

int main(int argc, char** argv)
{
    return papervault::vault::test::make_vectors(argc == 2 && !std::filesystem::exists(argv[1]),
                                                 "make_answers_vectors <folder that does not exist>",
                                                 [argv] { papervault::vault::test::Maker{argv[1]}.make(); });
}
