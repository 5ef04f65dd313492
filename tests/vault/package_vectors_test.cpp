#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace papervault::vault::test {
namespace {

namespace fs = std::filesystem;

/// Of the vector that is being judged.
fs::path& vector_folder()
{
    static fs::path folder;
    return folder;
}

std::string text_at(const boost::json::object& object, std::string_view name)
{
    return std::string{object.at(name).as_string()};
}

std::size_t number_at(const boost::json::value& array, std::size_t index)
{
    return static_cast<std::size_t>(array.as_array().at(index).as_int64());
}

/// The bytes that a vector speaks of: a published file, changed as the vector says.
crypto::Bytes bytes_of_vector(const boost::json::object& entry)
{
    crypto::Bytes bytes = content_of(vector_folder() / text_at(entry, "base"));
    Anatomy anatomy = take_apart(bytes);
    auto& body = anatomy.body;
    const auto at = [&body](std::size_t offset) { return body.begin() + static_cast<std::ptrdiff_t>(offset); };
    if (const auto* swap = entry.if_contains("swap")) {
        std::swap_ranges(at(number_at(*swap, 0)), at(number_at(*swap, 0) + number_at(*swap, 2)),
                         at(number_at(*swap, 1)));
    }
    if (const auto* copy = entry.if_contains("copy")) {
        std::copy_n(at(number_at(*copy, 0)), number_at(*copy, 2), at(number_at(*copy, 1)));
    }
    if (const auto* remove = entry.if_contains("remove")) {
        body.erase(at(number_at(*remove, 0)), at(number_at(*remove, 0) + number_at(*remove, 1)));
    }
    if (entry.contains("front")) {
        bytes = content_of(vector_folder() / text_at(entry, "front"));
        bytes.insert(bytes.end(), body.begin(), body.end());
    } else {
        bytes = put_together(anatomy);
    }
    if (const auto* flip = entry.if_contains("flip")) {
        bytes.at(number_at(*flip, 0)) ^= std::byte{static_cast<unsigned char>(1U << number_at(*flip, 1))};
    }
    if (const auto* length = entry.if_contains("truncate")) {
        bytes.resize(static_cast<std::size_t>(length->as_int64()));
    }
    if (entry.contains("append")) {
        const auto more = crypto::from_hex(text_at(entry, "append")).value();
        bytes.insert(bytes.end(), more.begin(), more.end());
    }
    return bytes;
}

/// How far it got: the step that refused and its code, or "" and "".
struct Verdict {
    std::string step;
    std::string error;
    std::map<std::string, std::string> plaintexts;
};

template <class Value>
Verdict refused(std::string step, const Result<Value>& result)
{
    return {.step = std::move(step), .error = std::string{to_text(result.error().code)}, .plaintexts = {}};
}

class PackageVectorTest : public testing::TestWithParam<std::size_t> {
protected:
    TemporaryFolder folder;

    /// Git keeps no modes, so a machine's identity is copied to where it is private.
    [[nodiscard]] Identity person(const std::string& name) const
    {
        const auto file = folder / name;
        fs::copy_file(vector_folder() / ("test_only_" + name + ".identity"), file);
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        auto identity = Identity::open(file, FilePermissions{});
        EXPECT_THAT(identity, Succeeds()) << name;
        return std::move(identity).value();
    }

    [[nodiscard]] static std::string document(const boost::json::value& name)
    {
        return read_text_file(vector_folder() / std::string{name.as_string()}, 100'000).value();
    }

    template <class Opening>
    [[nodiscard]] static Result<void> add_shares(Opening& opening, const boost::json::value& names)
    {
        for (const auto& name : names.as_array()) {
            const auto part = decode_share_part(document(name));
            if (!part) { return std::unexpected{part.error()}; }
            if (auto added = opening.add_share(*part); !added) { return added; }
        }
        return {};
    }

    [[nodiscard]] static Result<void> add_release(HallOpening& opening, const boost::json::value& name)
    {
        if (name.is_null()) { return {}; }
        const auto release = decode_release(document(name));
        if (!release) { return std::unexpected{release.error()}; }
        return opening.add_release(*release);
    }

    [[nodiscard]] static Verdict read_all(const PackageReader& package, LockSet locks, const CompartmentKeys& keys,
                                          Verdict verdict)
    {
        for (const Compartment& compartment : package.header().compartments) {
            if (compartment.locks != locks) { continue; }
            const auto plaintext = package.read(compartment.name, keys);
            if (!plaintext) { return refused("read", plaintext); }
            verdict.plaintexts[compartment.name] = crypto::text_of(plaintext->expose());
        }
        return verdict;
    }

    [[nodiscard]] Verdict judge_package(const boost::json::object& entry) const
    {
        overwrite(folder / "package", bytes_of_vector(entry));
        const auto package = PackageReader::open(folder / "package", every_suite);
        if (!package) { return refused("open", package); }
        if (auto intact = package->verify_digests(); !intact) { return refused("digests", intact); }
        auto opening = HallOpening::begin(*package, person("hall"));
        if (!opening) { return refused("begin", opening); }
        if (auto added = add_shares(*opening, entry.at("shares")); !added) { return refused("share", added); }
        if (auto added = add_release(*opening, entry.at("release")); !added) { return refused("release", added); }
        const auto keys = opening->open(time_of(text_at(entry, "now")));
        if (!keys) { return refused("unlock", keys); }
        Verdict verdict = read_all(*package, LockSet::hall, *keys, {});
        if (!verdict.error.empty()) { return verdict; }
        auto key_opening = KeyOpening::begin(*package, person("office"));
        if (!key_opening) { return refused("begin", key_opening); }
        if (auto added = add_shares(*key_opening, entry.at("grader_shares")); !added) { return refused("key", added); }
        const auto grader_keys = key_opening->open();
        if (!grader_keys) { return refused("key", grader_keys); }
        return read_all(*package, LockSet::graders, *grader_keys, std::move(verdict));
    }

    [[nodiscard]] static Verdict judge_handover(const boost::json::object& entry)
    {
        const auto package = open_package(vector_folder() / text_at(entry, "package"));
        const auto handover = decode_handover(document(entry.at("document")));
        if (!handover) { return refused("handover", handover); }
        const auto verified = verify_handover(*handover, package);
        return verified ? Verdict{} : refused("handover", verified);
    }

    [[nodiscard]] Verdict judge_answers(const boost::json::object& entry) const
    {
        overwrite(folder / "answers", bytes_of_vector(entry));
        const auto package = open_package(vector_folder() / text_at(entry, "package"));
        const auto answers = open_answers(folder / "answers", package, person("office"));
        if (!answers) { return refused("answers", answers); }
        Verdict verdict;
        for (const AnswerSheet& sheet : answers->sheets) { verdict.plaintexts[sheet.ticket] = sheet.receipt; }
        return verdict;
    }
};

struct PublishedVector {
    fs::path folder;
    boost::json::object entry;
};

const std::vector<PublishedVector>& vectors()
{
    static const std::vector<PublishedVector> all = [] {
        std::vector<PublishedVector> found;
        for (const char* set : {"package", "package-2/pv1", "package-2/gm1", "answers-2"}) {
            const fs::path folder = fs::path{PAPERVAULT_SOURCE_DIR} / "tests/vectors" / set;
            const auto manifest =
                engine::parse_json(read_text_file(folder / "vectors.json", 1 << 20).value(), {}).value();
            for (const auto& entry : manifest.as_object().at("vectors").as_array()) {
                found.push_back({folder, entry.as_object()});
            }
        }
        return found;
    }();
    return all;
}

TEST_P(PackageVectorTest, IsJudgedAsPublished)
{
    vector_folder() = vectors().at(GetParam()).folder;
    const boost::json::object& entry = vectors().at(GetParam()).entry;
    SCOPED_TRACE(engine::canonical_json(entry));
    const std::string kind = text_at(entry, "kind");
    const bool is_package = kind == "package";
    const Verdict verdict = is_package          ? judge_package(entry)
                            : kind == "answers" ? judge_answers(entry)
                                                : judge_handover(entry);
    if (entry.contains("error")) {
        EXPECT_EQ(verdict.step, text_at(entry, "step"));
        EXPECT_EQ(verdict.error, text_at(entry, "error"));
        return;
    }
    ASSERT_EQ(verdict.error, "");
    if (kind == "handover") { return; }
    const auto& expected = entry.at(is_package ? "compartments" : "receipts").as_object();
    ASSERT_EQ(verdict.plaintexts.size(), expected.size());
    for (const auto& member : expected) {
        const std::string& plaintext = verdict.plaintexts.at(std::string{member.key()});
        if (is_package) {
            EXPECT_EQ(crypto::blake2b(crypto::bytes_of(plaintext)).hex(),
                      text_at(member.value().as_object(), "blake2b"));
        } else {
            EXPECT_EQ(plaintext, std::string{member.value().as_string()});
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Published, PackageVectorTest, testing::Range(std::size_t{0}, vectors().size()));

} // namespace
} // namespace papervault::vault::test
