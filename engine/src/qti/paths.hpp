#pragma once

#include <papervault/engine/qti/package.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace papervault::engine::qti {

/// How a file names another one of its package: both from the root. Characters that mean something in a reference are
/// percent-encoded.
[[nodiscard]] std::string reference_to(std::string_view file, std::string_view other);
/// The same reference seen from another file; unchanged where it does not lead into the package.
[[nodiscard]] std::string rebased(std::string_view reference, std::string_view from, std::string_view to);
/// "a/b" of "a/b/c.xml"; empty at the root.
[[nodiscard]] std::string_view folder_of(std::string_view file) noexcept;

} // namespace papervault::engine::qti
