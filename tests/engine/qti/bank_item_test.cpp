// Between QTI and the bank: what fits loses nothing, what does not fit is refused.
#include "engine/qti/qti_support.hpp"

#include <papervault/engine/qti/bank_item.hpp>
#include <papervault/engine/qti/scoring.hpp>

#include <gmock/gmock.h>

namespace papervault::engine::qti {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const BankDetails details{.id = {}, .knowledge_point = "2.3", .source = "a book"};

Result<ItemWithKey> converted_item(const std::string& xml)
{
    const auto item = read_item(xml);
    if (!item) return std::unexpected{item.error()};
    return to_bank_item(*item, details);
}

ItemWithKey bank_item(ItemType type, std::string_view stem)
{
    ItemWithKey made;
    made.item.id = made.key.item_id = "pump-1";
    made.item.type = type;
    made.item.knowledge_point = details.knowledge_point;
    made.item.source = details.source;
    made.item.stem = parse_content(stem).value();
    made.item.difficulty = Decimal::from_units(700'000);
    made.item.points = Decimal::from_integer(2);
    return made;
}

class QtiBankItemTest : public testing::Test {
protected:
    static void expect_the_same_after_a_round_trip(const ItemWithKey& item)
    {
        ASSERT_THAT(validate(item), IsAccepted());
        const auto xml = to_qti3_xml(item);
        ASSERT_THAT(xml, IsAccepted());
        EXPECT_THAT(problems(read_item(*xml).value()), testing::IsEmpty());
        const auto again = converted_item(*xml);
        ASSERT_THAT(again, IsAccepted());
        EXPECT_EQ(*again, item) << *xml;
    }
};

TEST_F(QtiBankItemTest, AChoiceComesBackWithTextFormulaTableAndPicture)
{
    ItemWithKey item = bank_item(ItemType::single_choice,
                                 "哪个泵 <A> & B？\n第二行 $x^2 < 1$\n\n| 项 | 值 |\n|---|---|\n| a | $1$ |\n\n"
                                 "![泵](media/pump.svg)");
    for (const char* option : {"离心泵", "$\\frac{1}{2}$", "齿轮泵 \"x\""}) {
        item.item.options.push_back(
            {std::string(1, static_cast<char>('A' + item.item.options.size())), parse_content(option).value()});
    }
    item.key.correct_options = {"B"};
    expect_the_same_after_a_round_trip(item);
    item.item.shuffle_options = false;
    expect_the_same_after_a_round_trip(item);
    item.item.type = ItemType::multiple_choice;
    item.key.correct_options = {"A", "C"};
    expect_the_same_after_a_round_trip(item);
}

TEST_F(QtiBankItemTest, ATrueFalseItemComesBack)
{
    ItemWithKey item = bank_item(ItemType::true_false, "泵可以空转。");
    item.item.shuffle_options = false;
    item.key.correct_options = {"false"};
    expect_the_same_after_a_round_trip(item);
}

TEST_F(QtiBankItemTest, BlanksWithTextsAndNumbersComeBack)
{
    ItemWithKey item = bank_item(ItemType::fill_in, "水在____时沸腾，标准压力为____ kPa，用____测量。");
    item.item.blanks = 3;
    item.item.points = Decimal::from_integer(1);
    item.key.blanks = {{{"一百度", "100 C"}, {}},
                       {{}, NumericAnswer{Decimal::parse("101.325").value(), Decimal::parse("0.5").value()}},
                       {{"压力表"}, {}}};
    const auto xml = to_qti3_xml(item);
    ASSERT_THAT(xml, IsAccepted());
    // A third of a point has no exact decimal, so the last blank has a millionth more, and that is no equal share.
    EXPECT_THAT(converted_item(*xml), IsRefusedWith(EngineError::inconsistent));
    item.item.points = Decimal::from_integer(3);
    expect_the_same_after_a_round_trip(item);
    item.key.blanks[1].number->tolerance = Decimal{};
    expect_the_same_after_a_round_trip(item);
    item.key.blanks[1].texts = {"101"};
    EXPECT_THAT(to_qti3_xml(item), IsRefusedWith(EngineError::inconsistent));
}

TEST_F(QtiBankItemTest, AnOpenItemIsScoredByPeople)
{
    ItemWithKey item = bank_item(ItemType::essay, "说明开车步骤。");
    item.key.scoring_standard = "每步一分。";
    const auto xml = to_qti3_xml(item);
    ASSERT_THAT(xml, IsAccepted());
    EXPECT_THAT(*xml, HasSubstr("external-scored=\"human\""));
    EXPECT_THAT(*xml, HasSubstr("view=\"scorer\""));
    EXPECT_THAT(converted_item(*xml), IsRefusedWith(EngineError::inconsistent));
}

std::string choice_xml(std::string_view mapping, std::string_view processing, std::string_view extra = "")
{
    return item_xml(
        "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"multiple\" baseType=\"identifier\">"
        "<correctResponse><value>X</value><value>Z</value></correctResponse>" +
            std::string{mapping} + "</responseDeclaration>" + score_outcome(),
        "<responseProcessing template=\"http://www.imsglobal.org/question/qti_v2p2/rptemplates/" +
            std::string{processing} + "\"/>",
        "<p>Which?</p>" + std::string{extra} +
            "<choiceInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\" maxChoices=\"0\"><simpleChoice "
            "identifier=\"X\">one</simpleChoice><simpleChoice identifier=\"Y\">two</simpleChoice><simpleChoice "
            "identifier=\"Z\" fixed=\"true\">three</simpleChoice></choiceInteraction>");
}

TEST_F(QtiBankItemTest, TheKeyIsWhatTheProcessingAwards)
{
    const auto item = converted_item(choice_xml("", "match_correct"));
    ASSERT_THAT(item, IsAccepted());
    EXPECT_EQ(item->item.type, ItemType::multiple_choice);
    EXPECT_THAT(item->key.correct_options, ElementsAre("A", "C"));
    EXPECT_FALSE(item->item.shuffle_options);
    // The mapping awards Y alone, whatever the correct response says.
    const auto other = converted_item(choice_xml("<mapping lowerBound=\"0\"><mapEntry mapKey=\"X\" mappedValue=\"-9\"/>"
                                                 "<mapEntry mapKey=\"Y\" mappedValue=\"3\"/><mapEntry mapKey=\"Z\" "
                                                 "mappedValue=\"-9\"/></mapping>",
                                                 "map_response"));
    ASSERT_THAT(other, IsAccepted());
    EXPECT_THAT(other->key.correct_options, ElementsAre("B"));
    EXPECT_EQ(other->item.points, Decimal::from_integer(3));
}

TEST_F(QtiBankItemTest, RefusesScoringThatTheBankDoesNotHave)
{
    const std::string partial = "<mapping><mapEntry mapKey=\"X\" mappedValue=\"1\"/><mapEntry mapKey=\"Z\" "
                                "mappedValue=\"1\"/></mapping>";
    EXPECT_THAT(converted_item(choice_xml(partial, "map_response")), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(converted_item(choice_xml("", "home_made")), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(converted_item(choice_xml("", "match_correct", "<p>10<sup>3</sup></p>")),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(converted_item(choice_xml("", "match_correct", "<video src=\"a\"/>")),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(converted_item(choice_xml("", "match_correct", "<p><img src=\"../../etc/passwd\"/></p>")),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(converted_item(item_xml(score_outcome(), "")), IsRefusedWith(EngineError::inconsistent));
}

double points_by_qti(const ItemWithKey& item, Cardinality cardinality, BaseType type, std::vector<Scalar> given)
{
    const auto read = read_item(to_qti3_xml(item).value()).value();
    EXPECT_THAT(problems(read), testing::IsEmpty());
    const auto scored = score(read, {{"RESPONSE", Value::container(cardinality, type, std::move(given))}});
    const auto found = std::ranges::find(scored.value().outcomes, "SCORE", &NamedValue::identifier);
    return found->value.number();
}

ItemWithKey pump_start()
{
    ItemWithKey item = bank_item(ItemType::order, "启动步骤");
    for (const char* step : {"灌泵", "盘车", "启动"}) {
        item.item.options.push_back(
            {std::string(1, static_cast<char>('A' + item.item.options.size())), parse_content(step).value()});
    }
    item.key.correct_options = {"B", "A", "C"};
    return item;
}

ItemWithKey pump_faults()
{
    ItemWithKey item = bank_item(ItemType::match, "故障与原因");
    item.item.options = pump_start().item.options;
    for (const char* fault : {"不出水", "发热"}) {
        item.item.prompts.push_back({std::to_string(item.item.prompts.size() + 1), parse_content(fault).value()});
    }
    item.key.correct_options = {"1 C", "2 A"};
    return item;
}

TEST_F(QtiBankItemTest, AnOrderIsScoredTheSame)
{
    const ItemWithKey item = pump_start();
    ASSERT_THAT(validate(item), IsAccepted());
    const auto given = [](const char* a, const char* b, const char* c) {
        return std::vector<Scalar>{std::string{a}, std::string{b}, std::string{c}};
    };
    EXPECT_EQ(points_by_qti(item, Cardinality::ordered, BaseType::identifier, given("B", "A", "C")), 2.0);
    EXPECT_EQ(points_by_qti(item, Cardinality::ordered, BaseType::identifier, given("A", "B", "C")), 0.0);
}

TEST_F(QtiBankItemTest, PairsAreScoredTheSameByPartAndAllOrNothing)
{
    ItemWithKey item = pump_faults();
    ASSERT_THAT(validate(item), IsAccepted());
    const Pair right{"P1", "C"};
    const Pair other{"P2", "A"};
    const Pair wrong{"P2", "B"};
    const auto points = [&item](std::vector<Scalar> given) {
        return points_by_qti(item, Cardinality::multiple, BaseType::directed_pair, std::move(given));
    };
    EXPECT_EQ(points({right, other}), 2.0);
    EXPECT_EQ(points({right, wrong}), 1.0);
    item.key.rule = ScoringRule::all_or_nothing;
    EXPECT_EQ(points({right, other}), 2.0);
    EXPECT_EQ(points({right, wrong}), 0.0);
}

TEST_F(QtiBankItemTest, RefusesWhatQtiWouldLose)
{
    ItemWithKey item = pump_start();
    item.key.rule = ScoringRule::longest_run;
    EXPECT_THAT(to_qti3_xml(item), IsRefusedWith(EngineError::inconsistent));
    item = pump_faults();
    item.item.stimulus = Stimulus{"S1", parse_content("材料").value()};
    EXPECT_THAT(to_qti3_xml(item), IsRefusedWith(EngineError::inconsistent));
    item = bank_item(ItemType::fill_in, "压力为 ____ kPa");
    item.item.blanks = 1;
    item.key.blanks = {BlankKey{.texts = {}, .number = NumericAnswer{Decimal::from_integer(3), {}}}};
    item.key.blanks.front().number->unit = "kPa";
    ASSERT_THAT(validate(item), IsAccepted());
    EXPECT_THAT(to_qti3_xml(item), IsRefusedWith(EngineError::inconsistent));
}

} // namespace
} // namespace papervault::engine::qti
