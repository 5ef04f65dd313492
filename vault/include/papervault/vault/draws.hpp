#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/assembly.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/office.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// Drawing a paper from the bank with a seed that nobody chose alone (rules B1, B2; docs/draws.md).
namespace papervault::vault {

enum class DrawState { committing, revealing, ready, drawn };
[[nodiscard]] std::string_view to_text(DrawState state) noexcept;

struct DrawContribution {
    std::string officer_id;
    std::string officer_name;
    std::string commitment; ///< Hex; empty until committed.
    std::string value;      ///< Hex of 32 bytes; empty until revealed.
};

struct DrawRecord {
    std::string id;
    DrawState state{};
    engine::Blueprint blueprint;
    std::vector<DrawContribution> contributions;
    std::string snapshot_digest;          ///< Hex; from the drawing on.
    std::string seed;                     ///< Hex; from the drawing on.
    std::vector<engine::DrawnForm> forms; ///< Positions in the snapshot.
    std::string digest;                   ///< Hex over snapshot, blueprint, seed and forms.
};

class DrawRegister {
public:
    explicit DrawRegister(OfficeVault& vault) : vault_{&vault} {}

    /// Opens a draw: checks the blueprint against the bank (infeasible says what is missing) and names the officers who
    /// make the seed.
    /// @param officers  Ids of 2 to 8 different officers.
    [[nodiscard]] Result<std::string> open(const engine::Blueprint& blueprint, const std::vector<std::string>& officers,
                                           engine::Instant now);
    /// The acting officer draws 32 random bytes, commits to them, and keeps them in `secret_file`, sealed to himself,
    /// until he reveals.
    [[nodiscard]] Result<void> commit(std::string_view draw_id, const Identity& who,
                                      const std::filesystem::path& secret_file, engine::Instant now);
    /// Only after all have committed. @return share_invalid when the value is not the one committed to.
    [[nodiscard]] Result<void> reveal(std::string_view draw_id, const Identity& who,
                                      const std::filesystem::path& secret_file, engine::Instant now);
    /// Only after all have revealed, once.
    [[nodiscard]] Result<DrawRecord> run(std::string_view draw_id, engine::Instant now);
    /// Draws again from the record and compares; checks the forms against the blueprint by other code. @return
    /// chain_broken.
    [[nodiscard]] Result<DrawRecord> verify(std::string_view draw_id);
    [[nodiscard]] Result<DrawRecord> find(std::string_view draw_id);
    [[nodiscard]] Result<std::vector<std::string>> list();
    /// The drawn forms with the items' content, as they go into a package.
    [[nodiscard]] Result<std::vector<engine::Form>> forms(const DrawRecord& record);

private:
    OfficeVault* vault_;
};

} // namespace papervault::vault
