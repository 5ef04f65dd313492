#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/server/clock.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::server {

/// How far a package has come in this hall; only ever forwards.
enum class PackageStage { taken_in, opened, sealed };
[[nodiscard]] std::string_view to_text(PackageStage stage) noexcept;

struct RegisteredPackage {
    std::string package_id;
    std::string batch_id;
    crypto::Digest digest;
    PackageStage stage = PackageStage::taken_in;
    /// A record that the sitting's journal must still have: an older copy of the journal put back is noticed.
    std::uint64_t milestone_number = 0;
    crypto::Digest milestone_hash;
};

/// What this hall remembers over all its sittings (rule B2, P5): packages, their papers, and which machine sits at
/// which seat. One SQLCipher file; every change is durable when the call returns. Any thread, one call at a time.
class HallRegister {
public:
    /// Makes the file when it is not there.
    [[nodiscard]] static vault::Result<std::unique_ptr<HallRegister>> open(const std::filesystem::path& file,
                                                                           const crypto::SecretBuffer& key);
    ~HallRegister();

    /// @param forms  Digests of the paper's forms.
    /// @return already_used when package, batch or one of the forms was here before.
    [[nodiscard]] vault::Result<void> check_unused(std::string_view package_id, std::string_view batch_id,
                                                   const std::vector<crypto::Digest>& forms);
    [[nodiscard]] vault::Result<void> take_in(const RegisteredPackage& package,
                                              const std::vector<crypto::Digest>& forms);
    [[nodiscard]] vault::Result<std::vector<RegisteredPackage>> packages();
    [[nodiscard]] vault::Result<void> advance(std::string_view package_id, PackageStage stage,
                                              std::uint64_t milestone_number, const crypto::Digest& milestone_hash);

    [[nodiscard]] vault::Result<void> store_anchor(std::string_view package_id, const ClockAnchor& anchor);
    [[nodiscard]] vault::Result<std::optional<ClockAnchor>> anchor(std::string_view package_id);

    /// SHA-256 of the public key of the machine that was enrolled last for each seat.
    [[nodiscard]] vault::Result<std::map<int, crypto::Digest>> seats();
    [[nodiscard]] vault::Result<void> enrol(int seat, const crypto::Digest& key);

private:
    struct State;
    explicit HallRegister(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace papervault::server
