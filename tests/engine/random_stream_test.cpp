#include "support.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

namespace papervault::engine {
namespace {

/// Gives the words it was made of, then stops the test.
class ListedWords final : public RandomStream {
public:
    explicit ListedWords(std::vector<std::uint64_t> words) : words_{std::move(words)} {}
    void fill(std::span<std::byte> out) override
    {
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::uint64_t word = i / 8 < words_.size() ? words_[i / 8] : 0;
            out[i] = static_cast<std::byte>((word >> (8 * (i % 8))) & 0xFFU);
        }
    }

private:
    std::vector<std::uint64_t> words_;
};

/// Known values were worked out in Python from the definitions: SplitMix64, Lemire's method, Fisher-Yates.
TEST(RandomIntegersTest, ReadsWordsInLittleEndianOrder)
{
    SplitMixStream stream{1};
    RandomIntegers integers{stream};
    EXPECT_EQ(integers.bits(), 10451216379200822465U);
    EXPECT_EQ(integers.bits(), 13757245211066428519U);
    EXPECT_EQ(integers.bits(), 17911839290282890590U);
}

TEST(RandomIntegersTest, GivesTheKnownValuesBelowTen)
{
    SplitMixStream stream{2026};
    RandomIntegers integers{stream};
    std::vector<std::uint64_t> values(12);
    std::ranges::generate(values, [&] { return integers.below(10); });
    EXPECT_THAT(values, testing::ElementsAre(8, 4, 6, 3, 7, 7, 9, 8, 3, 2, 3, 9));
}

TEST(RandomIntegersTest, GivesTheKnownValuesWhereHalfOfTheWordsAreDrawnAgain)
{
    SplitMixStream stream{2026};
    RandomIntegers integers{stream};
    std::vector<std::uint64_t> values(6);
    std::ranges::generate(values, [&] { return integers.below((std::uint64_t{1} << 63) + 1); });
    EXPECT_THAT(values, testing::ElementsAre(4349994824860607150U, 6155170798877367367U, 8789964955130764503U,
                                             3091110276793233846U, 8318266638105302000U, 2588931149945588658U));
}

TEST(RandomIntegersTest, ShufflesToTheKnownOrder)
{
    SplitMixStream stream{7};
    RandomIntegers integers{stream};
    std::vector<int> values(10);
    std::iota(values.begin(), values.end(), 0);
    integers.shuffle(std::span{values});
    EXPECT_THAT(values, testing::ElementsAre(9, 5, 8, 6, 1, 2, 4, 7, 0, 3));
}

TEST(RandomIntegersTest, DrawsAWordAgainThatWouldMakeAResultLikelier)
{
    // 2^64 mod 10 is 6, so a word is drawn again when the lower half of its product with 10 is below 6, as for 0 and
    // 2^63.
    ListedWords stream{{0, std::uint64_t{1} << 63, std::uint64_t{3} << 62}};
    RandomIntegers integers{stream};
    EXPECT_EQ(integers.below(10), 7U);
}

/// The word whose product with an odd bound ends in `low`: the bound has an inverse modulo 2^64, found by Newton's
/// steps.
std::uint64_t word_with_low_product(std::uint64_t bound, std::uint64_t low)
{
    std::uint64_t inverse = bound;
    for (int i = 0; i < 6; ++i) inverse *= 2 - bound * inverse;
    return inverse * low;
}

TEST(RandomIntegersTest, DrawsAgainBelowTheThresholdAndNotAtIt)
{
    for (const std::uint64_t bound : {std::uint64_t{3}, std::uint64_t{7}, std::uint64_t{11}, std::uint64_t{13},
                                      std::uint64_t{1001}, std::uint64_t{1'000'003}, (std::uint64_t{1} << 63) + 1}) {
        const std::uint64_t threshold =
            (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound; // 2^64 mod bound
        ASSERT_GE(threshold, 1U);
        const std::uint64_t refused = word_with_low_product(bound, threshold - 1);
        const std::uint64_t taken = word_with_low_product(bound, threshold);
        ASSERT_EQ(taken * bound, threshold);

        ListedWords stream{{refused, taken, 4711}};
        RandomIntegers integers{stream};
        EXPECT_LT(integers.below(bound), bound);
        EXPECT_EQ(integers.bits(), 4711U) << "below " << bound << ": two words were used";

        ListedWords at_once{{taken, 4711}};
        RandomIntegers others{at_once};
        EXPECT_LT(others.below(bound), bound);
        EXPECT_EQ(others.bits(), 4711U) << "below " << bound << ": one word was used";
    }
}

TEST(RandomIntegersTest, IsZeroBelowOne)
{
    SplitMixStream stream{3};
    RandomIntegers integers{stream};
    for (int i = 0; i < 100; ++i) EXPECT_EQ(integers.below(1), 0U);
}

TEST(RandomIntegersTest, GivesEveryValueBelowABoundAboutEquallyOften)
{
    for (const std::uint64_t bound : {2U, 3U, 6U, 7U, 13U}) {
        SplitMixStream stream{bound};
        RandomIntegers integers{stream};
        constexpr int draws_each = 10'000;
        std::vector<int> counts(bound);
        for (std::uint64_t i = 0; i < draws_each * bound; ++i) ++counts.at(integers.below(bound));
        for (const int count : counts)
            EXPECT_NEAR(count, draws_each, 500) << "below " << bound; // 5 standard deviations
    }
}

TEST(RandomIntegersTest, ShufflesToEveryOrderAboutEquallyOften)
{
    SplitMixStream stream{11};
    RandomIntegers integers{stream};
    std::map<std::vector<int>, int> counts;
    constexpr int draws_each = 5'000;
    for (int i = 0; i < draws_each * 24; ++i) {
        std::vector<int> values{0, 1, 2, 3};
        integers.shuffle(std::span{values});
        ++counts[values];
    }
    EXPECT_EQ(counts.size(), 24U);
    for (const auto& [order, count] : counts) EXPECT_NEAR(count, draws_each, 350);
}

TEST(RandomIntegersTest, LeavesShortSequencesAlone)
{
    SplitMixStream stream{5};
    RandomIntegers integers{stream};
    std::vector<int> none;
    std::vector<int> one{1};
    integers.shuffle(std::span{none});
    integers.shuffle(std::span{one});
    EXPECT_EQ(integers.bits(), [] {
        SplitMixStream fresh{5};
        return RandomIntegers{fresh}.bits();
    }()) << "nothing was drawn for them";
    EXPECT_THAT(one, testing::ElementsAre(1));
}

TEST(RandomIntegersDeathTest, StopsAtAnEmptyRange)
{
    SplitMixStream stream{1};
    RandomIntegers integers{stream};
    EXPECT_DEATH((void)integers.below(0), "assertion broken");
}

} // namespace
} // namespace papervault::engine
