#include "ceremony.hpp"

namespace papervault::package_bench {

engine::Instant time_of(const char* text)
{
    return engine::instant_from_text(text).value();
}

engine::Batch sample_batch()
{
    engine::Batch batch;
    batch.id = "bench";
    batch.occupation = batch.subject = batch.title = batch.site = batch.hall = "bench";
    batch.occupation_code = "6-11-01-03";
    batch.opens_at = batch.starts_at = time_of(inside_window);
    batch.ends_at = batch.expires_at = time_of("2026-11-21T11:00:00.000Z");
    return batch;
}

Folder::Folder(const std::filesystem::path& where)
{
    std::string pattern =
        ((where.empty() ? std::filesystem::temp_directory_path() : where) / "papervault-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        std::cerr << "can't make a folder in " << pattern << '\n';
        std::exit(1);
    }
    path_ = pattern;
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

vault::SealRequest request_for(const People& people, std::vector<vault::CompartmentSource> compartments)
{
    return {.batch = sample_batch(),
            .snapshot_digest = {},
            .draw_digest = {},
            .forms = {},
            .candidates = 0,
            .hall = people.hall.card(),
            .office = people.office.card(),
            .custodians = {people.custodians[0].card(), people.custodians[1].card(), people.custodians[2].card()},
            .custody_threshold = 3,
            .graders = {people.graders[0].card(), people.graders[1].card()},
            .graders_threshold = 2,
            .second_sealer = people.sealers[1].card(),
            .compartments = std::move(compartments),
            .now = time_of("2026-11-20T09:00:00.000Z")};
}

Sealed seal(const People& people, const vault::SealRequest& request, const Folder& folder)
{
    auto draft = sure(seal_package(request, people.sealers[0], folder / "draft"));
    sure(countersign_package(folder / "draft", people.sealers[1], folder / "package"));
    return {.package = sure(vault::PackageReader::open(folder / "package")),
            .release_share = std::move(draft.release_share)};
}

vault::CompartmentKeys open(const People& people, const Sealed& sealed)
{
    auto opening = sure(vault::HallOpening::begin(sealed.package, people.hall));
    const auto now = time_of(inside_window);
    for (const vault::Identity& custodian : people.custodians) {
        sure(opening.add_share(
            sure(give_share(sealed.package, vault::LockSet::hall, custodian, people.hall.card(), now))));
    }
    sure(opening.add_release(sure(issue_release(sealed.package.header(), sealed.release_share, people.office, now))));
    return sure(opening.open(now));
}

} // namespace papervault::package_bench
