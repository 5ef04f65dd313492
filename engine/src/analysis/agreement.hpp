#pragma once

#include <papervault/engine/similarity.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// Answers as bits, one layer after the other, candidates side by side in each: the number of an answer's option plus
/// one in binary, `planes` layers for every 64 items; then whether the answer can agree with another; then whether it
/// can and is wrong. An answer that agrees with none is 0.
class PackedAnswers {
public:
    /// @param order  Candidate of each place.
    PackedAnswers(const AnswerTable& answers, std::span<const std::uint32_t> order);

    [[nodiscard]] std::size_t planes() const noexcept { return planes_; }
    [[nodiscard]] std::size_t words() const noexcept { return words_; }
    [[nodiscard]] const std::uint64_t* plane(std::size_t plane, std::size_t word) const
    {
        return bits_.data() + (plane * words_ + word) * stride_;
    }
    [[nodiscard]] const std::uint64_t* answered(std::size_t word) const { return plane(planes_, word); }
    [[nodiscard]] const std::uint64_t* wrong(std::size_t word) const { return plane(planes_ + 1, word); }

private:
    std::size_t planes_;
    std::size_t words_;
    std::size_t stride_; ///< Candidates of a layer with room to read eight beyond the last.
    std::vector<std::uint64_t> bits_;
};

/// Places from .. to − 1 to compare one place with, and what makes a pair worth a closer look.
struct ScanTask {
    std::size_t row = 0;
    std::size_t from = 0;
    std::size_t to = 0;
    std::uint32_t same_min = 0;
    std::uint32_t wrong_min = 0;
};
/// Appends each place with at least same_min equal answers or at least wrong_min equal wrong ones, in order.
using Scan = void (*)(const PackedAnswers&, const ScanTask&, std::vector<std::uint32_t>&);

/// @param path  Supported here; automatic takes the quickest.
[[nodiscard]] Scan scan_for(AgreementPath path, std::size_t planes, std::size_t words);

} // namespace papervault::engine::analysis
