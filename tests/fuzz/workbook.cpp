#include "import/item_rows.hpp"
#include "import/xlsx.hpp"

#include <papervault/vault/blueprints.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

/// Workbooks are refused or read within their limits; what is read goes on to both readers of tables.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto bytes = crypto::bytes_of(text);
    if (!vault::parse_xlsx(bytes,
                           {.archive = {.part_bytes_max = 1 << 20, .total_bytes_max = 4 << 20}, .rows_max = 1000})) {
        return 0;
    }
    std::ignore = vault::read_item_rows(text);
    std::ignore = vault::blueprint_from_tables(bytes);
    return 0;
}
