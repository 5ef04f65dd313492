#include "hall/taking_in.hpp"

#include "hall/history.hpp"
#include "hall/register.hpp"
#include "journal/sqlcipher_journal.hpp"
#include "log.hpp"

#include <papervault/vault/custody.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>
#include <papervault/vault/package.hpp>
#include <papervault/vault/rewrap.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::size_t handover_bytes_max = 64 * 1024;

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0) { ::close(number_); }
    }
    [[nodiscard]] int get() const noexcept { return number_; }

private:
    int number_;
};

std::unexpected<vault::VaultFailure> storage_failed(std::string_view what, const std::filesystem::path& file)
{
    return vault::refuse(VaultError::storage_failed,
                         fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)));
}

/// Durable when it returns; memory stays flat.
Result<void> copy_file_durably(const std::filesystem::path& from, const std::filesystem::path& to)
{
    const Descriptor in{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (in.get() < 0) { return storage_failed("can't open", from); }
    const Descriptor out{::open(to.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600)};
    if (out.get() < 0) { return storage_failed("can't make", to); }
    struct stat status{};
    if (::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return vault::refuse(VaultError::malformed, from.string() + " is no regular file");
    }
    auto left = static_cast<std::uint64_t>(status.st_size);
    if (left > vault::package_bytes_max) {
        return vault::refuse(VaultError::malformed, from.string() + " is too large");
    }
    while (left > 0) {
        const ssize_t sent = ::sendfile(out.get(), in.get(), nullptr, std::min<std::uint64_t>(left, 1 << 20));
        if (sent < 0 && errno == EINTR) { continue; }
        if (sent <= 0) { return storage_failed("can't copy to", to); }
        left -= static_cast<std::uint64_t>(sent);
    }
    if (::fsync(out.get()) != 0) { return storage_failed("can't write", to); }
    return vault::sync_directory(to.parent_path());
}

std::string who(const vault::IdentityCard& card)
{
    return fmt::format("{} ({})", card.name, card.id());
}

Result<void> check_is_for_us(const vault::PackageHeader& header, const vault::IdentityCard& machine,
                             const HallSettings& settings, engine::Instant now)
{
    if (header.hall != machine) {
        return vault::refuse(VaultError::wrong_host,
                             fmt::format("the package is sealed for {}, this is {}", who(header.hall), who(machine)));
    }
    if (header.batch.hall != settings.name) {
        return vault::refuse(VaultError::wrong_batch, fmt::format("batch {} is for hall {}, this is {}",
                                                                  header.batch.id, header.batch.hall, settings.name));
    }
    if (header.candidates > settings.seats_max) {
        return vault::refuse(VaultError::conflict, fmt::format("batch {} has {} candidates, this hall {} seats",
                                                               header.batch.id, header.candidates, settings.seats_max));
    }
    if (now > header.batch.expires_at) {
        return vault::refuse(VaultError::expired, fmt::format("the window of batch {} ended at {}", header.batch.id,
                                                              engine::to_text(header.batch.expires_at)));
    }
    return {};
}

/// The hand-over as completed here; where a person takes, a second one from him to the machine.
struct SignedHandovers {
    vault::Handover outside;
    std::optional<vault::Handover> inside;
};

Result<SignedHandovers> sign_handovers(const vault::Handover& given, const vault::PackageReader& package,
                                       const vault::Identity& machine, const TakeInRequest& request)
{
    const vault::Identity& taker = request.taker == nullptr ? machine : *request.taker;
    auto outside = vault::take_package(given, package, taker, request.now);
    if (!outside) { return std::unexpected{outside.error()}; }
    if (auto sound = vault::verify_handover(*outside, package); !sound) { return std::unexpected{sound.error()}; }
    SignedHandovers handovers{.outside = std::move(*outside), .inside = std::nullopt};
    if (request.taker != nullptr) {
        const auto to_machine = vault::give_package(package, *request.taker, machine.card(), request.now);
        auto inside = vault::take_package(to_machine, package, machine, request.now);
        if (!inside) { return std::unexpected{inside.error()}; }
        handovers.inside = std::move(*inside);
    }
    return handovers;
}

/// An attempt that was killed leaves a folder that the register doesn't know: it is put aside, never removed. But a
/// journal in which something has happened means that the register is not the one of this hall any more.
Result<void> make_sitting_folder(const HallDirectory& hall, const std::string& package_id,
                                 const crypto::SecretBuffer& journal_key, engine::Instant now)
{
    const std::filesystem::path folder = hall.sitting_folder(package_id);
    std::error_code error;
    if (std::filesystem::exists(folder, error)) {
        const auto chain = SqlcipherJournal::verify(hall.journal_file(package_id), journal_key, package_id,
                                                    [](const JournalRecord&) -> Result<void> { return {}; });
        const bool untouched = chain ? chain->records() <= 1 : chain.error().code == VaultError::not_found;
        if (!untouched) {
            return vault::refuse(VaultError::already_used,
                                 fmt::format("{} has a journal that the hall's register doesn't know; don't remove it, "
                                             "report it",
                                             folder.string()));
        }
        const std::string aside = fmt::format("{}.unfinished-{}", folder.string(), now.time_since_epoch().count());
        std::filesystem::rename(folder, aside, error);
        if (error) { return vault::refuse(VaultError::storage_failed, "can't rename " + folder.string()); }
    }
    if (::mkdir(folder.c_str(), 0700) != 0) { return storage_failed("can't make", folder); }
    return vault::sync_directory(folder.parent_path());
}

std::filesystem::path rewrap_file(const std::filesystem::path& sitting, int number)
{
    return sitting / fmt::format("rewrap-{}.json", number);
}

Result<std::vector<vault::Rewrap>> read_rewraps(const std::vector<std::filesystem::path>& files)
{
    std::vector<vault::Rewrap> rewraps;
    for (const auto& file : files) {
        const auto text = vault::read_text_file(file, handover_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        auto rewrap = vault::decode_rewrap(*text);
        if (!rewrap) { return std::unexpected{rewrap.error()}; }
        rewraps.push_back(std::move(*rewrap));
    }
    return rewraps;
}

Result<void> apply_all(vault::PackageReader& package, const std::vector<vault::Rewrap>& rewraps)
{
    for (const vault::Rewrap& rewrap : rewraps) {
        if (auto applied = package.apply(rewrap); !applied) { return applied; }
    }
    return {};
}

Result<void> keep_rewraps(const std::filesystem::path& sitting, const std::vector<vault::Rewrap>& rewraps)
{
    for (const vault::Rewrap& rewrap : rewraps) {
        const std::string text = vault::encode(rewrap);
        if (auto kept = vault::write_file_durably(rewrap_file(sitting, rewrap.number), crypto::bytes_of(text), false);
            !kept) {
            return kept;
        }
    }
    return {};
}

std::vector<crypto::Digest> digests_of(const vault::PackageHeader& header)
{
    std::vector<crypto::Digest> digests;
    for (const vault::FormSummary& form : header.forms) { digests.push_back(form.digest); }
    return digests;
}

} // namespace

Result<vault::PackageReader> open_taken_package(const HallDirectory& hall, std::string_view package_id)
{
    auto package = vault::PackageReader::open(hall.package_file(package_id), hall.settings().suites);
    if (!package) { return package; }
    std::error_code error;
    for (int number = 1;; ++number) {
        const auto file = rewrap_file(hall.sitting_folder(package_id), number);
        if (!std::filesystem::exists(file, error)) { return package; }
        const auto rewraps = read_rewraps({file});
        if (!rewraps) { return std::unexpected{rewraps.error()}; }
        if (auto applied = apply_all(*package, *rewraps); !applied) { return std::unexpected{applied.error()}; }
    }
}

Result<TakenIn> take_in_package(const HallDirectory& hall, const TakeInRequest& request)
{
    const auto machine = hall.identity();
    if (!machine) { return std::unexpected{machine.error()}; }
    auto outside = vault::PackageReader::open(request.package, hall.settings().suites);
    if (!outside) { return std::unexpected{outside.error()}; }
    const auto rewraps = read_rewraps(request.rewraps);
    if (!rewraps) { return std::unexpected{rewraps.error()}; }
    if (auto applied = apply_all(*outside, *rewraps); !applied) { return std::unexpected{applied.error()}; }
    const std::string package_id = outside->header().package_id;
    if (auto ours = check_is_for_us(outside->header(), machine->card(), hall.settings(), request.now); !ours) {
        return std::unexpected{ours.error()};
    }
    if (auto rehearsed = vault::rehearse(*outside); !rehearsed) { return std::unexpected{rehearsed.error()}; }
    const auto people = hall.known_people();
    if (!people) { return std::unexpected{people.error()}; }
    if (people->empty()) {
        log_line(LogLevel::warning,
                 "this hall knows no office yet, so it takes packages of anybody: see hall know --help");
    } else if (auto known = outside->require_known(*people); !known) {
        return std::unexpected{known.error()};
    }
    const auto handover_text = vault::read_text_file(request.handover, handover_bytes_max);
    if (!handover_text) { return std::unexpected{handover_text.error()}; }
    const auto given = vault::decode_handover(*handover_text);
    if (!given) { return std::unexpected{given.error()}; }

    const auto register_key = hall.database_key("register");
    if (!register_key) { return std::unexpected{register_key.error()}; }
    const auto hall_register = HallRegister::open(hall.register_file(), *register_key);
    if (!hall_register) { return std::unexpected{hall_register.error()}; }
    const auto forms = digests_of(outside->header());
    if (auto unused = (*hall_register)->check_unused(package_id, outside->header().batch.id, forms); !unused) {
        return std::unexpected{unused.error()};
    }

    const auto journal_key = hall.database_key(package_id);
    if (!journal_key) { return std::unexpected{journal_key.error()}; }
    if (auto made = make_sitting_folder(hall, package_id, *journal_key, request.now); !made) {
        return std::unexpected{made.error()};
    }

    // The copy is what will be opened, so the copy is what is checked.
    if (auto copied = copy_file_durably(request.package, hall.package_file(package_id)); !copied) {
        return std::unexpected{copied.error()};
    }
    if (auto kept = keep_rewraps(hall.sitting_folder(package_id), *rewraps); !kept) {
        return std::unexpected{kept.error()};
    }
    const auto package = open_taken_package(hall, package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (package->digest() != outside->digest()) {
        return vault::refuse(VaultError::conflict, "the package changed while it was copied");
    }
    if (auto whole = package->verify_digests(); !whole) { return std::unexpected{whole.error()}; }
    const auto taken = sign_handovers(*given, *package, *machine, request);
    if (!taken) { return std::unexpected{taken.error()}; }
    const std::filesystem::path handover_file = hall.sitting_folder(package_id) / "handover.json";
    const std::string taken_text = vault::encode(taken->outside);
    if (auto written = vault::write_file_durably(handover_file, crypto::bytes_of(taken_text), false, 0644); !written) {
        return std::unexpected{written.error()};
    }

    const vault::PackageHeader& header = package->header();
    JournalChain chain{package_id};
    std::vector<JournalRecord> first;
    first.push_back(chain.extend(
        request.now, taken_in_payload({.package_id = package_id,
                                       .package_digest = package->digest(),
                                       .batch_id = header.batch.id,
                                       .candidates = header.candidates,
                                       .forms = static_cast<int>(header.forms.size()),
                                       .giver = who(taken->outside.giver),
                                       .taker = who(machine->card()),
                                       .taken_by = request.taker == nullptr ? "" : who(request.taker->card()),
                                       .handover = taken_text,
                                       .handover_to_machine = taken->inside ? vault::encode(*taken->inside) : ""})));
    if (auto begun =
            SqlcipherJournal::create(hall.journal_file(package_id), *journal_key, package_id, std::move(first));
        !begun) {
        return std::unexpected{begun.error()};
    }
    // From here on the package is in the hall.
    if (auto registered = (*hall_register)
                              ->take_in({.package_id = package_id,
                                         .batch_id = header.batch.id,
                                         .digest = package->digest(),
                                         .stage = PackageStage::taken_in,
                                         .milestone_number = chain.records(),
                                         .milestone_hash = chain.head()},
                                        forms);
        !registered) {
        return std::unexpected{registered.error()};
    }
    return TakenIn{.package_id = package_id,
                   .batch_id = header.batch.id,
                   .digest = package->digest(),
                   .giver = who(taken->outside.giver),
                   .taker = who(taken->outside.taker),
                   .candidates = header.candidates,
                   .forms = static_cast<int>(header.forms.size()),
                   .handover = handover_file};
}

} // namespace papervault::server
