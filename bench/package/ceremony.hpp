#pragma once

#include <papervault/vault/custody.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/package.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

/// A package to be measured, with its people and their keys.
namespace papervault::package_bench {

/// A benchmark has nobody to hand an error to.
template <class Value>
Value sure(vault::Result<Value> result)
{
    if (!result) {
        std::cerr << to_text(result.error().code) << ": " << result.error().detail << '\n';
        std::exit(1);
    }
    if constexpr (!std::is_void_v<Value>) { return std::move(*result); }
}

[[nodiscard]] engine::Instant time_of(const char* text);
/// Opens on 2026-11-21 at 09:00 UTC.
[[nodiscard]] engine::Batch sample_batch();
inline constexpr const char* inside_window = "2026-11-21T09:00:00.000Z";

/// Removed with all that is in it.
class Folder {
public:
    /// @param where  Empty: the system's folder for temporary files.
    explicit Folder(const std::filesystem::path& where = {});
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

struct People {
    vault::Identity hall = vault::Identity::generate("hall");
    vault::Identity office = vault::Identity::generate("office");
    std::array<vault::Identity, 2> sealers{vault::Identity::generate("sealer-1"),
                                           vault::Identity::generate("sealer-2")};
    std::array<vault::Identity, 3> custodians{vault::Identity::generate("custodian-1"),
                                              vault::Identity::generate("custodian-2"),
                                              vault::Identity::generate("custodian-3")};
    std::array<vault::Identity, 2> graders{vault::Identity::generate("grader-1"),
                                           vault::Identity::generate("grader-2")};
};

/// For all three custodians together. @param compartments  Outlive the request.
[[nodiscard]] vault::SealRequest request_for(const People& people, std::vector<vault::CompartmentSource> compartments);
struct Sealed {
    vault::PackageReader package;
    crypto::SecretBuffer release_share;
};
/// Sealed by both as folder/"package".
[[nodiscard]] Sealed seal(const People& people, const vault::SealRequest& request, const Folder& folder);
/// The keys of the compartments behind the hall's locks, after everybody has given his part.
[[nodiscard]] vault::CompartmentKeys open(const People& people, const Sealed& sealed);

} // namespace papervault::package_bench
