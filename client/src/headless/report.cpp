#include <papervault/client/headless.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace papervault::client {
namespace {

namespace json = boost::json;

std::string_view to_text(HeadlessEnd end)
{
    switch (end) {
    case HeadlessEnd::none: return "unfinished";
    case HeadlessEnd::handed_in: return "handed_in";
    case HeadlessEnd::stopped: return "stopped";
    case HeadlessEnd::failed: return "failed";
    }
    return "failed";
}

double milliseconds(Monotonic time)
{
    return std::round(static_cast<double>(time.count()) / 10.0) / 100.0;
}

std::uint64_t reconnects(const HeadlessResult& result)
{
    return std::max<std::uint64_t>(result.counters.lines, 1) - 1;
}

struct Totals {
    std::uint64_t answers = 0, acknowledged = 0, resent = 0, refused = 0, too_late = 0, reconnects = 0;
    std::vector<Monotonic> waited; ///< Sorted.
};
Totals total(const HeadlessSummary& summary)
{
    Totals totals;
    for (const HeadlessResult& each : summary.candidates) {
        totals.answers += each.counters.answers;
        totals.acknowledged += each.counters.acknowledged;
        totals.resent += each.counters.resent;
        totals.refused += each.counters.refused;
        totals.too_late += each.counters.too_late;
        totals.reconnects += reconnects(each);
        totals.waited.insert(totals.waited.end(), each.waited.begin(), each.waited.end());
    }
    std::ranges::sort(totals.waited);
    return totals;
}

/// Nearest rank.
Monotonic percentile(const std::vector<Monotonic>& sorted, double share)
{
    if (sorted.empty()) { return {}; }
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

double per_second(std::uint64_t count, Monotonic time)
{
    return time.count() == 0 ? 0.0
                             : std::round(static_cast<double>(count) * 1e7 / static_cast<double>(time.count())) / 10;
}

json::object latency(const std::vector<Monotonic>& sorted)
{
    return {{"count", sorted.size()},
            {"p50", milliseconds(percentile(sorted, 0.50))},
            {"p90", milliseconds(percentile(sorted, 0.90))},
            {"p99", milliseconds(percentile(sorted, 0.99))},
            {"max", milliseconds(sorted.empty() ? Monotonic{} : sorted.back())}};
}

} // namespace

json::object to_json(const HeadlessSummary& summary)
{
    json::array candidates;
    for (const HeadlessResult& each : summary.candidates) {
        json::object entry{{"ticket", each.ticket},
                           {"seat", each.seat},
                           {"end", to_text(each.end)},
                           {"receipt", each.receipt},
                           {"receipt_verified", each.receipt_verified},
                           {"answers", each.counters.answers},
                           {"acknowledged", each.counters.acknowledged},
                           {"superseded", each.counters.superseded},
                           {"resent", each.counters.resent},
                           {"refused", each.counters.refused},
                           {"too_late", each.counters.too_late},
                           {"put_back", each.counters.put_back},
                           {"reconnects", reconnects(each)}};
        if (!each.problem.empty()) { entry["problem"] = each.problem; }
        candidates.push_back(std::move(entry));
    }
    const Totals totals = total(summary);
    json::object out{{"good", summary.good()},
                     {"answers", totals.answers},
                     {"acknowledged", totals.acknowledged},
                     {"resent", totals.resent},
                     {"refused", totals.refused},
                     {"too_late", totals.too_late},
                     {"reconnects", totals.reconnects},
                     {"answering_seconds", milliseconds(summary.answering) / 1000},
                     {"answers_per_second", per_second(totals.acknowledged, summary.answering)}};
    out["latency_ms"] = latency(totals.waited);
    out["candidates"] = std::move(candidates);
    return out;
}

std::string to_table(const HeadlessSummary& summary)
{
    std::string text = fmt::format("{:>4}  {:<20} {:<10} {:<14} {:>7} {:>7} {:>6} {:>7} {:>5}\n", "seat", "ticket",
                                   "end", "receipt", "answers", "durable", "resent", "refused", "lines");
    for (const HeadlessResult& each : summary.candidates) {
        text += fmt::format("{:>4}  {:<20} {:<10} {:<14} {:>7} {:>7} {:>6} {:>7} {:>5}  {}\n", each.seat, each.ticket,
                            to_text(each.end), each.receipt, each.counters.answers, each.counters.acknowledged,
                            each.counters.resent, each.counters.refused + each.counters.too_late, each.counters.lines,
                            each.problem);
    }
    const Totals totals = total(summary);
    text += fmt::format("{} answers, {} durable, {:.1f}/s; acknowledged after p50 {} p90 {} p99 {} max {} ms; {} "
                        "reconnects\n",
                        totals.answers, totals.acknowledged, per_second(totals.acknowledged, summary.answering),
                        milliseconds(percentile(totals.waited, 0.50)), milliseconds(percentile(totals.waited, 0.90)),
                        milliseconds(percentile(totals.waited, 0.99)),
                        milliseconds(totals.waited.empty() ? Monotonic{} : totals.waited.back()), totals.reconnects);
    return text;
}

std::string sheets_to_jsonl(const HeadlessSummary& summary)
{
    std::string text;
    for (const HeadlessResult& each : summary.candidates) {
        json::object responses;
        for (const auto& [item, answer] : each.answers) {
            if (!answer.saved || answer.response.empty()) { continue; }
            json::array parts;
            for (const std::string& part : answer.response) { parts.emplace_back(part); }
            responses[item] = std::move(parts);
        }
        json::object line{{"ticket", each.ticket}, {"seat", each.seat}, {"receipt", each.receipt}};
        line["responses"] = std::move(responses);
        text += json::serialize(line) + "\n";
    }
    return text;
}

} // namespace papervault::client
