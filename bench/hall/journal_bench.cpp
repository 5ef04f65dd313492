// Durable answers of the hall's journal: how many a second, in what groups, how late; beside what the disk itself can
// do in the same run. Answers arrive at a fixed rate whatever the journal does (open loop), or as fast as
// acknowledgements allow (closed loop), so a stall shows in the latencies of all who wait for it.
//   bench-hall-journal [folder] [seconds per run]
#include "journal/sqlcipher_journal.hpp"

#include <papervault/crypto/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace server = papervault::server;
namespace crypto = papervault::crypto;
namespace vault = papervault::vault;

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::string_view package_id = "0123456789abcdef0123456789abcdef";

struct Percentiles {
    double p50 = 0;
    double p99 = 0;
    double max = 0;
};

Percentiles percentiles(std::vector<double>& values)
{
    if (values.empty()) { return {}; }
    std::ranges::sort(values);
    const auto at = [&values](double share) {
        return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    return {.p50 = at(0.5), .p99 = at(0.99), .max = values.back()};
}

void print(std::string_view name, double per_second, double group, Percentiles latency)
{
    fmt::print("{:<44} {:>10.0f}/s  group {:>7.1f}  p50 {:>9.0f} us  p99 {:>9.0f} us  max {:>9.0f} us\n", name,
               per_second, group, latency.p50, latency.p99, latency.max);
}

double load_average()
{
    std::ifstream file{"/proc/loadavg"};
    double load = 0;
    file >> load;
    return load;
}

/// The physical limit: overwriting one block and making it durable, alone.
void raw_disk(const std::filesystem::path& folder, std::chrono::seconds length)
{
    const auto file = folder / "raw";
    const int descriptor = ::open(file.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    std::vector<char> block(4096, 'x');
    std::vector<double> latency;
    // As the write-ahead log does: the file has its size, the block is overwritten.
    bool good =
        descriptor >= 0 && ::pwrite(descriptor, block.data(), block.size(), 0) == 4096 && ::fsync(descriptor) == 0;
    const auto begin = Clock::now();
    while (good && Clock::now() - begin < length) {
        const auto before = Clock::now();
        ++block[latency.size() % block.size()];
        good = ::pwrite(descriptor, block.data(), block.size(), 0) == 4096 && ::fdatasync(descriptor) == 0;
        latency.push_back(Microseconds{Clock::now() - before}.count());
    }
    if (descriptor >= 0) { ::close(descriptor); }
    std::filesystem::remove(file);
    if (!good) { fmt::print("raw disk: failed\n"); }
    print("fdatasync of one 4 KiB block, alone",
          static_cast<double>(latency.size()) / static_cast<double>(length.count()), 1, percentiles(latency));
}

class Run {
public:
    explicit Run(const std::filesystem::path& folder) : file_{folder / "journal.db"}
    {
        remove();
        const auto created = server::SqlcipherJournal::create(file_, key_, package_id, {});
        auto opened = server::SqlcipherJournal::open(
            file_, key_, package_id, [](const server::JournalRecord&) -> vault::Result<void> { return {}; });
        if (!created || !opened) { throw std::runtime_error{"no journal in this folder"}; }
        journal_ = std::move(*opened);
    }
    ~Run()
    {
        journal_.reset();
        remove();
    }

    /// Answers at this rate, each acknowledged when durable.
    void open_loop(int per_second, std::chrono::seconds length)
    {
        const auto begin = Clock::now();
        const auto interval = std::chrono::nanoseconds{1'000'000'000 / per_second};
        std::size_t sent = 0;
        for (auto due = begin; due - begin < length; due += interval, ++sent) {
            std::this_thread::sleep_until(due);
            append(due);
        }
        finish(sent, begin, fmt::format("journal, answers arrive at {}/s", per_second));
    }

    /// So many candidates, each with one answer under way.
    void closed_loop(int candidates, std::chrono::seconds length)
    {
        const auto begin = Clock::now();
        std::size_t sent = 0;
        while (Clock::now() - begin < length) {
            {
                std::unique_lock guard{mutex_};
                done_.wait(guard, [&] { return sent - latency_.size() < static_cast<std::size_t>(candidates); });
            }
            append(Clock::now());
            ++sent;
        }
        finish(sent, begin, fmt::format("journal, {} answers under way", candidates));
    }

private:
    void append(Clock::time_point asked)
    {
        const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
        std::vector<server::JournalRecord> records;
        records.push_back(chain_.extend(now, payload_));
        journal_->append(std::move(records), [this, asked](const vault::Result<void>& stored) {
            const auto ready = Clock::now();
            const std::scoped_lock guard{mutex_};
            if (!stored) { failed_ = true; }
            // All of one commit are reported within microseconds of each other.
            if (latency_.empty() || ready - last_ready_ > std::chrono::microseconds{40}) { ++groups_; }
            last_ready_ = ready;
            latency_.push_back(Microseconds{ready - asked}.count());
            done_.notify_one();
        });
    }

    void finish(std::size_t sent, Clock::time_point begin, const std::string& name)
    {
        std::unique_lock guard{mutex_};
        done_.wait(guard, [&] { return latency_.size() == sent; });
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const double group = static_cast<double>(sent) / static_cast<double>(std::max<std::size_t>(1, groups_));
        print(failed_ ? name + " FAILED" : name, static_cast<double>(sent) / seconds, group, percentiles(latency_));
    }

    void remove()
    {
        for (const char* end : {"", "-wal", "-shm", ".lock"}) { std::filesystem::remove(file_.string() + end); }
    }

    std::filesystem::path file_;
    crypto::SecretBuffer key_ = crypto::random_secret(32);
    std::string payload_ =
        R"({"event":{"item":"HG4-2.3-0017","kind":"answered","marked":false,"response":["B"],"sequence":123,)"
        R"("ticket":"2026110400017"},"kind":"event"})";
    server::JournalChain chain_{package_id};
    std::unique_ptr<server::SqlcipherJournal> journal_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::vector<double> latency_;
    std::size_t groups_ = 0;
    Clock::time_point last_ready_{};
    bool failed_ = false;
};

} // namespace

int main(int argc, char** argv)
{
    std::string pattern = (std::filesystem::path{argc > 1 ? argv[1] : "."} / "bench-hall-XXXXXX").string();
    const std::chrono::seconds length{argc > 2 ? std::atoi(argv[2]) : 3};
    if (::mkdtemp(pattern.data()) == nullptr || length.count() < 1) {
        fmt::print(stderr, "usage: bench-hall-journal [folder] [seconds per run]\n");
        return 1;
    }
    const std::filesystem::path folder{pattern};
    fmt::print("{} processors, load average {:.2f} at the start, folder {}\n", std::thread::hardware_concurrency(),
               load_average(), folder.string());
    raw_disk(folder, length);
    for (const int rate : {30, 300, 3000, 10000}) { Run{folder}.open_loop(rate, length); }
    for (const int candidates : {1, 30, 300, 3000}) { Run{folder}.closed_loop(candidates, length); }
    raw_disk(folder, length);
    fmt::print("load average {:.2f} at the end\n", load_average());
    std::filesystem::remove_all(folder);
    return 0;
}
