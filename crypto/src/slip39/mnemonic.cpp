#include <papervault/crypto/mnemonic.hpp>

#include "invariant.hpp"
#include "slip39/words.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace papervault::crypto {

namespace {

using slip39::bits_per_word;

constexpr std::size_t checksum_words = 3;
constexpr std::size_t header_words = 4; // 40 bits: everything but value and checksum
constexpr std::size_t padding_bits_max = 8;
constexpr std::size_t value_unit_bits = 16;

/// Numbers of words, secret: in a buffer of their own, two bytes each.
class WordNumbers {
public:
    explicit WordNumbers(std::size_t count) : store_{count * sizeof(std::uint16_t)}, count_{count} {}
    [[nodiscard]] std::span<std::uint16_t> all() noexcept
    {
        return {reinterpret_cast<std::uint16_t*>(store_.expose().data()), count_};
    }
    [[nodiscard]] std::span<const std::uint16_t> all() const noexcept
    {
        return {reinterpret_cast<const std::uint16_t*>(store_.expose().data()), count_};
    }

private:
    SecretBuffer store_;
    std::size_t count_;
};

std::string_view customisation(bool extendable) noexcept
{
    return extendable ? "shamir_extendable" : "shamir";
}

/// RS1024: the Reed-Solomon code over GF(1024) that guards a mnemonic. Finds every error in up to three words.
class Checksum {
public:
    explicit Checksum(bool extendable)
    {
        for (const char c : customisation(extendable)) { take(static_cast<unsigned char>(c)); }
    }
    /// Of differences between two sheets, so nothing stands in front.
    static Checksum of_errors() noexcept { return Checksum{}; }
    void take(std::uint32_t word) noexcept
    {
        constexpr std::array<std::uint32_t, bits_per_word> generators{0xe0e040,   0x1c1c080,  0x3838100,  0x7070200,
                                                                      0xe0e0009,  0x1c0c2412, 0x38086c24, 0x3090fc48,
                                                                      0x21b1f890, 0x3f3f120};
        const std::uint32_t top = state_ >> 20;
        state_ = (state_ & 0xfffff) << 10 ^ word;
        for (std::size_t i = 0; i < generators.size(); ++i) { state_ ^= generators[i] & (0U - (top >> i & 1U)); }
    }
    [[nodiscard]] std::uint32_t state() const noexcept { return state_; }

private:
    Checksum() noexcept : state_{0} {}
    std::uint32_t state_ = 1;
};

std::uint32_t checksum_state(bool extendable, std::span<const std::uint16_t> words) noexcept
{
    Checksum checksum{extendable};
    for (const std::uint16_t word : words) { checksum.take(word); }
    return checksum.state();
}

/// What `error` in a word does to the checksum's state when so many words follow it: the code is linear.
std::uint32_t influence(std::uint32_t error, std::size_t words_behind) noexcept
{
    Checksum checksum = Checksum::of_errors();
    checksum.take(error);
    for (std::size_t i = 0; i < words_behind; ++i) { checksum.take(0); }
    return checksum.state();
}

/// Numbers of any width, one behind the other in words of ten bits. No branch on a bit.
class BitWriter {
public:
    explicit BitWriter(std::span<std::uint16_t> words) : words_{words} {}
    void put(std::uint32_t value, unsigned bits) noexcept
    {
        for (unsigned i = bits; i-- > 0; ++at_) {
            const auto bit = static_cast<std::uint16_t>(value >> i & 1U);
            auto& word = words_[at_ / bits_per_word];
            word = static_cast<std::uint16_t>(word | bit << (bits_per_word - 1 - at_ % bits_per_word));
        }
    }

private:
    std::span<std::uint16_t> words_;
    std::size_t at_ = 0;
};

class BitReader {
public:
    explicit BitReader(std::span<const std::uint16_t> words) : words_{words} {}
    std::uint32_t take(std::size_t bits) noexcept
    {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bits; ++i, ++at_) {
            const std::uint32_t word = words_[at_ / bits_per_word];
            value = value << 1 | (word >> (bits_per_word - 1 - at_ % bits_per_word) & 1U);
        }
        return value;
    }

private:
    std::span<const std::uint16_t> words_;
    std::size_t at_ = 0;
};

bool is_in_range(const MnemonicShare& share) noexcept
{
    const auto count = [](unsigned number) { return number >= 1 && number <= share_count_max; };
    const std::size_t size = share.share.value.size_bytes();
    return share.set.identifier < (1U << 15) && share.set.iteration_exponent < 16 && count(share.set.group_count) &&
           count(share.set.group_threshold) && share.set.group_threshold <= share.set.group_count &&
           share.group_index < share.set.group_count && count(share.member_threshold) &&
           share.share.index < share_count_max && size % 2 == 0 && size >= mnemonic_secret_bytes_min &&
           size <= mnemonic_secret_bytes_max;
}

std::size_t words_of_value(std::size_t size_bytes) noexcept
{
    return (size_bytes * 8 + bits_per_word - 1) / bits_per_word;
}

/// One place for all lengths: nothing longer is looked at.
Result<std::vector<ByteView>> words_of(ByteView text)
{
    if (text.size() > mnemonic_text_bytes_max) {
        return refuse(CryptoError::too_large, "the text of a sheet is shorter");
    }
    auto words = slip39::split_words(text);
    if (words.size() > mnemonic_words_max) {
        return refuse(CryptoError::too_large, "a sheet has at most " + std::to_string(mnemonic_words_max) +
                                                  " words, this one has " + std::to_string(words.size()));
    }
    return words;
}

/// @return malformed with the number of the first word that is not in the list.
Result<WordNumbers> numbers_of(std::span<const ByteView> words)
{
    WordNumbers numbers{words.size()};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint16_t index = slip39::index_of(slip39::pack(words[i]));
        if (index == slip39::list_size) {
            return refuse(CryptoError::malformed, "word " + std::to_string(i + 1) + " is not in the list of words");
        }
        numbers.all()[i] = index;
    }
    return numbers;
}

/// The bit that says which text the checksum begins with: the last one of the first 16.
bool extendable_bit(std::span<const std::uint16_t> words) noexcept
{
    return (words[1] >> 4 & 1U) != 0;
}

/// Whether another word at this place would make the checksum fit.
bool can_be_cured(std::span<std::uint16_t> words, std::size_t at)
{
    const std::uint16_t typed = words[at];
    const std::uint32_t wrong = checksum_state(extendable_bit(words), words) ^ 1U;
    std::array<std::uint32_t, bits_per_word> of_bit{};
    for (std::size_t bit = 0; bit < bits_per_word; ++bit) { of_bit[bit] = influence(1U << bit, words.size() - 1 - at); }
    bool cured = false;
    for (std::uint16_t error = 1; error < slip39::list_size && !cured; ++error) {
        words[at] = typed ^ error;
        if (at == 1 && (error >> 4 & 1U) != 0) { // this bit chooses what stands in front, which is not linear
            cured = checksum_state(extendable_bit(words), words) == 1;
            continue;
        }
        std::uint32_t sum = 0;
        for (std::size_t bit = 0; bit < bits_per_word; ++bit) { sum ^= of_bit[bit] & (0U - (error >> bit & 1U)); }
        cured = sum == wrong;
    }
    words[at] = typed;
    return cured;
}

} // namespace

SecretBuffer mnemonic_words(const MnemonicShare& share)
{
    PAPERVAULT_ASSERT(is_in_range(share), "the sheet has impossible numbers");
    const std::size_t value_words = words_of_value(share.share.value.size_bytes());
    WordNumbers numbers{header_words + value_words + checksum_words};
    const auto all = numbers.all();
    BitWriter writer{all};
    writer.put(share.set.identifier, 15);
    writer.put(share.set.extendable ? 1 : 0, 1);
    writer.put(share.set.iteration_exponent, 4);
    writer.put(share.group_index, 4);
    writer.put(share.set.group_threshold - 1U, 4);
    writer.put(share.set.group_count - 1U, 4);
    writer.put(share.share.index, 4);
    writer.put(share.member_threshold - 1U, 4);
    const auto value = share.share.value.expose();
    writer.put(0, static_cast<unsigned>(value_words * bits_per_word - value.size() * 8));
    for (const std::byte byte : value) { writer.put(std::to_integer<std::uint32_t>(byte), 8); }
    const std::uint32_t check = checksum_state(share.set.extendable, all) ^ 1U;
    for (std::size_t i = 0; i < checksum_words; ++i) {
        all[all.size() - 1 - i] = static_cast<std::uint16_t>(check >> (bits_per_word * i) & 1023U);
    }

    SecretBuffer text{all.size() * (sizeof(slip39::PackedWord) + 1)};
    std::size_t length = 0;
    for (const std::uint16_t number : all) {
        if (length > 0) { text.expose()[length++] = std::byte{' '}; }
        for (slip39::PackedWord word = slip39::word_at(number); word != 0; word >>= 8) {
            text.expose()[length++] = static_cast<std::byte>(word & 0xff);
        }
    }
    return SecretBuffer::copy_of(text.expose().first(length));
}

Result<MnemonicShare> mnemonic_share(ByteView text)
{
    const auto words = words_of(text);
    if (!words) { return std::unexpected{words.error()}; }
    const auto numbers = numbers_of(*words);
    if (!numbers) { return std::unexpected{numbers.error()}; }
    const auto all = numbers->all();
    if (all.size() < mnemonic_words_min) {
        return refuse(CryptoError::malformed,
                      "a sheet has at least 20 words, this one has " + std::to_string(all.size()));
    }
    const std::size_t value_bits = (all.size() - header_words - checksum_words) * bits_per_word;
    const std::size_t padding_bits = value_bits % value_unit_bits;
    if (padding_bits > padding_bits_max) {
        return refuse(CryptoError::malformed,
                      "no sheet has " + std::to_string(all.size()) + " words: one is missing or too many");
    }
    if (checksum_state(extendable_bit(all), all) != 1) {
        return refuse(CryptoError::malformed, "the checksum does not fit: a word is wrong, or words changed places");
    }
    BitReader reader{all};
    MnemonicShare share{.set = {}, .share = {.index = 0, .value = SecretBuffer{(value_bits - padding_bits) / 8}}};
    const auto small = [&reader](std::size_t bits) { return static_cast<std::uint8_t>(reader.take(bits)); };
    share.set.identifier = static_cast<std::uint16_t>(reader.take(15));
    share.set.extendable = reader.take(1) != 0;
    share.set.iteration_exponent = small(4);
    share.group_index = small(4);
    share.set.group_threshold = static_cast<std::uint8_t>(small(4) + 1);
    share.set.group_count = static_cast<std::uint8_t>(small(4) + 1);
    share.share.index = small(4);
    share.member_threshold = static_cast<std::uint8_t>(small(4) + 1);
    if (reader.take(padding_bits) != 0) { return refuse(CryptoError::malformed, "the sheet's padding is not empty"); }
    for (std::byte& byte : share.share.value.expose()) { byte = static_cast<std::byte>(reader.take(8)); }
    if (!is_in_range(share)) {
        return refuse(CryptoError::malformed, "the sheet's numbers of groups contradict each other");
    }
    return share;
}

std::vector<UnknownWord> unknown_mnemonic_words(ByteView text)
{
    const auto words = words_of(text);
    std::vector<UnknownWord> unknown;
    for (std::size_t i = 0; words && i < words->size(); ++i) {
        if (slip39::index_of(slip39::pack((*words)[i])) == slip39::list_size) {
            unknown.push_back({.number = i + 1, .nearest = slip39::nearest_words((*words)[i])});
        }
    }
    return unknown;
}

std::optional<std::size_t> suspicious_mnemonic_word(ByteView text)
{
    const auto words = words_of(text);
    if (!words || words->size() < mnemonic_words_min) { return std::nullopt; }
    auto numbers = numbers_of(*words);
    if (!numbers) { return std::nullopt; }
    const auto all = numbers->all();
    if (checksum_state(extendable_bit(all), all) == 1) { return std::nullopt; }
    std::optional<std::size_t> suspicious;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (!can_be_cured(all, at)) { continue; }
        if (suspicious) { return std::nullopt; }
        suspicious = at + 1;
    }
    return suspicious;
}

} // namespace papervault::crypto
