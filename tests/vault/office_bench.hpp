#pragma once

#include "vault/temporary_folder.hpp"

#include <papervault/vault/answers.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/office.hpp>
#include <papervault/vault/packages.hpp>
#include <papervault/vault/results.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// An office with everybody in it, and the steps from an empty vault to a graded batch.
namespace papervault::vault::test {

class OfficeBench {
public:
    /// @param keys  Suite of everybody's keys; the office accepts packages of this suite and no other.
    explicit OfficeBench(crypto::Suite keys = crypto::Suite::pv1);

    TemporaryFolder folder;
    crypto::Suite suite;
    Identity chen = person("陈建国");          ///< manager, key_keeper
    Identity lin = person("林晓梅");           ///< manager
    Identity wang = person("王志强");          ///< sealer, key_keeper
    Identity zhao = person("赵敏");            ///< sealer
    Identity fa = person("发布员");            ///< releaser
    Identity grader = person("阅卷甲");        ///< grader
    Identity du = person("督导员");            ///< supervisor
    Identity second_grader = person("阅卷乙"); ///< holds a share, no account
    Identity first_custodian = person("保管甲");
    Identity second_custodian = person("保管乙");
    Identity hall = person("hall-301");
    IdentityCard hall_card = hall.card(); ///< Whom packages are sealed for.

    [[nodiscard]] Identity person(std::string name) const { return Identity::generate(std::move(name), suite); }
    [[nodiscard]] std::filesystem::path vault_folder() const { return folder / "vault"; }
    [[nodiscard]] OfficeVault as(const Identity& who) const;
    [[nodiscard]] std::filesystem::path write(const std::string& name, std::string_view text) const;

    /// 24 single-choice items over two knowledge points, right answers A.
    void import_items() const;
    [[nodiscard]] static engine::Blueprint blueprint();
    /// A draw whose seed is complete (of chen and lin) but that has not been run.
    [[nodiscard]] std::string ready_draw(const engine::Blueprint& wanted = blueprint(),
                                         const std::string& beacon_source = {}) const;
    /// @return The draw's id, drawn by chen and proof-read by lin.
    [[nodiscard]] std::string draw(const engine::Blueprint& wanted = blueprint()) const;
    void create_batch(const std::string& id = "B-01") const;
    /// Of the same kind and with the same candidates, beginning at another time; opens an hour before.
    void create_batch_at(const std::string& id, engine::Instant starts_at) const;
    /// Sealed and countersigned. @return The package id.
    [[nodiscard]] std::string seal(const std::string& draw_id, const std::string& batch = "B-01") const;
    [[nodiscard]] std::filesystem::path package_file(const std::string& batch) const
    {
        return folder / (batch + ".pvp");
    }
    [[nodiscard]] SealPlan plan(const std::string& draw_id, const std::string& batch, const std::string& draft) const;
    /// What the hall sends home: the first candidate right everywhere, the second one wrong, the third one absent.
    [[nodiscard]] std::filesystem::path answers(const std::string& package_id) const;
    /// @param respond  What candidate 1 or 2 answers; the third one is absent.
    using Respond = std::function<engine::Response(int candidate, const engine::FormItem& item)>;
    [[nodiscard]] std::filesystem::path answers(const std::string& package_id, const Respond& respond) const;
    [[nodiscard]] SharePart grader_share(const std::string& package_id) const;
    /// All of it. @return The package id.
    [[nodiscard]] std::string up_to_report() const;
};

[[nodiscard]] engine::Instant at(std::string_view text);
inline constexpr std::string_view morning = "2026-11-21T08:00:00.000Z";
inline constexpr std::string_view in_window = "2026-11-21T09:30:00.000Z";
inline constexpr std::string_view afternoon = "2026-11-21T15:00:00.000Z";

} // namespace papervault::vault::test
