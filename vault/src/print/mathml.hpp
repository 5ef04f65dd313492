#pragma once

#include <papervault/engine/formula.hpp>

#include <string>
#include <string_view>

namespace papervault::vault::print {

/// MathML Core for a page that runs nothing; every character escaped.
[[nodiscard]] std::string to_mathml(const engine::FormulaRow& formula);

} // namespace papervault::vault::print
