#include "ctl/ctl.hpp"

#include <papervault/engine/batch.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/local_time.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace papervault::server {
namespace {

using boost::json::value;
using vault::Result;
using vault::VaultError;

constexpr engine::JsonLimits answer_limits{.bytes_max = 64 << 20, .depth_max = 16};
constexpr std::string_view key_mark = "-----BEGIN PRIVATE KEY-----";

std::string text_at(const value& object, std::string_view name)
{
    const auto* members = object.if_object();
    const auto* member = members == nullptr ? nullptr : members->if_contains(name);
    if (member == nullptr) { return {}; }
    if (member->is_string()) { return std::string{member->get_string()}; }
    return boost::json::serialize(*member);
}

const boost::json::array& array_at(const value& object, std::string_view name)
{
    static const boost::json::array nothing;
    const auto* members = object.if_object();
    const auto* member = members == nullptr ? nullptr : members->if_contains(name);
    return member != nullptr && member->is_array() ? member->get_array() : nothing;
}

Result<std::filesystem::path> only_staff_file(const HallDirectory& hall)
{
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{hall.staff_folder(), error}) {
        if (entry.path().extension() == ".pem") { files.push_back(entry.path()); }
    }
    if (files.size() == 1) { return files.front(); }
    if (files.empty()) {
        return vault::refuse(
            VaultError::not_found,
            fmt::format("there is no staff certificate in {}; make one with: papervault-server hall staff --dir {} "
                        "--name 主考",
                        hall.staff_folder().string(), hall.folder().string()));
    }
    return vault::refuse(VaultError::conflict,
                         "several people have a certificate here; say who you are with --staff FILE");
}

Result<value> parse_answer(std::string_view text)
{
    auto parsed = engine::parse_json(text, answer_limits);
    if (!parsed) {
        return vault::refuse(VaultError::malformed, "the hall's answer is no JSON: " + parsed.error().detail);
    }
    return std::move(*parsed);
}

} // namespace

Result<HallEndpoint> staff_endpoint(const HallDirectory& hall, const std::filesystem::path& staff)
{
    HallEndpoint endpoint;
    auto file = staff.empty() ? only_staff_file(hall) : Result<std::filesystem::path>{staff};
    if (!file) { return std::unexpected{file.error()}; }
    const auto pem = read_secret_file(*file, 64 * 1024);
    if (!pem) { return std::unexpected{pem.error()}; }
    const std::string_view both{reinterpret_cast<const char*>(pem->expose().data()), pem->size_bytes()};
    const std::size_t key_at = both.find(key_mark);
    if (key_at == std::string_view::npos) {
        return vault::refuse(VaultError::malformed, file->string() + " has no certificate and key");
    }
    endpoint.certificate_pem = both.substr(0, key_at);
    endpoint.key_pem = crypto::SecretBuffer::copy_of(pem->expose().subspan(key_at));
    auto authority = hall.authority_pem();
    if (!authority) { return std::unexpected{authority.error()}; }
    endpoint.authority_pem = std::move(*authority);

    const auto run = vault::read_text_file(hall.run_file(), 64 * 1024);
    if (!run) {
        return vault::refuse(VaultError::not_found,
                             "the hall has never run; start it with: papervault-server hall serve");
    }
    const auto json = parse_answer(*run);
    if (!json) { return std::unexpected{json.error()}; }
    engine::JsonFields fields{*json, "run.json"};
    endpoint.address = fields.text("address", 64);
    endpoint.port = static_cast<std::uint16_t>(fields.integer("hall_port", 1, 65535));
    if (const auto good = fields.finish_ignoring_unknown(); !good) {
        return vault::refuse(VaultError::malformed, good.error().detail);
    }
    if (endpoint.address == "0.0.0.0") { endpoint.address = "127.0.0.1"; }
    if (endpoint.address == "::") { endpoint.address = "::1"; }
    return endpoint;
}

Result<value> ask_hall(const HallEndpoint& hall, HttpMethod method, std::string path, std::string body)
{
    const auto answer = https_request(hall, {.method = method, .path = std::move(path), .body = std::move(body)});
    if (!answer) { return std::unexpected{answer.error()}; }
    auto parsed = parse_answer(answer->body);
    if (!parsed) { return parsed; }
    if (answer->status < 400) { return parsed; }
    const std::string error = text_at(*parsed, "error");
    const std::string detail = text_at(*parsed, "detail");
    if (const auto code = vault::error_from_text(error)) { return vault::refuse(*code, detail); }
    return vault::refuse(answer->status == 404 ? VaultError::not_found : VaultError::conflict,
                         fmt::format("{}: {}", error, detail));
}

Result<std::vector<SeatCode>> read_seat_codes(const std::filesystem::path& file)
{
    const auto text = vault::read_text_file(file, 64 * 1024);
    if (!text) { return std::unexpected{text.error()}; }
    std::vector<SeatCode> codes;
    std::string_view rest{*text};
    for (int line_number = 1; !rest.empty(); ++line_number) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (line.ends_with('\r')) { line.remove_suffix(1); }
        if (line.empty() || line.starts_with('#')) { continue; }
        const std::size_t comma = line.find(',');
        SeatCode entry;
        const std::string_view seat = line.substr(0, comma);
        const auto [end, error] = std::from_chars(seat.data(), seat.data() + seat.size(), entry.seat);
        if (comma == std::string_view::npos || error != std::errc{} || end != seat.data() + seat.size()) {
            return vault::refuse(VaultError::malformed,
                                 fmt::format("{} line {}: write seat,code", file.string(), line_number));
        }
        entry.code = line.substr(comma + 1);
        codes.push_back(std::move(entry));
    }
    return codes;
}

Result<std::vector<Confirmation>> confirm_seats(const HallEndpoint& hall, const std::vector<SeatCode>& codes)
{
    const auto answer = ask_hall(hall, HttpMethod::get, "/v1/enrolments", {});
    if (!answer) { return std::unexpected{answer.error()}; }
    std::vector<Confirmation> confirmations;
    for (const SeatCode& wanted : codes) {
        Confirmation confirmation{.seat = wanted.seat, .problem = "no machine of this seat is waiting"};
        // Several machines may say that they are this seat: the code tells which one the invigilator stands before.
        const auto plain = [](std::string_view code) { return crypto::from_base32(code); };
        const value* chosen = nullptr;
        for (const value& entry : array_at(*answer, "pending")) {
            if (text_at(entry, "seat") != std::to_string(wanted.seat)) { continue; }
            const bool fits = plain(wanted.code) && plain(text_at(entry, "code")) == plain(wanted.code);
            if (chosen == nullptr || fits) { chosen = &entry; }
        }
        if (chosen != nullptr) {
            const boost::json::object body{{"code", wanted.code}};
            const auto confirmed =
                ask_hall(hall, HttpMethod::post, fmt::format("/v1/enrolments/{}/confirm", text_at(*chosen, "id")),
                         boost::json::serialize(body));
            confirmation.problem = confirmed ? std::string{} : confirmed.error().detail;
        }
        confirmations.push_back(std::move(confirmation));
    }
    return confirmations;
}

Result<int> refuse_seat(const HallEndpoint& hall, int seat)
{
    const auto answer = ask_hall(hall, HttpMethod::get, "/v1/enrolments", {});
    if (!answer) { return std::unexpected{answer.error()}; }
    int refused = 0;
    for (const value& entry : array_at(*answer, "pending")) {
        if (text_at(entry, "seat") != std::to_string(seat)) { continue; }
        const auto done =
            ask_hall(hall, HttpMethod::post, fmt::format("/v1/enrolments/{}/refuse", text_at(entry, "id")), "{}");
        if (!done) { return std::unexpected{done.error()}; }
        ++refused;
    }
    return refused;
}

std::string status_text(const value& status)
{
    const auto time_at = [&status](std::string_view name) {
        const auto instant = engine::instant_from_text(text_at(status, name));
        return instant ? vault::local_time(*instant) : std::string{"—"};
    };
    std::string text =
        fmt::format("{}  {}\n考场 hall: {}   阶段 phase: {}   现在 now: {}\n开考 start: {}   结束 end: {}\n",
                    text_at(status, "batch"), text_at(status, "title"), text_at(status, "hall"),
                    text_at(status, "phase"), time_at("now"), time_at("starts_at"), time_at("ends_at"));
    if (const auto* members = status.if_object(); members != nullptr && members->contains("locks")) {
        const value& locks = members->at("locks");
        if (!text_at(locks, "needed").empty()) {
            text += fmt::format("锁 locks: 保管人 custodians {}/{}   放行 release: {}\n", text_at(locks, "given"),
                                text_at(locks, "needed"), text_at(locks, "release") == "true" ? "有 yes" : "无 no");
        }
    }
    text += fmt::format("机位 enrolled: {}   待确认 pending: {}   连接 lines: {}   已存答案 answers: {}\n",
                        text_at(status, "enrolled"), text_at(status, "enrolments_pending"), text_at(status, "lines"),
                        text_at(status, "answers_saved"));
    for (const value& seat : array_at(status, "seats")) {
        text += fmt::format("  {:>3}  {:<20} {:<12} {:<10} {:<4} {}\n", text_at(seat, "seat"), text_at(seat, "ticket"),
                            text_at(seat, "name"), text_at(seat, "phase"),
                            text_at(seat, "online") == "true" ? "在线" : "离线", text_at(seat, "answers"));
    }
    return text;
}

std::string enrolments_text(const value& enrolments)
{
    const boost::json::array& pending = array_at(enrolments, "pending");
    if (pending.empty()) { return "没有待确认的机位 no machine is waiting\n"; }
    std::string text = "机位 seat  代码 code    地址 address\n";
    for (const value& entry : pending) {
        text += fmt::format("{:>8}   {:<12} {}{}\n", text_at(entry, "seat"), text_at(entry, "code"),
                            text_at(entry, "address"),
                            text_at(entry, "replaces") == "true" ? "   替换原机 replaces another machine" : "");
    }
    return text;
}

} // namespace papervault::server
