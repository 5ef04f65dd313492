#pragma once

#include "golden/golden_codec.hpp"

#include <vector>

namespace papervault::vault {

/// A small paper with one item of each type and every kind of content; it is in no bank.
[[nodiscard]] GoldenPaper sample_paper();
/// Responses whose scoring is easy to get wrong: other widths and minus signs, tolerances, half of the options.
[[nodiscard]] std::vector<engine::ResponseSheet> sample_responses();

} // namespace papervault::vault
