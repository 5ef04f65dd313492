#include "composition_root.hpp"

#include "hall/hall_service.hpp"
#include "hall/package_paper.hpp"
#include "hall/register.hpp"
#include "hall/service_thread.hpp"
#include "hall/taking_in.hpp"
#include "journal/sqlcipher_journal.hpp"
#include "log.hpp"
#include "net/net_server.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <utility>

#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr int fatal_exit_code = 70;

[[noreturn]] void stop_at_once(std::string_view reason)
{
    log_line(LogLevel::error, fmt::format("the hall stops at once: {}", reason));
    std::_Exit(fatal_exit_code);
}

Result<RegisteredPackage> choose_package(HallRegister& hall_register, const std::string& wanted)
{
    const auto packages = hall_register.packages();
    if (!packages) { return std::unexpected{packages.error()}; }
    std::vector<RegisteredPackage> open;
    for (const RegisteredPackage& package : *packages) {
        if (!wanted.empty() && package.package_id != wanted) { continue; }
        if (package.stage != PackageStage::sealed) { open.push_back(package); }
    }
    if (open.empty() && !packages->empty() && wanted.empty()) {
        return vault::refuse(VaultError::not_found,
                             "every sitting of this hall is over and sealed; take in the next package");
    }
    if (open.empty()) {
        return vault::refuse(VaultError::not_found,
                             "there is no package to serve; take one in first: papervault-server hall take-in --help");
    }
    if (open.size() > 1) {
        std::string ids;
        for (const RegisteredPackage& package : open) {
            ids += fmt::format("\n  {} (batch {})", package.package_id, package.batch_id);
        }
        return vault::refuse(VaultError::conflict, "several packages are waiting; choose one with --package:" + ids);
    }
    return open.front();
}

/// The sitting as its journal tells it, checked against what the register remembers of it.
struct Replayed {
    SittingHistory history;
    std::unique_ptr<SqlcipherJournal> journal;
};

Result<Replayed> replay(const HallDirectory& hall, const RegisteredPackage& registered, const engine::Batch& batch)
{
    const auto key = hall.database_key(registered.package_id);
    if (!key) { return std::unexpected{key.error()}; }
    SittingHistory history{batch};
    const auto take = [&history, &registered](const JournalRecord& record) -> Result<void> {
        if (record.number == registered.milestone_number && record.hash != registered.milestone_hash) {
            return vault::refuse(
                VaultError::chain_broken,
                fmt::format("journal record {} is not the one that the hall's register knows", record.number));
        }
        return history.take(record);
    };
    auto journal = SqlcipherJournal::open(hall.journal_file(registered.package_id), *key, registered.package_id, take);
    if (!journal) { return std::unexpected{journal.error()}; }
    const JournalChain& chain = (*journal)->chain();
    if (chain.records() < registered.milestone_number) {
        return vault::refuse(
            VaultError::chain_broken,
            fmt::format("the journal ends at record {}, but the hall's register knows record {}: an older "
                        "journal was put back",
                        chain.records(), registered.milestone_number));
    }
    if (!history.taken_in || history.taken_in->package_digest != registered.digest) {
        return vault::refuse(VaultError::chain_broken, "the journal is not of this package");
    }
    return Replayed{.history = std::move(history), .journal = std::move(*journal)};
}

ListenerLimits limits_of(const HallSettings& settings, int per_peer)
{
    ListenerLimits limits;
    limits.in_flight_max = static_cast<std::size_t>(settings.in_flight_max);
    limits.connections_per_peer_max = static_cast<std::size_t>(per_peer);
    return limits;
}

} // namespace

/// Members are in the order in which they need each other; stop() empties the threads before any of them goes.
class RunningHall::Impl {
public:
    Impl(vault::Identity machine, crypto::CertificateAuthority certificates)
        : identity{std::move(machine)}, authority{std::move(certificates)}
    {
    }
    ~Impl()
    {
        stop();
        strand.reset();
    }

    void stop()
    {
        if (!running) { return; }
        running = false;
        std::promise<void> durable;
        strand->post([this, &durable] { service->stop([&durable] { durable.set_value(); }); });
        durable.get_future().wait();
        net.stop();
        worker.reset(); // runs what is under way, which may post to the strand
        flush();
    }

    /// After this nothing is under way between strand and journal. The worker is gone, the listeners are silent.
    void flush()
    {
        for (int round = 0; round < 3; ++round) {
            std::promise<void> reached;
            strand->post([&reached] { reached.set_value(); });
            reached.get_future().wait();
            std::ignore = journal->kept("flush"); // waits for the writer's thread
        }
    }

    NetServer net;
    vault::Identity identity;
    crypto::CertificateAuthority authority;
    std::unique_ptr<HallRegister> hall_register;
    std::unique_ptr<SqlcipherJournal> journal;
    std::unique_ptr<PackagePaper> paper;
    std::unique_ptr<HallClock> clock;
    std::unique_ptr<ServiceThread> worker;
    std::unique_ptr<HallService> service;
    std::unique_ptr<ServiceThread> strand;
    std::string package_id;
    std::string batch_id;
    std::uint16_t hall_port = 0;
    std::uint16_t enrolment_port = 0;
    bool running = false;
};

Result<std::unique_ptr<RunningHall>> RunningHall::start(const HallDirectory& hall, const ServeOptions& options)
{
    auto identity = hall.identity();
    if (!identity) { return std::unexpected{identity.error()}; }
    auto authority = hall.authority();
    if (!authority) { return std::unexpected{authority.error()}; }
    auto impl = std::make_unique<Impl>(std::move(*identity), std::move(*authority));

    const auto register_key = hall.database_key("register");
    if (!register_key) { return std::unexpected{register_key.error()}; }
    auto hall_register = HallRegister::open(hall.register_file(), *register_key);
    if (!hall_register) { return std::unexpected{hall_register.error()}; }
    impl->hall_register = std::move(*hall_register);
    const auto registered = choose_package(*impl->hall_register, options.package_id);
    if (!registered) { return std::unexpected{registered.error()}; }
    impl->package_id = registered->package_id;
    impl->batch_id = registered->batch_id;

    for (const auto& place : {hall.folder(), hall.sitting_folder(registered->package_id), hall.outbox()}) {
        std::error_code error;
        if (!std::filesystem::exists(place, error)) { continue; }
        const auto swept = vault::remove_abandoned_files(place);
        if (!swept) { return std::unexpected{swept.error()}; }
        if (*swept > 0) {
            log_line(LogLevel::warning,
                     fmt::format("{}: {} unfinished files of an earlier run removed", place.string(), *swept));
        }
    }
    auto package = open_taken_package(hall, registered->package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (package->digest() != registered->digest) {
        return vault::refuse(VaultError::authentication_failed,
                             "the package in the hall's folder is another one than was taken in");
    }
    auto replayed = replay(hall, *registered, package->header().batch);
    if (!replayed) { return std::unexpected{replayed.error()}; }
    impl->journal = std::move(replayed->journal);
    SittingHistory& history = replayed->history;
    const JournalChain chain = impl->journal->chain();

    auto paper = PackagePaper::make(std::move(*package), impl->identity, *impl->journal,
                                    {.forms = hall.sitting_folder(registered->package_id) / "forms",
                                     .outbox = hall.outbox(),
                                     .witnesses = hall.witnesses_folder()});
    if (!paper) { return std::unexpected{paper.error()}; }
    impl->paper = std::move(*paper);

    if (history.state.phase == engine::SittingPhase::sealed) { // killed between sealing and destroying
        if (auto destroyed = impl->paper->destroy_keys(); !destroyed) { return std::unexpected{destroyed.error()}; }
        if (auto advanced =
                impl->hall_register->advance(impl->package_id, PackageStage::sealed, chain.records(), chain.head());
            !advanced) {
            return std::unexpected{advanced.error()};
        }
        return vault::refuse(VaultError::not_found, "this sitting is over and sealed; take in the next package");
    }
    std::map<std::string, SealedForm, std::less<>> sealed_again;
    std::optional<ClockAnchor> anchor;
    if (history.opening) {
        auto restored = impl->paper->restore(*history.opening);
        if (!restored) { return std::unexpected{restored.error()}; }
        sealed_again = std::move(*restored);
        if (!sealed_again.empty()) { history.opening->sealed_forms = sealed_again; }
        const auto stored = impl->hall_register->anchor(impl->package_id);
        if (!stored) { return std::unexpected{stored.error()}; }
        anchor = *stored;
    }
    impl->clock = std::make_unique<HallClock>(anchor, chain.last_time());
    if (history.opening) {
        auto stored = impl->hall_register->store_anchor(impl->package_id, impl->clock->anchor());
        if (stored) {
            stored =
                impl->hall_register->advance(impl->package_id, PackageStage::opened, chain.records(), chain.head());
        }
        if (!stored) { return std::unexpected{stored.error()}; }
    }
    auto seats = impl->hall_register->seats();
    if (!seats) { return std::unexpected{seats.error()}; }

    engine::forget_connections(history.state);
    impl->worker = std::make_unique<ServiceThread>(*impl->clock);
    impl->strand = std::make_unique<ServiceThread>(*impl->clock);
    impl->service = std::make_unique<HallService>(HallParts{.wall = impl->clock.get(),
                                                            .clock = *impl->clock,
                                                            .strand = *impl->strand,
                                                            .worker = *impl->worker,
                                                            .journal = *impl->journal,
                                                            .paper = *impl->paper,
                                                            .register_ = *impl->hall_register,
                                                            .authority = impl->authority,
                                                            .fatal = stop_at_once,
                                                            .package_id = impl->package_id,
                                                            .seats_max = hall.settings().seats_max,
                                                            .seal_automatically = hall.settings().seal_automatically,
                                                            .sealed_again = std::move(sealed_again)},
                                                  std::move(history), chain, std::move(*seats));

    const auto certificate = hall.server_certificate_pem();
    if (!certificate) { return std::unexpected{certificate.error()}; }
    auto key = hall.server_key_pem();
    if (!key) { return std::unexpected{key.error()}; }
    TlsSettings tls{.certificate_pem = *certificate,
                    .key_pem = std::move(*key),
                    .authority_pem = impl->authority.certificate_pem(),
                    .client_certificates = true};
    const HallSettings& settings = hall.settings();
    const auto hall_port = impl->net.listen(
        settings.address, static_cast<std::uint16_t>(options.hall_port.value_or(settings.hall_port)), tls,
        impl->service->hall_port(), limits_of(settings, settings.connections_per_certificate_max));
    if (!hall_port) { return std::unexpected{hall_port.error()}; }
    tls.client_certificates = false;
    ListenerLimits enrolment_limits = limits_of(settings, 64);
    enrolment_limits.idle_timeout = std::chrono::seconds{15};
    enrolment_limits.connections_max = 256;
    enrolment_limits.requests = {.per_second = 5, .burst = 20};
    const auto enrolment_port = impl->net.listen(
        settings.address, static_cast<std::uint16_t>(options.enrolment_port.value_or(settings.enrolment_port)), tls,
        impl->service->enrolment_port(), enrolment_limits);
    if (!enrolment_port) { return std::unexpected{enrolment_port.error()}; }
    impl->hall_port = *hall_port;
    impl->enrolment_port = *enrolment_port;

    const boost::json::object run{{"pid", ::getpid()},
                                  {"address", settings.address},
                                  {"hall_port", impl->hall_port},
                                  {"enrolment_port", impl->enrolment_port},
                                  {"package", impl->package_id},
                                  {"batch", impl->batch_id},
                                  {"started_at", engine::to_text(impl->clock->now())}};
    const std::string run_text = engine::canonical_json(run) + "\n";
    if (auto written = vault::write_file_durably(hall.run_file(), crypto::bytes_of(run_text), true, 0644); !written) {
        return std::unexpected{written.error()};
    }
    impl->running = true;
    impl->strand->post([service = impl->service.get()] { service->start(); });
    impl->net.start();
    return std::unique_ptr<RunningHall>{new RunningHall{std::move(impl)}};
}

RunningHall::RunningHall(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
RunningHall::~RunningHall() = default;

std::uint16_t RunningHall::hall_port() const noexcept
{
    return impl_->hall_port;
}
std::uint16_t RunningHall::enrolment_port() const noexcept
{
    return impl_->enrolment_port;
}
const std::string& RunningHall::package_id() const noexcept
{
    return impl_->package_id;
}
const std::string& RunningHall::batch_id() const noexcept
{
    return impl_->batch_id;
}

void RunningHall::stop()
{
    impl_->stop();
}

} // namespace papervault::server
