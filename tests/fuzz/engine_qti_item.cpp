// An item from any file: written again it is the same document, and every response to it is scored or refused, in
// bounded time. The responses are the item's own keys.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/qti/scoring.hpp>
#include <papervault/engine/seeded_stream.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;
using namespace papervault::engine::qti;

namespace {

void score_and_check(const AssessmentItem& item, const Responses& responses)
{
    SeededStream random{1};
    const auto outcome = score(item, responses, &random);
    if (!outcome) return;
    PAPERVAULT_ASSERT(outcome->outcomes.size() == item.outcomes.size());
    for (std::size_t at = 0; at < item.outcomes.size(); ++at) {
        const Value& value = outcome->outcomes[at].value;
        PAPERVAULT_ASSERT(value.cardinality() == item.outcomes[at].cardinality);
        PAPERVAULT_ASSERT(value.base_type() == item.outcomes[at].base_type);
        PAPERVAULT_ASSERT(value.cardinality() != Cardinality::single || value.scalars().size() <= 1);
    }
}

Value value_of_keys(const ResponseDeclaration& response)
{
    std::vector<Scalar> scalars{response.correct.scalars().begin(), response.correct.scalars().end()};
    if (response.mapping) {
        for (const MapEntry& entry : response.mapping->entries) {
            if (scalars.size() < 20) scalars.push_back(entry.key);
        }
    }
    if (scalars.empty() || !response.base_type) return Value::null_of(response.cardinality, response.base_type);
    if (response.cardinality == Cardinality::single) return Value::single(*response.base_type, scalars.front());
    return Value::container(response.cardinality, *response.base_type, scalars);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto item = read_item({reinterpret_cast<const char*>(data), size}, XmlLimits{.bytes_max = 1 << 16});
    if (!item) return 0;
    const auto again = read_xml(to_xml(*item));
    PAPERVAULT_ASSERT(again && *again == item->document);
    (void)problems(*item);
    score_and_check(*item, {});
    Responses responses;
    for (const ResponseDeclaration& response : item->responses) {
        responses.insert_or_assign(response.identifier, value_of_keys(response));
    }
    score_and_check(*item, responses);
    return 0;
}
