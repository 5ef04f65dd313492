#include <papervault/crypto/init.hpp>
#include <papervault/vault/candidates_paper.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

papervault::vault::PackageHeader header()
{
    papervault::crypto::initialise();
    const auto card = papervault::vault::Identity::generate("fuzz").card();
    return {.package_id = "fuzz",
            .batch = {},
            .sealed_at = {},
            .engine_version = {},
            .snapshot_digest = {},
            .draw_digest = {},
            .forms = {},
            .candidates = 0,
            .hall = card,
            .office = card};
}

} // namespace

/// Either kind of paper compartment: what is read has at least one form, or a reason is given.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const papervault::vault::PackageHeader any = header();
    const auto read = papervault::vault::read_paper(any, {reinterpret_cast<const char*>(data), size});
    if (read ? read->forms.empty() && !read->one_each : read.error().detail.empty()) { __builtin_trap(); }
    return 0;
}
