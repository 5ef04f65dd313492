#include "support.hpp"

namespace papervault::engine {
namespace {

TEST(JsonFieldsTest, ReadsMembersIntoTheirTypes)
{
    const auto value = json_of(R"({"t":"a","n":5,"b":true,"d":"0.3","e":0.1,"f":2,"l":["x","y"],"m":{"k":1}})");
    JsonFields fields{value, "thing"};
    EXPECT_EQ(fields.text("t", 1), "a");
    EXPECT_EQ(fields.integer("n", 5, 5), 5);
    EXPECT_TRUE(fields.boolean("b"));
    EXPECT_EQ(fields.decimal("d", Decimal{}, Decimal::from_integer(1)).to_string(), "0.3");
    EXPECT_EQ(fields.decimal("e", Decimal{}, Decimal::from_integer(1)).to_string(), "0.1");
    EXPECT_EQ(fields.decimal("f", Decimal{}, Decimal::from_integer(2)).to_string(), "2");
    EXPECT_THAT(fields.texts("l", 2, 1), testing::ElementsAre("x", "y"));
    EXPECT_TRUE(fields.member("m").is_object());
    EXPECT_EQ(fields.optional_text("none", 1), std::nullopt);
    EXPECT_EQ(fields.optional_integer("none", 0, 1), std::nullopt);
    EXPECT_EQ(fields.optional_decimal("none", Decimal{}, Decimal{}), std::nullopt);
    EXPECT_TRUE(fields.boolean_or("none", true));
    EXPECT_THAT(fields.finish(), IsAccepted());
}

TEST(JsonFieldsTest, KeepsTheFirstProblemWithItsPath)
{
    const auto value = json_of(R"({"policy":{"duration":"long"}})");
    JsonFields outer{value, "context"};
    JsonFields fields{outer.member("policy"), outer.path("policy")};
    EXPECT_EQ(fields.integer("duration", 7, 9), 7) << "a neutral value";
    EXPECT_EQ(fields.text("missing", 9), "");
    const auto done = fields.finish();
    ASSERT_THAT(done, IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(done.error().detail, testing::StartsWith("context.policy.duration: "));
}

TEST(JsonFieldsTest, RefusesMembersThatWereNeverAskedFor)
{
    const auto value = json_of(R"({"known":"a","unknown":1})");
    JsonFields strict{value, "x"};
    EXPECT_EQ(strict.text("known", 9), "a");
    const auto done = strict.finish();
    ASSERT_THAT(done, IsRefusedWith(EngineError::unknown_field));
    EXPECT_THAT(done.error().detail, testing::HasSubstr("x.unknown"));
    EXPECT_THAT(strict.finish_ignoring_unknown(), IsRefusedWith(EngineError::unknown_field))
        << "the first problem stays";

    JsonFields lenient{value, "x"};
    EXPECT_EQ(lenient.text("known", 9), "a");
    EXPECT_THAT(lenient.finish_ignoring_unknown(), IsAccepted());
}

TEST(JsonFieldsTest, DoesNotRepeatStrangeMemberNames)
{
    const auto value = json_of("{\"\\n\\u001b[31m\":1}");
    const auto done = JsonFields{value, "x"}.finish();
    ASSERT_THAT(done, IsRefusedWith(EngineError::unknown_field));
    EXPECT_EQ(done.error().detail.find('\n'), std::string::npos);
}

TEST(JsonFieldsTest, RefusesWhatIsNoObject)
{
    const auto value = json_of("[]");
    JsonFields fields{value, "x"};
    EXPECT_FALSE(fields.good());
    EXPECT_FALSE(fields.has("a"));
    EXPECT_TRUE(fields.array("a", 1).empty());
    EXPECT_TRUE(fields.member("a").is_null());
    EXPECT_THAT(fields.finish(), IsRefusedWith(EngineError::malformed));
}

struct BadMember {
    std::string_view json;
    EngineError code;
    void (*read)(JsonFields&);
};
void PrintTo(const BadMember& bad, std::ostream* out)
{
    *out << bad.json;
}

class JsonFieldsRefusalTest : public testing::TestWithParam<BadMember> {};

TEST_P(JsonFieldsRefusalTest, RefusesTheMember)
{
    const auto value = json_of(GetParam().json);
    JsonFields fields{value, ""};
    GetParam().read(fields);
    EXPECT_THAT(fields.finish(), IsRefusedWith(GetParam().code));
}

void read_text(JsonFields& fields)
{
    (void)fields.text("a", 3);
}
void read_integer(JsonFields& fields)
{
    (void)fields.integer("a", 1, 9);
}
void read_boolean(JsonFields& fields)
{
    (void)fields.boolean("a");
}
void read_decimal(JsonFields& fields)
{
    (void)fields.decimal("a", Decimal{}, Decimal::from_integer(9));
}
void read_texts(JsonFields& fields)
{
    (void)fields.texts("a", 2, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Members, JsonFieldsRefusalTest,
    testing::Values(BadMember{R"({})", EngineError::malformed, read_text},
                    BadMember{R"({"a":1})", EngineError::malformed, read_text},
                    BadMember{R"({"a":null})", EngineError::malformed, read_text},
                    BadMember{R"({"a":"a\u0000"})", EngineError::malformed, read_text},
                    BadMember{R"({"a":"four"})", EngineError::out_of_range, read_text},
                    BadMember{R"({"a":"中文"})", EngineError::out_of_range, read_text},
                    BadMember{R"({"a":"1"})", EngineError::malformed, read_integer},
                    BadMember{R"({"a":1.0})", EngineError::malformed, read_integer},
                    BadMember{R"({"a":true})", EngineError::malformed, read_integer},
                    BadMember{R"({"a":0})", EngineError::out_of_range, read_integer},
                    BadMember{R"({"a":10})", EngineError::out_of_range, read_integer},
                    BadMember{R"({"a":18446744073709551615})", EngineError::out_of_range, read_integer},
                    BadMember{R"({"a":0})", EngineError::malformed, read_boolean},
                    BadMember{R"({"a":"true"})", EngineError::malformed, read_boolean},
                    BadMember{R"({"a":"1e0"})", EngineError::malformed, read_decimal},
                    BadMember{R"({"a":true})", EngineError::malformed, read_decimal},
                    BadMember{R"({"a":"9.1"})", EngineError::out_of_range, read_decimal},
                    BadMember{R"({"a":1e300})", EngineError::out_of_range, read_decimal},
                    BadMember{R"({"a":9223372036854775807})", EngineError::out_of_range, read_decimal},
                    BadMember{R"({"a":"0.0000001"})", EngineError::out_of_range, read_decimal},
                    BadMember{R"({"a":"x"})", EngineError::malformed, read_texts},
                    BadMember{R"({"a":["x","y","z"]})", EngineError::out_of_range, read_texts},
                    BadMember{R"({"a":["xyz"]})", EngineError::out_of_range, read_texts},
                    BadMember{R"({"a":["x",1]})", EngineError::malformed, read_texts},
                    BadMember{R"({"a":["\u0000"]})", EngineError::malformed, read_texts}));

} // namespace
} // namespace papervault::engine
