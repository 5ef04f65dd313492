// A package from anybody: files that include and name each other. The input is the files one after the other, each
// behind a line "=== path". Whatever is put together stays within the limits and is in one piece: written and read
// again it is the same.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/qti/package.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

using namespace papervault::engine;
using namespace papervault::engine::qti;

namespace {

constexpr std::string_view mark = "=== ";

using Files = std::map<std::string, std::string, std::less<>>;

Files files_of(std::string_view text)
{
    Files files;
    while (!text.empty()) {
        const std::size_t at = text.find("\n=== ");
        const std::string_view file = text.substr(0, at);
        text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
        if (!file.starts_with(mark)) continue;
        const std::size_t line = std::min(file.find('\n'), file.size());
        files.emplace(file.substr(mark.size(), line - mark.size()), file.substr(std::min(line + 1, file.size())));
    }
    return files;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Files files = files_of({reinterpret_cast<const char*>(data), size});
    std::size_t reads = 0;
    PartLimits limits{.depth_max = 4, .parts_max = 50, .nodes_max = 2000};
    limits.part.bytes_max = 1 << 15;
    PartReader reader{[&](std::string_view path) -> Result<std::string> {
                          PAPERVAULT_ASSERT(!path.starts_with('/') && !path.starts_with("../") &&
                                            path.find("/../") == std::string_view::npos &&
                                            path.find('\0') == std::string_view::npos);
                          ++reads;
                          const auto found = files.find(path);
                          if (found == files.end()) return refuse(EngineError::inconsistent, "no such file");
                          return found->second;
                      },
                      limits};
    for (const auto& [path, text] : files) {
        if (!resolved_path("", path) || resolved_path("", path) != path) continue;
        reads = 0;
        std::vector<std::string> unread;
        const auto document = reader.document(path, unread);
        PAPERVAULT_ASSERT(reads <= limits.parts_max + 1);
        if (document) {
            // Texts that stood apart are one text when they are read again.
            const auto again = read_xml(to_xml(*document), limits.part);
            PAPERVAULT_ASSERT(again || again.error().code == EngineError::out_of_range);
            if (again) PAPERVAULT_ASSERT(to_xml(*again) == to_xml(*document));
        }
        (void)reader.item(path);
        (void)reader.test(path);
        const auto manifest = read_manifest(text, limits.part);
        if (!manifest) continue;
        for (const std::string& file : manifest->files()) PAPERVAULT_ASSERT(checked_path(file) == file);
    }
    return 0;
}
