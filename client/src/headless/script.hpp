#pragma once

#include <papervault/client/headless.hpp>
#include <papervault/client/opened_form.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/random_stream.hpp>

#include <string>
#include <vector>

namespace papervault::client {

/// The candidate's chance, the same for the same seed on every machine.
class SeededChance final : private engine::RandomStream {
public:
    SeededChance(const crypto::Digest& seed, std::string_view purpose) : stream_{seed.view(), purpose} {}

    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return integers_.below(bound); }
    [[nodiscard]] bool happens(unsigned percent) { return below(100) < percent; }

private:
    void fill(std::span<std::byte> out) override { stream_.fill(out); }
    crypto::ChaCha20Stream stream_;
    engine::RandomIntegers integers_{*this};
};

struct ScriptStep {
    enum class Kind { answer, mark, unmark };
    Kind kind{};
    std::string item;
    engine::Response response; ///< Of an answer.
    bool operator==(const ScriptStep&) const = default;
};

/// What a candidate does on this form: in its order; some items are first answered otherwise and marked, and put right
/// at the end, in any order. The last answer to every item is the plan's.
[[nodiscard]] std::vector<ScriptStep> make_script(const std::vector<FormItem>& form, const CandidatePlan& plan,
                                                  int rounds);

} // namespace papervault::client
