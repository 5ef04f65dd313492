#include <papervault/engine/packed_sheets.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

namespace papervault::engine {
namespace {

constexpr std::array<std::byte, 4> magic{std::byte{'P'}, std::byte{'V'}, std::byte{'R'}, std::byte{'1'}};
constexpr std::size_t head_bytes = 10;
constexpr unsigned bits_max = 16;

using Square = std::array<std::uint64_t, 64>;

/// Bit j of word i becomes bit i of word j (Warren, Hacker's Delight, 7-3): six rounds of swapping squares.
void transpose(Square& square) noexcept
{
    std::uint64_t mask = 0x00000000FFFFFFFFU;
    for (unsigned width = 32; width != 0; width >>= 1U, mask ^= mask << width) {
        for (unsigned group = 0; group < 64; group += 2 * width) {
            for (unsigned i = group; i < group + width; ++i) {
                const std::uint64_t swapped = (square[i] >> width ^ square[i + width]) & mask;
                square[i + width] ^= swapped;
                square[i] ^= swapped << width;
            }
        }
    }
}

/// Eight bytes of a row, little endian; beyond its end zeros.
std::uint64_t word_at(std::span<const std::byte> row, std::size_t place) noexcept
{
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, row.data() + place, std::min<std::size_t>(8, row.size() - place));
    } else {
        for (std::size_t i = 0; i < std::min<std::size_t>(8, row.size() - place); ++i) {
            word |= std::to_integer<std::uint64_t>(row[place + i]) << (8 * i);
        }
    }
    return word;
}

void put_word(std::span<std::byte> row, std::size_t place, std::uint64_t word) noexcept
{
    for (std::size_t i = 0; i < std::min<std::size_t>(8, row.size() - place); ++i) {
        row[place + i] = static_cast<std::byte>(word >> (8 * i) & 0xFFU);
    }
}

std::size_t bits_of_row(const ChoiceMatrix& matrix)
{
    return matrix.words_per_block() / ChoiceMatrix::plane_words;
}

/// Words of one group of 64 candidates: plane p is at [p × plane_words].
std::uint64_t* group_words(ChoiceMatrix& matrix, std::size_t group)
{
    return matrix.words().data() + group / ChoiceMatrix::plane_words * matrix.words_per_block() +
           group % ChoiceMatrix::plane_words;
}

} // namespace

std::vector<std::byte> pack(const ChoiceMatrix& responses)
{
    const std::size_t bits = bits_of_row(responses);
    const std::size_t row_bytes = (bits + 7) / 8;
    std::vector<std::byte> out(head_bytes + responses.columns() + responses.candidates() * row_bytes);
    std::ranges::copy(magic, out.begin());
    put_word(std::span{out}.subspan(4, 4), 0, responses.candidates());
    put_word(std::span{out}.subspan(8, 2), 0, responses.columns());
    for (std::size_t column = 0; column < responses.columns(); ++column) {
        out[head_bytes + column] = static_cast<std::byte>(responses.bits(column));
    }
    const std::span rows = std::span{out}.subspan(head_bytes + responses.columns());
    for (std::size_t first = 0; first < responses.candidates(); first += 64) {
        const std::size_t count = std::min<std::size_t>(64, responses.candidates() - first);
        const std::size_t group = first / 64;
        const std::uint64_t* words = responses.words().data() +
                                     group / ChoiceMatrix::plane_words * responses.words_per_block() +
                                     group % ChoiceMatrix::plane_words;
        for (std::size_t plane = 0; plane < bits; plane += 64) {
            Square square{};
            for (std::size_t i = 0; i < std::min<std::size_t>(64, bits - plane); ++i) {
                square[i] = words[(plane + i) * ChoiceMatrix::plane_words];
            }
            transpose(square);
            for (std::size_t i = 0; i < count; ++i) {
                put_word(rows.subspan((first + i) * row_bytes, row_bytes), plane / 8, square[i]);
            }
        }
    }
    return out;
}

Result<ChoiceMatrix> unpack(std::span<const std::byte> bytes)
{
    const auto malformed = [](const char* why) {
        return refuse(EngineError::malformed, std::string{"packed sheets: "} + why);
    };
    if (bytes.size() < head_bytes || !std::ranges::equal(bytes.first(4), magic)) { return malformed("no PVR1"); }
    const auto candidates = static_cast<std::size_t>(word_at(bytes.subspan(4, 4), 0));
    const auto columns = static_cast<std::size_t>(word_at(bytes.subspan(8, 2), 0));
    if (candidates > packed_candidates_max || columns > packed_columns_max) {
        return refuse(EngineError::out_of_range, "packed sheets: more candidates or columns than are read");
    }
    if (bytes.size() < head_bytes + columns) { return malformed("cut short"); }
    std::vector<std::uint8_t> widths;
    for (const std::byte width : bytes.subspan(head_bytes, columns)) {
        widths.push_back(std::to_integer<std::uint8_t>(width));
        if (widths.back() < 1 || widths.back() > bits_max) {
            return refuse(EngineError::out_of_range, "packed sheets: a column has 1 to 16 bits");
        }
    }
    const std::size_t bits = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
    const std::size_t row_bytes = (bits + 7) / 8;
    const auto rows = bytes.subspan(head_bytes + columns);
    // Memory is asked for only when the bytes that fill it are there.
    if (rows.size() != candidates * row_bytes) { return malformed("not as long as it says"); }
    ChoiceMatrix matrix{std::move(widths), candidates};
    std::uint64_t fill = 0; // what stands behind the last code of a row
    for (std::size_t first = 0; first < candidates; first += 64) {
        const std::size_t count = std::min<std::size_t>(64, candidates - first);
        std::uint64_t* words = group_words(matrix, first / 64);
        for (std::size_t plane = 0; plane < bits; plane += 64) {
            Square square{};
            for (std::size_t i = 0; i < count; ++i) {
                square[i] = word_at(rows.subspan((first + i) * row_bytes, row_bytes), plane / 8);
            }
            transpose(square);
            const std::size_t planes = std::min<std::size_t>(64, bits - plane);
            for (std::size_t i = 0; i < planes; ++i) { words[(plane + i) * ChoiceMatrix::plane_words] = square[i]; }
            for (std::size_t i = planes; i < 64; ++i) { fill |= square[i]; }
        }
    }
    if (fill != 0) { return malformed("a row is not filled up with zeros"); }
    return matrix;
}

} // namespace papervault::engine
