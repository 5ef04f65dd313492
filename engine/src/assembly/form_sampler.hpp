#pragma once

#include "assembly/count_table.hpp"
#include "assembly/draw_task.hpp"
#include "assembly/ranges.hpp"
#include "assembly/tilt.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Which constraint turned down how many proposals; the first one counts.
struct Tally {
    explicit Tally(const DrawTask& task);

    std::uint64_t proposals = 0;
    std::vector<std::vector<std::uint64_t>> section_scopes; ///< By section and node.
    std::vector<std::uint64_t> paper_scopes;                ///< By node.
    std::uint64_t difficulty = 0;
    std::vector<std::uint64_t> rules; ///< By number of the rule.
    std::uint64_t tilt = 0;           ///< Met everything, but had to make up for the tilt.
    std::uint64_t overlap = 0;
    std::uint64_t leaves_too_little = 0;            ///< For the forms still to be drawn.
    std::optional<std::int64_t> nearest_difficulty; ///< Of those that only the difficulty turned down.
};

/// Proposes forms such that each form that meets all counts is equally likely (exactly), given that the proposal is not
/// turned down; with a tilt, such that it is likely in proportion to the product of its items' weights.
class FormSampler {
public:
    /// What a table counts by itself; every count that it does not see is made to fit by turning proposals down.
    enum class Columns {
        separate_types, ///< A table for each type: the paper's scopes are not seen, nor sections of one type apart.
        sections,       ///< One table, a column for each section: everything is seen.
        types,          ///< One table, a column for each type: sections of one type are not told apart.
        merged_types,   ///< One table; only the types with the most items have columns of their own.
    };
    struct Layout {
        Columns columns = Columns::sections;
        std::size_t types_apart = 0; ///< For merged_types.
    };
    /// Working memory of one draw; the chances don't depend on what it held before.
    class Scratch {
    public:
        explicit Scratch(const FormSampler& sampler);

    private:
        friend class FormSampler;
        std::vector<Supply> cells;            // by block
        std::vector<std::vector<int>> counts; // by block
        std::vector<std::vector<std::uint32_t>> columns;
        std::vector<std::uint32_t> picked;
        std::vector<int> nodes;
    };

    /// @return Nothing when the tables would cost more than the effort, or have too many columns.
    [[nodiscard]] static std::optional<FormSampler> build(const DrawTask& task, const Supply& supply,
                                                          const Ranges& ranges, Layout layout,
                                                          CountTable::Effort effort,
                                                          std::optional<Tilt> tilt = std::nullopt);

    /// No form meets the counts.
    [[nodiscard]] bool is_empty() const noexcept { return is_empty_; }
    /// A proposal is never turned down for a count.
    [[nodiscard]] bool is_exact() const noexcept
    {
        return !checks_paper_ && !mixes_types_ && checked_sections_.empty();
    }
    [[nodiscard]] const std::optional<Tilt>& tilt() const noexcept { return tilt_; }

    /// One proposal; counts it in the tally.
    /// @return Whether it meets all counts. Then form holds it, in drawn order.
    bool propose(const DrawTask& task, RandomIntegers& random, Scratch& scratch, Tally& tally, Sections& form) const;

private:
    /// Sections that are drawn as one and then dealt out.
    struct Column {
        std::size_t pool = 0; // of the block
        std::vector<std::size_t> sections;
    };
    /// One table. Its pools are sets of types; no type is in two pools.
    struct Block {
        std::vector<std::vector<std::size_t>> pools;
        std::vector<Column> columns;
        ScopeTree tree{{}};
        bool sees_paper = false;
        Supply cells;                                // by pool and node of this tree
        std::vector<std::vector<TiltedCell>> tilted; // the same, with weights; empty without a tilt
        CountTable table;
    };

    static std::vector<Block> lay_out(const DrawTask& task, Layout layout);
    bool count(const DrawTask& task, const Supply& supply, const Ranges& ranges, Block block,
               CountTable::Effort effort);
    static CountTable::Task counting_task(const DrawTask& task, const Ranges& ranges, const Block& block);
    void add_tilted_cells(const DrawTask& task, Block& block) const;
    [[nodiscard]] WideCount ways(const Block& block, std::size_t node, std::span<const int> counts,
                                 Binomials& binomials) const;
    void pick(const Block& block, std::size_t pool, std::size_t node, std::size_t count, RandomIntegers& random,
              Scratch& scratch, std::vector<std::uint32_t>& cell) const;
    void draw_block(std::size_t block, RandomIntegers& random, Scratch& scratch) const;
    static bool deal_out(const DrawTask& task, const Column& column, std::span<const std::uint32_t> items, Tally& tally,
                         Sections& form);
    bool meets_counts(const DrawTask& task, Scratch& scratch, Tally& tally, const Sections& form) const;

    std::vector<Block> blocks_;
    std::vector<std::size_t> checked_sections_; // whose scopes the tables don't see
    bool checks_paper_ = false;
    bool mixes_types_ = false;
    bool is_empty_ = false;
    std::optional<Tilt> tilt_;
};

/// Σ points × difficulty, in units of 1e-12.
[[nodiscard]] std::int64_t difficulty_of(const DrawTask& task, const Sections& form) noexcept;

} // namespace papervault::engine::assembly
