// A line of a case file from anybody: an expression tree with its declarations and responses, or an item (whose XML
// stands where its name would be) with responses. The answer is an object that names the case.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/qti/cases.hpp>

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <string>
#include <string_view>

using namespace papervault::engine;
using namespace papervault::engine::qti;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    CaseRunner runner{[](std::string_view xml) -> Result<std::string> { return std::string{xml}; }, 1};
    const auto answer = runner.answer({reinterpret_cast<const char*>(data), size});
    const bool is_answered = answer.contains("outcomes") || answer.contains("value");
    PAPERVAULT_ASSERT(is_answered != answer.contains("error"));
    (void)boost::json::serialize(answer);
    return 0;
}
