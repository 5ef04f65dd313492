#pragma once

#include "assembly/count_table.hpp"
#include "assembly/draw_task.hpp"
#include "assembly/ranges.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Items of a form by section, as indices into DrawTask::items.
using Sections = std::vector<std::vector<std::uint32_t>>;

/// Which constraint turned down how many proposals; the first one counts.
struct Tally {
    explicit Tally(const DrawTask& task);

    std::uint64_t proposals = 0;
    std::vector<std::vector<std::uint64_t>> section_scopes; ///< By section and node.
    std::vector<std::uint64_t> paper_scopes;                ///< By node.
    std::uint64_t difficulty = 0;
    std::uint64_t overlap = 0;
    std::uint64_t leaves_too_little = 0;            ///< For the forms still to be drawn.
    std::optional<std::int64_t> nearest_difficulty; ///< Of those that only the difficulty turned down.
};

/// Proposes forms such that each form that meets all counts is equally likely (exactly), given that the proposal is not
/// turned down.
class FormSampler {
public:
    /// How counts are made to fit.
    enum class Method {
        separate, ///< Each type by itself; counts over the paper, and over sections of one type, by turning proposals
                  ///< down.
        joint,    ///< All sections and the paper's scopes in one table: no proposal is turned down for a count (with at
                  ///< most 7 sections; with more, sections of one type are one column and are told apart as in
                  ///< `separate`).
    };
    /// Working memory of one draw; the result doesn't depend on what it held before.
    class Scratch {
    public:
        explicit Scratch(const FormSampler& sampler);

    private:
        friend class FormSampler;
        std::vector<std::vector<std::vector<std::vector<std::uint32_t>>>> cells; // by block, type, node
        std::vector<std::vector<int>> counts;                                    // by block
        std::vector<std::vector<std::uint32_t>> columns;
        std::vector<int> section_nodes;
        std::vector<int> paper_nodes;
    };

    /// @return Nothing when the tables would cost more than the effort.
    [[nodiscard]] static std::optional<FormSampler>
    build(const DrawTask& task, const Supply& supply, const Ranges& ranges, Method method, CountTable::Effort effort);

    /// No form meets the counts.
    [[nodiscard]] bool is_empty() const noexcept { return is_empty_; }
    /// A proposal is never turned down for a count.
    [[nodiscard]] bool is_exact() const noexcept { return !checks_paper_ && checked_sections_.empty(); }

    /// One proposal; counts it in the tally.
    /// @return Whether it meets all counts. Then form holds it, in drawn order.
    bool propose(const DrawTask& task, RandomIntegers& random, Scratch& scratch, Tally& tally, Sections& form) const;

private:
    struct Column {
        std::size_t type = 0;
        std::vector<std::size_t> sections;
    };
    struct Block {
        std::vector<Column> columns;
        ScopeTree tree{{}};
        Supply cells; // by the types of the task and the nodes of this tree
        CountTable table;
    };

    bool add_block(const DrawTask& task, const Supply& supply, const Ranges& ranges, std::vector<Column> columns,
                   Method method, CountTable::Effort effort);
    void draw_block(std::size_t block, RandomIntegers& random, Scratch& scratch, Sections& form,
                    const DrawTask& task) const;
    bool meets_counts(const DrawTask& task, Scratch& scratch, Tally& tally, const Sections& form) const;

    std::vector<Block> blocks_;
    std::vector<std::size_t> checked_sections_; // whose scopes the tables don't see
    bool checks_paper_ = false;
    bool is_empty_ = false;
};

/// Σ points × difficulty, in units of 1e-12.
[[nodiscard]] std::int64_t difficulty_of(const DrawTask& task, const Sections& form) noexcept;

} // namespace papervault::engine::assembly
