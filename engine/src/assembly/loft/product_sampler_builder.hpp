#pragma once

#include "assembly/loft/product_sampler.hpp"

namespace papervault::engine::assembly {

/// Lays the constraints out over the cells: what holds by itself, what cells can settle among themselves, what only a
/// whole form shows, and which cells are drawn last.
class ProductSampler::Builder {
public:
    Builder(const UnitProblem& problem, CellPartition partition);
    std::optional<ProductSampler> run();

private:
    __extension__ using Wide = __int128;
    struct CountUse {
        std::size_t count = 0; // in the problem
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        std::vector<std::uint32_t> cells;
        std::uint32_t group = whole_form;
        std::size_t lane = 0; // among the lanes of the form or of the group
    };
    static constexpr std::uint32_t whole_form = UINT32_MAX;

    bool find_counts();
    bool find_sums();
    void choose_block();
    void form_groups();
    bool lay_out_lanes();
    void write_records();
    void write_items();
    void write_block();
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> reach(const std::vector<std::int64_t>& values) const;
    [[nodiscard]] std::vector<Wide> spread(const std::vector<std::int64_t>& values) const;
    [[nodiscard]] bool is_worth_it() const;

    const UnitProblem& problem_;
    CellPartition partition_;
    ProductSampler out_;
    std::vector<CountUse> counts_;
    std::vector<std::size_t> sums_; // in the problem; the first one is met by the block
    std::vector<Wide> main_spread_; // by cell
    std::vector<std::uint32_t> group_of_cell_;
    std::vector<bool> is_block_;
    std::vector<std::uint32_t> block_order_;
    unsigned lane_bits_ = 8;
    std::vector<std::uint32_t> first_record_; // by cell
};

} // namespace papervault::engine::assembly
