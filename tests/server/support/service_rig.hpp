#pragma once

#include "hall/hall_service.hpp"
#include "server/support/exam_site.hpp"
#include "server/support/fakes.hpp"

#include <papervault/crypto/random.hpp>

#include <memory>
#include <string>

namespace papervault::server::test {

/// A HallService on fakes: time, disk and threads move when the test says so.
class ServiceRig {
public:
    /// @param machine_time  The hall's time comes from this machine's clocks instead of `clock`. Outlives the rig.
    explicit ServiceRig(int candidates = 2, bool seal_automatically = false, FakeTime* machine_time = nullptr)
        : batch{batch_around(start + std::chrono::hours{1}, std::chrono::hours{2})}, paper{roster_of(candidates)},
          automatically{seal_automatically}, machine{machine_time},
          hall_register{HallRegister::open(folder / "hall.db", crypto::random_secret(32)).value()}
    {
        for (int seat = 1; seat <= candidates; ++seat) {
            if (!hall_register->enrol(seat, key_of(seat))) { throw std::runtime_error{"register"}; }
        }
        const RegisteredPackage package{.package_id = "p",
                                        .batch_id = batch.id,
                                        .digest = {},
                                        .stage = PackageStage::taken_in,
                                        .milestone_number = 0,
                                        .milestone_hash = {}};
        if (!hall_register->take_in(package, {})) { throw std::runtime_error{"register"}; }
        restart();
    }
    ~ServiceRig() { service.reset(); }

    /// What the process would do after kill -9: only what is stored is there. @return Nothing of it was unfit.
    void restart()
    {
        service.reset();
        strand = std::make_unique<ManualStrand>();
        worker = std::make_unique<ManualStrand>();
        lines.clear();
        const std::vector<JournalRecord> stored = journal ? journal->stored : std::vector<JournalRecord>{};
        journal = std::make_unique<MemoryJournal>();
        journal->stored = stored;
        SittingHistory history{batch};
        JournalChain chain{"p"};
        for (const JournalRecord& record : stored) {
            if (auto fits = chain.accept(record); !fits) { throw std::runtime_error{fits.error().detail}; }
            if (auto taken = history.take(record); !taken) { throw std::runtime_error{taken.error().detail}; }
        }
        engine::forget_connections(history.state);
        if (machine != nullptr) { // as the composition root does it
            const auto anchor = history.opening ? hall_register->anchor("p").value() : std::nullopt;
            wall = std::make_unique<HallClock>(anchor, chain.last_time(), *machine);
            if (history.opening && !hall_register->store_anchor("p", wall->anchor())) {
                throw std::runtime_error{"register"};
            }
        }
        const Clock& hall_time = wall ? static_cast<const Clock&>(*wall) : clock;
        service = std::make_unique<HallService>(HallParts{.wall = wall.get(),
                                                          .clock = hall_time,
                                                          .strand = *strand,
                                                          .worker = *worker,
                                                          .journal = *journal,
                                                          .paper = paper,
                                                          .register_ = *hall_register,
                                                          .authority = authority,
                                                          .fatal = [this](std::string_view reason) { fatal = reason; },
                                                          .package_id = "p",
                                                          .seats_max = 30,
                                                          .seal_automatically = automatically},
                                                std::move(history), chain, hall_register->seats().value());
        strand->post([this] { service->start(); });
        settle();
    }

    /// Runs strand and worker until both are idle. What the disk has not confirmed stays undone.
    void settle()
    {
        for (int i = 0; i < 8; ++i) {
            strand->run();
            worker->run();
        }
    }
    void at(engine::Instant now)
    {
        clock.set(now);
        strand->ring_if_due(now);
        settle();
    }
    /// With a machine's clocks: time goes by.
    void pass(std::chrono::milliseconds span)
    {
        machine->pass(span);
        strand->ring_if_due(wall->now());
        settle();
    }

    static crypto::Digest key_of(int seat)
    {
        return crypto::blake2b(crypto::bytes_of("machine " + std::to_string(seat)));
    }
    [[nodiscard]] static Peer kiosk_peer(int seat)
    {
        return {.role = "kiosk", .name = fmt_seat(seat), .key = key_of(seat), .address = "10.0.0.1"};
    }
    [[nodiscard]] static Peer staff_peer()
    {
        return {.role = "staff", .name = "主考甲", .key = {}, .address = "10.0.0.2"};
    }

    /// Status and body of a request; status 0 while it is not answered.
    struct Answer {
        int status = 0;
        std::string body;
    };
    std::shared_ptr<Answer> ask(const Peer& peer, HttpMethod method, std::string path, std::string body = "{}")
    {
        auto answer = std::make_shared<Answer>();
        ListenerHandler& port = peer.role.empty() ? service->enrolment_port() : service->hall_port();
        port.answer(peer, {.method = method, .path = std::move(path), .body = std::move(body)},
                    [answer](HttpResponse response) {
                        *answer = {.status = response.status, .body = std::move(response.body)};
                    });
        settle();
        return answer;
    }
    Answer staff(HttpMethod method, std::string path, std::string body = "{}")
    {
        return *ask(staff_peer(), method, std::move(path), std::move(body));
    }
    /// By two witnesses.
    void inspect()
    {
        staff(HttpMethod::post, "/v1/inspection");
        staff(HttpMethod::post, "/v1/inspection/statements", "见证甲");
        staff(HttpMethod::post, "/v1/inspection/statements", "见证乙");
    }
    void open()
    {
        inspect();
        staff(HttpMethod::post, "/v1/shares");
        staff(HttpMethod::post, "/v1/shares");
        staff(HttpMethod::post, "/v1/release");
        staff(HttpMethod::post, "/v1/open");
    }

    LineId connect(int seat)
    {
        const LineId id = ++last_line;
        lines[id] = std::make_shared<FakeLine>();
        service->hall_port().line_opened(id, kiosk_peer(seat), lines[id]);
        settle();
        return id;
    }
    /// @return Alive as long as the hall counts the message as unanswered.
    std::weak_ptr<void> say(LineId id, const engine::KioskMessage& message)
    {
        auto token = std::make_shared<int>(0);
        std::weak_ptr<void> watch = token;
        service->hall_port().line_message(id, engine::encode(message), std::move(token));
        settle();
        return watch;
    }
    void sign_in(LineId id, int seat)
    {
        const engine::Candidate candidate = paper.roster.at(static_cast<std::size_t>(seat) - 1);
        say(id, engine::SignInMessage{
                    .protocol = engine::protocol_version, .ticket = candidate.ticket, .id_tail = candidate.id_tail});
    }
    LineId seated(int seat)
    {
        const LineId id = connect(seat);
        sign_in(id, seat);
        return id;
    }
    std::weak_ptr<void> answer(LineId id, std::uint64_t sequence, std::string item, std::string text)
    {
        return say(id,
                   engine::AnswerMessage{
                       .sequence = sequence, .item = std::move(item), .response = {std::move(text)}, .marked = false});
    }
    /// All messages of this kind that the line got.
    template <class Message>
    std::vector<Message> got(LineId id) const
    {
        std::vector<Message> found;
        for (const auto& message : lines.at(id)->messages) {
            if (const auto* wanted = std::get_if<Message>(&message)) { found.push_back(*wanted); }
        }
        return found;
    }
    std::string last_refusal(LineId id) const
    {
        const auto refused = got<engine::RefusedMessage>(id);
        return refused.empty() ? "" : refused.back().refusal;
    }
    [[nodiscard]] engine::SittingState stored_state() const
    {
        SittingHistory history{batch};
        for (const JournalRecord& record : journal->stored) {
            if (!history.take(record)) { throw std::runtime_error{"unfit"}; }
        }
        return history.state;
    }

    engine::Instant start{std::chrono::milliseconds{1'800'000'000'000}};
    engine::Batch batch;
    TemporaryFolder folder;
    FakeClock clock{start};
    FakePaper paper;
    bool automatically;
    FakeTime* machine;
    std::unique_ptr<HallClock> wall;
    std::unique_ptr<HallRegister> hall_register;
    crypto::CertificateAuthority authority = crypto::CertificateAuthority::create("hall-301", 10);
    std::string fatal;
    std::unique_ptr<ManualStrand> strand;
    std::unique_ptr<ManualStrand> worker;
    std::unique_ptr<MemoryJournal> journal;
    std::unique_ptr<HallService> service;
    std::map<LineId, std::shared_ptr<FakeLine>> lines;
    LineId last_line = 0;

private:
    static std::string fmt_seat(int seat) { return (seat < 10 ? "seat-0" : "seat-") + std::to_string(seat); }
};

} // namespace papervault::server::test
