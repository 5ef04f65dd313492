#pragma once

#include "assembly/draw_task.hpp"
#include "assembly/form_sampler.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// All sentences of the assembly for people, in one place.
namespace papervault::engine::assembly::wording {

[[nodiscard]] std::string repeated_item(const std::string& id);
[[nodiscard]] std::string difficulty_of_item(const std::string& id, Decimal difficulty);
[[nodiscard]] std::string pool_too_large();
[[nodiscard]] std::string too_costly();

/// One demand or limit of a count conflict.
struct Requirement {
    enum class Kind { none, section_scope, paper_scope, supply };
    Kind kind = Kind::none;
    std::size_t index = 0; ///< Section, or type of a supply.
    std::size_t node = 0;
    std::int64_t count = 0; ///< Over all forms.
};
struct Shortage {
    std::vector<Requirement> demands;
    std::vector<Requirement> limits;
    std::int64_t missing = 0;
    int forms = 1;
};
[[nodiscard]] std::string shortage(const DrawTask& task, const Shortage& shortage);

[[nodiscard]] std::string overlap(const DrawTask& task, std::size_t type, int forms, std::int64_t needed,
                                  std::int64_t available);
/// @param best Nearest Σ points × difficulty of a form.
[[nodiscard]] std::string difficulty_out_of_reach(const DrawTask& task, std::int64_t best, int forms);
[[nodiscard]] std::string gave_up(const DrawTask& task, const Tally& tally);

} // namespace papervault::engine::assembly::wording
