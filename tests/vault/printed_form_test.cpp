#include "print/printed_form.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

/// Written beside the test when PAPERVAULT_PRINTS names a folder: for looking at.
void show(const char* name, const crypto::Bytes& pdf)
{
    if (const char* folder = std::getenv("PAPERVAULT_PRINTS")) {
        ASSERT_THAT(write_file_durably(std::filesystem::path{folder} / name, pdf, true), Succeeds());
    }
}

void expect_pdf(const print::PrintedForm& form, const char* name)
{
    const auto pdf = print::to_pdf(form);
    ASSERT_THAT(pdf, Succeeds());
    EXPECT_TRUE(crypto::text_of(*pdf).starts_with("%PDF-"));
    EXPECT_EQ(print::to_pdf(form).value(), *pdf) << "the same form gives the same bytes";
    show(name, *pdf);
}

class PrintedFormTest : public testing::Test {
protected:
    OfficeBench office;
    std::string package = [this] {
        office.import_items();
        const std::string draw = office.draw();
        office.create_batch();
        return office.seal(draw);
    }();
    PackageReader reader = PackageReader::open(office.folder / "B-01.pvp").value();
};

TEST_F(PrintedFormTest, PrintsAHandoverBeforeAndAfterTheTakerHasSigned)
{
    const Handover given = give_package(reader, office.zhao, office.first_custodian.card(), at(morning));
    const Handover taken = take_package(given, reader, office.first_custodian, at(in_window)).value();
    const auto before = print::handover_form(given);
    const auto after = print::handover_form(taken);
    EXPECT_THAT(after.codes.front().text, testing::HasSubstr(reader.digest().hex()));
    EXPECT_NE(before.codes.back().text, after.codes.back().text);
    EXPECT_EQ(after.signatures.size(), 2U);
    expect_pdf(after, "handover.pdf");
}

TEST_F(PrintedFormTest, PrintsTheInspectionOfASealedPackage)
{
    const auto form = print::opening_form(reader);
    EXPECT_THAT(form.codes.front().text, testing::HasSubstr(package));
    EXPECT_EQ(form.signatures.size(), 4U) << "chief, invigilator, two witnesses (V6)";
    EXPECT_EQ(form.tables.front().rows.size(), reader.header().forms.size());
    expect_pdf(form, "opening.pdf");
}

TEST_F(PrintedFormTest, PrintsADestructionLedgerOfManyPages)
{
    DestructionRecord record{.id = "0123456789abcdef",
                             .package_id = package,
                             .package_digest = reader.digest().hex(),
                             .batch_id = "B-01",
                             .category = RecordCategory::paper,
                             .name = "理论知识考试",
                             .occupation = "化工总控工",
                             .level = 4,
                             .reason = "保存期满",
                             .method = "开启份额擦除；封装文件覆写删除",
                             .proposed_at = at(morning),
                             .proposer_id = office.wang.card().id(),
                             .proposer = "王志强",
                             .proposer_signature = {},
                             .confirmed_at = at(afternoon),
                             .confirmer_id = office.chen.card().id(),
                             .confirmer = "陈建国",
                             .confirmer_signature = crypto::Signature{},
                             .state = "destroyed"};
    expect_pdf(print::destruction_form("示范站", {record}, at(afternoon)), "destruction.pdf");
    const std::vector<DestructionRecord> many(40, record);
    const auto form = print::destruction_form("示范站", many, at(afternoon));
    EXPECT_EQ(form.tables.front().rows.front().size(), form.tables.front().heading.size());
    expect_pdf(form, "destruction-many.pdf");
}

TEST_F(PrintedFormTest, RefusesACodeThatIsTooLong)
{
    print::PrintedForm form = print::opening_form(reader);
    form.codes.push_back({"too long", std::string(5000, 'x')});
    EXPECT_THAT(print::to_pdf(form), RefusesWith(VaultError::malformed));
}

} // namespace
} // namespace papervault::vault::test
