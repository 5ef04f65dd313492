#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace papervault::vault {

/// The spelling of a response of up to 16 bytes, up to its first "]", as two numbers.
struct ShortSpelling {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::size_t size = 0; ///< 0: none of 16 bytes is a "]".
    bool operator==(const ShortSpelling&) const = default;

    /// @param from  16 bytes can be read there.
    [[nodiscard]] static ShortSpelling at(const char* from) noexcept
    {
        std::array<std::uint64_t, 2> words{};
        std::memcpy(words.data(), from, sizeof words);
        if (const std::size_t size = end_in(words[0])) { return {words[0] & first_bytes(size), 0, size}; }
        if (const std::size_t size = end_in(words[1])) { return {words[0], words[1] & first_bytes(size), 8 + size}; }
        return {};
    }
    /// @return Nothing where it has more than 16 bytes or a "]" before its end.
    [[nodiscard]] static std::optional<ShortSpelling> of(std::string_view spelling) noexcept
    {
        std::array<char, 16> bytes{};
        if (spelling.size() > bytes.size()) { return std::nullopt; }
        std::memcpy(bytes.data(), spelling.data(), spelling.size());
        const ShortSpelling read = at(bytes.data());
        return read.size == spelling.size() ? std::optional{read} : std::nullopt;
    }

private:
    /// Bytes up to the first "]" of a word, or 0.
    static std::size_t end_in(std::uint64_t word) noexcept
    {
        constexpr std::uint64_t ones = 0x0101010101010101U;
        const std::uint64_t bytes = word ^ (ones * ']');
        const std::uint64_t found = (bytes - ones) & ~bytes & (ones << 7U); // exact up to the first one
        return found == 0 ? 0 : static_cast<std::size_t>(std::countr_zero(found)) / 8 + 1;
    }
    static std::uint64_t first_bytes(std::size_t count) noexcept
    {
        return count == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
    }
};

/// Which code each spelling of a response to one item has. Short spellings are found in a small table.
class ResponseDictionary {
public:
    [[nodiscard]] std::optional<std::uint32_t> find(const ShortSpelling& spelling) const noexcept
    {
        for (std::size_t place = place_of(spelling);; place = (place + 1) & (table_.size() - 1)) {
            const Slot& slot = table_[place];
            if (slot.low == spelling.low && slot.high == spelling.high) { return slot.code; }
            if (slot.low == 0) { return std::nullopt; }
        }
    }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view spelling) const
    {
        if (const auto brief = ShortSpelling::of(spelling)) {
            if (const auto code = find(*brief)) { return code; }
        }
        const auto found = others_.find(std::string{spelling});
        return found == others_.end() ? std::nullopt : std::optional{found->second};
    }
    /// @param spelling  Not there yet.
    void add(std::string_view spelling, std::uint32_t code)
    {
        const auto brief = ShortSpelling::of(spelling);
        if (!brief || used_ == used_max) {
            others_.emplace(spelling, code);
            return;
        }
        if (2 * (used_ + 1) > table_.size()) { grow(); }
        put({brief->low, brief->high, code});
        ++used_;
    }

private:
    struct Slot {
        std::uint64_t low = 0; ///< 0: free. A spelling begins with "[".
        std::uint64_t high = 0;
        std::uint32_t code = 0;
    };
    /// Chosen spellings could fall together: no search is longer than this.
    static constexpr std::size_t used_max = 256;

    [[nodiscard]] std::size_t place_of(const ShortSpelling& spelling) const noexcept
    {
        const std::uint64_t mixed = spelling.low * 0x9E3779B97F4A7C15U ^ spelling.high * 0xC2B2AE3D27D4EB4FU;
        return static_cast<std::size_t>(mixed >> 40U) & (table_.size() - 1);
    }
    void put(const Slot& slot)
    {
        std::size_t place = place_of({slot.low, slot.high, 0});
        while (table_[place].low != 0) { place = (place + 1) & (table_.size() - 1); }
        table_[place] = slot;
    }
    void grow()
    {
        std::vector<Slot> before(2 * table_.size());
        before.swap(table_);
        for (const Slot& slot : before) {
            if (slot.low != 0) { put(slot); }
        }
    }

    std::vector<Slot> table_ = std::vector<Slot>(16);
    std::size_t used_ = 0;
    std::unordered_map<std::string, std::uint32_t> others_;
};

} // namespace papervault::vault
