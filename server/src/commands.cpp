#include "commands.hpp"

#include "composition_root.hpp"
#include "ctl/ctl.hpp"
#include "ctl/inspect.hpp"
#include "hall/hall_directory.hpp"
#include "hall/hall_service.hpp"
#include "hall/history.hpp"
#include "hall/register.hpp"
#include "hall/taking_in.hpp"
#include "host_key/host_key_command.hpp"
#include "journal/sqlcipher_journal.hpp"
#include "log.hpp"
#include "texts.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/package.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <utility>

namespace papervault::server {
namespace {

using boost::json::object;
using vault::Result;

int refused(const vault::VaultFailure& failure, bool json)
{
    if (json) {
        fmt::print("{}\n",
                   engine::canonical_json(object{{"error", vault::to_text(failure.code)}, {"detail", failure.detail}}));
    }
    fmt::print(stderr, "papervault-server: {}\n", hall_failure_text(failure, vault::language_of({})));
    return exit_refused;
}

int done(const object& result, const std::string& text, bool json)
{
    fmt::print("{}\n", json ? engine::canonical_json(result) : text);
    std::fflush(stdout);
    return exit_done;
}

/// The process holds keys and an opened paper.
void keep_memory_private()
{
#if defined(__SANITIZE_ADDRESS__)
#define PAPERVAULT_LEAK_CHECKER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PAPERVAULT_LEAK_CHECKER
#endif
#endif
#ifndef PAPERVAULT_LEAK_CHECKER // it could not look into the process any more
    crypto::forbid_core_dumps();
#endif
    constexpr std::size_t locked_bytes = 1 << 20;
    if (!crypto::memory_can_be_locked(locked_bytes)) {
        log_line(LogLevel::warning, "keys can't be kept out of swap: raise RLIMIT_MEMLOCK to 1 MiB or more");
    }
}

engine::Instant wall_now()
{
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Without the line end that an editor leaves.
Result<crypto::SecretBuffer> read_secret_line(const std::filesystem::path& file)
{
    const auto text = read_secret_file(file, vault::passphrase_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    std::size_t size = text->size_bytes();
    while (size > 0 && (text->expose()[size - 1] == std::byte{'\n'} || text->expose()[size - 1] == std::byte{'\r'})) {
        --size;
    }
    return crypto::SecretBuffer::copy_of(text->expose().first(size));
}

/// @param passphrase_file, key_file  At most one; neither: the file's permissions protect it.
Result<vault::Identity> open_identity(const std::filesystem::path& file, const std::filesystem::path& passphrase_file,
                                      const std::filesystem::path& key_file)
{
    if (!key_file.empty()) { return vault::Identity::open(file, vault::KeyFile{key_file}); }
    if (passphrase_file.empty()) { return vault::Identity::open(file, vault::FilePermissions{}); }
    auto passphrase = read_secret_line(passphrase_file);
    if (!passphrase) { return std::unexpected{passphrase.error()}; }
    return vault::Identity::open(file, vault::Passphrase{std::move(*passphrase)});
}

Result<vault::Identity> open_taker(const TakeInCommand& command)
{
    if (command.taker_token.empty()) {
        return open_identity(command.taker, command.taker_passphrase_file, command.taker_key_file);
    }
    vault::Token token{.module = command.taker_token, .label = {}, .key = {}, .pin = std::nullopt};
    if (!command.taker_pin_file.empty()) {
        auto pin = read_secret_line(command.taker_pin_file);
        if (!pin) { return std::unexpected{pin.error()}; }
        token.pin = std::move(*pin);
    }
    return vault::Identity::open(command.taker, std::move(token));
}

struct VerifiedSitting {
    std::string package_id;
    std::string batch_id;
    engine::SittingPhase phase{};
    std::uint64_t records = 0;
    std::uint64_t answers = 0;
    std::string head;
};

Result<VerifiedSitting> verify_sitting(const HallDirectory& hall, const RegisteredPackage& registered)
{
    const auto package = open_taken_package(hall, registered.package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto key = hall.database_key(registered.package_id);
    if (!key) { return std::unexpected{key.error()}; }
    SittingHistory history{package->header().batch};
    bool milestone_seen = false;
    const auto chain =
        SqlcipherJournal::verify(hall.journal_file(registered.package_id), *key, registered.package_id,
                                 [&](const JournalRecord& record) -> Result<void> {
                                     milestone_seen = milestone_seen || (record.number == registered.milestone_number &&
                                                                         record.hash == registered.milestone_hash);
                                     return history.take(record);
                                 });
    if (!chain) { return std::unexpected{chain.error()}; }
    if (!milestone_seen) {
        return vault::refuse(
            vault::VaultError::chain_broken,
            fmt::format("record {} that the hall's register knows is missing: an older or another journal was put back",
                        registered.milestone_number));
    }
    return VerifiedSitting{.package_id = registered.package_id,
                           .batch_id = registered.batch_id,
                           .phase = history.state.phase,
                           .records = chain->records(),
                           .answers = history.answers,
                           .head = chain->head().hex()};
}

Result<boost::json::value> ask(const HallEndpoint& hall, const CtlCommand& command)
{
    using What = CtlCommand::What;
    const auto post = [&hall](std::string path, const object& body) {
        return ask_hall(hall, HttpMethod::post, std::move(path), boost::json::serialize(body));
    };
    const auto post_file = [&hall, &command](std::string path) -> Result<boost::json::value> {
        auto text = vault::read_text_file(command.file, 64 * 1024);
        if (!text) { return std::unexpected{text.error()}; }
        return ask_hall(hall, HttpMethod::post, std::move(path), std::move(*text));
    };
    object order{{"reason", command.reason}};
    if (!command.by.empty()) { order["by"] = command.by; }
    switch (command.what) {
    case What::status: return ask_hall(hall, HttpMethod::get, "/v1/status", {});
    case What::enrolments: return ask_hall(hall, HttpMethod::get, "/v1/enrolments", {});
    case What::share: return post_file("/v1/shares");
    case What::release: {
        if (!command.spoken) { return post_file("/v1/release"); }
        // Typed, not an argument: arguments are for everybody on the machine to read.
        std::string code;
        fmt::print(stderr, "口令 spoken code: ");
        std::getline(std::cin, code);
        return ask_hall(hall, HttpMethod::post, "/v1/release", code);
    }
    case What::open: return post("/v1/open", {});
    case What::seal: return post("/v1/seal", {});
    case What::end: return post("/v1/end", order);
    case What::move:
        order["ticket"] = command.ticket;
        order["seat"] = command.seat;
        return post("/v1/move", order);
    case What::refuse: {
        const auto count = refuse_seat(hall, command.seat);
        if (!count) { return std::unexpected{count.error()}; }
        return boost::json::value{{"seat", command.seat}, {"refused", *count}};
    }
    case What::confirm:
    case What::inspect: break;
    }
    return vault::refuse(vault::VaultError::malformed, "no such command");
}

int confirm(const HallEndpoint& hall, const CtlCommand& command)
{
    std::vector<SeatCode> codes{{.seat = command.seat, .code = command.code}};
    if (!command.file.empty()) {
        auto read = read_seat_codes(command.file);
        if (!read) { return refused(read.error(), command.json); }
        codes = std::move(*read);
    }
    const auto confirmations = confirm_seats(hall, codes);
    if (!confirmations) { return refused(confirmations.error(), command.json); }
    boost::json::array list;
    std::string text;
    bool all = true;
    for (const Confirmation& confirmation : *confirmations) {
        const bool good = confirmation.problem.empty();
        all = all && good;
        list.push_back(object{{"seat", confirmation.seat}, {"confirmed", good}, {"problem", confirmation.problem}});
        text += fmt::format("{:>3} {}{}", confirmation.seat,
                            good ? "已确认 confirmed" : "未确认 not confirmed: " + confirmation.problem,
                            &confirmation == &confirmations->back() ? "" : "\n");
    }
    done({{"seats", std::move(list)}}, text, command.json);
    return all ? exit_done : exit_refused;
}

/// Shows the seal; with a witness asks him, signs in his name and gives the hall his word.
int inspect(const HallEndpoint& hall, const CtlCommand& command)
{
    auto answer = ask_hall(hall, HttpMethod::get, "/v1/inspection", {});
    if (!answer) { return refused(answer.error(), command.json); }
    auto shown = shown_inspection(*answer);
    if (!shown) { return refused(shown.error(), command.json); }
    if (shown->round.empty() && !is_stopped(*answer)) { // the hall reads every sealed byte first
        answer = ask_hall(hall, HttpMethod::post, "/v1/inspection", "{}");
        if (!answer) { return refused(answer.error(), command.json); }
        shown = shown_inspection(*answer);
        if (!shown) { return refused(shown.error(), command.json); }
    }
    const auto tell = [&command](const boost::json::value& state, const std::string& before) {
        fmt::print("{}\n", command.json ? boost::json::serialize(state) : before + inspection_text(state));
        return is_stopped(state) ? exit_refused : exit_done;
    };
    if (command.witness.empty() || shown->round.empty()) { return tell(*answer, facts_text(shown->facts)); }

    std::optional<std::string> mismatch{command.mismatch};
    if (!command.confirmed && command.mismatch.empty()) {
        if (command.json) {
            return refused({vault::VaultError::conflict, "--json asks nothing: say --confirm, or --mismatch REASON"},
                           true);
        }
        mismatch = ask_witness(shown->facts, std::cin, std::cerr);
    }
    if (!mismatch) { return refused({vault::VaultError::conflict, "nothing was signed"}, command.json); }
    const auto witness = open_identity(command.witness, command.passphrase_file, command.key_file);
    if (!witness) { return refused(witness.error(), command.json); }
    const auto word = vault::sign_inspection(shown->facts, shown->round, *witness, *mismatch, wall_now());
    if (!word) { return refused(word.error(), command.json); }
    answer = ask_hall(hall, HttpMethod::post, "/v1/inspection/statements", vault::encode(*word));
    if (!answer) { return refused(answer.error(), command.json); }
    return tell(*answer, {});
}

std::string ctl_text(CtlCommand::What what, const boost::json::value& answer)
{
    switch (what) {
    case CtlCommand::What::status: return status_text(answer);
    case CtlCommand::What::enrolments: return enrolments_text(answer);
    default: return "完成 done: " + boost::json::serialize(answer);
    }
}

} // namespace

int run(const InitCommand& command)
{
    const auto tpm = tpm_use_from_text(command.tpm);
    if (!tpm) { return refused({vault::VaultError::malformed, "--tpm is auto, require or off"}, command.json); }
    crypto::SuiteSet suites{};
    for (const std::string& name : command.suites) {
        const auto suite = crypto::suite_from_text(name);
        if (!suite) { return refused({vault::VaultError::malformed, "there is no suite " + name}, command.json); }
        suites.insert(*suite);
    }
    HallSettings settings{.name = command.name,
                          .address = command.address,
                          .hall_port = command.hall_port,
                          .enrolment_port = command.enrolment_port,
                          .seats_max = command.seats_max,
                          .seal_automatically = command.seal_automatically,
                          .suites = suites};
    if (!command.tcti.empty()) { settings.tpm = command.tcti; }
    const auto hall = HallDirectory::create(command.dir, settings, command.names, *tpm);
    if (!hall) { return refused(hall.error(), command.json); }
    const auto identity = hall->identity();
    if (!identity) { return refused(identity.error(), command.json); }
    const auto kind = hall->identity_protection();
    if (!kind) { return refused(kind.error(), command.json); }
    const std::string card = (hall->folder() / "hall.card.json").string();
    return done(
        {{"hall", command.name},
         {"id", identity->card().id()},
         {"dir", hall->folder().string()},
         {"card", card},
         {"host_key", host_key_word(*kind)}},
        fmt::format(
            "考场 {} 已建立 (machine {})\n考场密钥 the hall's key: {}\n下一步 next: 把 {} 交给发卷方 give this card to "
            "the office",
            command.name, identity->card().id(), host_key_text(*kind), card),
        command.json);
}

int run(const StaffCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    const bool plain_name = command.name.find_first_of("/\\") == std::string::npos && !command.name.starts_with('.');
    if (command.out.empty() && !plain_name) {
        return refused({vault::VaultError::malformed, "this name can't be a file's name; say --out FILE"},
                       command.json);
    }
    const std::filesystem::path file =
        command.out.empty() ? hall->staff_folder() / (command.name + ".pem") : command.out;
    if (auto issued = hall->issue_staff(command.name, file); !issued) { return refused(issued.error(), command.json); }
    return done({{"name", command.name}, {"file", file.string()}},
                fmt::format("{} 的证书 staff certificate: {}（含私钥，只交本人 holds the key: for this person only）",
                            command.name, file.string()),
                command.json);
}

int run(const KnowCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    boost::json::array known;
    std::string text = "认识 known from now on:";
    for (const std::filesystem::path& file : command.cards) {
        const auto card = vault::read_card(file);
        if (!card) { return refused(card.error(), command.json); }
        if (auto stored = hall->know(*card); !stored) { return refused(stored.error(), command.json); }
        known.push_back(object{{"name", card->name}, {"id", card->id()}});
        text += fmt::format("\n  {} ({})", card->name, card->id());
    }
    return done({{"known", std::move(known)}}, text, command.json);
}

int run(const WitnessCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    for (const std::filesystem::path& file : command.cards) {
        const auto card = vault::read_card(file);
        if (!card) { return refused(card.error(), command.json); }
        if (auto named = hall->name_witness(*card); !named) { return refused(named.error(), command.json); }
    }
    const auto witnesses = hall->witnesses();
    if (!witnesses) { return refused(witnesses.error(), command.json); }
    boost::json::array list;
    std::string text = "可见证拆封的人员 may witness the opening here:";
    for (const vault::IdentityCard& card : *witnesses) {
        list.push_back(object{{"name", card.name}, {"id", card.id()}});
        text += fmt::format("\n  {} ({})", card.name, card.id());
    }
    return done({{"witnesses", std::move(list)}}, text, command.json);
}

int run(const TakeInCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    std::optional<vault::Identity> taker;
    if (!command.taker.empty()) {
        auto opened = open_taker(command);
        if (!opened) { return refused(opened.error(), command.json); }
        taker = std::move(*opened);
    }
    const auto taken = take_in_package(*hall, {.package = command.package,
                                               .handover = command.handover,
                                               .rewraps = command.rewraps,
                                               .taker = taker ? &*taker : nullptr,
                                               .now = wall_now()});
    if (!taken) { return refused(taken.error(), command.json); }
    return done({{"package", taken->package_id},
                 {"batch", taken->batch_id},
                 {"digest", taken->digest.hex()},
                 {"giver", taken->giver},
                 {"taker", taken->taker},
                 {"candidates", taken->candidates},
                 {"forms", taken->forms},
                 {"handover", taken->handover.string()}},
                fmt::format("已接收试卷包 package {} 批次 batch {}\n交 giver: {}   接 taker: {}   考生 candidates: {}  "
                            " 卷 forms: {}\n交接单 "
                            "hand-over, signed by both: {}\n下一步 next: papervault-server hall serve --dir {}",
                            taken->package_id, taken->batch_id, taken->giver, taken->taker, taken->candidates,
                            taken->forms, taken->handover.string(), command.dir.string()),
                command.json);
}

int run(const ServeCommand& command)
{
    // Threads inherit the mask, so only the sigwait below sees these.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    keep_memory_private();
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    auto running = RunningHall::start(
        *hall,
        {.hall_port = command.hall_port, .enrolment_port = command.enrolment_port, .package_id = command.package});
    if (!running) { return refused(running.error(), command.json); }
    const std::string& address = hall->settings().address;
    done({{"ready", true},
          {"address", address},
          {"hall_port", (*running)->hall_port()},
          {"enrolment_port", (*running)->enrolment_port()},
          {"package", (*running)->package_id()},
          {"batch", (*running)->batch_id()}},
         fmt::format("ready hall={}:{} enrolment={}:{} batch={}", address, (*running)->hall_port(), address,
                     (*running)->enrolment_port(), (*running)->batch_id()),
         command.json);
    int signal = 0;
    sigwait(&signals, &signal);
    log_line(LogLevel::info, "the hall stops");
    (*running)->stop();
    return exit_done;
}

int run(const VerifyCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    const auto key = hall->database_key("register");
    if (!key) { return refused(key.error(), command.json); }
    const auto hall_register = HallRegister::open(hall->register_file(), *key);
    if (!hall_register) { return refused(hall_register.error(), command.json); }
    const auto packages = (*hall_register)->packages();
    if (!packages) { return refused(packages.error(), command.json); }
    boost::json::array sittings;
    std::string text;
    for (const RegisteredPackage& package : *packages) {
        if (!command.package.empty() && package.package_id != command.package) { continue; }
        const auto verified = verify_sitting(*hall, package);
        if (!verified) { return refused(verified.error(), command.json); }
        sittings.push_back(object{{"package", verified->package_id},
                                  {"batch", verified->batch_id},
                                  {"phase", phase_word(verified->phase)},
                                  {"records", verified->records},
                                  {"answers", verified->answers},
                                  {"head", verified->head}});
        text += fmt::format("批次 {} ({}): 记录 records {}   作答 answers {}   哈希 head {}\n", verified->batch_id,
                            phase_word(verified->phase), verified->records, verified->answers, verified->head);
    }
    if (sittings.empty()) {
        return refused({vault::VaultError::not_found, "there is no such sitting in this hall"}, command.json);
    }
    text += "日志完整 every record fits";
    return done({{"sittings", std::move(sittings)}, {"intact", true}}, text, command.json);
}

int run(const CtlCommand& command)
{
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error(), command.json); }
    const auto endpoint = staff_endpoint(*hall, command.staff);
    if (!endpoint) { return refused(endpoint.error(), command.json); }
    if (command.what == CtlCommand::What::confirm) { return confirm(*endpoint, command); }
    if (command.what == CtlCommand::What::inspect) { return inspect(*endpoint, command); }
    const auto answer = ask(*endpoint, command);
    if (!answer) { return refused(answer.error(), command.json); }
    fmt::print("{}\n", command.json ? boost::json::serialize(*answer) : ctl_text(command.what, *answer));
    return exit_done;
}

} // namespace papervault::server
