#pragma once

#include <papervault/engine/batch.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The program's commands behind its command line. Each prints its result and returns the exit code.
namespace papervault::server {

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;

struct InitCommand {
    std::filesystem::path dir;
    std::string name;
    std::string address = "127.0.0.1";
    std::vector<std::string> names;
    int hall_port = 8443;
    int enrolment_port = 8444;
    int seats_max = engine::hall_candidates_max;
    bool seal_automatically = false;
    std::vector<std::string> suites{
        "pv1"};               ///< Of packages that are taken in; without pv1 the machine's keys are gm1's.
    std::string tpm = "auto"; ///< "auto", "require" or "off".
    std::string tcti;         ///< How the TPM is reached; empty: the kernel's.
    bool json = false;
};
int run(const InitCommand& command);

/// The hall as its folder is: whose it is, and where its own key is.
struct StatusCommand {
    std::filesystem::path dir;
    bool json = false;
};
int run(const StatusCommand& command);

struct StaffCommand {
    std::filesystem::path dir;
    std::string name;
    std::filesystem::path out; ///< Empty: staff/<name>.pem in the hall's folder.
    bool json = false;
};
int run(const StaffCommand& command);

struct KnowCommand {
    std::filesystem::path dir;
    std::vector<std::filesystem::path> cards;
    bool json = false;
};
int run(const KnowCommand& command);

struct WitnessCommand {
    std::filesystem::path dir;
    std::vector<std::filesystem::path> cards;
    bool json = false;
};
int run(const WitnessCommand& command);

struct TakeInCommand {
    std::filesystem::path dir;
    std::filesystem::path package;
    std::filesystem::path handover;
    std::vector<std::filesystem::path> rewraps;
    std::filesystem::path taker; ///< Empty: the machine takes.
    std::filesystem::path taker_passphrase_file;
    std::filesystem::path taker_key_file;
    std::filesystem::path taker_token; ///< PKCS#11 module.
    std::filesystem::path taker_pin_file;
    bool json = false;
};
int run(const TakeInCommand& command);

struct ServeCommand {
    std::filesystem::path dir;
    std::optional<int> hall_port;
    std::optional<int> enrolment_port;
    std::string package;
    bool json = false;
};
int run(const ServeCommand& command);

struct VerifyCommand {
    std::filesystem::path dir;
    std::string package; ///< Empty: every sitting.
    bool json = false;
};
int run(const VerifyCommand& command);

struct CtlCommand {
    enum class What { status, enrolments, confirm, refuse, share, release, inspect, open, move, end, seal };
    What what{};
    std::filesystem::path dir;
    std::filesystem::path staff;
    std::filesystem::path file;    ///< share, release: document; confirm: list of seats and codes.
    bool spoken = false;           ///< release: as a code that is typed.
    std::filesystem::path witness; ///< inspect: identity of the one who signs; empty: only shows the seal.
    std::filesystem::path passphrase_file;
    std::filesystem::path key_file;
    bool confirmed = false; ///< inspect: everything agrees; asks nothing.
    std::string mismatch;   ///< inspect: what does not; asks nothing.
    int seat = 0;
    std::string code;
    std::string ticket;
    std::string by;
    std::string reason;
    bool json = false;
};
int run(const CtlCommand& command);

} // namespace papervault::server
