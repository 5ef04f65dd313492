#include "net/admission.hpp"
#include "net/pacer.hpp"
#include "server/support/exam_site.hpp"
#include "server/support/net_rig.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

int status_of(std::string_view answer)
{
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string{answer.substr(9, 3)}) : 0;
}

std::size_t answers_in(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = text.find("HTTP/1.1 "); at != std::string_view::npos; at = text.find("HTTP/1.1 ", at + 1)) {
        const std::string_view behind = text.substr(at + 9, 1);
        if (!behind.empty() && behind.front() >= '1' && behind.front() <= '5') { ++count; } // not the words of a detail
    }
    return count;
}

std::string get(std::string_view path, std::string_view more = "")
{
    return fmt::format("GET {} HTTP/1.1\r\nHost: hall\r\n{}\r\n", path, more);
}

// ---- who is let in ----

class TlsTest : public testing::Test {
protected:
    /// With TLS 1.3 the client may believe that it is in; what counts is that not one byte comes and nothing is asked.
    void expect_shut_out(const ClientCredentials& credentials, TlsVersion version = TlsVersion::tls_1_3)
    {
        const auto client = TlsClient::connect(rig.port, credentials, version);
        if (client) {
            std::ignore = client->send(get("/v1/hall"));
            EXPECT_EQ(client->receive_all(5s), "");
        }
        EXPECT_EQ(rig.handler.requests(), 0U);
    }
    NetRig rig;
};

TEST_F(TlsTest, LetsTheOwnSeatInAndKnowsWhoItIs)
{
    const auto client = rig.client();
    ASSERT_TRUE(client->send(get("/v1/hall")));
    EXPECT_EQ(status_of(client->receive_http()), 200);
    const Peer peer = rig.handler.last_peer();
    EXPECT_EQ(peer.role, "kiosk");
    EXPECT_EQ(peer.name, "seat-01");
    EXPECT_EQ(peer.key, crypto::public_key_fingerprint_of_certificate(rig.seat.certificate_pem).value());
    EXPECT_EQ(peer.address, "127.0.0.1");
}

TEST_F(TlsTest, GivesNoByteWithoutCertificateS6)
{
    expect_shut_out({});
}

TEST_F(TlsTest, GivesNoByteToACertificateOfAnotherAuthority)
{
    const auto foreign = crypto::CertificateAuthority::create("hall-301", 10);
    const auto request = crypto::make_certificate_request();
    expect_shut_out(
        {.certificate_pem = foreign.issue(request.csr_pem, {.role = "kiosk", .name = "seat-01"}, {}, false, 5).value(),
         .key_pem = request.key_pem.clone()});
}

TEST_F(TlsTest, GivesNoByteToAnExpiredCertificate)
{
    expect_shut_out(expired_credentials(rig.authority));
}

TEST_F(TlsTest, GivesNoByteToAServersCertificate)
{
    const auto request = crypto::make_certificate_request();
    const std::vector<std::string> names{"127.0.0.1"};
    expect_shut_out(
        {.certificate_pem =
             rig.authority.issue(request.csr_pem, {.role = "staff", .name = "hall-301"}, names, true, 5).value(),
         .key_pem = request.key_pem.clone()});
}

TEST_F(TlsTest, SpeaksNoOlderTls)
{
    EXPECT_EQ(TlsClient::connect(rig.port, rig.seat, TlsVersion::tls_1_2), nullptr);
    expect_shut_out(rig.seat, TlsVersion::tls_1_2);
}

// ---- HTTP ----

class HttpTest : public testing::Test {
protected:
    /// Sends bytes and the end of ours; @return all that comes back.
    std::string exchange(std::string_view bytes)
    {
        const auto client = rig.client();
        EXPECT_TRUE(client->send(bytes));
        return client->receive_all(8s);
    }
    NetRig rig{false};
};

TEST_F(HttpTest, AnswersOneRequestAfterAnotherOnAConnection)
{
    const auto client = rig.client();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(
            client->send(fmt::format("POST /v1/echo HTTP/1.1\r\nHost: hall\r\nContent-Length: 2\r\n\r\n{:02}", i)));
        EXPECT_TRUE(client->receive_http().ends_with(fmt::format("/v1/echo|{:02}", i)));
    }
}

TEST_F(HttpTest, AnswersNoSecondRequestThatDidNotWait)
{
    const std::string both = exchange(get("/one") + get("/two"));
    EXPECT_EQ(answers_in(both), 1U);
    EXPECT_EQ(status_of(both), 400);
    EXPECT_EQ(rig.handler.requests(), 0U);
}

TEST_F(HttpTest, ClosesWithTheRightWordOnWhatIsNotOurHttp)
{
    const std::string long_name(9000, 'a');
    const std::string body_65537 = fmt::format("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n");
    struct Case {
        std::string bytes;
        int status;
    };
    const std::vector<Case> cases{
        {"GET /x HTTP/1.1\r\n\r\n", 400},                                         // no Host
        {get("/x", "Host: other\r\n"), 400},                                      // Host twice
        {"GET /x HTTP/1.1\r\nHost: \r\n\r\n", 400},                               // empty Host
        {get("/x", "Transfer-Encoding: chunked\r\n"), 400},                       //
        {get("/x", "Transfer-Encoding: gzip\r\n"), 400},                          //
        {get("/x", "transfer-encoding:\tchunked\r\nContent-Length: 3\r\n"), 400}, // both
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\na", 400},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na", 400},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\na", 400},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\na", 400},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551617\r\n\r\na", 413},
        {body_65537, 413},
        {"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na", 400},       // GET with a body
        {get("/x", "X-Folded: a\r\n b\r\n"), 400},                               //
        {"GET /x HTTP/1.1\nHost: h\n\n", 400},                                   // bare line feeds
        {"GET /x HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400},                  // bare return
        {std::string{"GET /x HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 36}, 400}, // zero byte
        {get("/x", "X : a\r\n"), 400},                                           // space before the colon
        {get("/x", "X: \xc3\xa4\r\n"), 400},                                     // not ASCII
        {"GET http://hall/x HTTP/1.1\r\nHost: h\r\n\r\n", 400},                  // absolute form
        {"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400},                              //
        {"GET /x  HTTP/1.1\r\nHost: h\r\n\r\n", 400},                            // two spaces
        {"GET /x HTTP/1.0\r\nHost: h\r\n\r\n", 505},                             //
        {"GET /x HTTP/2.0\r\nHost: h\r\n\r\n", 400},                             //
        {"GET /x\r\n\r\n", 400},                                                 // HTTP/0.9
        {"PUT /x HTTP/1.1\r\nHost: h\r\n\r\n", 405},                             //
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},                          //
        {get("/x", "Expect: 100-continue\r\n"), 417},                            //
        {get("/x", "Upgrade: h2c\r\nConnection: upgrade\r\n"), 400},             //
        {get("/" + long_name), 431},                                             //
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},                               // HTTP/2's first words
        {"\r\n" + get("/x"), 400},                                               // an empty line in front
    };
    for (const auto& [bytes, status] : cases) {
        const std::string answer = exchange(bytes);
        EXPECT_EQ(status_of(answer), status) << bytes.substr(0, 200);
        EXPECT_EQ(answers_in(answer), 1U) << bytes.substr(0, 200);
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    }
    EXPECT_EQ(rig.handler.requests(), 0U);
    EXPECT_TRUE(rig.is_alive());
}

TEST_F(HttpTest, EndsSlowRequestsAndSilentConnectionsS4)
{
    const auto slow = rig.client();
    const auto begin = std::chrono::steady_clock::now();
    bool open = true;
    for (int i = 0; open && i < 100; ++i) {
        open = slow->send(i == 0 ? "GET /x HTTP/1.1\r\n" : "X-a: b\r\n") &&
               (slow->receive(100ms) || std::chrono::steady_clock::now() - begin < 1s);
        if (std::chrono::steady_clock::now() - begin > 8s) { break; }
    }
    EXPECT_FALSE(open) << "a byte now and then must not hold a connection for ever";
    const auto silent = rig.client();
    EXPECT_EQ(silent->receive_all(8s), "");
    EXPECT_TRUE(rig.is_alive());
}

TEST_F(HttpTest, ServesOthersWhileManyHandshakesHangS4)
{
    std::vector<int> hanging;
    for (int i = 0; i < 200; ++i) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(rig.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            hanging.push_back(socket);
        }
        if (i % 40 == 39) { EXPECT_TRUE(rig.is_alive()) << i; }
    }
    for (const int socket : hanging) { ::close(socket); }
}

/// The .http files write CR and LF as \r and \n; real line ends mean nothing.
std::string unescaped(const std::string& text)
{
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' || text[i] == '\r') { continue; }
        const bool escape = text[i] == '\\' && i + 1 < text.size();
        if (escape && text[i + 1] == 'r') {
            bytes += '\r';
        } else if (escape && text[i + 1] == 'n') {
            bytes += '\n';
        } else if (escape && text[i + 1] == 't') {
            bytes += '\t';
        } else if (escape && text[i + 1] == '0') {
            bytes += '\0';
        } else {
            bytes += text[i];
            continue;
        }
        ++i;
    }
    return bytes;
}

std::vector<std::pair<std::string, std::string>> corpus(const std::filesystem::path& folder)
{
    std::vector<std::pair<std::string, std::string>> cases;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) { continue; }
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        const std::string name = entry.path().string();
        if (entry.path().extension() == ".http") {
            cases.emplace_back(name, unescaped(text));
        } else if (entry.path().extension() == ".md") {
            for (std::size_t at = text.find("```http\n"); at != std::string::npos;
                 at = text.find("```http\n", at + 1)) {
                std::string request;
                for (const char c : text.substr(at + 8, text.find("\n```", at) - at - 8)) {
                    if (c == '\n') { request += '\r'; }
                    request += c;
                }
                cases.emplace_back(fmt::format("{}:{}", name, at), unescaped(request).empty() ? request : request);
            }
        } else if (name.find("seeds") != std::string::npos) {
            cases.emplace_back(name, text);
        }
    }
    return cases;
}

TEST_F(HttpTest, SurvivesThePublishedHostileRequestsAndAnswersEachOnceAtMostS2)
{
    const char* elsewhere = std::getenv("PAPERVAULT_SHARED_DATA");
    const std::filesystem::path data =
        std::filesystem::path{elsewhere == nullptr ? PAPERVAULT_SHARED_DATA_DIR : elsewhere} / "security/http";
    if (!std::filesystem::exists(data)) { GTEST_SKIP() << "NOT TESTED: there is no " << data; }
    const TemporaryFolder folder;
    for (const auto& archive : std::filesystem::directory_iterator{data}) {
        const std::string command =
            fmt::format("tar -xzf '{}' -C '{}'", archive.path().string(), folder.path().string());
        ASSERT_EQ(std::system(command.c_str()), 0);
    }
    const auto cases = corpus(folder.path());
    ASSERT_GT(cases.size(), 250U);
    std::size_t invalid = 0;
    for (const auto& [name, bytes] : cases) {
        const auto client = rig.client();
        ASSERT_TRUE(client) << name;
        std::ignore = client->send(bytes + get("/smuggled"));
        const std::string answer = client->receive_all(8s);
        EXPECT_LE(answers_in(answer), 1U) << name << '\n' << answer;
        if (name.find("/invalid/") != std::string::npos) {
            ++invalid;
            EXPECT_GE(status_of(answer), 400) << name << '\n' << answer;
        }
    }
    EXPECT_EQ(invalid, 74U);
    EXPECT_TRUE(rig.is_alive());
    EXPECT_LE(rig.handler.requests(), 1U) << "every case has a second request behind it, so none may be answered";
}

// ---- WebSocket ----

class WebSocketTest : public testing::Test {
protected:
    std::unique_ptr<TlsClient> line()
    {
        auto client = rig.client();
        EXPECT_EQ(client->upgrade("/v1/sitting"), 101);
        return client;
    }
    /// What the hall says to a frame: the close code, or 0 for none.
    int code_after(std::uint8_t first_byte, std::string_view payload, bool masked = true)
    {
        const auto client = line();
        EXPECT_TRUE(client->send_frame(first_byte, payload, masked));
        const auto frame = client->receive_frame(5s);
        return frame ? frame->close_code() : 0;
    }
    NetRig rig;
};

TEST_F(WebSocketTest, CarriesMessagesWholeAndInPieces)
{
    const auto client = line();
    ASSERT_TRUE(client->send_text("答案"));
    EXPECT_EQ(client->receive_frame()->payload, "答案");
    ASSERT_TRUE(client->send_frame(0x01, "one "));
    ASSERT_TRUE(client->send_frame(0x89, "ping in between"));
    ASSERT_TRUE(client->send_frame(0x80, "two"));
    EXPECT_EQ(client->receive_frame()->payload, "one two");
    const std::string large(64 * 1024, 'x');
    ASSERT_TRUE(client->send_text(large));
    EXPECT_EQ(client->receive_frame()->payload, large);
    ASSERT_TRUE(client->send_frame(0x88, std::string{"\x03\xe8", 2}));
    EXPECT_EQ(client->receive_frame()->close_code(), 1000);
    EXPECT_TRUE(rig.handler.wait_until([this] { return rig.handler.open_lines() == 0; }));
}

TEST_F(WebSocketTest, EndsOnFramesThatBreakTheRules)
{
    EXPECT_EQ(code_after(0x81, "unmasked", false), 1002);
    EXPECT_EQ(code_after(0xc1, "reserved bit: compressed"), 1002);
    EXPECT_EQ(code_after(0x83, "reserved opcode"), 1002);
    EXPECT_EQ(code_after(0x80, "a continuation of nothing"), 1002);
    EXPECT_EQ(code_after(0x09, "a ping in pieces"), 1002);
    EXPECT_EQ(code_after(0x89, std::string(126, 'x')), 1002);
    EXPECT_EQ(code_after(0x82, "binary"), 1003);
    EXPECT_EQ(code_after(0x81, "\xff\xfe"), 1007);
    EXPECT_EQ(code_after(0x81, std::string(64 * 1024 + 1, 'x')), 1009);
    EXPECT_EQ(rig.handler.messages(), 0U);
    EXPECT_TRUE(rig.is_alive());
}

TEST_F(WebSocketTest, IsOnlyWhereItShouldBe)
{
    EXPECT_EQ(rig.client()->upgrade("/v1/status"), 404);
    const auto client = rig.client();
    ASSERT_TRUE(client->send(
        "POST /v1/sitting HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Content-Length: 0\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
    EXPECT_NE(status_of(client->receive_http()), 101);
    const auto no_key = rig.client();
    ASSERT_TRUE(no_key->send("GET /v1/sitting HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n"));
    EXPECT_NE(status_of(no_key->receive_http()), 101);
}

TEST_F(WebSocketTest, StopsReadingWhenTooManyMessagesAreUnanswered)
{
    rig.handler.hold = true;
    const auto client = line();
    for (int i = 0; i < 100; ++i) { ASSERT_TRUE(client->send_text("x")); }
    EXPECT_TRUE(rig.handler.wait_until([this] { return rig.handler.messages() == 64; }));
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(rig.handler.messages(), 64U);
    rig.handler.release_all();
    EXPECT_TRUE(rig.handler.wait_until([this] { return rig.handler.messages() == 100; }));
}

TEST_F(WebSocketTest, ClosesALineThatDoesNotReadOrIsSilent)
{
    const auto deaf = line();
    ASSERT_TRUE(rig.handler.wait_until([this] { return rig.handler.first_line() != nullptr; }));
    const auto hall_end = rig.handler.first_line();
    for (int i = 0; i < 64; ++i) { hall_end->send(std::string(1 << 20, 'x')); }
    EXPECT_TRUE(rig.handler.wait_until([this] { return rig.handler.open_lines() == 0; }));
    // A cable that is pulled: nothing comes any more, not even the answer to a ping.
    const auto silent = line();
    ASSERT_TRUE(rig.handler.wait_until([this] { return rig.handler.open_lines() == 1; }));
    EXPECT_TRUE(rig.handler.wait_until([this] { return rig.handler.open_lines() == 0; }));
}

TEST_F(WebSocketTest, ClosesWithTheCodeOfTheProgram)
{
    const auto client = line();
    ASSERT_TRUE(rig.handler.wait_until([this] { return rig.handler.first_line() != nullptr; }));
    const auto hall_end = rig.handler.first_line();
    hall_end->send("last words");
    hall_end->close(LineClose::moved);
    hall_end->send("too late");
    EXPECT_EQ(client->receive_frame()->payload, "last words");
    EXPECT_EQ(client->receive_frame()->close_code(), 4002);
}

TEST(ConnectionLimitTest, ACertificateHasOnlySoManyConnections)
{
    ListenerLimits limits = NetRig::quick();
    limits.connections_per_peer_max = 3;
    NetRig rig{true, limits};
    std::vector<std::unique_ptr<TlsClient>> open;
    for (int i = 0; i < 3; ++i) {
        open.push_back(rig.client());
        ASSERT_EQ(open.back()->upgrade("/v1/sitting"), 101);
    }
    EXPECT_EQ(rig.client()->upgrade("/v1/sitting"), 0);
    const auto other = TlsClient::connect(rig.port, rig.credentials("kiosk", "seat-02"));
    ASSERT_TRUE(other);
    EXPECT_EQ(other->upgrade("/v1/sitting"), 101);
    open.clear();
    EXPECT_TRUE(rig.handler.wait_until([&] { return rig.handler.open_lines() == 1; }));
    EXPECT_EQ(rig.client()->upgrade("/v1/sitting"), 101);
}

TEST(PacerTest, LetsABurstThroughAndThenKeepsThePace)
{
    Pacer pacer{{.per_second = 10, .burst = 3}};
    const auto now = Pacer::Clock::now();
    EXPECT_LE(pacer.count(now), now);
    EXPECT_LE(pacer.count(now), now);
    EXPECT_LE(pacer.count(now), now);
    EXPECT_EQ(pacer.count(now), now + 100ms);
    EXPECT_EQ(pacer.count(now + 100ms), now + 200ms);
    EXPECT_LE(pacer.count(now + 10s), now + 10s) << "and forgives";
}

TEST(ConnectionLimitTest, ReadsALineThatIsTooQuickMoreSlowly)
{
    ListenerLimits limits = NetRig::quick();
    limits.messages = {.per_second = 20, .burst = 10};
    NetRig rig{true, limits};
    const auto client = rig.client();
    ASSERT_EQ(client->upgrade("/v1/sitting"), 101);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) { ASSERT_TRUE(client->send_text("x")); }
    ASSERT_TRUE(rig.handler.wait_until([&] { return rig.handler.messages() == 20; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms);
}

TEST(AdmissionTest, NewcomersPushOutOnlyTheOldestThatIsNotIn)
{
    ListenerLimits limits;
    limits.handshakes_max = 4;
    limits.handshakes_per_address_max = 2;
    limits.connections_max = 3;
    Admission admission{limits};
    EXPECT_FALSE(admission.arrive(1, "a"));
    EXPECT_FALSE(admission.arrive(2, "a"));
    EXPECT_EQ(admission.arrive(3, "a"), 1U) << "the oldest of the same address";
    EXPECT_FALSE(admission.establish(1, "x")) << "it is out";
    EXPECT_TRUE(admission.establish(2, "x"));
    EXPECT_FALSE(admission.arrive(4, "b"));
    EXPECT_FALSE(admission.arrive(5, "c"));
    EXPECT_FALSE(admission.arrive(6, "d"));
    EXPECT_EQ(admission.arrive(7, "e"), 3U) << "the oldest of all; who is in stays";
    EXPECT_TRUE(admission.establish(4, "x"));
    EXPECT_TRUE(admission.establish(5, "y"));
    EXPECT_FALSE(admission.establish(6, "y")) << "full";
    admission.leave(2);
    EXPECT_TRUE(admission.establish(6, "y"));
    for (std::uint64_t id = 1; id <= 7; ++id) { admission.leave(id); }
    admission.leave(4);
    EXPECT_EQ(admission.established(), 0U);
}

} // namespace
} // namespace papervault::server::test
