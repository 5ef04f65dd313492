#include "server/support/test_hall.hpp"

#include "ctl/inspect.hpp"
#include "enrolment/enrolment_desk.hpp"
#include "hall/taking_in.hpp"

#include <papervault/crypto/certificate.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace papervault::server::test {
namespace {

boost::json::value body_of(const std::string& answer)
{
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) { return {}; }
    auto value = engine::parse_json(answer.substr(end + 4), {.bytes_max = 1 << 20, .depth_max = 16});
    return value ? *value : boost::json::value{};
}

int status_of(const std::string& answer)
{
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

template <class Expected>
auto must_have(Expected result)
{
    if (!result) { throw std::runtime_error{result.error().detail}; }
    if constexpr (!std::is_void_v<typename Expected::value_type>) { return std::move(*result); }
}

HallDirectory make_hall(const std::filesystem::path& folder)
{
    auto hall = must_have(HallDirectory::create(
        folder, {.name = "hall-301", .address = "127.0.0.1", .hall_port = 0, .enrolment_port = 0}, {"localhost"}));
    must_have(hall.issue_staff("主考甲", hall.staff_folder() / "chief.pem"));
    return hall;
}

} // namespace

// ---- kiosk ----

std::string Kiosk::ask_enrolment()
{
    crypto::CertificateRequest request = crypto::make_certificate_request();
    const auto client = TlsClient::connect(ports_.enrolment, {});
    if (!client) { return {}; }
    const std::string body = boost::json::serialize(boost::json::object{{"seat", seat_}, {"csr", request.csr_pem}});
    if (!client->send(fmt::format("POST /v1/enrolments HTTP/1.1\r\nHost: hall\r\nContent-Length: {}\r\n\r\n{}",
                                  body.size(), body))) {
        return {};
    }
    const std::string answer = client->receive_http();
    if (status_of(answer) != 202) { return answer; }
    const auto json = body_of(answer);
    enrolment_id_ = json.at("id").as_string();
    credentials_ = {.certificate_pem = {}, .key_pem = std::move(request.key_pem)};
    const std::string authority{json.at("authority").as_string()};
    return enrolment_code(crypto::public_key_fingerprint_of_csr(request.csr_pem).value(),
                          crypto::certificate_fingerprint(authority).value());
}

int Kiosk::poll_enrolment()
{
    const auto client = TlsClient::connect(ports_.enrolment, {});
    if (!client || !client->send(fmt::format("GET /v1/enrolments/{} HTTP/1.1\r\nHost: hall\r\n\r\n", enrolment_id_))) {
        return 0;
    }
    const std::string answer = client->receive_http();
    if (status_of(answer) == 200) { credentials_.certificate_pem = body_of(answer).at("certificate").as_string(); }
    return status_of(answer);
}

int Kiosk::open_line()
{
    line_ = TlsClient::connect(ports_.hall, credentials_);
    close_code_ = 0;
    return line_ ? line_->upgrade("/v1/sitting") : 0;
}

bool Kiosk::send(const engine::KioskMessage& message)
{
    return line_ && line_->send_text(engine::encode(message));
}

bool Kiosk::answer(std::uint64_t sequence, const std::string& item, engine::Response response)
{
    return send(
        engine::AnswerMessage{.sequence = sequence, .item = item, .response = std::move(response), .marked = false});
}

std::optional<engine::HallMessage> Kiosk::receive(std::chrono::milliseconds within)
{
    const auto frame = line_ ? line_->receive_frame(within) : std::nullopt;
    if (!frame) { return std::nullopt; }
    if (frame->opcode == 8) {
        close_code_ = frame->close_code();
        return std::nullopt;
    }
    auto message = engine::decode_hall_message(frame->payload);
    EXPECT_TRUE(message.has_value()) << frame->payload;
    return message ? std::optional{std::move(*message)} : std::nullopt;
}

std::optional<engine::HallMessage> Kiosk::sign_in(const engine::Candidate& candidate)
{
    const engine::SignInMessage message{
        .protocol = engine::protocol_version, .ticket = candidate.ticket, .id_tail = candidate.id_tail};
    return send(message) ? receive() : std::nullopt;
}

std::string Kiosk::get(std::string_view path) const
{
    const auto client = TlsClient::connect(ports_.hall, credentials_);
    if (!client || !client->send(fmt::format("GET {} HTTP/1.1\r\nHost: hall\r\n\r\n", path))) { return {}; }
    return client->receive_http();
}

// ---- hall ----

TestHall::TestHall(int candidates, std::chrono::milliseconds begins_in, std::chrono::milliseconds length, int items)
    : directory{make_hall(folder / "hall")}, site{folder.path(), must_have(directory.identity()).card()},
      exam{site.seal(batch_around(wall_now() + begins_in, length), candidates, items)}
{
    must_have(directory.name_witness(first_witness.card()));
    must_have(directory.name_witness(second_witness.card()));
}

TestHall::~TestHall()
{
    if (process_ > 0) { kill_process(); }
}

void TestHall::take_in()
{
    const auto machine = must_have(directory.identity());
    must_have(take_in_package(directory, {.package = exam.package,
                                          .handover = site.handover(exam, machine.card()),
                                          .taker = nullptr,
                                          .now = wall_now()}));
}

void TestHall::start()
{
    running = must_have(RunningHall::start(directory, {}));
}

void TestHall::stop()
{
    running->stop();
    running.reset();
}

bool TestHall::start_process()
{
    std::array<int, 2> output{};
    if (::pipe2(output.data(), O_CLOEXEC) != 0) { return false; }
    const std::string program = PAPERVAULT_BIN_DIR "/papervault-server";
    const std::string dir = directory.folder().string();
    const std::array<const char*, 6> arguments{program.c_str(), "hall", "serve", "--dir", dir.c_str(), nullptr};
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    const std::string log = (folder / "hall.log").string();
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    const int spawned = ::posix_spawn(&process_, program.c_str(), &actions, nullptr,
                                      const_cast<char* const*>(arguments.data()), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(output[1]);
    std::string line;
    for (char c = 0; spawned == 0 && ::read(output[0], &c, 1) == 1 && c != '\n';) { line += c; }
    ::close(output[0]);
    unsigned hall = 0;
    unsigned enrolment = 0;
    const bool ready =
        std::sscanf(line.c_str(), "ready hall=127.0.0.1:%u enrolment=127.0.0.1:%u", &hall, &enrolment) == 2;
    process_ports_ = {.hall = static_cast<std::uint16_t>(hall), .enrolment = static_cast<std::uint16_t>(enrolment)};
    return ready;
}

void TestHall::kill_process()
{
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

int TestHall::end_process()
{
    ::kill(process_, SIGTERM);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Ports TestHall::ports() const
{
    return running ? Ports{.hall = running->hall_port(), .enrolment = running->enrolment_port()} : process_ports_;
}

HallEndpoint TestHall::staff() const
{
    return must_have(staff_endpoint(directory, {}));
}

boost::json::value TestHall::must(HttpMethod method, const std::string& path, const std::string& body)
{
    auto answer = ask_hall(staff(), method, path, method == HttpMethod::get ? "" : body);
    EXPECT_TRUE(answer.has_value()) << path << ": " << (answer ? "" : answer.error().detail);
    return answer ? *answer : boost::json::value{};
}

std::string refusal_text(const vault::VaultFailure& failure)
{
    const std::string name = failure.detail.substr(0, failure.detail.find(':'));
    const bool is_halls_own =
        (failure.code == vault::VaultError::conflict || failure.code == vault::VaultError::not_found) &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    return is_halls_own ? failure.detail : std::string{vault::to_text(failure.code)} + ": " + failure.detail;
}

std::string TestHall::refused(HttpMethod method, const std::string& path, const std::string& body)
{
    const auto answer = ask_hall(staff(), method, path, method == HttpMethod::get ? "" : body);
    EXPECT_FALSE(answer.has_value()) << path;
    return answer ? std::string{} : refusal_text(answer.error());
}

Kiosk TestHall::kiosk(int seat)
{
    Kiosk kiosk{ports(), seat};
    const std::string code = kiosk.ask_enrolment();
    const auto confirmed = must_have(confirm_seats(staff(), {{.seat = seat, .code = code}}));
    EXPECT_EQ(confirmed.at(0).problem, "");
    EXPECT_EQ(kiosk.poll_enrolment(), 200);
    return kiosk;
}

std::string TestHall::witnessed(const vault::Identity& witness, const std::string& mismatch)
{
    const auto shown = must_have(shown_inspection(must(HttpMethod::get, "/v1/inspection")));
    return vault::encode(must_have(vault::sign_inspection(shown.facts, shown.round, witness, mismatch, wall_now())));
}

void TestHall::inspect()
{
    must(HttpMethod::post, "/v1/inspection");
    must(HttpMethod::post, "/v1/inspection/statements", witnessed(first_witness));
    must(HttpMethod::post, "/v1/inspection/statements", witnessed(second_witness));
}

void TestHall::open()
{
    inspect();
    must(HttpMethod::post, "/v1/shares", site.share(exam, 0));
    must(HttpMethod::post, "/v1/shares", site.share(exam, 1));
    must(HttpMethod::post, "/v1/release", site.release(exam, wall_now()));
    must(HttpMethod::post, "/v1/open");
}

std::string TestHall::phase()
{
    const auto status = must(HttpMethod::get, "/v1/status");
    return status.is_object() ? std::string{status.at("phase").as_string()} : std::string{};
}

void TestHall::wait_for(std::string_view wanted, std::chrono::seconds within)
{
    const auto until = std::chrono::steady_clock::now() + within;
    while (phase() != wanted) {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << "still " << phase();
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
}

} // namespace papervault::server::test
