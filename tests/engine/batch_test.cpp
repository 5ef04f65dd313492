#include "batches.hpp"
#include "support.hpp"

#include <functional>

namespace papervault::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(InstantTextTest, WritesUtcWithMilliseconds)
{
    EXPECT_EQ(to_text(Instant{}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_text(Instant{milliseconds{1'795'248'000'007}}), "2026-11-21T08:00:00.007Z");
    EXPECT_EQ(to_text(instant_max), "9999-12-31T23:59:59.999Z");
}

TEST(InstantTextTest, ReadsOffsetsAndFractions)
{
    const Instant eight = at("2026-11-21T08:00:00.000Z");
    EXPECT_EQ(at("2026-11-21T16:00:00+08:00"), eight);
    EXPECT_EQ(at("2026-11-20T20:30:00-11:30"), eight);
    EXPECT_EQ(at("2026-11-21T08:00:00.5Z"), eight + milliseconds{500});
    EXPECT_EQ(at("2026-11-21T08:00:00.05Z"), eight + milliseconds{50});
    EXPECT_EQ(at("2026-11-21T08:00:00.123-00:00"), eight + milliseconds{123});
    EXPECT_EQ(at("2024-02-29T00:00:00Z") - at("2024-02-28T00:00:00Z"), std::chrono::hours{24});
}

TEST(InstantTextTest, ReadsBackWhatItWrites)
{
    constexpr std::uint64_t seed = 7;
    Chooser choose{seed};
    for (int i = 0; i < 20'000; ++i) {
        const Instant instant{milliseconds{choose.between(0, instant_max.time_since_epoch().count())}};
        ASSERT_EQ(instant_from_text(to_text(instant)), instant) << "seed " << seed;
    }
}

TEST(InstantTextTest, RefusesWhatIsNotStrict)
{
    for (const std::string_view text : {"",
                                        "2026-11-21",
                                        "2026-11-21T08:00:00",
                                        "2026-11-21 08:00:00Z",
                                        "2026-11-21t08:00:00Z",
                                        "2026-11-21T08:00:00z",
                                        "2026-11-21T08:00Z",
                                        "2026-11-21T08:00:00.Z",
                                        "2026-11-21T08:00:00.1234Z",
                                        "2026-11-21T08:00:00,5Z",
                                        "2026-11-21T08:00:60Z",
                                        "2026-11-21T24:00:00Z",
                                        "2026-11-21T08:60:00Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-02-29T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "2026-11-21T08:00:00+8:00",
                                        "2026-11-21T08:00:00+0800",
                                        "2026-11-21T08:00:00+24:00",
                                        "2026-11-21T08:00:00+08:60",
                                        "2026-11-21T08:00:00ZZ",
                                        " 2026-11-21T08:00:00Z",
                                        "+026-11-21T08:00:00Z",
                                        "26-11-21T08:00:00Z",
                                        "2026-11-21T08:00:00.000Z\n"}) {
        EXPECT_THAT(instant_from_text(text), IsRefusedWith(EngineError::malformed)) << text;
    }
}

TEST(InstantTextTest, RefusesYearsThatItCouldNotWrite)
{
    EXPECT_THAT(instant_from_text("1969-12-31T23:59:59Z"), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(instant_from_text("1970-01-01T00:00:00+00:01"), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(instant_from_text("9999-12-31T23:59:59-00:01"), IsRefusedWith(EngineError::out_of_range));
}

TEST(BatchTest, IsValidWithTheDefaultPolicy)
{
    EXPECT_THAT(validate(morning_batch()), IsAccepted());
}

struct SpoiledBatch {
    const char* what;
    std::function<void(Batch&)> spoil;
};
void PrintTo(const SpoiledBatch& spoiled, std::ostream* out)
{
    *out << spoiled.what;
}

class BatchRefusalTest : public testing::TestWithParam<SpoiledBatch> {};

TEST_P(BatchRefusalTest, RefusesIt)
{
    Batch batch = morning_batch();
    GetParam().spoil(batch);
    EXPECT_FALSE(validate(batch).has_value());
    EXPECT_FALSE(batch_from_json(to_json(batch), "batch").has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Batches, BatchRefusalTest,
    testing::Values(
        SpoiledBatch{"empty id", [](Batch& b) { b.id = ""; }},
        SpoiledBatch{"id with a slash", [](Batch& b) { b.id = "a/b"; }},
        SpoiledBatch{"id of 65 characters", [](Batch& b) { b.id = std::string(65, 'a'); }},
        SpoiledBatch{"level 0", [](Batch& b) { b.level = 0; }}, SpoiledBatch{"level 6", [](Batch& b) { b.level = 6; }},
        SpoiledBatch{"no occupation", [](Batch& b) { b.occupation = ""; }},
        SpoiledBatch{"hall with a line feed", [](Batch& b) { b.hall = "a\nb"; }},
        SpoiledBatch{"title too long", [](Batch& b) { b.title = std::string(201, 'a'); }},
        SpoiledBatch{"end at the start", [](Batch& b) { b.ends_at = b.starts_at; }},
        SpoiledBatch{"longer than a day",
                     [](Batch& b) { b.ends_at = b.starts_at + std::chrono::hours{24} + milliseconds{1}; }},
        SpoiledBatch{"opens after the start", [](Batch& b) { b.opens_at = b.starts_at + milliseconds{1}; }},
        SpoiledBatch{"expires before the start", [](Batch& b) { b.expires_at = b.starts_at - milliseconds{1}; }},
        SpoiledBatch{"span below 0", [](Batch& b) { b.policy.grace_after_end = seconds{-1}; }},
        SpoiledBatch{"span above a day", [](Batch& b) { b.policy.late_entry_until = seconds{86'401}; }},
        SpoiledBatch{"reminder of 0", [](Batch& b) { b.policy.reminders = {seconds{0}}; }},
        SpoiledBatch{"reminders that ascend", [](Batch& b) { b.policy.reminders = {seconds{60}, seconds{120}}; }},
        SpoiledBatch{"reminder twice", [](Batch& b) { b.policy.reminders = {seconds{60}, seconds{60}}; }},
        SpoiledBatch{"11 reminders", [](Batch& b) {
                         b.policy.reminders.clear();
                         for (int i = 11; i > 0; --i) b.policy.reminders.emplace_back(i);
                     }}));

TEST(BatchJsonTest, ReadsBackTheSameBatch)
{
    Batch batch = morning_batch();
    batch.rehearsal = true;
    batch.policy.reminders = {seconds{900}, seconds{300}};
    batch.policy.grace_after_end = seconds{5};
    const auto read = batch_from_json(json_of(canonical_json(to_json(batch))), "batch");
    ASSERT_THAT(read, IsAccepted());
    EXPECT_EQ(*read, batch);
}

TEST(BatchJsonTest, FillsInTheDefaultPolicy)
{
    auto json = to_json(morning_batch()).as_object();
    json.erase("policy");
    json.erase("rehearsal");
    EXPECT_EQ(batch_from_json(json, "batch"), morning_batch());
    json["policy"] = boost::json::object{{"late_entry_until_seconds", 900}};
    const auto read = batch_from_json(json, "batch");
    ASSERT_THAT(read, IsAccepted());
    EXPECT_EQ(read->policy.late_entry_until, seconds{900});
    EXPECT_EQ(read->policy.entry_opens_before, seconds{1800});
}

TEST(BatchJsonTest, RefusesMembersThatAreMissingOrUnknown)
{
    const auto whole = to_json(morning_batch());
    for (const auto& member : whole.as_object()) {
        if (member.key() == "policy" || member.key() == "rehearsal") continue;
        auto json = whole.as_object();
        json.erase(member.key());
        EXPECT_FALSE(batch_from_json(json, "batch").has_value()) << member.key();
    }
    auto json = to_json(morning_batch()).as_object();
    json["policy"].as_object()["lunch_seconds"] = 1;
    EXPECT_THAT(batch_from_json(json, "batch"), IsRefusedWith(EngineError::unknown_field));
}

TEST(CandidateJsonTest, ReadsBackTheSameCandidate)
{
    for (const Candidate& candidate : small_roster()) {
        EXPECT_EQ(candidate_from_json(json_of(canonical_json(to_json(candidate))), "candidate"), candidate);
    }
}

TEST(CandidateJsonTest, RefusesWhatIsNotWellFormed)
{
    const boost::json::array faults{{"ticket", "abc"},
                                    {"ticket", "a b c d"},
                                    {"ticket", std::string(33, 'a')},
                                    {"ticket", "张三0001"},
                                    {"name", ""},
                                    {"name", "a\nb"},
                                    {"id_tail", "123x"},
                                    {"id_tail", "123"},
                                    {"id_tail", "12345"},
                                    {"seat", 0},
                                    {"seat", 1001},
                                    {"form", ""},
                                    {"form", "A/B"}};
    for (const auto& fault : faults) {
        auto json = to_json(small_roster()[0]).as_object();
        json[fault.at(0).as_string()] = fault.at(1);
        EXPECT_FALSE(candidate_from_json(json, "candidate").has_value()) << fault;
    }
}

TEST(RosterTest, E10HoldsAtMostThirtyCandidates)
{
    std::vector<Candidate> roster;
    for (int seat = 1; seat <= 30; ++seat)
        roster.push_back({"T-" + std::to_string(1000 + seat), "甲", "0000", seat, "A"});
    EXPECT_THAT(validate_roster(roster, {}), IsAccepted());
    roster.push_back({"T-2000", "乙", "0000", 31, "A"});
    EXPECT_FALSE(validate_roster(roster, {}).has_value());
    EXPECT_THAT(validate_roster(roster, {.candidates_max = 31}), IsAccepted());
}

TEST(BatchTest, E10OnlyARehearsalMayFillMoreThanAHall)
{
    Batch batch = morning_batch();
    batch.policy.candidates_max = hall_candidates_max + 1;
    batch.rehearsal = false;
    EXPECT_THAT(validate(batch), IsRefusedWith(EngineError::out_of_range));
    batch.rehearsal = true;
    EXPECT_THAT(validate(batch), IsAccepted());
    EXPECT_EQ(batch_from_json(to_json(batch), "batch")->policy.candidates_max, hall_candidates_max + 1);
    batch.policy.candidates_max = seats_max + 1;
    EXPECT_THAT(validate(batch), IsRefusedWith(EngineError::out_of_range));
    batch.policy.candidates_max = 0;
    EXPECT_THAT(validate(batch), IsRefusedWith(EngineError::out_of_range));
}

TEST(RosterTest, RefusesOneTicketOrSeatForTwo)
{
    auto roster = small_roster();
    EXPECT_THAT(validate_roster(roster, {}), IsAccepted());
    roster[1].ticket = roster[0].ticket;
    EXPECT_THAT(validate_roster(roster, {}), IsRefusedWith(EngineError::inconsistent));
    roster = small_roster();
    roster[1].seat = roster[0].seat;
    EXPECT_THAT(validate_roster(roster, {}), IsRefusedWith(EngineError::inconsistent));
}

TEST(RosterTest, RefusesASeatThatASmallerHallDoesNotHave)
{
    EXPECT_THAT(validate_roster(small_roster(), {.candidates_max = 3}), IsAccepted());
    auto roster = small_roster();
    roster[2].seat = 4;
    EXPECT_THAT(validate_roster(roster, {.candidates_max = 3}), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(validate_roster(small_roster(), {.candidates_max = 2}), IsRefusedWith(EngineError::out_of_range));
}

} // namespace
} // namespace papervault::engine
