#include "support.hpp"

#include <limits>

namespace papervault::engine {
namespace {

Decimal decimal(std::string_view text)
{
    return Decimal::parse(text).value();
}

TEST(DecimalTest, AddsTenthsExactly)
{
    EXPECT_EQ(decimal("0.1") + decimal("0.2"), decimal("0.3"));
    Decimal sum;
    for (int i = 0; i < 1'000'000; ++i) sum += decimal("0.000001");
    EXPECT_EQ(sum, decimal("1"));
}

TEST(DecimalTest, WritesTheShortestForm)
{
    for (const std::string_view text : {"0", "1", "-1", "12.5", "-0.25", "0.000001", "-0.000001", "100",
                                        "9223372036854.775807", "-9223372036854.775808"}) {
        EXPECT_EQ(decimal(text).to_string(), text);
    }
    EXPECT_EQ(decimal("1.500000").to_string(), "1.5");
    EXPECT_EQ(decimal("-0").to_string(), "0");
    EXPECT_EQ(decimal("-0.0").to_string(), "0");
}

TEST(DecimalTest, ReadsBackWhatItWrites)
{
    constexpr std::uint64_t seed = 20261121;
    Chooser choose{seed};
    for (int i = 0; i < 10'000; ++i) {
        const auto units =
            static_cast<std::int64_t>(choose.below(std::numeric_limits<std::uint64_t>::max())) >> choose.below(60);
        const Decimal value = Decimal::from_units(units);
        ASSERT_EQ(decimal(value.to_string()), value) << "seed " << seed << ", units " << units;
    }
}

TEST(DecimalTest, RefusesWhatIsNoPlainNumber)
{
    for (const std::string_view text : {"", "-", ".", ".5", "5.", "+1", " 1", "1 ", "1e3", "1,5", "--1", "1.2.3", "0x1",
                                        "１", "NaN", "inf", "01", "-00", "1.-5"}) {
        EXPECT_THAT(Decimal::parse(text), IsRefusedWith(EngineError::malformed)) << text;
    }
}

TEST(DecimalTest, RefusesWhatItCannotHold)
{
    for (const std::string_view text : {"0.0000001", "1.1234567", "9223372036854.775808", "-9223372036854.775809",
                                        "10000000000000", "99999999999999999999999999999999999999999999"}) {
        EXPECT_THAT(Decimal::parse(text), IsRefusedWith(EngineError::out_of_range)) << text;
    }
}

TEST(DecimalTest, OrdersByValue)
{
    EXPECT_LT(decimal("-2"), decimal("-1.999999"));
    EXPECT_LT(decimal("9.5"), decimal("10"));
    EXPECT_EQ(decimal("1.50"), decimal("1.5"));
}

TEST(DecimalTest, RoundsHalfAwayFromZeroWhenScaled)
{
    const auto scaled = [](std::string_view value, std::int64_t numerator, std::int64_t denominator) {
        return decimal(value).scaled(numerator, denominator).to_string();
    };
    EXPECT_EQ(scaled("1", 1, 3), "0.333333");
    EXPECT_EQ(scaled("2", 1, 3), "0.666667");
    EXPECT_EQ(scaled("-2", 1, 3), "-0.666667");
    EXPECT_EQ(scaled("0.000001", 1, 2), "0.000001");
    EXPECT_EQ(scaled("-0.000001", 1, 2), "-0.000001");
    EXPECT_EQ(scaled("0.000003", 1, 2), "0.000002");
    EXPECT_EQ(scaled("0.000001", 1, 3), "0");
    EXPECT_EQ(scaled("0.000002", 1, 3), "0.000001");
    EXPECT_EQ(scaled("3", -1, -2), "1.5");
    EXPECT_EQ(scaled("3", 1, -2), "-1.5");
    EXPECT_EQ(scaled("9000000000000", 1'000'000'000, 1'000'000'000), "9000000000000") << "wider than 64 bits between";
}

TEST(DecimalTest, MultipliesByCountsExactly)
{
    EXPECT_EQ(decimal("0.05").times(40), decimal("2"));
    EXPECT_EQ(decimal("-1.5").times(3), decimal("-4.5"));
}

TEST(DecimalDeathTest, StopsWhenASumLeavesTheRange)
{
    const Decimal most = Decimal::from_units(std::numeric_limits<std::int64_t>::max());
    const Decimal least = Decimal::from_units(std::numeric_limits<std::int64_t>::min());
    EXPECT_DEATH((void)(most + Decimal::from_units(1)), "assertion broken");
    EXPECT_DEATH((void)(least - Decimal::from_units(1)), "assertion broken");
    EXPECT_DEATH((void)most.times(2), "assertion broken");
    EXPECT_DEATH((void)most.scaled(3, 2), "assertion broken");
    EXPECT_DEATH((void)most.scaled(1, 0), "assertion broken");
}

} // namespace
} // namespace papervault::engine
