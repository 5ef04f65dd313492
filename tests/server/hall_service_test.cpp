#include "server/support/service_rig.hpp"

#include <papervault/vault/answers.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;
using engine::AckMessage;
using engine::EndedMessage;
using engine::HandedInMessage;
using engine::StartedMessage;
using engine::WelcomeMessage;

class HallServiceTest : public testing::Test {
protected:
    void run()
    {
        rig.open();
        rig.at(rig.batch.starts_at);
    }
    ServiceRig rig;
};

TEST_F(HallServiceTest, AcknowledgesAfterTheDiskOnly)
{
    run();
    const LineId line = rig.seated(1);
    rig.journal->at_once = false;
    const auto token = rig.answer(line, 1, "A-1", "B");
    EXPECT_EQ(rig.journal->waiting(), 1U);
    EXPECT_TRUE(rig.got<AckMessage>(line).empty());
    EXPECT_FALSE(token.expired()) << "counts as unanswered";
    rig.journal->flush();
    rig.settle();
    EXPECT_EQ(rig.got<AckMessage>(line).size(), 1U);
    EXPECT_TRUE(token.expired());
}

TEST_F(HallServiceTest, LetsARefusalWaitForWhatWasBeforeIt)
{
    run();
    const LineId line = rig.seated(1);
    rig.journal->at_once = false;
    rig.answer(line, 1, "A-1", "B");
    rig.answer(line, 2, "nowhere", "B");
    rig.answer(line, 1, "A-1", "C"); // a repetition of what is not durable yet
    EXPECT_EQ(rig.last_refusal(line), "");
    rig.journal->flush();
    rig.settle();
    EXPECT_EQ(rig.last_refusal(line), "unknown_item");
    EXPECT_EQ(rig.got<AckMessage>(line).size(), 2U);
}

TEST_F(HallServiceTest, TellsTheTimeWithoutWaiting)
{
    run();
    const LineId line = rig.seated(1);
    rig.journal->at_once = false;
    rig.answer(line, 1, "A-1", "B");
    rig.say(line, engine::PingMessage{.number = 7});
    ASSERT_EQ(rig.got<engine::PongMessage>(line).size(), 1U);
    EXPECT_EQ(rig.got<engine::PongMessage>(line)[0].number, 7U);
}

TEST_F(HallServiceTest, StopsWhenTheStoreFailsAndAcknowledgesNothingJ2)
{
    run();
    const LineId line = rig.seated(1);
    rig.journal->broken = true;
    rig.answer(line, 1, "A-1", "B");
    EXPECT_NE(rig.fatal.find("no space left"), std::string::npos);
    EXPECT_TRUE(rig.got<AckMessage>(line).empty());
}

TEST_F(HallServiceTest, ShowsNoStateToStaffThatIsNotDurable)
{
    run();
    const LineId line = rig.seated(1);
    rig.journal->at_once = false;
    rig.answer(line, 1, "A-1", "B");
    const auto status = rig.ask(ServiceRig::staff_peer(), HttpMethod::get, "/v1/status");
    EXPECT_EQ(status->status, 0);
    rig.journal->flush();
    rig.settle();
    EXPECT_EQ(status->status, 200);
}

TEST_F(HallServiceTest, StartsAndEndsByItself)
{
    rig.open();
    const LineId line = rig.seated(1);
    EXPECT_EQ(rig.got<WelcomeMessage>(line).size(), 1U);
    rig.at(rig.batch.starts_at - 1ms);
    EXPECT_TRUE(rig.got<StartedMessage>(line).empty());
    rig.answer(line, 1, "A-1", "B");
    EXPECT_EQ(rig.last_refusal(line), "not_running");
    ASSERT_EQ(rig.strand->alarm(), rig.batch.starts_at);
    rig.at(rig.batch.starts_at);
    ASSERT_EQ(rig.got<StartedMessage>(line).size(), 1U);
    rig.answer(line, 1, "A-1", "B");
    rig.at(rig.batch.ends_at - 1ms);
    EXPECT_TRUE(rig.got<EndedMessage>(line).empty());
    rig.at(rig.batch.ends_at);
    ASSERT_EQ(rig.got<EndedMessage>(line).size(), 1U);
    rig.answer(line, 2, "A-2", "B");
    EXPECT_EQ(rig.last_refusal(line), "sitting_over");
}

TEST_F(HallServiceTest, TakesNoAnswerAfterTheEndEvenIfTheAlarmIsLateJ7)
{
    run();
    const LineId line = rig.seated(1);
    rig.clock.set(rig.batch.ends_at); // nobody rings
    rig.answer(line, 1, "A-1", "B");
    EXPECT_EQ(rig.last_refusal(line), "sitting_over");
    EXPECT_EQ(rig.got<EndedMessage>(line).size(), 1U);
    EXPECT_TRUE(rig.stored_state().candidates.at("T0001").answers.empty());
}

TEST_F(HallServiceTest, NeverGoesBackInTimeT2)
{
    run();
    const LineId line = rig.seated(1);
    rig.at(rig.batch.starts_at + 1h);
    rig.answer(line, 1, "A-1", "B");
    rig.at(rig.start - 24h * 3650);
    rig.say(line, engine::PingMessage{.number = 1});
    EXPECT_EQ(rig.got<engine::PongMessage>(line).back().now, rig.batch.starts_at + 1h);
    rig.restart(); // T3: the high-water mark holds over a restart
    const LineId again = rig.seated(1);
    EXPECT_EQ(rig.got<WelcomeMessage>(again).at(0).now, rig.batch.starts_at + 1h);
    EXPECT_EQ(rig.got<WelcomeMessage>(again).at(0).ends_at, rig.batch.ends_at);
}

TEST_F(HallServiceTest, HasEverythingAgainAfterARestartS5)
{
    run();
    const LineId line = rig.seated(1);
    rig.answer(line, 1, "A-1", "B");
    rig.answer(line, 2, "A-2", "C");
    rig.answer(line, 3, "A-1", "D");
    rig.restart();
    const LineId again = rig.seated(1);
    const auto welcome = rig.got<WelcomeMessage>(again).at(0);
    EXPECT_EQ(welcome.next_sequence, 4U);
    EXPECT_EQ(welcome.saved.at("A-1").response, engine::Response{"D"});
    EXPECT_EQ(welcome.saved.at("A-2").response, engine::Response{"C"});
    EXPECT_EQ(rig.got<StartedMessage>(again).size(), 1U);
}

TEST_F(HallServiceTest, LetsASeatComeBackAtOnceButNobodyElse)
{
    run();
    const LineId old_line = rig.seated(1);
    const LineId new_line = rig.seated(1);
    EXPECT_EQ(rig.lines.at(old_line)->closed, LineClose::replaced);
    EXPECT_EQ(rig.got<WelcomeMessage>(new_line).size(), 1U);
    rig.answer(old_line, 1, "A-1", "B");
    EXPECT_EQ(rig.last_refusal(old_line), "not_signed_in");
    // With a wrong identity the one who sits there stays.
    const LineId thief = rig.connect(1);
    rig.say(thief, engine::SignInMessage{.protocol = engine::protocol_version, .ticket = "T0001", .id_tail = "0000"});
    EXPECT_EQ(rig.last_refusal(thief), "wrong_candidate");
    EXPECT_FALSE(rig.lines.at(new_line)->closed);
}

TEST_F(HallServiceTest, StopsGuessingOfIdentities)
{
    run();
    const LineId line = rig.connect(1);
    for (int i = 0; i < 10; ++i) {
        rig.say(line, engine::SignInMessage{
                          .protocol = engine::protocol_version, .ticket = "T0001", .id_tail = fmt::format("{:04}", i)});
        EXPECT_EQ(rig.last_refusal(line), "wrong_candidate");
    }
    rig.sign_in(line, 1);
    EXPECT_EQ(rig.last_refusal(line), "too_many_tries");
    const LineId other_seat = rig.seated(2);
    EXPECT_EQ(rig.got<WelcomeMessage>(other_seat).size(), 1U);
    rig.at(rig.clock.now() + 61s);
    rig.sign_in(line, 1);
    EXPECT_EQ(rig.got<WelcomeMessage>(line).size(), 1U);
}

TEST_F(HallServiceTest, RefusesOtherProtocolsAndClosesOnNonsense)
{
    run();
    const LineId line = rig.connect(1);
    for (const int protocol : {1, engine::protocol_version + 1}) {
        rig.say(line, engine::SignInMessage{.protocol = protocol, .ticket = "T0001", .id_tail = "001X"});
        EXPECT_EQ(rig.last_refusal(line), "unsupported_protocol") << protocol;
    }
    rig.service->hall_port().line_message(line, "{\"kind\":\"shell\"}", {});
    rig.settle();
    EXPECT_EQ(rig.lines.at(line)->closed, LineClose::policy);
}

TEST_F(HallServiceTest, GivesTheReceiptAgainToWhoHasHandedIn)
{
    run();
    const LineId line = rig.seated(1);
    rig.answer(line, 1, "A-1", "B");
    rig.say(line, engine::HandInMessage{.sequence = 2});
    ASSERT_EQ(rig.got<HandedInMessage>(line).size(), 1U);
    const std::string receipt = rig.got<HandedInMessage>(line)[0].receipt;
    EXPECT_EQ(receipt, vault::receipt_of(engine::sheet_text(rig.stored_state().candidates.at("T0001"), "p")));
    const LineId again = rig.seated(1);
    ASSERT_EQ(rig.got<HandedInMessage>(again).size(), 1U);
    EXPECT_EQ(rig.got<HandedInMessage>(again)[0].receipt, receipt);
    rig.at(rig.batch.ends_at);
    rig.restart();
    const LineId later = rig.seated(1);
    ASSERT_EQ(rig.got<EndedMessage>(later).size(), 1U);
    EXPECT_EQ(rig.got<EndedMessage>(later)[0].receipt, receipt);
}

TEST_F(HallServiceTest, GivesAFormOnlyToWhoIsSignedInThere)
{
    run();
    const auto form = [this](int seat) { return *rig.ask(ServiceRig::kiosk_peer(seat), HttpMethod::get, "/v1/form"); };
    EXPECT_EQ(form(1).status, 409);
    const LineId line = rig.seated(1);
    EXPECT_EQ(form(1).body, "form T0001");
    EXPECT_EQ(form(2).status, 409);
    rig.service->hall_port().line_closed(line);
    rig.settle();
    EXPECT_EQ(form(1).status, 409);
}

TEST_F(HallServiceTest, GivesAPictureOnlyToWhoIsSignedInThereAndSeesIt)
{
    run();
    const std::string shown(64, '0');
    const auto picture = [this](int seat, const std::string& digest) {
        return *rig.ask(ServiceRig::kiosk_peer(seat), HttpMethod::get, "/v1/pictures/" + digest);
    };
    EXPECT_EQ(picture(1, shown).status, 409);
    const LineId line = rig.seated(1);
    EXPECT_EQ(picture(1, shown).body, "picture for T0001");
    EXPECT_EQ(picture(1, std::string(64, '1')).status, 404) << "of another form";
    EXPECT_EQ(picture(1, "12ab").status, 404) << "no digest";
    EXPECT_EQ(picture(1, "..").status, 404);
    EXPECT_EQ(picture(2, shown).status, 409);
    EXPECT_EQ(rig.staff(HttpMethod::get, "/v1/pictures/" + shown).status, 404);
    rig.service->hall_port().line_closed(line);
    rig.settle();
    EXPECT_EQ(picture(1, shown).status, 409);
}

TEST_F(HallServiceTest, SealsAfterTheEndAndDestroysTheKeysLast)
{
    run();
    rig.answer(rig.seated(1), 1, "A-1", "B");
    EXPECT_EQ(rig.staff(HttpMethod::post, "/v1/seal").status, 409);
    rig.at(rig.batch.ends_at);
    rig.paper.seal_fails = true;
    EXPECT_EQ(rig.staff(HttpMethod::post, "/v1/seal").status, 500);
    EXPECT_FALSE(rig.paper.keys_destroyed);
    rig.paper.seal_fails = false;

    rig.journal->at_once = false;
    const auto sealed = rig.ask(ServiceRig::staff_peer(), HttpMethod::post, "/v1/seal");
    EXPECT_FALSE(rig.paper.keys_destroyed) << "that the answers are safe is not on disk yet";
    for (int i = 0; i < 4; ++i) {
        rig.journal->flush();
        rig.settle();
    }
    EXPECT_EQ(sealed->status, 200);
    EXPECT_TRUE(rig.paper.keys_destroyed);
    EXPECT_EQ(rig.hall_register->packages().value().at(0).stage, PackageStage::sealed);
    rig.journal->at_once = true;
    EXPECT_EQ(rig.staff(HttpMethod::post, "/v1/seal").status, 409);
    EXPECT_EQ(rig.stored_state().phase, engine::SittingPhase::sealed);
}

TEST(HallServiceSettingTest, SealsByItselfWhenToldSo)
{
    ServiceRig rig{2, true};
    rig.open();
    rig.at(rig.batch.starts_at);
    rig.at(rig.batch.ends_at);
    EXPECT_TRUE(rig.paper.keys_destroyed);
    EXPECT_EQ(rig.stored_state().phase, engine::SittingPhase::sealed);
}

TEST_F(HallServiceTest, EndsLinesOfAMachineThatWasReplaced)
{
    run();
    const LineId old_machine = rig.seated(1);
    ASSERT_TRUE(rig.hall_register->enrol(1, crypto::blake2b(crypto::bytes_of("new machine"))));
    rig.restart();
    const LineId stale = rig.connect(1);
    EXPECT_EQ(rig.lines.at(stale)->closed, LineClose::enrolled_anew);
    EXPECT_EQ(rig.ask(ServiceRig::kiosk_peer(1), HttpMethod::get, "/v1/hall")->status, 403);
    rig.sign_in(stale, 1);
    EXPECT_TRUE(rig.got<WelcomeMessage>(stale).empty());
    std::ignore = old_machine;
}

TEST_F(HallServiceTest, KeepsNothingOfAnOpeningThatComesTooLate)
{
    rig.at(rig.batch.ends_at);
    rig.inspect();
    rig.staff(HttpMethod::post, "/v1/shares");
    rig.staff(HttpMethod::post, "/v1/shares");
    const auto refused = rig.staff(HttpMethod::post, "/v1/open");
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.body.find("too_late"), std::string::npos) << refused.body;
    EXPECT_TRUE(rig.paper.keys_destroyed);
    EXPECT_EQ(rig.stored_state().phase, engine::SittingPhase::prepared);
}

// ---- many histories ----

/// One random life of a hall: candidates answer, repeat, lose their line, the process is killed with part of the
/// journal on disk; whatever was acknowledged is there afterwards (J1), for each item the highest number wins (J6).
class RandomLife {
public:
    explicit RandomLife(std::uint64_t seed) : random_{seed}
    {
        rig_.open();
        rig_.at(rig_.batch.starts_at);
    }

    void live(int steps)
    {
        for (int i = 0; i < steps; ++i) { step(); }
        check();
    }

private:
    int roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

    void step()
    {
        switch (roll(20)) {
        case 0: return crash();
        case 1: return leave(1 + roll(2));
        case 2: rig_.journal->at_once = !rig_.journal->at_once; return settle();
        case 3:
        case 4: rig_.journal->flush(); return settle();
        default: return answer(1 + roll(2));
        }
    }
    void settle()
    {
        rig_.settle();
        for (auto& [seat, line] : lines_) {
            const auto acks = rig_.got<AckMessage>(line);
            for (std::size_t i = acks_seen_[line]; i < acks.size(); ++i) { acked_[seat].insert(acks[i].sequence); }
            acks_seen_[line] = acks.size();
        }
    }
    void answer(int seat)
    {
        if (!lines_.contains(seat)) {
            rig_.journal->at_once = true;
            rig_.journal->flush();
            lines_[seat] = rig_.seated(seat);
            ASSERT_EQ(rig_.got<WelcomeMessage>(lines_[seat]).size(), 1U);
        }
        const std::string item = fmt::format("{}-{}", seat == 1 ? "A" : "B", 1 + roll(5));
        const bool repeat = roll(4) == 0 && !sent_[seat].empty();
        const std::uint64_t sequence =
            repeat ? std::next(sent_[seat].begin(), roll(static_cast<int>(sent_[seat].size())))->first
                   : sent_[seat].size() + 1;
        const auto& [sent_item, text] =
            sent_[seat].try_emplace(sequence, item, fmt::format("{}", random_())).first->second;
        rig_.answer(lines_[seat], sequence, sent_item, text);
        settle();
    }
    void leave(int seat)
    {
        if (!lines_.contains(seat)) { return; }
        settle();
        rig_.service->hall_port().line_closed(lines_[seat]);
        lines_.erase(seat);
        settle();
    }
    void crash()
    {
        settle();
        lines_.clear();
        acks_seen_.clear();
        rig_.restart(); // what was waiting for the disk is lost
        check();
    }
    void check()
    {
        const engine::SittingState state = rig_.stored_state();
        for (const auto& [seat, acked] : acked_) {
            const auto& candidate = state.candidates.at(fmt::format("T{:04}", seat));
            std::map<std::string, std::uint64_t> highest;
            for (const std::uint64_t sequence : acked) {
                auto& best = highest[sent_[seat].at(sequence).first];
                best = std::max(best, sequence);
            }
            for (const auto& [item, sequence] : highest) {
                ASSERT_TRUE(candidate.answers.contains(item)) << "acknowledged answer " << sequence << " is lost";
                ASSERT_GE(candidate.answers.at(item).sequence, sequence);
            }
            for (const auto& [item, saved] : candidate.answers) {
                ASSERT_TRUE(sent_[seat].contains(saved.sequence)) << "an invented answer";
                ASSERT_EQ(sent_[seat].at(saved.sequence).first, item);
                ASSERT_EQ(saved.response, engine::Response{sent_[seat].at(saved.sequence).second});
            }
        }
    }

    ServiceRig rig_;
    std::mt19937_64 random_;
    std::map<int, LineId> lines_;
    std::map<int, std::map<std::uint64_t, std::pair<std::string, std::string>>>
        sent_; ///< Seat → number → item and text.
    std::map<int, std::set<std::uint64_t>> acked_;
    std::map<LineId, std::size_t> acks_seen_;
};

TEST(HallServicePropertyTest, LosesNothingAcknowledgedInRandomLivesJ1J6)
{
    const std::uint64_t first = std::random_device{}();
    for (std::uint64_t seed = first; seed < first + 15; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        RandomLife life{seed};
        life.live(150);
        if (testing::Test::HasFatalFailure()) { return; }
    }
}

} // namespace
} // namespace papervault::server::test
