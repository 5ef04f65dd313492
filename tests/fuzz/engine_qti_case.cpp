// A line of a case file from anybody: an expression tree with its declarations and responses, or an item (whose XML
// stands in the line's "xml") with responses. The answer is an object that names the case.
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
    const std::string_view line{reinterpret_cast<const char*>(data), size};
    const auto parsed = parse_json(line, {});
    const auto* const xml = parsed && parsed->is_object() ? parsed->get_object().if_contains("xml") : nullptr;
    const std::string item = xml != nullptr && xml->is_string() ? std::string{xml->get_string()} : std::string{};
    CaseRunner runner{[&](std::string_view) -> Result<std::string> { return item; }, 1};
    const auto answer = runner.answer(line);
    const bool is_answered = answer.contains("outcomes") || answer.contains("value");
    PAPERVAULT_ASSERT(is_answered != answer.contains("error"));
    (void)boost::json::serialize(answer);
    return 0;
}
