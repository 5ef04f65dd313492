#pragma once

#include "assembly/form_sampler.hpp"

namespace papervault::engine::assembly {

/// A sampler that exposes items as evenly as the blueprint lets it: forms are likely in proportion to the product of
/// their items' weights, and groups of items (type, scope, tenth of difficulty) that trial forms have too often weigh
/// less, until the most exposed group stands out no less than before. Which weights come out depends on task and supply
/// alone.
/// @param uniform  What choose_sampler() gives; returned as it is where nothing can be evened out at an affordable
/// cost.
[[nodiscard]] FormSampler even_sampler(const DrawTask& task, const Supply& supply, const Ranges& ranges,
                                       FormSampler uniform);

} // namespace papervault::engine::assembly
