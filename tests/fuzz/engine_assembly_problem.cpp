// An assembly problem from any text: what is read is valid and is read back as it was written; small ones are solved
// and drawn, and what comes of that has the asked length.
#include <papervault/engine/assembly_draw.hpp>
#include <papervault/engine/assembly_optimiser.hpp>
#include <papervault/engine/assert.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;

namespace {

class CountingStreams final : public RandomStreams {
public:
    void fill(std::uint64_t number, std::uint64_t offset, std::span<std::byte> out) const override
    {
        std::uint64_t state = number * 0x9e3779b97f4a7c15U + offset + 1;
        for (std::byte& byte : out) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            byte = static_cast<std::byte>(state >> 56U);
        }
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto problem = assembly_problem_from_text({reinterpret_cast<const char*>(data), size});
    if (!problem) { return 0; }
    PAPERVAULT_ASSERT(validate(*problem).has_value());
    PAPERVAULT_ASSERT(assembly_problem_from_text(to_text(*problem)) == *problem);
    if (problem->item_count > 40 || problem->form_count > 4 || problem->counts.size() > 20) { return 0; }
    AssemblyEffort effort;
    effort.steps = 5'000;
    const CountingStreams streams;
    if (const auto solved = assemble(*problem, streams, effort)) {
        for (const auto& form : solved->forms) { PAPERVAULT_ASSERT(form.size() == problem->length); }
    }
    return 0;
}
