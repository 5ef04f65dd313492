#pragma once

#include "assembly/form_sampler.hpp"

#include <cstdint>
#include <optional>

namespace papervault::engine::assembly {

enum class Use {
    often, ///< Many forms from one sampler: tables may cost some milliseconds.
    once,  ///< One form: the sampler that is ready first.
};

/// Finds by trial which sampler gives forms of this task cheaply from this supply: types separately or sections
/// jointly, with or without a tilt towards the difficulty window. Every choice is equally right; trials have a stream
/// of their own, so the choice depends on task and supply alone.
/// @return Nothing when not even separate tables are affordable.
[[nodiscard]] std::optional<FormSampler> choose_sampler(const DrawTask& task, const Supply& supply,
                                                        const Ranges& ranges, Use use);

} // namespace papervault::engine::assembly
