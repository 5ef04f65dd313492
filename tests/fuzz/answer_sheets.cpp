// Any text as the sheets of an answers file: all readers see the same in it, and what is read is written again as it
// was.
#include "vault/sheets_readers.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::vault;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto disagreement = test::disagreement_about(text, "0123456789abcdef0123456789abcdef")) {
        std::fprintf(stderr, "%s\n", disagreement->c_str());
        std::abort();
    }
    AnswersFile answers;
    if (!decode_sheets(text, answers)) { return 0; }
    if (encode_sheets(answers) != text) { std::abort(); }
    return 0;
}
