#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

/// Choice responses of a batch, stored by item as bit planes, and their grading at the speed of memory.
namespace papervault::engine {

/// Instructions that the grading of a matrix can use. All give the same result.
enum class Instructions { plain, avx2, avx512 };
/// "plain", "avx2", "avx512".
[[nodiscard]] std::string_view to_text(Instructions instructions) noexcept;
/// Whether this processor has them (AVX-512 with BW, DQ, VL and VPOPCNTDQ).
[[nodiscard]] bool is_available(Instructions instructions) noexcept;
/// The best that this processor has.
[[nodiscard]] Instructions best_instructions() noexcept;

/// Responses to choices: for each candidate and column a code of 1 to 16 bits.
///
/// Candidates stand in blocks of 512. A block has for each column, one after another, its planes of 512 bits: bit c of
/// plane p is bit p of the code of the block's candidate c. So four options take 2 bits a response, a set of k options
/// k bits, and grading reads memory once, from front to back. Codes begin as 0.
class ChoiceMatrix {
public:
    static constexpr std::size_t block_candidates = 512;
    static constexpr std::size_t plane_words = block_candidates / 64;

    /// @param bits  Of each column, 1 to 16.
    ChoiceMatrix(std::vector<std::uint8_t> bits, std::size_t candidates);

    [[nodiscard]] std::size_t candidates() const noexcept { return candidates_; }
    [[nodiscard]] std::size_t columns() const noexcept { return bits_.size(); }
    [[nodiscard]] std::size_t bits(std::size_t column) const noexcept { return bits_[column]; }
    [[nodiscard]] std::span<const std::uint8_t> bits() const noexcept { return bits_; }
    [[nodiscard]] std::size_t blocks() const noexcept
    {
        return (candidates_ + block_candidates - 1) / block_candidates;
    }
    [[nodiscard]] std::size_t words_per_block() const noexcept { return words_per_block_; }
    /// First word of a column's planes within its block.
    [[nodiscard]] std::size_t first_word(std::size_t column) const noexcept { return first_word_[column]; }
    /// All planes; 64-byte aligned. Bits of candidates beyond the last one are 0.
    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return {words_.get(), word_count_}; }
    [[nodiscard]] std::span<std::uint64_t> words() noexcept { return {words_.get(), word_count_}; }

    void set(std::size_t candidate, std::size_t column, std::uint16_t code) noexcept;
    [[nodiscard]] std::uint16_t code(std::size_t candidate, std::size_t column) const noexcept;

private:
    struct Free {
        std::size_t bytes;
        void operator()(std::uint64_t* words) const noexcept;
    };
    std::vector<std::uint8_t> bits_;
    std::vector<std::size_t> first_word_;
    std::size_t candidates_;
    std::size_t words_per_block_ = 0;
    std::size_t word_count_ = 0;
    std::unique_ptr<std::uint64_t, Free> words_;
};

/// What a column's code must be to be right.
using ChoiceKeys = std::vector<std::uint16_t>;
/// Columns of equal points that stand together; their right responses are counted for each candidate.
struct ColumnGroup {
    std::size_t first = 0;
    std::size_t count = 0; ///< At most 65,535.
};

/// Memory that begins at a cache line, or at a large page where it is that large, so that no write touches two lines.
void* allocate_lines(std::size_t bytes);
void free_lines(void* memory, std::size_t bytes) noexcept;
template <class T>
struct LineAllocator {
    using value_type = T;
    LineAllocator() = default;
    template <class U>
    explicit LineAllocator(const LineAllocator<U>&) noexcept
    {
    }
    [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(allocate_lines(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t count) noexcept { free_lines(memory, count * sizeof(T)); }
    friend bool operator==(const LineAllocator&, const LineAllocator&) noexcept { return true; }
};
/// Right responses of every candidate.
using CandidateCounts = std::vector<std::uint16_t, LineAllocator<std::uint16_t>>;

struct ChoiceTally {
    std::vector<std::uint64_t> right_by_column;
    /// By group, then candidate; candidates of the last block that are not there have arbitrary counts.
    std::vector<CandidateCounts> right_by_group;
};

/// Counts the right responses of every candidate (by group) and of every column. Reads the matrix once.
/// @param groups  Cover every column, in order.
/// @param instructions  Available ones.
/// @param tally  Overwritten; its memory is used again.
void grade_choices(const ChoiceMatrix& responses, const ChoiceKeys& keys, std::span<const ColumnGroup> groups,
                   Instructions instructions, ChoiceTally& tally);
/// The same with a form of his own for every candidate: `keys` holds the right code of each candidate's own item at
/// each place, and has the shape of `responses`.
void grade_choices(const ChoiceMatrix& responses, const ChoiceMatrix& keys, std::span<const ColumnGroup> groups,
                   Instructions instructions, ChoiceTally& tally);

/// For each column the sum of `totals` over the candidates who are right in it: what point-biserials are made of.
/// @param totals  Of each candidate, in right responses or any other whole number.
/// @param instructions  Available ones.
[[nodiscard]] std::vector<std::uint64_t> totals_of_the_right(const ChoiceMatrix& responses, const ChoiceKeys& keys,
                                                             std::span<const std::uint16_t> totals,
                                                             Instructions instructions = best_instructions());

} // namespace papervault::engine
