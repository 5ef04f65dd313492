#pragma once

#include <papervault/vault/custody.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/package.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Everybody who takes part in sealing and opening one package, and the steps they take together.
namespace papervault::vault::test {

struct People {
    crypto::Suite suite;
    Identity hall = Identity::generate("hall-301", suite);
    Identity office = Identity::generate("office", suite);
    Identity first_sealer = Identity::generate("封卷人甲", suite);
    Identity second_sealer = Identity::generate("封卷人乙", suite);
    std::vector<Identity> custodians;
    std::vector<Identity> graders;

    explicit People(int custodian_count = 3, int grader_count = 2, crypto::Suite suite = crypto::Suite::pv1);
};

inline constexpr crypto::SuiteSet every_suite{crypto::Suite::pv1, crypto::Suite::gm1};

/// Everything that is valid for a batch of 2026-11-21, opening at 08:30, starting at 09:00, expiring at 12:00 UTC.
[[nodiscard]] engine::Batch sample_batch();
[[nodiscard]] engine::Instant time_of(std::string_view text);
inline constexpr std::string_view before_window = "2026-11-21T08:29:59.999Z";
inline constexpr std::string_view inside_window = "2026-11-21T08:45:00.000Z";
inline constexpr std::string_view after_window = "2026-11-21T12:00:00.001Z";
inline constexpr std::string_view when_sealed = "2026-11-20T10:00:00.000Z";

using Contents = std::map<std::string, std::string, std::less<>>;
/// "paper", "key" and "roster", a few bytes each.
[[nodiscard]] Contents small_contents();

/// @param contents  Outlives the request. "key" goes behind the graders' locks.
[[nodiscard]] SealRequest request_for(const People& people, const Contents& contents);

struct SealedPackage {
    std::filesystem::path file;
    crypto::SecretBuffer release_share;
};
/// Sealed and countersigned as folder/name.
[[nodiscard]] SealedPackage seal(const People& people, const Contents& contents, const std::filesystem::path& folder,
                                 const std::string& name = "package.pvp");
/// Either suite is accepted.
[[nodiscard]] PackageReader open_package(const std::filesystem::path& file);

/// What the hall holds after every custodian and the office have done their part.
[[nodiscard]] CompartmentKeys open_for_hall(const PackageReader& package, const People& people,
                                            const crypto::SecretBuffer& release_share);
[[nodiscard]] CompartmentKeys open_for_graders(const PackageReader& package, const People& people);

[[nodiscard]] std::string text_of(const Result<crypto::SecretBuffer>& plaintext);
[[nodiscard]] crypto::Bytes content_of(const std::filesystem::path& file);
void overwrite(const std::filesystem::path& file, crypto::ByteView bytes);

} // namespace papervault::vault::test
