#include "session/answer_queue.hpp"

#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using engine::Response;

std::vector<std::uint64_t> numbers(const std::vector<engine::AnswerMessage>& messages)
{
    std::vector<std::uint64_t> numbers;
    for (const auto& message : messages) { numbers.push_back(message.sequence); }
    return numbers;
}

TEST(AnswerQueueTest, GivesANumberToOneAnswerOnly)
{
    AnswerQueue queue;
    EXPECT_EQ(queue.put("a", {"A"}, false, {}), 1u);
    EXPECT_EQ(queue.put("b", {"A"}, false, {}), 2u);
    EXPECT_EQ(queue.take_sequence(), 3u);
    EXPECT_EQ(queue.put("a", {"B"}, false, {}), 4u);
    EXPECT_THAT(numbers(queue.send(10)), testing::ElementsAre(2, 4));
}

TEST(AnswerQueueTest, KeepsWhatWasSentOnceEvenIfANewerAnswerToTheItemWaits)
{
    AnswerQueue queue;
    queue.put("a", {"A"}, false, {});
    std::ignore = queue.send(10);
    queue.put("a", {"B"}, false, {});
    queue.line_lost();
    EXPECT_THAT(numbers(queue.send(10)), testing::ElementsAre(1, 2));
    EXPECT_EQ(queue.resent(), 1u);
}

TEST(AnswerQueueTest, CountsAnItemAsUnsavedUntilItsNewestAnswerIsAcknowledged)
{
    AnswerQueue queue;
    queue.put("a", {"A"}, false, {});
    std::ignore = queue.send(10);
    queue.put("a", {"B"}, false, {});
    ASSERT_TRUE(queue.acknowledge(1));
    EXPECT_EQ(queue.unsaved_items(), 1u);
    EXPECT_EQ(queue.state("a")->response, Response{"B"});
    EXPECT_FALSE(queue.state("a")->saved);
    std::ignore = queue.send(10);
    ASSERT_TRUE(queue.acknowledge(2));
    EXPECT_TRUE(queue.state("a")->saved);
}

TEST(AnswerQueueTest, IgnoresARepeatedOrForeignAcknowledgement)
{
    AnswerQueue queue;
    queue.put("a", {"A"}, false, {});
    std::ignore = queue.send(10);
    EXPECT_FALSE(queue.acknowledge(2));
    EXPECT_TRUE(queue.acknowledge(1));
    EXPECT_FALSE(queue.acknowledge(1));
    EXPECT_FALSE(queue.acknowledge(0));
}

TEST(AnswerQueueTest, TakesAnEarlierAcknowledgementThatComesLaterForNoNewerState)
{
    AnswerQueue queue;
    queue.put("a", {"A"}, false, {});
    std::ignore = queue.send(10);
    queue.put("a", {"B"}, false, {});
    std::ignore = queue.send(10);
    EXPECT_TRUE(queue.acknowledge(2));
    EXPECT_TRUE(queue.acknowledge(1));
    EXPECT_EQ(queue.state("a")->response, Response{"B"});
    EXPECT_EQ(queue.sheet(0).at("a").sequence, 2u);
}

TEST(AnswerQueueTest, NumbersOnWhereTheHallIs)
{
    AnswerQueue queue;
    EXPECT_EQ(queue.merge(41, {{"a", {.sequence = 40, .response = {"A"}, .marked = true}}}).put_back, 0u);
    EXPECT_EQ(queue.put("b", {"B"}, false, {}), 41u);
    EXPECT_TRUE(queue.state("a")->marked);
    EXPECT_EQ(queue.merge(3, {{"a", {.sequence = 40, .response = {"A"}, .marked = true}}}).put_back, 0u);
    EXPECT_EQ(queue.put("c", {"C"}, false, {}), 42u);
}

TEST(AnswerQueueTest, BuildsTheSheetThatAHallHasThatTookSomeOfTheWaitingAnswers)
{
    AnswerQueue queue;
    queue.put("a", {"A"}, false, {});
    std::ignore = queue.send(10);
    queue.put("a", {"B"}, false, {});
    queue.put("b", {"C"}, false, {});
    std::ignore = queue.send(10);
    EXPECT_TRUE(queue.sheet(0).empty());
    EXPECT_EQ(queue.sheet(1).at("a").response, Response{"A"});
    EXPECT_EQ(queue.sheet(2).at("a").response, Response{"B"});
    EXPECT_EQ(queue.sheet(3).size(), 2u);
}

} // namespace
} // namespace papervault::client
