// Any text as the sheets of an answers file: what is read is written again as it was.
#include "answers/sheets_codec.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::vault;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    AnswersFile answers;
    if (!decode_sheets(text, answers)) { return 0; }
    if (encode_sheets(answers) != text) { std::abort(); }
    std::ignore = check_answers(answers);
    return 0;
}
