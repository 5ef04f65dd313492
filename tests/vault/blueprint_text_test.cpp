#include "blueprints/yaml.hpp"
#include "vault/expect.hpp"
#include "vault/workbook.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/blueprints.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <set>

namespace papervault::vault::test {
namespace {

constexpr std::string_view yaml = R"(# 组卷计划书
format: papervault-blueprint
version: 1
title: 电工（四级）
sections:
  - title: "一、单项选择题"
    type: single
    count: 40
    points_each: 1.5
    scopes:
      - {scope: 1, at_least: 10, at_most: 16}
      - {scope: 2.1, at_least: 2, at_most: 5}
  - {title: 二、判断题, type: truefalse, count: 40, points_each: 1}
total_points: 100
difficulty: {target: 0.70, tolerance: 0.02}
forms: {parallel: 2, spare: 1, overlap_max: 0}
excluded_items: [815, Q-1]
rules:
  importance: [{importance: X, at_least: 20}]
)";

TEST(BlueprintTextTest, ReadsYamlAsItReadsJson)
{
    const auto read = blueprint_from_text(yaml);
    ASSERT_THAT(read, Succeeds());
    EXPECT_EQ(read->sections[0].scopes[0].scope, "1"); // a name, not a number
    EXPECT_EQ(read->sections[0].points_each, engine::Decimal::parse("1.5").value());
    EXPECT_EQ(read->excluded_items, (std::vector<std::string>{"815", "Q-1"}));
    EXPECT_EQ(read->rules.importance.size(), 1U);
    const auto again = blueprint_from_text(engine::canonical_json(to_json(*read)));
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(*again, *read);
}

TEST(BlueprintTextTest, RefusesWhatMakesYamlDangerous)
{
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        const std::string before(1, static_cast<char>(c - 1));
        bomb += std::string(1, c) + ": &" + c + " [*" + before + ",*" + before + ",*" + before + "]\n";
    }
    EXPECT_THAT(yaml_to_json(bomb), RefusesNaming(VaultError::malformed, "anchor"));
    EXPECT_THAT(yaml_to_json("a: *b\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(yaml_to_json("a: !!python/object:os.system x\n"), RefusesNaming(VaultError::malformed, "tag"));
    EXPECT_THAT(yaml_to_json("a: 1\na: 2\n"), RefusesNaming(VaultError::malformed, "twice"));
    EXPECT_THAT(yaml_to_json("--- 1\n--- 2\n"), RefusesNaming(VaultError::malformed, "document"));
    EXPECT_THAT(yaml_to_json("? [a, b]\n: 1\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(yaml_to_json(""), RefusesWith(VaultError::malformed));
    EXPECT_THAT(yaml_to_json("a: [1"), RefusesNaming(VaultError::malformed, "line"));
    EXPECT_THAT(yaml_to_json(std::string(100, '[')), RefusesWith(VaultError::malformed));
    EXPECT_THAT(yaml_to_json(std::string(100'000, '[')), RefusesWith(VaultError::malformed));
    std::string many = "[";
    for (int n = 0; n < 200'001; ++n) { many += "1,"; }
    EXPECT_THAT(yaml_to_json(many + "1]"), RefusesNaming(VaultError::malformed, "too many"));
    EXPECT_THAT(blueprint_from_text(std::string((1 << 20) + 1, ' ')), RefusesWith(VaultError::malformed));
}

TEST(BlueprintTextTest, KeepsTheTypesOfScalars)
{
    EXPECT_EQ(
        yaml_to_json("{a: 12, b: \"12\", c: true, d: 0.70, e: 007, f: null, g: ~, h: -3, i: 1e3}").value(),
        engine::parse_json(R"({"a":12,"b":"12","c":true,"d":"0.70","e":"007","f":null,"g":null,"h":-3,"i":"1e3"})", {})
            .value());
}

TEST(BlueprintFieldsTest, AreThoseOfTheSchemaAndNoOthers)
{
    const auto text =
        read_text_file(std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "docs/blueprint.schema.json", 1 << 20);
    ASSERT_THAT(text, Succeeds());
    const auto schema = engine::parse_json(*text, {});
    ASSERT_TRUE(schema) << schema.error().detail;
    std::set<std::string> names;
    const auto collect = [&](const auto& self, const boost::json::object& at, const std::string& before) -> void {
        const boost::json::object* node = &at;
        if (const auto* reference = at.if_contains("$ref")) { // "#/$defs/name"
            const std::string name{reference->as_string()};
            node = &schema->as_object().at("$defs").as_object().at(name.substr(name.rfind('/') + 1)).as_object();
        }
        if (const auto* items = node->if_contains("items")) { self(self, items->as_object(), before); }
        const auto* properties = node->if_contains("properties");
        if (properties == nullptr) { return; }
        for (const auto& member : properties->as_object()) {
            const std::string path = before + (before.empty() ? "" : ".") + std::string{member.key()};
            names.insert(path);
            self(self, member.value().as_object(), path);
        }
    };
    collect(collect, schema->as_object(), "");
    std::set<std::string> explained;
    for (const BlueprintField& field : blueprint_fields()) {
        EXPECT_TRUE(explained.emplace(field.name).second) << field.name;
        EXPECT_FALSE(field.chinese.empty() || field.english.empty()) << field.name;
    }
    EXPECT_EQ(names, explained);
}

Rows structure()
{
    return {{"标题", "叉车司机理论试卷"},
            {"题型", "题数", "每题分值"},
            {"单项选择题", "40", "1"},
            {"多项选择题", "20", "2"},
            {"判断题", "20", "1"},
            {"合计", "80", ""},
            {"难度", "0.65"},
            {"备用卷数", "2"}};
}

TEST(BlueprintTablesTest, AreMadeIntoABlueprint)
{
    const auto made = blueprint_from_tables(workbook_of(
        {{"理论结构表", structure()},
         {"鉴定要素细目表",
          {{"代码", "名称", "比重（%）"}, {"1", "基础", "33"}, {"2", "专业", "67%"}, {"2.1", "起升", "25"}}}}));
    ASSERT_THAT(made, Succeeds());
    EXPECT_EQ(made->title, "叉车司机理论试卷");
    ASSERT_EQ(made->sections.size(), 3U);
    EXPECT_EQ(made->sections[1].type, engine::ItemType::multiple_choice);
    EXPECT_EQ(made->total_points, engine::Decimal::from_integer(100));
    EXPECT_EQ(made->sections[0].scopes[0], (engine::ScopeCount{"1", 13, 14})); // 13.2 of 40
    EXPECT_EQ(made->sections[0].scopes[1], (engine::ScopeCount{"2", 26, 27}));
    EXPECT_EQ(made->scopes, (std::vector<engine::ScopeCount>{{"2.1", 19, 21}})); // 20 of 80, one down and up
    EXPECT_EQ(made->difficulty_target, engine::Decimal::parse("0.65").value());
    EXPECT_EQ(made->spare_forms, 2);
}

TEST(BlueprintTablesTest, SayWhereTheyAreWrong)
{
    const auto refusal = [](const Rows& rows) {
        const auto made = blueprint_from_tables(workbook_of({{"结构表", rows}}));
        return made ? std::string{"accepted"} : made.error().detail;
    };
    EXPECT_THAT(refusal({{"题型", "题数"}}), testing::HasSubstr("row 1"));
    EXPECT_THAT(refusal({{"题型", "题数", "每题分值"}, {"单选", "四十", "1"}}), testing::HasSubstr("row 2"));
    EXPECT_THAT(refusal({{"题型", "题数", "每题分值"}, {"听力", "40", "1"}}), testing::HasSubstr("听力"));
    EXPECT_THAT(refusal({{"题型", "题数", "每题分值"}, {"单选", "40", "x"}}), testing::HasSubstr("row 2"));
    EXPECT_THAT(refusal({{"难度", "很难"}}), testing::HasSubstr("很难"));
    EXPECT_THAT(refusal({}), testing::HasSubstr("题型"));
    EXPECT_THAT(blueprint_from_tables(workbook_of({{"别的", structure()}})),
                RefusesNaming(VaultError::malformed, "结构表"));
    EXPECT_THAT(
        blueprint_from_tables(workbook_of({{"结构表", structure()}, {"细目表", {{"代码", "比重"}, {"1", "130"}}}})),
        RefusesNaming(VaultError::malformed, "130"));
    EXPECT_THAT(blueprint_from_tables(crypto::bytes_of("no zip")), RefusesWith(VaultError::malformed));
}

} // namespace
} // namespace papervault::vault::test
