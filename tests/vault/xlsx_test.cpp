#include "import/institute_rows.hpp"
#include "import/item_rows.hpp"
#include "import/xlsx.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"
#include "vault/workbook.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace papervault::vault::test {
namespace {

std::filesystem::path shared_data()
{
    const char* given = std::getenv("PAPERVAULT_SHARED_DATA_DIR"); // NOLINT(concurrency-mt-unsafe): one thread
    return given != nullptr ? given : PAPERVAULT_SHARED_DATA_DIR;
}

TEST(XlsxTest, ReadsTextsNumbersAndTruthValues)
{
    auto parts = parts_of({{"甲", {}}, {"乙", {{"x"}}}});
    parts["xl/sharedStrings.xml"] =
        "<sst><si><t>共享</t></si><si><r><t>富</t></r><r><t>文本</t></r><rPh><t>音</t></rPh></si></sst>";
    parts["xl/worksheets/sheet1.xml"] =
        "<x:worksheet xmlns:x=\"n\"><x:sheetData><x:row r=\"2\"><x:c r=\"A2\" t=\"s\"><x:v>0</x:v></x:c>"
        "<x:c r=\"C2\" t=\"s\"><x:v>1</x:v></x:c><x:c r=\"D2\"><x:v>0.5679999999999999</x:v></x:c>"
        "<x:c r=\"E2\" t=\"b\"><x:v>1</x:v></x:c><x:c r=\"F2\" t=\"str\"><x:f>A1&amp;\"!\"</x:f><x:v>公式</x:v></x:c>"
        "<x:c r=\"G2\" t=\"e\"><x:v>#N/A</x:v></x:c><x:c r=\"H2\" t=\"s\"><x:v>99</x:v></x:c></x:row>"
        "<x:row r=\"5\"><x:c r=\"A5\"/></x:row></x:sheetData></x:worksheet>";
    const auto sheets = parse_xlsx(archive_of(parts));
    ASSERT_THAT(sheets, Succeeds());
    ASSERT_EQ(sheets->size(), 2U);
    ASSERT_EQ(sheets->front().rows.size(), 1U);
    EXPECT_EQ(sheets->front().rows[0].number, 2U);
    EXPECT_EQ(sheets->front().rows[0].cells, (std::vector<std::string>{"共享", "", "富文本", "0.568", "1", "公式"}));
}

TEST(XlsxTest, RefusesWhatIsNoSoundWorkbook)
{
    const auto refused = [](const std::map<std::string, std::string>& parts) {
        EXPECT_THAT(parse_xlsx(archive_of(parts)), RefusesWith(VaultError::malformed));
    };
    const auto good = parts_of({{"甲", {{"x"}}}});
    EXPECT_THAT(parse_xlsx(archive_of(good)), Succeeds());
    for (const auto& [name, text] : good) {
        auto without = good;
        without.erase(name);
        refused(without);
        auto broken = good;
        broken[name] = "<a><b></a>";
        refused(broken);
        auto entity = good;
        entity[name] = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + text;
        refused(entity);
    }
    for (const char* target : {"../../secret.xml", "http://example.org/x.xml", "a\\b.xml"}) {
        auto parts = good;
        parts["xl/_rels/workbook.xml.rels"] =
            "<Relationships><Relationship Id=\"rId1\" Target=\"" + std::string{target} + "\"/></Relationships>";
        refused(parts);
    }
    EXPECT_THAT(parse_xlsx(crypto::bytes_of("PK\x03\x04 and nothing")), RefusesWith(VaultError::malformed));
    EXPECT_THAT(parse_xlsx(crypto::bytes_of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")),
                RefusesNaming(VaultError::malformed, "password"));
}

TEST(XlsxTest, RefusesBombsBeforeTheyGrow)
{
    auto parts = parts_of({{"甲", {{"x"}}}});
    parts["xl/sharedStrings.xml"] = "<sst>" + std::string(3 << 20, ' ') + "</sst>";
    const crypto::Bytes bomb = archive_of(parts);
    EXPECT_LT(bomb.size(), 100'000U);
    EXPECT_THAT(parse_xlsx(bomb, {.archive = {.part_bytes_max = 1 << 20}}),
                RefusesNaming(VaultError::malformed, "too large"));
    EXPECT_THAT(parse_xlsx(bomb, {.archive = {.total_bytes_max = 2 << 20}}),
                RefusesNaming(VaultError::malformed, "too large"));
    EXPECT_THAT(parse_xlsx(bomb, {.archive = {.parts_max = 2}}),
                RefusesNaming(VaultError::malformed, "too many parts"));
    const crypto::Bytes rows = workbook_of({{"甲", {{"1"}, {"2"}, {"3", "4"}}}});
    EXPECT_THAT(parse_xlsx(rows, {.archive = {}, .rows_max = 2}), RefusesNaming(VaultError::malformed, "rows"));
    EXPECT_THAT(parse_xlsx(rows, {.archive = {}, .columns_max = 1}), RefusesNaming(VaultError::malformed, "columns"));
    EXPECT_THAT(parse_xlsx(rows, {.archive = {}, .cells_max = 3}), RefusesNaming(VaultError::malformed, "cells"));
}

TEST(XlsxTest, SurvivesDeepXmlAndEveryTruncation)
{
    auto parts = parts_of({{"甲", {{"x"}}}});
    std::string deep;
    for (int n = 0; n < 100'000; ++n) { deep += "<a>"; }
    for (int n = 0; n < 100'000; ++n) { deep += "</a>"; }
    parts["xl/sharedStrings.xml"] = deep;
    std::ignore = parse_xlsx(archive_of(parts));
    const crypto::Bytes whole = workbook_of({{"甲", {{"x"}}}});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THAT(parse_xlsx(crypto::ByteView{whole}.first(length)), RefusesWith(VaultError::malformed));
    }
}

TEST(XlsxTest, OpensNoHostileArchive)
{
    const auto folder = shared_data() / "security" / "zip";
    if (!std::filesystem::exists(folder)) { GTEST_SKIP() << "no " << folder; }
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const auto bytes = read_file(entry.path(), 256 << 20);
        ASSERT_THAT(bytes, Succeeds());
        EXPECT_THAT(parse_xlsx(*bytes), RefusesWith(VaultError::malformed)) << entry.path(); // none is a workbook
        ++seen;
    }
    EXPECT_GT(seen, 30);
}

std::vector<std::string> row_of(const std::string& type, const std::string& stem, const std::string& options,
                                const std::string& answer)
{
    const auto table = item_table({{"甲",
                                    {{1, {"作业种类", "试题类型(判断题、单选题)", "题目内容", "题目选项", "题目答案"}},
                                     {2, {"叉车", type, stem, options, answer}}}}});
    return table.value().at(1).cells;
}

TEST(InstituteRowsTest, TakeNumbersAndLettersAway)
{
    const auto single = row_of("单选题", "12.下列正确的是（）。", "**A.甲**B：乙**C丙", "b ");
    EXPECT_EQ(single[3], "下列正确的是（）。");
    EXPECT_EQ(single[4], "B");
    EXPECT_EQ(single[5], "甲");
    EXPECT_EQ(single[6], "乙");
    EXPECT_EQ(single[7], "丙");
    EXPECT_EQ(row_of("单选题", "303、题", "A.甲##B.乙", "A")[3], "题");
    EXPECT_EQ(row_of("单选题", "0.5 MPa 是（）", "A.甲**B.乙", "A")[3], "0.5 MPa 是（）");
    EXPECT_EQ(row_of("多选题", "99.2003年5月", "A.甲**B.乙", "AB")[3], "2003年5月");
    EXPECT_EQ(row_of("单选题", "题", "**AC 电源**B.乙", "A")[5], "C 电源"); // A stands for its place
    EXPECT_EQ(row_of("单选题", "题", "**BC 电源**A 乙", "A")[5], "BC 电源");
}

TEST(InstituteRowsTest, MakeTruthOfLetters)
{
    EXPECT_EQ(row_of("判断题", "1.题", "**A.正确**B.错误", "A")[4], "对");
    EXPECT_EQ(row_of("判断题", "1.题", "**A:正确**B:不正确", "B ")[4], "错");
    EXPECT_EQ(row_of("判断题", "1.题", "**A.错误**B.正确", "A")[4], "错");
    EXPECT_EQ(row_of("判断题", "1.题", "", "√")[4], "对");
}

TEST(InstituteRowsTest, GiveTheSameItemTheSameId)
{
    EXPECT_EQ(row_of("单选题", "1.题", "A.甲**B.乙", "A")[0], row_of("单选题", "7、题", "**A甲**B乙", "B")[0]);
    EXPECT_NE(row_of("单选题", "1.题", "A.甲**B.乙", "A")[0], row_of("单选题", "1.题", "A.甲**B.丙", "A")[0]);
}

TEST(InstituteRowsTest, PassOwnHeadingsAndRefuseOthers)
{
    const auto own = read_item_rows(std::string_view{
        reinterpret_cast<const char*>(
            workbook_of(
                {{"题", {{"编号", "题型", "题干", "选项A", "选项B", "答案"}, {"Q1", "单选", "题", "甲", "乙", "A"}}}})
                .data()),
        workbook_of(
            {{"题", {{"编号", "题型", "题干", "选项A", "选项B", "答案"}, {"Q1", "单选", "题", "甲", "乙", "A"}}}})
            .size()});
    ASSERT_THAT(own, Succeeds());
    EXPECT_EQ(own->items.size(), 1U);
    EXPECT_THAT(item_table({{"甲", {{1, {"姓名", "成绩"}}}}}), RefusesWith(VaultError::malformed));
    EXPECT_THAT(item_table({}), RefusesWith(VaultError::malformed));
}

TEST(InstituteRowsTest, ReadsRealBanks)
{
    const auto folder = shared_data() / "xlsx";
    if (!std::filesystem::exists(folder)) { GTEST_SKIP() << "no " << folder; }
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const auto bytes = read_file(entry.path(), 64 << 20);
        ASSERT_THAT(bytes, Succeeds());
        const auto rows = read_item_rows(std::string_view{reinterpret_cast<const char*>(bytes->data()), bytes->size()});
        ASSERT_THAT(rows, Succeeds()) << entry.path();
        std::cout << entry.path().filename().string() << ": " << rows->items.size() << " items, " << rows->unread.size()
                  << " rows refused";
        if (!rows->unread.empty()) {
            std::cout << ", the first in row " << rows->unread.front().line << ": " << rows->unread.front().reason;
        }
        std::cout << "\n";
        EXPECT_GT(rows->items.size(), 200U);
        EXPECT_LT(rows->unread.size() * 20, rows->items.size()); // typing errors are there, but few
    }
}

/// Two items with pictures: one over the stem's cell, one over an option's, as a spreadsheet program writes them.
std::map<std::string, std::string> parts_with_pictures()
{
    auto parts = parts_of({{"题库",
                            {{"id", "type", "knowledge_point", "stem", "option_a", "option_b", "answer"},
                             {"P-1", "single", "1", "图中是什么？", "泵", "阀", "A"},
                             {"P-2", "single", "1", "哪一个是阀？", "甲", "乙", "B"}}}});
    const std::string png = std::string{"\x89PNG\r\n\x1A\n"} + "one";
    parts["xl/media/image1.png"] = png;
    parts["xl/media/image2.jpeg"] = "\xFF\xD8\xFFtwo";
    parts["xl/worksheets/_rels/sheet1.xml.rels"] =
        "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/relationships/drawing\""
        " Target=\"../drawings/drawing1.xml\"/></Relationships>";
    parts["xl/drawings/_rels/drawing1.xml.rels"] =
        "<Relationships><Relationship Id=\"rId1\" Type=\"image\" Target=\"../media/image1.png\"/>"
        "<Relationship Id=\"rId2\" Type=\"image\" Target=\"../media/image2.jpeg\"/></Relationships>";
    const auto anchor = [](int row, int column, const char* relation) {
        return "<xdr:twoCellAnchor><xdr:from><xdr:col>" + std::to_string(column) + "</xdr:col><xdr:row>" +
               std::to_string(row) + "</xdr:row></xdr:from><xdr:pic><xdr:blipFill><a:blip r:embed=\"" + relation +
               "\"/></xdr:blipFill></xdr:pic></xdr:twoCellAnchor>";
    };
    parts["xl/drawings/drawing1.xml"] = "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\" xmlns:r=\"r\">" +
                                        anchor(1, 3, "rId1") + anchor(2, 5, "rId2") + anchor(40, 3, "rId1") +
                                        "</xdr:wsDr>";
    return parts;
}

std::string_view text_of_bytes(const crypto::Bytes& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(XlsxPicturesTest, GoIntoTheCellsThatTheyLieOver)
{
    const crypto::Bytes file = archive_of(parts_with_pictures());
    const auto rows = read_item_rows(text_of_bytes(file));
    ASSERT_THAT(rows, Succeeds());
    ASSERT_EQ(rows->items.size(), 2U) << (rows->unread.empty() ? "" : rows->unread.front().reason);
    ASSERT_EQ(rows->pictures.size(), 2U);
    const auto in_stem = engine::media_names(rows->items[0].item.item.stem);
    ASSERT_EQ(in_stem.size(), 1U);
    EXPECT_TRUE(rows->pictures.contains(*in_stem.begin()));
    EXPECT_EQ(engine::media_names(rows->items[1].item.item.options[1].content).size(), 1U);
    EXPECT_TRUE(engine::media_names(rows->items[1].item.item.stem).empty());
}

TEST(XlsxPicturesTest, AreTakenFromCellsAsWpsWritesThem)
{
    auto parts = parts_with_pictures();
    parts["xl/worksheets/sheet1.xml"].replace(parts["xl/worksheets/sheet1.xml"].find("甲"), 3,
                                              "=_xlfn.DISPIMG(\"ID_AB\",1)");
    parts["xl/cellimages.xml"] =
        "<etc:cellImages xmlns:etc=\"e\" xmlns:xdr=\"x\" xmlns:r=\"r\"><etc:cellImage><xdr:pic>"
        "<xdr:nvPicPr><xdr:cNvPr name=\"ID_AB\"/></xdr:nvPicPr><a:blip r:embed=\"rId9\"/>"
        "</xdr:pic></etc:cellImage></etc:cellImages>";
    parts["xl/_rels/cellimages.xml.rels"] =
        "<Relationships><Relationship Id=\"rId9\" Type=\"image\" Target=\"media/image1.png\"/></Relationships>";
    const crypto::Bytes file = archive_of(parts);
    const auto rows = read_item_rows(text_of_bytes(file));
    ASSERT_THAT(rows, Succeeds());
    ASSERT_EQ(rows->items.size(), 2U) << (rows->unread.empty() ? "" : rows->unread.front().reason);
    EXPECT_EQ(engine::media_names(rows->items[1].item.item.options[0].content).size(), 1U);
}

TEST(XlsxPicturesTest, ThatCantBeReadRefuseTheirRowAndNothingElse)
{
    const auto import = [](const std::map<std::string, std::string>& parts) {
        const OfficeBench office;
        const crypto::Bytes file = archive_of(parts);
        OfficeVault vault = office.as(office.chen);
        const auto report = ItemBank{vault}.import_file(office.write("bank.xlsx", text_of_bytes(file)),
                                                        BadRows::keep_good, true, at(morning));
        EXPECT_THAT(report, Succeeds());
        return report.value_or(ImportReport{});
    };
    const ImportReport good = import(parts_with_pictures());
    EXPECT_EQ(good.added, 2U);
    EXPECT_EQ(good.media, 2U);
    auto emf = parts_with_pictures();
    emf["xl/media/image1.png"] = "\x01 an enhanced metafile";
    const ImportReport report = import(emf);
    EXPECT_EQ(report.added, 1U);
    ASSERT_EQ(report.rejected.size(), 1U);
    EXPECT_EQ(report.rejected[0].id, "P-1");
    EXPECT_NE(report.rejected[0].reason.find("picture"), std::string::npos);
    // A target that leads out of the workbook is no picture of it.
    auto outside = parts_with_pictures();
    outside["xl/drawings/_rels/drawing1.xml.rels"] =
        "<Relationships><Relationship Id=\"rId1\" Target=\"../../../../etc/passwd\"/>"
        "<Relationship Id=\"rId2\" Target=\"file:///etc/passwd\"/></Relationships>";
    EXPECT_EQ(import(outside).added, 0U);
    auto damaged = parts_with_pictures();
    damaged["xl/drawings/drawing1.xml"] = "<wsDr>";
    EXPECT_THAT(read_item_rows(text_of_bytes(archive_of(damaged))), RefusesWith(VaultError::malformed));
}

} // namespace
} // namespace papervault::vault::test
