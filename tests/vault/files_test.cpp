#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include "durable_file.hpp"

#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

namespace papervault::vault::test {
namespace {

std::size_t entries_in(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

unsigned mode_of(const std::filesystem::path& file)
{
    return static_cast<unsigned>(std::filesystem::status(file).permissions());
}

class DurableFileTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const std::filesystem::path file = folder / "卷宗.txt";
};

TEST_F(DurableFileTest, WritesContentAndModeAndLeavesNothingElse)
{
    ASSERT_THAT(write_file_durably(file, crypto::bytes_of("content"), false, 0640), Succeeds());
    EXPECT_EQ(read_text_file(file, 100).value(), "content");
    EXPECT_EQ(mode_of(file), 0640U);
    EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST_F(DurableFileTest, IsReadableByItsOwnerOnlyUnlessAsked)
{
    ASSERT_THAT(write_file_durably(file, {}, false), Succeeds());
    EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(DurableFileTest, RefusesAnExistingFileAndLeavesItAsItWas)
{
    ASSERT_THAT(write_file_durably(file, crypto::bytes_of("first"), false), Succeeds());
    EXPECT_THAT(write_file_durably(file, crypto::bytes_of("second"), false), RefusesWith(VaultError::already_exists));
    EXPECT_EQ(read_text_file(file, 100).value(), "first");
    EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST_F(DurableFileTest, SweepsWhatAPowerCutLeftAndNothingElse)
{
    const auto touch = [&](const std::string& name) {
        EXPECT_THAT(write_file_durably(folder / name, crypto::bytes_of("half"), false), Succeeds());
    };
    touch(".package.pvp.0123456789abcdef.partial"); // as it stands there when the machine comes back
    touch(".卷宗.txt.fedcba9876543210.partial");
    const std::vector<std::string> others{"package.pvp",
                                          "package.pvp.0123456789abcdef.partial",
                                          ".package.pvp.partial",
                                          ".package.pvp.0123456789ABCDEF.partial",
                                          ".package.pvp.0123456789abcdef",
                                          "..0123456789abcdef.partial",
                                          ".0123456789abcdef.partial"};
    for (const std::string& name : others) { touch(name); }
    std::filesystem::create_directory(folder / ".folder.0123456789abcdef.partial");
    std::filesystem::create_symlink(folder / "package.pvp", folder / ".link.0123456789abcdef.partial");

    EXPECT_EQ(remove_abandoned_files(folder.path()).value(), 2);
    EXPECT_EQ(remove_abandoned_files(folder.path()).value(), 0);
    EXPECT_EQ(entries_in(folder.path()), others.size() + 2);
    EXPECT_THAT(remove_abandoned_files(folder / "none"), RefusesWith(VaultError::storage_failed));
}

TEST_F(DurableFileTest, KeepsWhatSomebodyIsWriting)
{
    auto written = DurableFile::create(file);
    ASSERT_THAT(written, Succeeds());
    ASSERT_THAT(written->write_at(0, crypto::bytes_of("content")), Succeeds());
    EXPECT_EQ(remove_abandoned_files(folder.path()).value(), 0);
    ASSERT_THAT(written->commit(false, 0600), Succeeds());
    EXPECT_EQ(read_text_file(file, 100).value(), "content");
}

TEST_F(DurableFileTest, ReplacesWhenAsked)
{
    ASSERT_THAT(write_file_durably(file, crypto::bytes_of("first"), false), Succeeds());
    ASSERT_THAT(write_file_durably(file, crypto::bytes_of("second"), true), Succeeds());
    EXPECT_EQ(read_text_file(file, 100).value(), "second");
}

TEST_F(DurableFileTest, RefusesAFolderThatIsNotThere)
{
    EXPECT_THAT(write_file_durably(folder / "missing/file", {}, false), RefusesWith(VaultError::storage_failed));
    EXPECT_THAT(sync_directory(folder / "missing"), RefusesWith(VaultError::storage_failed));
}

TEST_F(DurableFileTest, NeverReplacesAFolder)
{
    std::filesystem::create_directory(file);
    EXPECT_THAT(write_file_durably(file, {}, false), RefusesWith(VaultError::already_exists));
    EXPECT_THAT(write_file_durably(file, {}, true), RefusesWith(VaultError::storage_failed));
    EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST_F(DurableFileTest, RefusesANameThatIsNone)
{
    EXPECT_THAT(write_file_durably(folder.path() / "", {}, false), RefusesWith(VaultError::malformed));
}

TEST_F(DurableFileTest, ReadingRefusesMoreThanTheLimit)
{
    ASSERT_THAT(write_file_durably(file, crypto::bytes_of("12345"), false), Succeeds());
    EXPECT_THAT(read_file(file, 5), Succeeds());
    EXPECT_THAT(read_file(file, 4), RefusesWith(VaultError::malformed));
}

TEST_F(DurableFileTest, ReadingRefusesWhatIsNoRegularFile)
{
    const auto pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(read_file(pipe, 100), RefusesWith(VaultError::malformed));
    EXPECT_THAT(read_file(folder.path(), 100), RefusesWith(VaultError::malformed));
    EXPECT_THAT(read_file("/dev/zero", 100), RefusesWith(VaultError::malformed));
    EXPECT_THAT(read_file(folder / "missing", 100), RefusesWith(VaultError::not_found));
}

TEST(VaultErrorTest, EveryCodeHasItsOwnName)
{
    std::vector<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(VaultError::storage_failed); ++code) {
        names.push_back(to_text(static_cast<VaultError>(code)));
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_EQ(std::ranges::count(names, "unknown"), 0);
}

} // namespace
} // namespace papervault::vault::test
