#include "answers/packed_codes.hpp"
#include "vault/sheets_readers.hpp"

#include <papervault/engine/sitting.hpp>
#include <papervault/vault/journal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace papervault::vault::test {
namespace {

constexpr std::string_view package_id = "0123456789abcdef0123456789abcdef";

std::string receipt_for(const AnswerSheet& sheet)
{
    engine::CandidateState state;
    state.candidate.ticket = sheet.ticket;
    state.candidate.form_id = sheet.form_id;
    for (const auto& [item, response] : sheet.responses) { state.answers[item].response = response; }
    return receipt_of(engine::sheet_text(state, package_id));
}

class Texts {
public:
    explicit Texts(unsigned seed) : random_{seed} {}

    std::size_t below(std::size_t bound) { return random_() % bound; }
    template <class Values>
    const auto& of(const Values& values)
    {
        return values[below(values.size())];
    }

    AnswersFile answers()
    {
        static const std::vector<std::string> items{"",
                                                    "Q1",
                                                    "Q10",
                                                    "Q2",
                                                    "plc-4/0001",
                                                    "plc-4/0002",
                                                    "题目一",
                                                    "a\"b",
                                                    "x]y",
                                                    "tab\there",
                                                    "a-very-long-item-identifier/0001",
                                                    "z"};
        static const std::vector<engine::Response> responses{{"A"},
                                                             {"B"},
                                                             {"A", "C"},
                                                             {},
                                                             {""},
                                                             {"]"},
                                                             {"A]", "B"},
                                                             {"12345678901234567890"},
                                                             {"true"},
                                                             {"123456789012"},
                                                             {"1234567890123"},
                                                             {"三角函数\n\"π\"", "\x01\x1f\b\f\r\t\\/\x7f"}};
        AnswersFile answers;
        answers.journal_records = below(3);
        answers.journal_head = crypto::blake2b(crypto::bytes_of("last"));
        const auto sheets = below(9);
        for (std::size_t n = 0; n < sheets; ++n) {
            AnswerSheet sheet{.ticket = "T" + std::to_string(1000 + n),
                              .form_id = below(3) == 0 ? "B\"二" : "A",
                              .seat = static_cast<int>(1 + below(1000)),
                              .phase =
                                  below(6) == 0 ? engine::CandidatePhase::absent : engine::CandidatePhase::handed_in,
                              .responses = {},
                              .receipt = {}};
            if (sheet.phase == engine::CandidatePhase::handed_in) {
                for (const std::string& item : items) {
                    if (below(4) != 0) { sheet.responses[item] = of(responses); }
                }
                sheet.receipt = receipt_for(sheet);
            }
            answers.sheets.push_back(std::move(sheet));
        }
        return answers;
    }

private:
    std::mt19937 random_;
};

TEST(SheetsReaderTest, ReadersAgreeOnSheetsOfEveryKind)
{
    for (unsigned seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Texts texts{seed};
        const std::string text = encode_sheets(texts.answers());
        bool accepted = false;
        ASSERT_EQ(disagreement_about(text, package_id, &accepted), std::nullopt);
        ASSERT_TRUE(accepted);
    }
}

TEST(SheetsReaderTest, ReadersAgreeOnTextsThatWereAltered)
{
    constexpr std::string_view pieces = "\"\\{}[],:0159aAuz \n\x01\x80\xc3\xa9\xe4\xed\xf0\xf4\xff";
    for (unsigned seed = 1; seed <= 12; ++seed) {
        Texts texts{seed};
        const std::string text = encode_sheets(texts.answers());
        for (int change = 0; change < 120; ++change) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", change " + std::to_string(change));
            std::string altered = text;
            const std::size_t place = texts.below(text.size());
            switch (texts.below(5)) {
            case 0: altered[place] = pieces[texts.below(pieces.size())]; break;
            case 1: altered.erase(place, 1 + texts.below(3)); break;
            case 2: altered.insert(place, 1, pieces[texts.below(pieces.size())]); break;
            case 3: altered.resize(place); break;
            default: altered.insert(place, text.substr(texts.below(text.size()), texts.below(20))); break;
            }
            ASSERT_EQ(disagreement_about(altered, package_id), std::nullopt) << altered;
        }
    }
}

TEST(CompactSheetsTest, SayWhatVersionOneSays)
{
    for (unsigned seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        ASSERT_EQ(difference_of_versions(Texts{seed}.answers(), package_id), std::nullopt);
    }
}

/// Bytes that were altered are refused, or they are the only spelling of other sheets.
TEST(CompactSheetsTest, HaveOneSpelling)
{
    std::size_t taken = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        Texts texts{seed};
        const AnswersFile answers = texts.answers();
        const crypto::Bytes sound = encode_compact_sheets(answers);
        for (int change = 0; change < 150; ++change) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", change " + std::to_string(change));
            crypto::Bytes altered = sound;
            const auto place = static_cast<std::ptrdiff_t>(texts.below(sound.size()));
            switch (texts.below(4)) {
            case 0: altered.erase(altered.begin() + place); break;
            case 1: altered.insert(altered.begin() + place, std::byte{0}); break;
            case 2: altered.resize(static_cast<std::size_t>(place)); break;
            default: altered[static_cast<std::size_t>(place)] ^= std::byte{1} << texts.below(8); break;
            }
            AnswersFile read;
            if (!decode_compact_sheets(altered, read)) { continue; }
            ++taken;
            ASSERT_EQ(encode_compact_sheets(read), altered);
            ASSERT_TRUE(altered == sound || read.sheets != answers.sheets || read.started_at != answers.started_at ||
                        read.ended_at != answers.ended_at || read.journal_records != answers.journal_records ||
                        read.journal_head != answers.journal_head);
        }
    }
    EXPECT_GT(taken, 0U);
}

TEST(CompactSheetsTest, KeepTheLimits)
{
    const auto is_read = [](const std::function<void(AnswersFile&)>& change) {
        AnswersFile answers;
        for (int n = 0; n < 2; ++n) {
            answers.sheets.push_back({.ticket = "T" + std::to_string(n),
                                      .form_id = "A",
                                      .seat = 1,
                                      .phase = engine::CandidatePhase::handed_in,
                                      .responses = {{"Q1", {"A"}}},
                                      .receipt = "0000-0000-0000"});
        }
        change(answers);
        AnswersFile read;
        return decode_compact_sheets(encode_compact_sheets(answers), read).has_value() && read.sheets == answers.sheets;
    };
    const auto responds = [&](engine::Response response) {
        return is_read([&](AnswersFile& answers) { answers.sheets[0].responses["Q1"] = std::move(response); });
    };
    EXPECT_TRUE(is_read([](AnswersFile&) {}));
    EXPECT_TRUE(responds(engine::Response(20, "x")));
    EXPECT_FALSE(responds(engine::Response(21, "x")));
    EXPECT_TRUE(responds({std::string(16 * 1024, 'x')}));
    EXPECT_FALSE(responds({std::string(16 * 1024 + 1, 'x')}));
    EXPECT_FALSE(responds({std::string(70'000, 'x')}));
    EXPECT_FALSE(responds({std::string("a\0b", 3)}));
    EXPECT_FALSE(responds({"\xc0\x80"}));
    for (const int seat : {0, 1001, -1, 65'537}) {
        EXPECT_FALSE(is_read([seat](AnswersFile& answers) { answers.sheets[0].seat = seat; })) << seat;
    }
    EXPECT_TRUE(is_read([](AnswersFile& answers) { answers.sheets[0].ticket = std::string(32, 'T'); }));
    EXPECT_FALSE(is_read([](AnswersFile& answers) { answers.sheets[0].ticket = std::string(33, 'T'); }));
    EXPECT_FALSE(is_read([](AnswersFile& answers) { answers.sheets[0].ticket = std::string(300, 'T'); }));
    EXPECT_FALSE(is_read([](AnswersFile& answers) { answers.sheets[0].form_id = std::string(65, 'A'); }));
    EXPECT_FALSE(is_read([](AnswersFile& answers) { answers.sheets[0].receipt = "0000-0000-000U"; }));
    EXPECT_FALSE(is_read([](AnswersFile& answers) { answers.sheets[0].responses = {{std::string(129, 'Q'), {"A"}}}; }));
    const auto members = [&](int count) {
        return is_read([count](AnswersFile& answers) {
            for (int n = 1; n < count; ++n) { answers.sheets[0].responses["R" + std::to_string(n)] = {}; }
        });
    };
    EXPECT_TRUE(members(4096));
    EXPECT_FALSE(members(4097));
}

/// A few bytes can't come to gigabytes: one long response, and a million candidates' worth of codes for it.
TEST(CompactSheetsTest, BoundWhatTheyComeTo)
{
    AnswersFile answers;
    const engine::Response large(20, std::string(16 * 1024, 'x'));
    for (int n = 0; n < 300; ++n) {
        answers.sheets.push_back({.ticket = "T" + std::to_string(n),
                                  .form_id = "A",
                                  .seat = 1,
                                  .phase = engine::CandidatePhase::handed_in,
                                  .responses = {},
                                  .receipt = "0000-0000-0000"});
    }
    AnswersFile written = answers;
    for (AnswerSheet& sheet : written.sheets) { sheet.responses["Q1"] = {"y"}; }
    crypto::Bytes bytes = encode_compact_sheets(written);
    // The response "y" becomes the large one, which a writer would have to hold for everybody.
    const crypto::Bytes small{std::byte{1}, std::byte{1}, std::byte{0}, std::byte{'y'}};
    const auto found = std::ranges::search(bytes, small);
    ASSERT_FALSE(found.empty());
    crypto::Bytes spelled{std::byte{20}};
    for (const std::string& part : large) {
        spelled.push_back(static_cast<std::byte>(part.size() & 0xFFU));
        spelled.push_back(static_cast<std::byte>(part.size() >> 8U));
        const auto text = crypto::bytes_of(part);
        spelled.insert(spelled.end(), text.begin(), text.end());
    }
    const auto place = bytes.erase(found.begin(), found.end());
    bytes.insert(place, spelled.begin(), spelled.end());
    ASSERT_LT(bytes.size(), 400'000U);
    AnswersFile read;
    EXPECT_FALSE(decode_compact_sheets(bytes, read));
}

TEST(CompactSheetsTest, ColumnsAreOfThisPackage)
{
    const AnswersFile answers = [] {
        for (unsigned seed = 1;; ++seed) {
            auto made = Texts{seed}.answers();
            if (made.sheets.size() > 2) { return made; }
        }
    }();
    const crypto::Bytes bytes = encode_compact_sheets(answers);
    const std::vector<std::string> items{"Q1", "Q1", "Q2"};
    const std::vector<std::string> forms{"A", "B\"二"};
    const std::size_t candidates = answers.sheets.size();
    const auto columns = read_compact_columns(bytes, items, forms, candidates);
    ASSERT_TRUE(columns) << columns.error().detail;
    EXPECT_EQ(columns->responses.columns.size(), 2U) << "each item once";
    EXPECT_FALSE(read_compact_columns(bytes, items, forms, candidates + 1));
    EXPECT_FALSE(read_compact_columns(bytes, items, std::vector<std::string>{"C"}, candidates));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ASSERT_FALSE(read_compact_columns(crypto::ByteView{bytes}.first(length), items, forms, candidates)) << length;
    }
    crypto::Bytes longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(read_compact_columns(longer, items, forms, candidates));
    AnswersFile twice = answers;
    twice.sheets[1].ticket = twice.sheets[0].ticket;
    EXPECT_FALSE(read_compact_columns(encode_compact_sheets(twice), items, forms, candidates));
}

TEST(CompactSheetsTest, ReceiptsAreSixtyBits)
{
    EXPECT_EQ(receipt_text(0), "0000-0000-0000");
    EXPECT_EQ(receipt_text((std::uint64_t{1} << 60U) - 1), "ZZZZ-ZZZZ-ZZZZ");
    EXPECT_EQ(receipt_number("0000-0000-000A"), 10U);
    EXPECT_EQ(receipt_number("1000-0000-0000"), std::uint64_t{1} << 55U);
    for (const char* text : {"", "0000-0000-000", "0000-0000-00000", "0000000000000", "0000_0000-0000",
                             "0000-0000-000a", "0000-0000-000I", "0000-0000-000-"}) {
        EXPECT_EQ(receipt_number(text), std::nullopt) << text;
    }
    const std::string receipt = receipt_of("a sheet");
    EXPECT_EQ(receipt_text(receipt_number(receipt).value()), receipt);
}

TEST(PackedCodesTest, AreUnpackedAsTheyWerePacked)
{
    std::mt19937 random{7};
    for (unsigned bits = 1; bits <= code_bits_max; ++bits) {
        for (std::size_t count = 0; count < 70; ++count) {
            std::vector<std::uint32_t> codes(count);
            std::uint32_t greatest = 0;
            for (std::uint32_t& code : codes) {
                code = static_cast<std::uint32_t>(random()) & ((1U << bits) - 1);
                greatest = std::max(greatest, code);
            }
            crypto::Bytes packed;
            append_codes(packed, codes, bits);
            ASSERT_EQ(packed.size(), packed_bytes(count, bits));
            std::vector<std::uint32_t> unpacked(count);
            ASSERT_EQ(unpack_codes(packed, bits, unpacked), greatest) << bits << " bits, " << count;
            ASSERT_EQ(unpacked, codes) << bits << " bits, " << count;
        }
    }
}

TEST(JournalLineTest, HasOneSpelling)
{
    JournalChain chain{package_id};
    const auto record = chain.extend(engine::instant_from_text("2026-11-21T09:00:00.000Z").value(),
                                     "{\"kind\":\"note\",\"text\":\"三\\n\"}");
    const std::string line = journal_line(record);
    const auto read = read_journal_line(line);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, record);
    std::mt19937 random{11};
    for (int change = 0; change < 500; ++change) {
        std::string altered = line;
        altered[random() % line.size()] = static_cast<char>(32 + random() % 95);
        const auto again = read_journal_line(altered);
        if (again) { ASSERT_EQ(journal_line(*again), altered); }
    }
    for (std::size_t length = 0; length < line.size(); ++length) {
        ASSERT_FALSE(read_journal_line(line.substr(0, length)));
    }
}

/// One document by hand, so that each alteration is known to be refused and why.
class SpellingTest : public testing::Test {
protected:
    [[nodiscard]] static std::string document(std::string_view responses, std::string_view seat = "7",
                                              std::string_view ticket = "\"T1\"")
    {
        std::string text =
            R"({"ended_at":"2026-11-21T11:00:00.000Z","format":"papervault-answer-sheets","journal_head":")";
        text += std::string(64, '0');
        text += R"(","journal_records":2,"sheets":[{"form_id":"A","phase":"handed_in","receipt":"","responses":{)";
        text.append(responses).append(R"(},"seat":)").append(seat).append(R"(,"ticket":)").append(ticket);
        return text + R"(}],"started_at":"2026-11-21T09:00:00.000Z","version":1})";
    }
    static void expect(const std::string& text, bool is_read)
    {
        AnswersFile answers;
        EXPECT_EQ(read_sheets(text, answers).has_value(), is_read) << text;
        EXPECT_EQ(disagreement_about(text, package_id), std::nullopt) << text;
    }
};

TEST_F(SpellingTest, TakesOneSpellingAndNoOther)
{
    expect(document(R"("Q1":["A"],"Q2":[])"), true);
    expect(document(""), true);
    for (const char* responses : {R"("Q1":["A"],"Q1":["A"])",
                                  R"("Q2":["A"],"Q1":["A"])",
                                  R"("Q1": ["A"])",
                                  R"("Q1":["A",])",
                                  R"("Q1":"A")",
                                  R"("Q1":[1])",
                                  R"("Q1":[null])",
                                  R"("Q1":["A"],)",
                                  R"(,"Q1":["A"])",
                                  R"("Q1":[["A"]])",
                                  R"("Q1":["\u0041"])",
                                  R"("Q1":["\/"])",
                                  R"("Q1":["\u000a"])",
                                  R"("Q1":["\u001F"])",
                                  R"("Q1":["\u0000"])",
                                  R"("Q1":["\x"])",
                                  "\"Q1\":[\"\x01\"]",
                                  "\"Q1\":[\"\xc0\x80\"]",
                                  "\"Q1\":[\"\xed\xa0\x80\"]",
                                  "\"Q1\":[\"\xf4\x90\x80\x80\"]",
                                  "\"Q1\":[\"\xe4\xb8\"]",
                                  R"("Q1")",
                                  R"("Q1":)",
                                  R"("Q1":[)",
                                  R"("Q1":["A)"}) {
        expect(document(responses), false);
    }
    expect(document("\"Q1\":[\"\\u001f\x7f\xf4\x8f\xbf\xbf\"]"), true);
    expect(document(R"("\u0000":["A"])"), true);
}

TEST_F(SpellingTest, KeepsTheLimits)
{
    for (const char* seat : {"0", "1001", "-1", "07", "7.0", "7e0", "\"7\"", "99999999999999999999"}) {
        expect(document("", seat), false);
    }
    expect(document("", "1000"), true);
    expect(document("", "7", '"' + std::string(32, 'T') + '"'), true);
    expect(document("", "7", '"' + std::string(33, 'T') + '"'), false);
    const auto parts = [](std::size_t count) {
        std::string text = "\"Q1\":[";
        for (std::size_t n = 0; n < count; ++n) { text += n == 0 ? "\"\"" : ",\"\""; }
        return text + "]";
    };
    expect(document(parts(20)), true);
    expect(document(parts(21)), false);
    expect(document("\"Q1\":[\"" + std::string(16 * 1024, 'x') + "\"]"), true);
    expect(document("\"Q1\":[\"" + std::string(16 * 1024 + 1, 'x') + "\"]"), false);
    const auto members = [](std::size_t count) {
        std::string text;
        for (std::size_t n = 0; n < count; ++n) {
            text += (n == 0 ? "\"" : ",\"") + std::to_string(10'000 + n) + "\":[]";
        }
        return text;
    };
    expect(document(members(4096)), true);
    expect(document(members(4097)), false);
}

TEST(SheetColumnsTest, RefuseWhatContradictsItself)
{
    const auto read = [](const AnswersFile& answers, std::size_t candidates, std::vector<std::string> forms = {"A"}) {
        const std::vector<std::string> items{"Q1", "Q2"};
        return read_sheet_columns(encode_sheets(answers), items, forms, package_id, candidates);
    };
    AnswersFile answers;
    answers.sheets.push_back({.ticket = "T1",
                              .form_id = "A",
                              .seat = 1,
                              .phase = engine::CandidatePhase::handed_in,
                              .responses = {{"Q1", {"A"}}, {"Q2", {}}, {"not asked for", {"x"}}},
                              .receipt = {}});
    answers.sheets[0].receipt = receipt_for(answers.sheets[0]);
    answers.sheets.push_back({.ticket = "T2",
                              .form_id = "A",
                              .seat = 2,
                              .phase = engine::CandidatePhase::absent,
                              .responses = {},
                              .receipt = {}});
    const auto found = read(answers, 2);
    ASSERT_TRUE(found.has_value()) << found.error().detail;
    EXPECT_THAT(found->form_of, testing::ElementsAre(0U, 1U)) << "the second was absent";
    EXPECT_EQ(found->responses.columns.size(), 2U);
    EXPECT_FALSE(read(answers, 3)) << "one is missing";
    EXPECT_FALSE(read(answers, 2, {"B"})) << "no such form";
    auto other = answers;
    other.sheets[1].ticket = "T1";
    EXPECT_FALSE(read(other, 2)) << "a ticket twice";
    other = answers;
    other.sheets[0].responses["Q1"] = {"B"};
    EXPECT_FALSE(read(other, 2)) << "the receipt is of another answer";
    other = answers;
    other.sheets[0].responses["not asked for"] = {"y"};
    EXPECT_FALSE(read(other, 2)) << "the receipt stands for every response";
    other = answers;
    other.sheets[1].responses["Q1"] = {"A"};
    EXPECT_FALSE(read(other, 2)) << "answers of an absent candidate";
    other = answers;
    other.sheets[1].receipt = answers.sheets[0].receipt;
    EXPECT_FALSE(read(other, 2)) << "a receipt of an absent candidate";
}

/// More different answers to one item than the quick table keeps, short and long.
TEST(SheetColumnsTest, KeepManyDifferentResponsesApart)
{
    AnswersFile answers;
    for (int n = 0; n < 700; ++n) {
        const std::string text = (n % 2 == 0 ? "" : "a longer answer, no ") + std::to_string(n / 2);
        answers.sheets.push_back({.ticket = "T" + std::to_string(n),
                                  .form_id = "A",
                                  .seat = 1,
                                  .phase = engine::CandidatePhase::handed_in,
                                  .responses = {{"Q1", {text}}},
                                  .receipt = {}});
        answers.sheets.back().receipt = receipt_for(answers.sheets.back());
    }
    EXPECT_EQ(disagreement_about(encode_sheets(answers), package_id), std::nullopt);
}

} // namespace
} // namespace papervault::vault::test
