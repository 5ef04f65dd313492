#include "vault/ceremony.hpp"

#include "vault/expect.hpp"

#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace papervault::vault::test {

People::People(int custodian_count, int grader_count, crypto::Suite of) : suite{of}
{
    for (int i = 0; i < custodian_count; ++i) {
        custodians.push_back(Identity::generate("custodian-" + std::to_string(i), suite));
    }
    for (int i = 0; i < grader_count; ++i) {
        graders.push_back(Identity::generate("grader-" + std::to_string(i), suite));
    }
}

engine::Instant time_of(std::string_view text)
{
    return engine::instant_from_text(text).value();
}

engine::Batch sample_batch()
{
    engine::Batch batch;
    batch.id = "2026-11-HG4-01";
    batch.occupation = "化工总控工";
    batch.occupation_code = "6-11-01-03";
    batch.level = 4;
    batch.subject = "理论知识";
    batch.title = "2026年11月 化工总控工四级 理论知识";
    batch.site = "第一考点";
    batch.hall = "hall-301";
    batch.opens_at = time_of("2026-11-21T08:30:00.000Z");
    batch.starts_at = time_of("2026-11-21T09:00:00.000Z");
    batch.ends_at = time_of("2026-11-21T11:00:00.000Z");
    batch.expires_at = time_of("2026-11-21T12:00:00.000Z");
    return batch;
}

Contents small_contents()
{
    return {{"paper", "the paper: 一、单项选择题"}, {"key", "the answers: A B C D"}, {"roster", ""}};
}

SealRequest request_for(const People& people, const Contents& contents)
{
    SealRequest request{.batch = sample_batch(),
                        .snapshot_digest = crypto::blake2b(crypto::bytes_of("snapshot")),
                        .draw_digest = crypto::blake2b(crypto::bytes_of("draw")),
                        .forms = {{.id = "A",
                                   .digest = crypto::blake2b(crypto::bytes_of("form A")),
                                   .items = 80,
                                   .points = engine::Decimal::from_integer(100),
                                   .spare = false},
                                  {.id = "S1",
                                   .digest = crypto::blake2b(crypto::bytes_of("form S1")),
                                   .items = 80,
                                   .points = engine::Decimal::from_units(99'500'000),
                                   .spare = true}},
                        .candidates = 2,
                        .hall = people.hall.card(),
                        .office = people.office.card(),
                        .custodians = {},
                        .custody_threshold = 2,
                        .graders = {},
                        .graders_threshold = 2,
                        .second_sealer = people.second_sealer.card(),
                        .compartments = {},
                        .now = time_of(when_sealed)};
    for (const Identity& custodian : people.custodians) { request.custodians.push_back(custodian.card()); }
    for (const Identity& grader : people.graders) { request.graders.push_back(grader.card()); }
    for (const auto& [name, content] : contents) {
        request.compartments.push_back({.name = name,
                                        .locks = name == "key" ? LockSet::graders : LockSet::hall,
                                        .plaintext = crypto::bytes_of(content)});
    }
    return request;
}

SealedPackage seal(const People& people, const Contents& contents, const std::filesystem::path& folder,
                   const std::string& name)
{
    const auto draft_file = folder / (name + ".draft");
    auto draft = seal_package(request_for(people, contents), people.first_sealer, draft_file);
    EXPECT_THAT(draft, Succeeds());
    EXPECT_THAT(countersign_package(draft_file, people.second_sealer, folder / name), Succeeds());
    return {.file = folder / name, .release_share = std::move(draft.value().release_share)};
}

PackageReader open_package(const std::filesystem::path& file)
{
    auto package = PackageReader::open(file, every_suite);
    EXPECT_THAT(package, Succeeds());
    return std::move(package).value();
}

CompartmentKeys open_for_hall(const PackageReader& package, const People& people,
                              const crypto::SecretBuffer& release_share)
{
    const auto now = time_of(inside_window);
    auto opening = HallOpening::begin(package, people.hall);
    EXPECT_THAT(opening, Succeeds());
    for (const Identity& custodian : people.custodians) {
        const auto part = give_share(package, LockSet::hall, custodian, people.hall.card(), now);
        EXPECT_THAT(part, Succeeds());
        EXPECT_THAT(opening->add_share(part.value()), Succeeds());
    }
    const auto release = issue_release(package.header(), release_share, people.office, now);
    EXPECT_THAT(release, Succeeds());
    EXPECT_THAT(opening->add_release(release.value()), Succeeds());
    auto keys = opening->open(now);
    EXPECT_THAT(keys, Succeeds());
    return std::move(keys).value();
}

CompartmentKeys open_for_graders(const PackageReader& package, const People& people)
{
    auto opening = KeyOpening::begin(package, people.office);
    EXPECT_THAT(opening, Succeeds());
    for (const Identity& grader : people.graders) {
        const auto part = give_share(package, LockSet::graders, grader, people.office.card(), time_of(after_window));
        EXPECT_THAT(part, Succeeds());
        EXPECT_THAT(opening->add_share(part.value()), Succeeds());
    }
    auto keys = opening->open();
    EXPECT_THAT(keys, Succeeds());
    return std::move(keys).value();
}

std::string text_of(const Result<crypto::SecretBuffer>& plaintext)
{
    return plaintext ? crypto::text_of(plaintext->expose())
                     : "refused: " + std::string{to_text(plaintext.error().code)};
}

crypto::Bytes content_of(const std::filesystem::path& file)
{
    return read_file(file, std::size_t{1} << 30).value();
}

void overwrite(const std::filesystem::path& file, crypto::ByteView bytes)
{
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    EXPECT_TRUE(stream.good()) << file;
}

} // namespace papervault::vault::test
