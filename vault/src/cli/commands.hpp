#pragma once

#include <papervault/vault/error.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The commands of `papervault`: options in, report out. command_line.cpp fills the options; nothing here knows how.
namespace papervault::vault::cli {

/// What a command has to say, for a program and for a person.
struct Report {
    boost::json::object json;
    std::string text;
    bool found_fault = false; ///< A check that found what it looked for: exit code 1 after the report.
};

using File = std::filesystem::path;

/// Whose identity, and what unlocks it; without either a passphrase is asked for on the terminal.
struct Login {
    File identity;
    std::optional<File> passphrase_file;
    std::optional<File> key_file;
    std::optional<File> token;    ///< PKCS#11 module.
    std::string token_label;      ///< Which token; "" for the file's, or the only one.
    std::string token_key;        ///< For a new file: a key that the token has already; "" makes one.
    std::optional<File> pin_file; ///< Else the PIN is asked for on the terminal, or on the token's own pad.
};
struct VaultLogin {
    File vault;
    Login who;
};

struct NewIdentity {
    std::string name;
    File out;
    std::optional<File> card;
    Login protection;
    std::string suite = "pv1";
};
struct ShowIdentity {
    File file;
};
struct MakeKeyFile {
    File out;
};
struct InitVault {
    File vault;
    std::string name;
    std::vector<std::string> officers;
    Login founder;
};
struct AddOfficer {
    VaultLogin login;
    std::string officer;
};
struct VaultStatus {
    VaultLogin login;
};
struct LoadSpecification {
    VaultLogin login;
    File csv;
};
struct ImportItems {
    VaultLogin login;
    File file;
    bool refuse_all = false;
    bool create_points = false;
};
struct BankReport {
    VaultLogin login;
};
struct ShowItem {
    VaultLogin login;
    std::string id;
    bool with_key = false;
    std::string purpose;
};
struct LoadFacts {
    VaultLogin login;
    File csv;
};
struct ExplainBlueprint {
    std::string field; ///< "" for all.
};
struct BlueprintFromTables {
    File xlsx;
    std::optional<File> out;
};
struct CertifyDraw {
    VaultLogin login;
    std::string draw;
    std::optional<File> html, json_file;
    bool with_keys = false;
};
struct CheckBlueprint {
    VaultLogin login;
    File blueprint;
};
struct OpenDraw {
    VaultLogin login;
    File blueprint;
    std::vector<std::string> officers;
    std::string beacon_source;
};
struct ContributeToDraw {
    VaultLogin login;
    std::string draw;
    File secret;
};
struct RunDraw {
    VaultLogin login;
    std::string draw;
    std::string beacon;
    std::uint32_t forms = 0; ///< 0: the blueprint's set; else so many candidates' forms.
};
struct DrawById {
    VaultLogin login;
    std::string draw;
    std::string form; ///< Only this one; "" for all.
};
struct ListDraws {
    VaultLogin login;
};
struct PreviewDraw {
    VaultLogin login;
    std::string draw;
    std::vector<std::string> forms; ///< One, or two to be compared.
    std::optional<File> html, pdf;
    bool with_keys = false;
    std::string purpose;
};
struct ProofForm {
    VaultLogin login;
    std::string draw, form;
    bool clean = false;
    std::vector<std::string> findings; ///< "ITEM=text"; "=text" for the form as a whole.
};
struct ListProofs {
    VaultLogin login;
    std::string draw;
};
struct CreateBatch {
    VaultLogin login;
    File batch;
    File roster;
};
struct SealPackage {
    VaultLogin login;
    std::string batch, draw;
    File hall_card, second_sealer_card, draft;
    std::vector<File> custodian_cards, grader_cards;
    int custody_threshold = 2, graders_threshold = 2;
};
struct CountersignPackage {
    VaultLogin login;
    File draft, out;
};
/// Whether this program computes what the sealing office's did; needs no key and opens nothing.
struct RehearsePackage {
    File package;
};
/// Shows the suites that the office accepts, or sets them.
struct AcceptSuites {
    VaultLogin login;
    std::vector<std::string> accepted; ///< Empty: shows.
    std::optional<File> card;          ///< Where to write the office's card of suite gm1.
};
[[nodiscard]] Result<Report> run(const RehearsePackage& command);
[[nodiscard]] Result<Report> run(const AcceptSuites& command);
struct InspectPackage {
    File package;
    bool full = false;
};
struct ListPackages {
    VaultLogin login;
};
struct IssueRelease {
    VaultLogin login;
    std::string package;
    File out;
    bool spoken = false; ///< As a code to be read out, when the line is down; then no file.
};
struct GiveHandover {
    Login who;
    File package, taker_card, out;
};
struct TakeHandover {
    Login who;
    File package, handover, out;
};
struct EnterHandover {
    VaultLogin login;
    File handover;
};
struct GiveShare {
    Login who;
    File package;
    bool graders = false;
    File opener_card, out;
};
struct ImportAnswers {
    VaultLogin login;
    File answers;
};
struct Grade {
    VaultLogin login;
    std::string package;
    std::vector<File> shares;
    std::optional<File> marks;
};
struct ExplainScore {
    VaultLogin login;
    std::string package, ticket, item;
    std::vector<File> shares;
};
struct ProposeCorrection {
    VaultLogin login;
    std::string package, item, reason;
    std::vector<std::string> right; ///< The right options, or
    std::optional<File> key;        ///< a whole key in its stored form.
    std::vector<File> shares;
};
struct ApproveCorrection {
    VaultLogin login;
    std::int64_t number = 0;
};
struct ListCorrections {
    VaultLogin login;
    std::string package;
};
struct Regrade {
    VaultLogin login;
    std::string package;
    std::vector<File> shares;
};
struct WriteReport {
    VaultLogin login;
    std::string package;
    File out;
};
struct Analyze {
    std::optional<File> scored, raw, key;
    std::optional<std::string> model;
    bool similarity = false;
    bool all_pairs = false;
    std::optional<File> parameters, abilities, people, times, orders, dossiers;
    double family_error = 0.01, discovery_rate = 0.05;
    unsigned threads = 1;
    std::optional<File> equate, equate_key;
    std::string method = "equipercentile";
    int smooth = 0;
};
struct PlanRehearsal {
    VaultLogin login;
    std::string batch;
    std::string draw;
    std::string seed;
    double mean = 0.0;
    double spread = 1.0;
    File out;
};
/// With a vault: everything. With an exported ledger: the ledger alone, by whoever holds the files.
struct VerifyAudit {
    VaultLogin login;
    std::vector<File> checkpoints;
    std::optional<File> ledger, office_card, kept_ledger;
};
struct MakeCheckpoint {
    VaultLogin login;
    std::optional<File> since;
    File out;
};
struct WitnessCheckpoint {
    Login who;
    File request, office_card, kept;
    bool first = false;
};
struct KeepCosigned {
    VaultLogin login;
    std::vector<File> notes;
};
struct ProveEntry {
    VaultLogin login;
    std::uint64_t entry = 0;
    std::optional<File> checkpoint;
    File out;
};
struct CheckProof {
    File proof, office_card;
    std::vector<File> witness_cards;
    std::size_t witnesses_needed = 0;
};
struct ShowNoteKey {
    File card;
};
struct TellStory {
    VaultLogin login;
    std::optional<File> ledger;
    std::string package;
    std::optional<File> html;
};
struct ShowRetention {
    VaultLogin login;
};
struct SetRetentionPolicy {
    VaultLogin login;
    File policy;
};
struct PlaceHold {
    VaultLogin login;
    std::string package, reason;
    bool all = false;
};
struct CloseById {
    VaultLogin login;
    std::string id, reason;
};
struct ProposeDestruction {
    VaultLogin login;
    std::string package, category, reason;
};
struct ConfirmDestruction {
    VaultLogin login;
    std::string id;
};
struct PrintHandover {
    File handover, pdf;
};
struct PrintOpening {
    File package, pdf;
};
struct PrintDestructions {
    VaultLogin login;
    File pdf;
};
struct IssueCopy {
    VaultLogin login;
    std::string draw, form, kind, holder, purpose;
    File pdf;
    std::optional<File> html;
};
struct TraceLeak {
    VaultLogin login;
    std::string package, purpose;
    File seen;
    double misread = 0.02;
    std::size_t show = 5;
};
struct ShowLedger {
    VaultLogin login;
    std::uint64_t from = 0;
    std::uint64_t count = 50;
};
struct ExportLedger {
    VaultLogin login;
    File out;
};

[[nodiscard]] Result<Report> run(const NewIdentity& command);
[[nodiscard]] Result<Report> run(const ShowIdentity& command);
[[nodiscard]] Result<Report> run(const MakeKeyFile& command);
[[nodiscard]] Result<Report> run(const InitVault& command);
[[nodiscard]] Result<Report> run(const AddOfficer& command);
[[nodiscard]] Result<Report> run(const VaultStatus& command);
[[nodiscard]] Result<Report> run(const LoadSpecification& command);
[[nodiscard]] Result<Report> run(const ImportItems& command);
[[nodiscard]] Result<Report> run(const BankReport& command);
[[nodiscard]] Result<Report> run(const ShowItem& command);
[[nodiscard]] Result<Report> run(const LoadFacts& command);
[[nodiscard]] Result<Report> run(const ExplainBlueprint& command);
[[nodiscard]] Result<Report> run(const BlueprintFromTables& command);
[[nodiscard]] Result<Report> run(const CertifyDraw& command);
[[nodiscard]] Result<Report> run(const CheckBlueprint& command);
[[nodiscard]] Result<Report> run(const OpenDraw& command);
[[nodiscard]] Result<Report> commit_to_draw(const ContributeToDraw& command);
[[nodiscard]] Result<Report> reveal_to_draw(const ContributeToDraw& command);
[[nodiscard]] Result<Report> run(const RunDraw& command);
[[nodiscard]] Result<Report> run(const ListDraws& command);
[[nodiscard]] Result<Report> run(const PreviewDraw& command);
[[nodiscard]] Result<Report> run(const ProofForm& command);
[[nodiscard]] Result<Report> run(const ListProofs& command);
[[nodiscard]] Result<Report> verify_draw(const DrawById& command);
[[nodiscard]] Result<Report> show_draw(const DrawById& command);
[[nodiscard]] Result<Report> run(const CreateBatch& command);
[[nodiscard]] Result<Report> run(const SealPackage& command);
[[nodiscard]] Result<Report> run(const CountersignPackage& command);
[[nodiscard]] Result<Report> run(const InspectPackage& command);
[[nodiscard]] Result<Report> run(const ListPackages& command);
[[nodiscard]] Result<Report> run(const IssueRelease& command);
[[nodiscard]] Result<Report> run(const GiveHandover& command);
[[nodiscard]] Result<Report> run(const TakeHandover& command);
[[nodiscard]] Result<Report> run(const EnterHandover& command);
[[nodiscard]] Result<Report> run(const GiveShare& command);
[[nodiscard]] Result<Report> run(const ImportAnswers& command);
[[nodiscard]] Result<Report> run(const Grade& command);
[[nodiscard]] Result<Report> run(const ExplainScore& command);
[[nodiscard]] Result<Report> run(const ProposeCorrection& command);
[[nodiscard]] Result<Report> run(const ApproveCorrection& command);
[[nodiscard]] Result<Report> run(const ListCorrections& command);
[[nodiscard]] Result<Report> run(const Regrade& command);
[[nodiscard]] Result<Report> run(const WriteReport& command);
[[nodiscard]] Result<Report> run(const Analyze& command);
[[nodiscard]] Result<Report> run(const PlanRehearsal& command);
[[nodiscard]] Result<Report> run(const VerifyAudit& command);
[[nodiscard]] Result<Report> run(const MakeCheckpoint& command);
[[nodiscard]] Result<Report> run(const WitnessCheckpoint& command);
[[nodiscard]] Result<Report> run(const KeepCosigned& command);
[[nodiscard]] Result<Report> run(const ProveEntry& command);
[[nodiscard]] Result<Report> run(const CheckProof& command);
[[nodiscard]] Result<Report> run(const ShowNoteKey& command);
[[nodiscard]] Result<Report> run(const TellStory& command);
[[nodiscard]] Result<Report> run(const ShowRetention& command);
[[nodiscard]] Result<Report> run(const SetRetentionPolicy& command);
[[nodiscard]] Result<Report> run(const PlaceHold& command);
[[nodiscard]] Result<Report> lift_hold(const CloseById& command);
[[nodiscard]] Result<Report> withdraw_proposal(const CloseById& command);
[[nodiscard]] Result<Report> run(const ProposeDestruction& command);
[[nodiscard]] Result<Report> run(const ConfirmDestruction& command);
[[nodiscard]] Result<Report> run(const PrintHandover& command);
[[nodiscard]] Result<Report> run(const PrintOpening& command);
[[nodiscard]] Result<Report> run(const PrintDestructions& command);
[[nodiscard]] Result<Report> run(const IssueCopy& command);
[[nodiscard]] Result<Report> run(const TraceLeak& command);
[[nodiscard]] Result<Report> run(const ShowLedger& command);
[[nodiscard]] Result<Report> run(const ExportLedger& command);

} // namespace papervault::vault::cli
