#pragma once

#include "composition_root.hpp"
#include "ctl/ctl.hpp"
#include "hall/hall_directory.hpp"
#include "server/support/exam_site.hpp"
#include "server/support/tls_client.hpp"

#include <papervault/engine/messages.hpp>

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A hall with its folder, its people and its kiosks, over real sockets.
namespace papervault::server::test {

/// Where a hall that is running listens.
/// "code: detail"; a refusal that only the hall knows ("inspection_incomplete") comes with its name in the detail.
std::string refusal_text(const vault::VaultFailure& failure);

struct Ports {
    std::uint16_t hall = 0;
    std::uint16_t enrolment = 0;
};

/// One machine at a seat.
class Kiosk {
public:
    Kiosk(Ports ports, int seat) : ports_{ports}, seat_{seat} {}

    /// Asks for a certificate. @return The code on its screen.
    std::string ask_enrolment();
    /// @return Status of the answer; 200 stores the certificate.
    int poll_enrolment();
    /// Opens the line. @return The status, 101 when open.
    int open_line();
    /// @return Nothing when the line has ended.
    std::optional<engine::HallMessage> sign_in(const engine::Candidate& candidate);
    [[nodiscard]] bool send(const engine::KioskMessage& message);
    [[nodiscard]] bool answer(std::uint64_t sequence, const std::string& item, engine::Response response);
    /// The next message; nothing when the line has ended (see close_code) or after the time.
    std::optional<engine::HallMessage> receive(std::chrono::milliseconds within = std::chrono::seconds{20});
    /// The next message of this kind; others in front of it are dropped.
    template <class Message>
    std::optional<Message> receive_kind(std::chrono::milliseconds within = std::chrono::seconds{20})
    {
        for (;;) {
            auto message = receive(within);
            if (!message) { return std::nullopt; }
            if (auto* wanted = std::get_if<Message>(&*message)) { return std::move(*wanted); }
        }
    }
    /// GET over a new connection. @return Head and body.
    [[nodiscard]] std::string get(std::string_view path) const;

    [[nodiscard]] int close_code() const noexcept { return close_code_; }
    [[nodiscard]] TlsClient& line() { return *line_; }
    void hang_up() { line_.reset(); }
    void move_to(Ports ports) { ports_ = ports; }
    [[nodiscard]] const ClientCredentials& credentials() const noexcept { return credentials_; }
    [[nodiscard]] const std::string& enrolment_id() const noexcept { return enrolment_id_; }

private:
    Ports ports_;
    int seat_;
    std::string enrolment_id_;
    ClientCredentials credentials_;
    std::unique_ptr<TlsClient> line_;
    int close_code_ = 0;
};

class TestHall {
public:
    /// @param begins_in  Start of the sitting from now. @param length  Of the sitting.
    explicit TestHall(int candidates = 2, std::chrono::milliseconds begins_in = std::chrono::hours{1},
                      std::chrono::milliseconds length = std::chrono::hours{2}, int items = 6);
    ~TestHall();

    void take_in();
    /// In this process.
    void start();
    void stop();
    /// As a process of its own: the real program. @return False when it didn't come up.
    [[nodiscard]] bool start_process();
    /// SIGKILL, and waits until it is gone.
    void kill_process();
    /// SIGTERM. @return The exit code.
    int end_process();

    [[nodiscard]] Ports ports() const;
    [[nodiscard]] HallEndpoint staff() const;
    /// The body of a staff call that must succeed; fails the test otherwise.
    boost::json::value must(HttpMethod method, const std::string& path, const std::string& body = "{}");
    /// The detail of a staff call that must be refused, beginning with its error word.
    std::string refused(HttpMethod method, const std::string& path, const std::string& body = "{}");

    /// Enrols, confirms, gets the certificate.
    [[nodiscard]] Kiosk kiosk(int seat);
    /// A witness's word on the seal as the hall shows it just now.
    [[nodiscard]] std::string witnessed(const vault::Identity& witness, const std::string& mismatch = {});
    /// Both witnesses look at the seal and sign.
    void inspect();
    /// Inspection, shares 0 and 1, release, open.
    void open();
    [[nodiscard]] std::string phase();
    /// Waits until the sitting is in the phase; fails the test after the time.
    void wait_for(std::string_view phase, std::chrono::seconds within = std::chrono::seconds{20});

    TemporaryFolder folder;
    HallDirectory directory;
    ExamSite site;
    SealedExam exam;
    vault::Identity first_witness = vault::Identity::generate("监考甲");
    vault::Identity second_witness = vault::Identity::generate("监考乙");
    std::unique_ptr<RunningHall> running;

private:
    pid_t process_ = -1;
    Ports process_ports_;
};

} // namespace papervault::server::test
