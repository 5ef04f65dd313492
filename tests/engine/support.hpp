#pragma once

#include <papervault/engine/error.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/random_stream.hpp>
#include <papervault/engine/seeded_stream.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>

namespace papervault::engine {

inline void PrintTo(EngineError code, std::ostream* out)
{
    constexpr std::array names{"malformed", "out_of_range", "unknown_field", "inconsistent", "infeasible"};
    *out << names.at(static_cast<std::size_t>(code));
}

MATCHER_P(IsRefusedWith, code, "is refused with " + testing::PrintToString(code))
{
    if (arg.has_value()) {
        *result_listener << "but was accepted";
        return false;
    }
    *result_listener << "with " << testing::PrintToString(arg.error().code) << ": " << arg.error().detail;
    return arg.error().code == code;
}

MATCHER(IsAccepted, "is accepted")
{
    if (!arg.has_value()) *result_listener << "but was refused: " << arg.error().detail;
    return arg.has_value();
}

/// A constant of a test.
inline boost::json::value json_of(std::string_view text)
{
    auto value = parse_json(text, JsonLimits{});
    if (!value) throw std::invalid_argument{value.error().detail};
    return std::move(*value);
}

using SplitMixStream = SeededStream;

/// Choices of a property test. The seed is to be printed with a failure.
class Chooser {
public:
    explicit Chooser(std::uint64_t seed) : stream_{seed}, integers_{stream_} {}
    std::uint64_t below(std::uint64_t bound) { return integers_.below(bound); }
    std::int64_t between(std::int64_t lowest, std::int64_t highest)
    {
        return lowest + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(highest - lowest) + 1));
    }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    template <class Container>
    auto& of(Container& values)
    {
        return values[below(values.size())];
    }

private:
    SplitMixStream stream_;
    RandomIntegers integers_;
};

/// Where the collections of others are, outside the repository; the environment has precedence over the build.
inline std::filesystem::path shared_data_folder()
{
    const char* const chosen = std::getenv("PAPERVAULT_SHARED_DATA_DIR");
    return chosen != nullptr ? chosen : PAPERVAULT_SHARED_DATA_DIR;
}

inline std::string read_file(const std::filesystem::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream) throw std::runtime_error{"cannot read " + file.string()};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

} // namespace papervault::engine

/// Names the file that is missing, so that a run without the collections cannot be taken for a complete one.
#define SKIP_UNLESS_PRESENT(file)                                                                                      \
    if (!std::filesystem::exists(file)) {                                                                              \
        GTEST_SKIP() << "NOT TESTED: " << (file) << " is missing; set PAPERVAULT_SHARED_DATA_DIR";                     \
    }
