#pragma once

#include "enrolment/enrolment_desk.hpp"
#include "hall/history.hpp"
#include "hall/kiosk_desk.hpp"
#include "hall/paper.hpp"
#include "hall/register.hpp"
#include "hall/routes.hpp"
#include "hall/sitting_shell.hpp"

#include <papervault/server/clock.hpp>
#include <papervault/server/executor.hpp>
#include <papervault/server/http.hpp>
#include <papervault/server/journal.hpp>

#include <boost/json/object.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace papervault::server {

/// What the service stands on; everything outlives it.
struct HallParts {
    const HallClock* wall = nullptr; ///< Watches for a clock that is set; may be missing in tests.
    const Clock& clock;
    AlarmExecutor& strand;
    SerialExecutor& worker; ///< For what is slow.
    JournalStore& journal;
    Paper& paper;
    HallRegister& register_;
    const crypto::CertificateAuthority& authority;
    FatalStop fatal;
    std::string package_id;
    int seats_max = 30;
    bool seal_automatically = false;
    /// Forms that had to be sealed anew at the start; the history's opening has them already, the journal not yet.
    std::map<std::string, SealedForm, std::less<>> sealed_again = {};
};

/// One sitting in one hall: everything that kiosks and staff may ask for. All its state lives on the strand; the
/// ListenerHandlers it gives away may be called from any thread.
class HallService {
public:
    /// @param history  The journal as replayed; its chain as read.
    HallService(HallParts parts, SittingHistory history, JournalChain chain, std::map<int, crypto::Digest> seats);
    ~HallService();
    HallService(const HallService&) = delete;

    /// On the strand, once: records that the hall has started, looks what is due.
    void start();
    /// On the strand: no more lines; `stopped` is called when everything is durable.
    void stop(SerialExecutor::Work stopped);

    [[nodiscard]] ListenerHandler& hall_port() noexcept { return hall_port_; }
    [[nodiscard]] ListenerHandler& enrolment_port() noexcept { return enrolment_port_; }

private:
    class Port final : public ListenerHandler {
    public:
        Port(HallService& service, bool with_certificates) noexcept
            : service_{service}, with_certificates_{with_certificates}
        {
        }
        void answer(const Peer& peer, HttpRequest request, Reply reply) override;
        std::optional<HttpResponse> refuse_line(const Peer& peer, std::string_view path) override;
        void line_opened(LineId id, const Peer& peer, std::shared_ptr<Line> line) override;
        void line_message(LineId id, std::string text, InFlight in_flight) override;
        void line_closed(LineId id) override;

    private:
        [[nodiscard]] std::optional<Role> role_of(const Peer& peer) const noexcept;
        HallService& service_;
        bool with_certificates_;
    };
    /// A staff member's or kiosk's request on the strand.
    struct Call {
        Peer peer;
        int seat = 0; ///< Of a kiosk.
        std::string id;
        std::string body;
        Reply reply;
    };
    void dispatch(Action action, Call call);

    // hall_service.cpp
    void settle_time();
    void set_alarm();
    void alarm();
    void watch_wall_clock();
    /// Why the paper may not be opened by this clock; nothing when it may.
    [[nodiscard]] std::optional<HttpResponse> refuse_wrong_clock() const;
    [[nodiscard]] bool is_current(int seat, const crypto::Digest& key) const;
    void reply_when_durable(Reply reply, HttpResponse response);
    void hall_info(Call call);
    void form(Call call);
    void picture(Call call);
    /// Whose sealed form may be fetched from this seat now.
    [[nodiscard]] std::optional<std::string> ticket_with_form(int seat) const;

    // staff_calls.cpp
    void status(Call call);
    void give_share(Call call);
    void give_release(Call call);
    void open_paper(Call call);
    void paper_opened(Call call, vault::Result<OpenedPaper> opened);
    void move_seat(Call call);
    void end_now(Call call);

    // inspection_calls.cpp
    void inspection(Call call);
    void begin_inspection(Call call);
    void seal_checked(Call call, vault::Result<void> checked);
    void give_statement(Call call);
    void raise_incident(Call call, std::string kind, std::string reason, const WitnessWord* word);
    void clear_incident(Call call);
    /// Why the paper may not be opened yet for what its seal looks like; nothing when it may.
    [[nodiscard]] std::optional<HttpResponse> refuse_uninspected() const;
    [[nodiscard]] boost::json::object inspection_json() const;

    // seal_calls.cpp
    void seal(Call call);
    void start_sealing(Reply reply);
    void answers_sealed(Reply reply, vault::Result<SealedAnswers> sealed);
    void destroy_keys(Reply reply, boost::json::object answer);

    // enrolment_calls.cpp
    void ask_enrolment(Call call);
    void poll_enrolment(Call call);
    void list_enrolments(Call call);
    void confirm_enrolment(Call call);
    void refuse_enrolment(Call call);

    HallParts parts_;
    std::string authority_pem_;
    std::optional<OpeningRecord> opening_;
    InspectionState inspection_;
    std::optional<engine::Instant> started_at_;
    std::optional<engine::Instant> ended_at_;
    std::map<int, crypto::Digest> seats_; ///< Key of the machine at each seat.
    SittingShell shell_;
    EnrolmentDesk enrolments_;
    KioskDesk kiosks_;
    bool paper_busy_ = false; ///< A slow call to the paper is under way.
    bool stopping_ = false;
    std::chrono::milliseconds wall_difference_{0};
    Port hall_port_;
    Port enrolment_port_;
};

/// "seat-07" → 7.
[[nodiscard]] std::optional<int> seat_from_name(std::string_view name) noexcept;
/// "running": as in the protocol.
[[nodiscard]] std::string_view phase_word(engine::SittingPhase phase) noexcept;
[[nodiscard]] HttpResponse refusal_response(engine::Refusal refusal);
/// The paper is in use on the worker's thread.
[[nodiscard]] HttpResponse busy_response();
/// A library's error as an answer: its word and detail.
[[nodiscard]] HttpResponse failure_response(const vault::VaultFailure& failure);

} // namespace papervault::server
