// The published package with a form for each candidate (tests/vectors/package-3), judged by our code.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/candidates_paper.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

const std::filesystem::path folder{PAPERVAULT_SOURCE_DIR "/tests/vectors/package-3"};

std::string text_at(const boost::json::object& object, std::string_view name)
{
    return std::string{object.at(name).as_string()};
}

std::string document(std::string_view name)
{
    return read_text_file(folder / name, 1 << 20).value();
}

/// "step: code" of the refusal, or the lists of items, one a line.
std::string judge(const boost::json::object& entry, const std::filesystem::path& place)
{
    const auto refused = [](std::string_view step, const VaultFailure& failure) {
        return std::string{step} + ": " + std::string{to_text(failure.code)};
    };
    crypto::Bytes bytes = read_file(folder / text_at(entry, "base"), 1 << 20).value();
    if (const auto* flip = entry.if_contains("flip")) {
        bytes.at(static_cast<std::size_t>(flip->as_array().at(0).as_int64())) ^=
            std::byte{static_cast<unsigned char>(1U << flip->as_array().at(1).as_int64())};
    }
    EXPECT_THAT(write_file_durably(place, bytes, true), Succeeds());
    const auto key_file = place.parent_path() / "hall.identity"; // a checkout knows no permissions
    EXPECT_THAT(write_file_durably(key_file, crypto::bytes_of(document("test_only_hall.identity")), true), Succeeds());
    const auto hall = Identity::open(key_file, FilePermissions{}).value();
    const auto package = PackageReader::open(place);
    if (!package) { return refused("open", package.error()); }
    if (auto whole = package->verify_digests(); !whole) { return refused("digests", whole.error()); }
    HallOpening opening = HallOpening::begin(*package, hall).value();
    for (const auto& name : entry.at("shares").as_array()) {
        const auto added = opening.add_share(decode_share_part(document(name.as_string())).value());
        if (!added) { return refused("share", added.error()); }
    }
    const auto released = opening.add_release(decode_release(document(text_at(entry, "release"))).value());
    if (!released) { return refused("release", released.error()); }
    const auto keys = opening.open(engine::instant_from_text(text_at(entry, "now")).value());
    if (!keys) { return refused("unlock", keys.error()); }
    const auto paper = package->read("paper", *keys);
    if (!paper) { return refused("read", paper.error()); }
    const auto forms = read_paper(package->header(), crypto::text_of(paper->expose()));
    if (!forms) { return refused("paper", forms.error()); }
    EXPECT_TRUE(forms->one_each);
    std::string lists;
    for (const engine::Form& form : forms->forms) {
        lists += form.id;
        char separator = '|';
        for (const engine::FormItem& item : form.sections.front().items) {
            lists += separator + item.item.id;
            separator = ',';
        }
        lists += '\n';
    }
    return lists;
}

TEST(CandidatesVectorsTest, PublishedPackageWithAFormForEachCandidateIsJudgedAsPublished)
{
    const TemporaryFolder temporary;
    const auto vectors = engine::parse_json(document("vectors.json"), {}).value();
    int sound = 0;
    for (const auto& value : vectors.at("vectors").as_array()) {
        const auto& entry = value.as_object();
        std::string expected;
        if (const auto* lists = entry.if_contains("lists")) {
            ++sound;
            for (const auto& line : lists->as_array()) { expected += std::string{line.as_string()} + '\n'; }
        } else {
            expected = text_at(entry, "step") + ": " + text_at(entry, "error");
        }
        EXPECT_EQ(judge(entry, temporary / "package.pvp"), expected) << text_at(entry, "why");
    }
    EXPECT_EQ(sound, 1);
    EXPECT_EQ(vectors.at("vectors").as_array().size(), 5U);
}

} // namespace
} // namespace papervault::vault::test
