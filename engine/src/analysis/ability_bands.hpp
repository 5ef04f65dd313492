#pragma once

#include <papervault/engine/similarity.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// Candidates with the same items and nearly the same ability, side by side in an order of the batch. For every answer
/// the band knows a probability that none of its members is below. The chance that two members of two bands agree is
/// then at least the sum of products of those, and so is the tail of the number of agreements: a pair that does not
/// reach the count where that tail is small enough cannot be significant itself.
class AbilityBands {
public:
    struct Band {
        std::size_t from = 0; ///< Places in order(), to − 1 the last.
        std::size_t to = 0;
    };
    /// Least counts that make a pair of two bands worth an exact test.
    struct Minimum {
        std::uint32_t same = 0;
        std::uint32_t wrong = 0;
    };

    /// @param threads At least 1.
    [[nodiscard]] static Result<AbilityBands> divide(const AnswerTable& answers, const ResponseModel& model,
                                                     std::span<const double> abilities, unsigned threads);

    [[nodiscard]] const std::vector<std::uint32_t>& order() const noexcept { return order_; }
    [[nodiscard]] const std::vector<Band>& bands() const noexcept { return bands_; }
    /// No pair of the two bands with fewer of both has a tail of at most `level`.
    [[nodiscard]] Minimum minimum(std::size_t first, std::size_t second, double level) const;

private:
    void find_least(const AnswerTable& answers, const ResponseModel& model, std::span<const double> abilities,
                    std::size_t band);

    const AnswerTable* answers_ = nullptr;
    std::vector<std::uint32_t> order_;
    std::vector<Band> bands_;
    std::vector<std::size_t> option_starts_; ///< By item; the last is their sum.
    std::vector<double> least_;              ///< band × option
};

} // namespace papervault::engine::analysis
