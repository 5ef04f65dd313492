// A test from any file: written again it is the same document, and it is scored or refused, in bounded time. All of its
// references lead to one item that is answered rightly.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/qti/test.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;
using namespace papervault::engine::qti;

namespace {

constexpr std::string_view one_item =
    "<assessmentItem identifier=\"i\"><responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" "
    "baseType=\"identifier\"><correctResponse><value>A</value></correctResponse></responseDeclaration>"
    "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\" normalMaximum=\"1\"/>"
    "<responseProcessing template=\"match_correct\"/></assessmentItem>";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const AssessmentItem item = read_item(one_item).value();
    const auto test = read_test({reinterpret_cast<const char*>(data), size}, XmlLimits{.bytes_max = 1 << 15});
    if (!test) return 0;
    const auto again = read_xml(to_xml(*test));
    PAPERVAULT_ASSERT(again && *again == test->document);
    TestItems items;
    TestResponses responses;
    for (const ItemReference* reference : test->item_references()) {
        items.emplace(reference->identifier, &item);
        responses[reference->identifier]["RESPONSE"] = Value::single(BaseType::identifier, std::string{"A"});
    }
    const auto outcome = score_test(*test, items, responses);
    PAPERVAULT_ASSERT(!outcome || outcome->outcomes.size() == test->outcomes.size());
    return 0;
}
