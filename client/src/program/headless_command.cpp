#include "program/commands.hpp"

#include <papervault/client/headless.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sys/resource.h>

namespace papervault::client {
namespace {

constexpr int wrong_use = 2;

int complain(std::string_view what)
{
    fmt::print(stderr, "papervault-kiosk: {}\n", what);
    return wrong_use;
}

bool read_number(std::string_view text, int& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

/// "1-30", "7", "1-10,15".
bool is_in(std::string_view ranges, int seat, bool& well_formed)
{
    bool found = false;
    while (!ranges.empty()) {
        const std::size_t comma = std::min(ranges.find(','), ranges.size());
        const std::string_view range = ranges.substr(0, comma);
        ranges.remove_prefix(std::min(comma + 1, ranges.size()));
        const std::size_t dash = range.find('-');
        int first = 0;
        int last = 0;
        const bool read =
            read_number(range.substr(0, dash), first) &&
            (dash == std::string_view::npos ? read_number(range, last) : read_number(range.substr(dash + 1), last));
        well_formed = well_formed && read;
        found = found || (seat >= first && seat <= last);
    }
    return found;
}

/// A few hundred seats need a few files each.
void raise_open_files() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        std::ignore = ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

bool write_file(const std::string& name, std::string_view text)
{
    std::ofstream file{name, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    return file.good();
}

std::chrono::milliseconds milliseconds_of(double seconds)
{
    return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

Result<std::vector<CandidatePlan>> read_plans(const HeadlessCommand& command)
{
    std::ifstream file{command.plan, std::ios::binary};
    if (!file) { return refuse(ClientError::malformed, command.plan + " cannot be read"); }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto plans = plan_from_jsonl(text);
    if (!plans) { return plans; }
    bool well_formed = true;
    std::erase_if(*plans, [&](const CandidatePlan& plan) {
        const bool wanted_seat = command.seats.empty() || is_in(command.seats, plan.seat, well_formed);
        return !wanted_seat || (!command.ticket.empty() && plan.ticket != command.ticket);
    });
    if (!well_formed) { return refuse(ClientError::malformed, "--seats: " + command.seats); }
    if (plans->empty()) { return refuse(ClientError::malformed, "the plan has none of these candidates"); }
    return plans;
}

} // namespace

int run(const HeadlessCommand& command)
{
    HeadlessOptions options;
    const auto hall_address = endpoint_from_text(command.addresses.hall);
    if (!hall_address) { return complain("--hall: " + hall_address.error().detail); }
    const auto enrolment_address = endpoint_from_text(command.addresses.enrolment);
    if (!enrolment_address) { return complain("--enrol: " + enrolment_address.error().detail); }
    auto plans = read_plans(command);
    if (!plans) { return complain(plans.error().detail); }

    options.hall = *hall_address;
    options.enrolment = *enrolment_address;
    if (!command.state.empty()) { options.state = command.state; }
    options.pace = milliseconds_of(command.pace_seconds);
    options.spread = milliseconds_of(command.spread_seconds);
    options.rounds = command.rounds;
    options.stays_to_the_end = command.stay;
    options.until_signal = command.until_signal;
    if (command.stop_after > 0) { options.stop_after = command.stop_after; }

    std::map<int, std::string> codes;
    HeadlessEvents events;
    events.enrolment_code = [&](int seat, std::string_view code) {
        fmt::print("seat {:02} code {}\n", seat, code);
        std::fflush(stdout);
        if (command.codes_out.empty()) { return; }
        codes[seat] = code;
        std::string table = "seat,code\n";
        for (const auto& [number, text] : codes) { table += fmt::format("{},{}\n", number, text); }
        if (!write_file(command.codes_out, table)) {
            fmt::print(stderr, "papervault-kiosk: {} cannot be written\n", command.codes_out);
        }
    };
    if (command.verbose) {
        events.note = [](int seat, std::string_view text) { fmt::print(stderr, "seat {:02}: {}\n", seat, text); };
    }

    raise_open_files();
    EventLoop loop;
    HeadlessHall hall{loop, std::move(*plans), options, std::move(events), [&loop] { loop.stop(); }};
    bool asked_before = false;
    loop.on_stop_signal([&] {
        if (std::exchange(asked_before, true)) { return loop.stop(); } // asked twice: at once
        hall.stop();
    });
    loop.post([&hall] { hall.start(); });
    loop.run();

    const HeadlessSummary summary = hall.summary();
    if (!command.sheets_out.empty() && !write_file(command.sheets_out, sheets_to_jsonl(summary))) {
        return complain(command.sheets_out + " cannot be written");
    }
    fmt::print("{}", command.json ? boost::json::serialize(to_json(summary)) + "\n" : to_table(summary));
    return summary.good() ? 0 : 1;
}

} // namespace papervault::client
