#include "package/piece_hasher.hpp"

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace papervault::vault {
namespace {

/// So many pieces may wait to be hashed: enough for a writer that now and then stops for the disk.
constexpr std::size_t rooms = 4;
/// Starting a thread costs about as much as hashing a tenth of this.
constexpr std::uint64_t worth_a_thread_bytes = 1 << 20;

} // namespace

struct PieceHasher::State {
    State(crypto::Suite suite, std::size_t piece_bytes_max, bool with_thread)
        : hasher{suite}, piece_bytes{piece_bytes_max}, memory(piece_bytes_max * (with_thread ? rooms : 1))
    {
        if (!with_thread) { return; }
        try {
            thread = std::jthread{[this] { work(); }};
        } catch (const std::system_error&) {
            // No thread is to be had: the caller's own does it.
        }
    }

    ~State()
    {
        {
            const std::lock_guard lock{mutex};
            dropped = true;
        }
        changed.notify_all();
    }

    [[nodiscard]] std::span<std::byte> room(std::uint64_t number)
    {
        return std::span{memory}.subspan(number % (memory.size() / piece_bytes) * piece_bytes, piece_bytes);
    }

    void work()
    {
        std::unique_lock lock{mutex};
        for (;;) {
            changed.wait(lock, [this] { return dropped || ended || hashed < submitted; });
            if (dropped || hashed == submitted) { return; }
            const auto piece = room(hashed).first(sizes[hashed % rooms]);
            lock.unlock();
            try {
                hasher.update(piece);
            } catch (...) {
                failure = std::current_exception(); // read after the thread has ended
            }
            lock.lock();
            ++hashed;
            changed.notify_all();
        }
    }

    crypto::SuiteHasher hasher;
    std::size_t piece_bytes;
    std::vector<std::byte> memory;
    std::mutex mutex;
    std::condition_variable changed;
    std::array<std::size_t, rooms> sizes{};
    std::uint64_t submitted = 0;
    std::uint64_t hashed = 0;
    bool ended = false;   ///< Nothing more is submitted.
    bool dropped = false; ///< Nobody wants the digest.
    std::exception_ptr failure;
    std::jthread thread; ///< Joined before everything above goes.
};

PieceHasher::PieceHasher(crypto::Suite suite, std::size_t piece_bytes_max, std::uint64_t total_bytes, Place place)
    : state_{std::make_unique<State>(suite, piece_bytes_max,
                                     place == Place::beside && total_bytes >= worth_a_thread_bytes &&
                                         std::thread::hardware_concurrency() > 1)}
{
}

PieceHasher::~PieceHasher() = default;

std::span<std::byte> PieceHasher::next()
{
    if (!state_->thread.joinable()) { return state_->room(0); }
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return state_->submitted - state_->hashed < rooms; });
    return state_->room(state_->submitted);
}

void PieceHasher::submit(std::size_t size_bytes)
{
    if (!state_->thread.joinable()) {
        state_->hasher.update(state_->room(0).first(size_bytes));
        return;
    }
    {
        const std::lock_guard lock{state_->mutex};
        state_->sizes[state_->submitted % rooms] = size_bytes;
        ++state_->submitted;
    }
    state_->changed.notify_all();
}

crypto::Digest PieceHasher::finish()
{
    if (state_->thread.joinable()) {
        {
            const std::lock_guard lock{state_->mutex};
            state_->ended = true;
        }
        state_->changed.notify_all();
        state_->thread.join();
        if (state_->failure) { std::rethrow_exception(state_->failure); }
    }
    return state_->hasher.finish();
}

} // namespace papervault::vault
