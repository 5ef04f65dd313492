#pragma once

#include <papervault/engine/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The general test-assembly problem: what a blueprint comes to once words have become numbers. Text form: `.ata`,
/// docs/assembly-problem-format.md, version 1.
namespace papervault::engine {

/// Items are 0 .. item_count-1; every constraint holds for each form. Measured values are whole numbers in units of
/// 10^-decimals, so that a solution is right or wrong on every machine alike.
struct AssemblyProblem {
    using Item = std::uint32_t;

    struct Count {
        std::string name;
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        std::vector<Item> items;
        bool operator==(const Count&) const = default;
    };
    /// at_least ≤ Σ values of the chosen items ≤ at_most.
    struct Sum {
        std::string name;
        unsigned decimals = 0;
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        std::vector<Item> items;
        std::vector<std::int64_t> values; ///< As many as items.
        bool operator==(const Sum&) const = default;
    };
    /// A passage: a form has none of its items, or at_least .. at_most of them.
    struct Stimulus {
        std::string name;
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        std::vector<Item> items;
        bool operator==(const Stimulus&) const = default;
    };
    enum class Goal {
        maximum, ///< Largest Σ weight × information; one form.
        minimax, ///< Smallest largest distance |information − target| over forms and abilities.
        maximin, ///< Largest y with information ≥ weight × y in every form at every ability.
        band,    ///< No goal; information must lie in its band at every ability.
    };

    std::string name;
    std::uint32_t item_count = 0;
    std::uint32_t form_count = 1;
    std::uint32_t length = 0;           ///< Items of a form.
    std::uint32_t use_max = 1;          ///< Forms that an item may be in, anchors excepted.
    std::int64_t overlap_max = -1;      ///< Items that two forms may share, anchors included; -1: any number.
    std::vector<std::string> abilities; ///< As written; only information_decimals and the values count.
    unsigned information_decimals = 0;
    std::vector<std::vector<std::int64_t>> information; ///< By ability and item.
    Goal goal = Goal::band;
    unsigned weight_decimals = 0;      ///< Of weights.
    std::vector<std::int64_t> weights; ///< By ability, for maximum and maximin.
    std::vector<std::int64_t> targets; ///< By ability, for minimax, in units of the information.
    std::vector<std::int64_t> lowest;  ///< By ability, for band.
    std::vector<std::int64_t> highest;
    std::vector<Count> counts;
    std::vector<Sum> sums;
    std::vector<std::vector<Item>> enemies;     ///< At most one of each set.
    std::vector<std::vector<Item>> all_or_none; ///< All of each set, or none.
    std::vector<Stimulus> stimuli;              ///< No item is in two.
    std::int64_t stimuli_at_least = 0;
    std::int64_t stimuli_at_most = INT64_MAX;
    std::vector<Item> forced; ///< In every form.
    std::vector<Item> banned; ///< In none.
    std::vector<Item> anchors;
    bool operator==(const AssemblyProblem&) const = default;
};

/// What the text form allows; bounds memory and time before any work starts.
struct AssemblyProblemLimits {
    static constexpr std::size_t text_bytes_max = std::size_t{1} << 30U;
    static constexpr std::uint32_t items_max = 4'000'000;
    static constexpr std::uint32_t forms_max = 1'000;
    static constexpr std::uint32_t length_max = 10'000;
    static constexpr std::size_t abilities_max = 16;
    static constexpr std::size_t constraints_max = 2'000'000;  ///< Of all kinds together.
    static constexpr std::size_t references_max = 200'000'000; ///< Items named in all constraints together.
    static constexpr std::size_t name_bytes_max = 200;
    static constexpr unsigned decimals_max = 18;
    /// No sum of values over any items leaves ± this; bounds beyond are cut to it.
    static constexpr std::int64_t value_max = std::int64_t{1} << 60U;
};

/// @return out_of_range or inconsistent, naming the constraint.
[[nodiscard]] Result<void> validate(const AssemblyProblem& problem);

/// Reads and validates. @return malformed with the line, or what validate() refuses.
[[nodiscard]] Result<AssemblyProblem> assembly_problem_from_text(std::string_view text);
[[nodiscard]] std::string to_text(const AssemblyProblem& problem);
/// 12345 with 3 decimals: "12.345".
[[nodiscard]] std::string scaled_to_text(std::int64_t value, unsigned decimals);

} // namespace papervault::engine
