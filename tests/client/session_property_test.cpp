#include "client/support/seat_world.hpp"

#include <papervault/engine/sitting.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

/// J6, J9, C1 seen from the kiosk: random histories of typing, lost, doubled and delayed messages, dead lines and dying
/// halls. PAPERVAULT_SEED repeats one of them, PAPERVAULT_HISTORIES sets how many there are.
namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::SeatWorld;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class History {
public:
    explicit History(std::uint64_t seed) : random_{seed}, world_{{.items = 8, .hand_in_from_before_end = 3600s}} {}

    void run(bool hands_in)
    {
        world_.begin_exam();
        ASSERT_EQ(world_.session.phase(), Phase::running);
        const auto steps = 50 + below(150);
        for (std::uint64_t step = 0; step < steps; ++step) { act(); }
        hands_in ? hand_in() : come_too_late();
        check_acknowledged_answers(hands_in);
        const auto counters = world_.session.counters();
        ASSERT_EQ(counters.answers, counters.acknowledged + counters.superseded + counters.refused + counters.too_late);
        ASSERT_EQ(world_.session.unsaved_items(), 0u);
        ASSERT_EQ(counters.put_back, 0u);
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    void act()
    {
        switch (below(12)) {
        case 0:
        case 1:
        case 2:
        case 3: type(); break;
        case 4: world_.deliver_to_hall(); break;
        case 5: world_.deliver_to_kiosk(); break;
        case 6: world_.repeat_to_hall(); break;
        case 7: world_.repeat_to_kiosk(); break;
        case 8: world_.wait(std::chrono::milliseconds{below(3000)}); break;
        case 9: world_.deliver_all(); break;
        case 10:
            if (below(3) == 0) { below(2) == 0 ? world_.disconnect() : world_.hall_restarts(); }
            break;
        case 11:
            if (!world_.connected()) { world_.connect(); }
            break;
        }
    }

    void type()
    {
        const std::string item = world_.hall.item(static_cast<int>(below(8)));
        if (below(5) == 0) {
            ASSERT_TRUE(world_.session.mark(item, below(2) == 0, world_.now));
        } else {
            engine::Response response;
            for (const char* option : {"A", "B", "C"}) {
                if (below(2) == 0) { response.emplace_back(option); }
            }
            ASSERT_TRUE(world_.session.answer(item, response, world_.now));
            typed_[item] = response;
        }
        world_.take_effects();
    }

    void come_back()
    {
        if (!world_.connected()) { world_.connect(); }
        world_.deliver_all();
        ASSERT_TRUE(world_.connected());
    }

    void hand_in()
    {
        come_back();
        ASSERT_EQ(world_.session.unsaved_items(), 0u);
        world_.session.hand_in(world_.now);
        world_.take_effects();
        if (below(2) == 0) { // the line dies around the hand-in
            if (below(2) == 0) { world_.deliver_to_hall(); }
            world_.disconnect();
            come_back();
        }
        world_.deliver_all();
        ASSERT_EQ(world_.session.phase(), Phase::handed_in) << world_.session.notice();
        ASSERT_TRUE(world_.session.receipt_verified());
        for (const auto& [item, response] : typed_) {
            const auto& answers = world_.hall.candidate(1).answers;
            const auto saved = answers.find(item);
            const auto at_hall = saved == answers.end() ? engine::Response{} : saved->second.response;
            ASSERT_EQ(at_hall, response) << item << ": not what was typed last";
        }
    }

    void come_too_late()
    {
        world_.disconnect();
        world_.wait(61min);
        come_back();
        ASSERT_EQ(world_.session.phase(), Phase::handed_in) << world_.session.notice();
        ASSERT_TRUE(world_.session.receipt_verified());
    }

    /// Whatever was shown as saved is in the hall, or something newer of the same item.
    void check_acknowledged_answers(bool with_marks)
    {
        const auto& hall = world_.hall.candidate(1).answers;
        for (const auto& [item, answer] : world_.session.answers()) {
            if (!answer.saved) { continue; }
            const auto saved = hall.find(item);
            const auto at_hall = saved == hall.end() ? engine::SavedAnswer{} : saved->second;
            ASSERT_EQ(at_hall.response, answer.response) << item;
            // After the end only the receipt tells what the hall has, and marks are not in it.
            if (with_marks) { ASSERT_EQ(at_hall.marked, answer.marked) << item; }
        }
    }

    std::mt19937_64 random_;
    SeatWorld world_;
    std::map<std::string, engine::Response> typed_;
};

class SessionHistoryTest : public testing::TestWithParam<bool> {};

TEST_P(SessionHistoryTest, LosesNoAnswerThatWasShownAsSaved)
{
    const std::uint64_t first = number_from_environment("PAPERVAULT_SEED", 0);
    const std::uint64_t count = first != 0 ? 1 : number_from_environment("PAPERVAULT_HISTORIES", 100);
    const std::uint64_t start = first != 0 ? first : std::random_device{}() * 1000ULL + 1;
    for (std::uint64_t seed = start; seed < start + count; ++seed) {
        History history{seed};
        history.run(GetParam());
        ASSERT_FALSE(HasFatalFailure()) << "repeat with PAPERVAULT_SEED=" << seed;
    }
    std::printf("%llu histories from PAPERVAULT_SEED=%llu\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(start));
}
INSTANTIATE_TEST_SUITE_P(Ends, SessionHistoryTest, testing::Values(true, false),
                         [](const auto& each) { return each.param ? "HandIn" : "EndOfTime"; });

} // namespace
} // namespace papervault::client
