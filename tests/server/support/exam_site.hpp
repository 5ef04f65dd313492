#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/package.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// Everybody around a hall, and what they hand to it: sealed package, hand-over, shares, release.
namespace papervault::server::test {

/// A folder of one test's own, removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

[[nodiscard]] engine::Instant wall_now();
/// Opens and admits at once, starts at starts_at; handing in is allowed from the start on.
[[nodiscard]] engine::Batch batch_around(engine::Instant starts_at, std::chrono::milliseconds length,
                                         std::string id = "2026-11-HG4-01");
/// Candidates "T0001"… at seats 1…, identity tails "001X", forms A and B in turn.
[[nodiscard]] std::vector<engine::Candidate> roster_of(int candidates);
/// Items "A-1"… or "B-1"…: choices, and the last one a short answer; item 1 shows media/pump.svg.
[[nodiscard]] engine::Form form_of(std::string id, int items, std::string_view canary);

struct SealedExam {
    std::filesystem::path package;
    std::string package_id;
    crypto::SecretBuffer release_share;
    std::vector<engine::Candidate> roster;
};

class ExamSite {
public:
    /// @param folder  For what is written. @param hall  The machine the packages are for.
    ExamSite(std::filesystem::path folder, vault::IdentityCard hall);

    /// @param canary  Stands in every stem.
    [[nodiscard]] SealedExam seal(const engine::Batch& batch, int candidates, int items = 6,
                                  std::string_view canary = "甲乙丙");
    [[nodiscard]] std::filesystem::path handover(const SealedExam& exam, const vault::IdentityCard& taker);
    /// Of custodian 0, 1 or 2, as a document.
    [[nodiscard]] std::string share(const SealedExam& exam, int custodian) const;
    /// As the office would issue it at its own time.
    [[nodiscard]] std::string release(const SealedExam& exam, engine::Instant now) const;

    vault::Identity office = vault::Identity::generate("office");
    vault::Identity first_sealer = vault::Identity::generate("封卷人甲");
    vault::Identity second_sealer = vault::Identity::generate("封卷人乙");
    std::vector<vault::Identity> custodians;
    std::vector<vault::Identity> graders;

private:
    std::filesystem::path folder_;
    vault::IdentityCard hall_;
    int packages_ = 0;
};

} // namespace papervault::server::test
