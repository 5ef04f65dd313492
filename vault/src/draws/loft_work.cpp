#include "draws/loft_work.hpp"

#include <papervault/crypto/merkle.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace papervault::vault {

Result<void> for_each_form(std::uint32_t count, const std::function<Result<void>(std::uint32_t)>& work,
                           const Progress& progress)
{
    std::atomic<std::uint32_t> next{1};
    std::atomic<std::uint32_t> done{0};
    std::atomic<bool> stopped{false};
    std::mutex mutex;
    std::optional<std::pair<std::uint32_t, VaultFailure>> first;
    std::exception_ptr thrown;
    const auto run = [&] {
        try {
            while (!stopped) {
                const std::uint32_t number = next++;
                if (number > count) { return; }
                if (const auto outcome = work(number); !outcome) {
                    stopped = true;
                    const std::scoped_lock lock{mutex};
                    if (!first || number < first->first) { first = {number, outcome.error()}; }
                }
                ++done;
            }
        } catch (...) { // handed to the caller's thread
            stopped = true;
            const std::scoped_lock lock{mutex};
            thrown = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        const unsigned wanted = std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
        for (unsigned n = 0; n < std::min<std::uint32_t>(wanted, count); ++n) { threads.emplace_back(run); }
        while (progress && !stopped && done < count) {
            progress(done, count);
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
    }
    if (thrown) { std::rethrow_exception(thrown); }
    if (first) { return std::unexpected{first->second}; }
    if (progress) { progress(count, count); }
    return {};
}

crypto::Digest merkle_root(std::span<const crypto::Digest> digests)
{
    crypto::MerkleTree tree;
    for (const crypto::Digest& digest : digests) { tree.append(crypto::merkle_leaf(digest.view())); }
    return tree.root();
}

} // namespace papervault::vault
