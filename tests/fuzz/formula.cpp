#include "print/mathml.hpp"

#include <papervault/engine/formula.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Any text becomes a formula, and its MathML holds no element that the text brought along.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 4096) { return 0; }
    const std::string_view tex{reinterpret_cast<const char*>(data), size};
    const std::string mathml = papervault::vault::print::to_mathml(papervault::engine::parse_formula(tex));
    if (mathml.find("<script") != std::string::npos || mathml.find("<img") != std::string::npos) { std::abort(); }
    return 0;
}
