// The published vectors of SLIP-39. What this module does not have yet (words, groups, passphrase) is read here, only
// as far as the vectors need it, so that our interpolation meets somebody else's shares.
#include "test_data.hpp"

#include <papervault/crypto/secret_sharing.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace papervault::crypto {
namespace {

constexpr unsigned bits_per_word = 10;
constexpr std::size_t words_around_value = 7; // 4 in front, 3 of checksum
constexpr std::size_t checksum_words = 3;

struct MemberShare {
    unsigned identifier = 0;
    unsigned extendable = 0;
    unsigned iteration_exponent = 0;
    unsigned group_index = 0;
    unsigned group_threshold = 0;
    unsigned group_count = 0;
    unsigned member_index = 0;
    unsigned member_threshold = 0;
    Bytes value;
};

using WordNumbers = std::map<std::string, unsigned, std::less<>>;

/// RS1024 of SLIP-39: the Reed-Solomon code over GF(1024) that guards a mnemonic.
bool checksum_is_right(std::string_view customisation, std::span<const unsigned> words)
{
    constexpr std::array<unsigned, 10> generators{0xe0e040,   0x1c1c080,  0x3838100,  0x7070200,  0xe0e0009,
                                                  0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120};
    unsigned state = 1;
    const auto absorb = [&state, &generators](unsigned word) {
        const unsigned top = state >> 20;
        state = (state & 0xfffff) << 10 ^ word;
        for (unsigned i = 0; i < generators.size(); ++i) { state ^= (top >> i & 1) != 0 ? generators[i] : 0; }
    };
    for (const char character : customisation) { absorb(static_cast<unsigned char>(character)); }
    for (const unsigned word : words) { absorb(word); }
    return state == 1;
}

/// Takes numbers of any width from the front of a sequence of 10-bit words.
class WordReader {
public:
    explicit WordReader(std::span<const unsigned> words) : words_{words} {}
    unsigned take(unsigned bits)
    {
        unsigned value = 0;
        for (unsigned i = 0; i < bits; ++i, ++at_) {
            const unsigned word = words_[at_ / bits_per_word];
            value = value << 1 | (word >> (bits_per_word - 1 - at_ % bits_per_word) & 1);
        }
        return value;
    }

private:
    std::span<const unsigned> words_;
    std::size_t at_ = 0;
};

/// @return Nothing where the standard refuses the mnemonic.
std::optional<MemberShare> read_mnemonic(const std::string& mnemonic, const WordNumbers& numbers)
{
    std::vector<unsigned> words;
    std::istringstream text{mnemonic};
    for (std::string word; text >> word;) {
        const auto found = numbers.find(word);
        if (found == numbers.end()) { return std::nullopt; }
        words.push_back(found->second);
    }
    if (words.size() < 20) { return std::nullopt; }
    WordReader reader{words};
    MemberShare share;
    share.identifier = reader.take(15);
    share.extendable = reader.take(1);
    share.iteration_exponent = reader.take(4);
    share.group_index = reader.take(4);
    share.group_threshold = reader.take(4) + 1;
    share.group_count = reader.take(4) + 1;
    share.member_index = reader.take(4);
    share.member_threshold = reader.take(4) + 1;
    if (share.group_threshold > share.group_count) { return std::nullopt; }
    if (!checksum_is_right(share.extendable != 0 ? "shamir_extendable" : "shamir", words)) { return std::nullopt; }
    const auto value_bits = static_cast<unsigned>((words.size() - words_around_value) * bits_per_word);
    const unsigned padding = value_bits % 16;
    if (padding > 8 || reader.take(padding) != 0) { return std::nullopt; }
    for (unsigned i = 0; i < (value_bits - padding) / 8; ++i) {
        share.value.push_back(static_cast<std::byte>(reader.take(8)));
    }
    static_assert(checksum_words * bits_per_word == 30);
    return share;
}

/// The four Feistel rounds of PBKDF2 that turn the shared secret into the master secret. @param passphrase "TREZOR".
Bytes decrypt_master_secret(ByteView encrypted, const MemberShare& parameters, std::string_view passphrase)
{
    const std::size_t half = encrypted.size() / 2;
    Bytes left{encrypted.begin(), encrypted.begin() + static_cast<std::ptrdiff_t>(half)};
    Bytes right{encrypted.begin() + static_cast<std::ptrdiff_t>(half), encrypted.end()};
    std::string salt_prefix;
    if (parameters.extendable == 0) {
        salt_prefix = "shamir";
        salt_prefix.push_back(static_cast<char>(parameters.identifier >> 8));
        salt_prefix.push_back(static_cast<char>(parameters.identifier & 0xff));
    }
    for (int round = 3; round >= 0; --round) {
        const std::string key = std::string{static_cast<char>(round)} + std::string{passphrase};
        const std::string salt = salt_prefix + text_of(right);
        Bytes mask(half);
        PKCS5_PBKDF2_HMAC(key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(salt.data()),
                          static_cast<int>(salt.size()), 2500 << parameters.iteration_exponent, EVP_sha256(),
                          static_cast<int>(half), reinterpret_cast<unsigned char*>(mask.data()));
        for (std::size_t i = 0; i < half; ++i) { mask[i] ^= left[i]; }
        left = std::exchange(right, mask);
    }
    right.insert(right.end(), left.begin(), left.end());
    return right;
}

enum class Outcome { combined, refused_by_words, refused_by_crypto };
struct Recovery {
    Outcome outcome = Outcome::refused_by_words;
    Bytes master_secret;
};

/// All shares carry the same identifier, thresholds and so on, and there are exactly as many as needed.
bool belong_together(std::span<const MemberShare> shares)
{
    std::map<unsigned, std::set<unsigned>> thresholds;
    std::map<unsigned, std::size_t> members;
    for (const MemberShare& share : shares) {
        const MemberShare& first = shares.front();
        if (share.identifier != first.identifier || share.extendable != first.extendable ||
            share.iteration_exponent != first.iteration_exponent || share.group_threshold != first.group_threshold ||
            share.group_count != first.group_count) {
            return false;
        }
        thresholds[share.group_index].insert(share.member_threshold);
        ++members[share.group_index];
    }
    return members.size() >= shares.front().group_threshold &&
           std::ranges::all_of(thresholds, [](const auto& group) { return group.second.size() == 1; });
}

Recovery recover(const std::vector<std::string>& mnemonics, const WordNumbers& numbers)
{
    std::vector<MemberShare> shares;
    for (const std::string& mnemonic : mnemonics) {
        auto share = read_mnemonic(mnemonic, numbers);
        if (!share) { return {}; }
        shares.push_back(std::move(*share));
    }
    if (!belong_together(shares)) { return {}; }
    std::map<unsigned, std::vector<Share>> groups;
    std::map<unsigned, int> thresholds;
    for (const MemberShare& share : shares) {
        groups[share.group_index].push_back(
            {static_cast<std::uint8_t>(share.member_index), SecretBuffer::copy_of(share.value)});
        thresholds[share.group_index] = static_cast<int>(share.member_threshold);
    }
    std::vector<Share> group_shares;
    for (const auto& [index, members] : groups) {
        auto value = combine_shares(members, thresholds[index]);
        if (!value) { return {Outcome::refused_by_crypto, {}}; }
        group_shares.push_back({static_cast<std::uint8_t>(index), std::move(*value)});
    }
    const auto encrypted = combine_shares(group_shares, static_cast<int>(shares.front().group_threshold));
    if (!encrypted) { return {Outcome::refused_by_crypto, {}}; }
    return {Outcome::combined, decrypt_master_secret(encrypted->expose(), shares.front(), "TREZOR")};
}

TEST(Slip39VectorsTest, SharesOfOthersGiveTheirSecretsAndBadOnesAreRefused)
{
    const auto folder = shared_data_folder() / "security/slip39";
    SKIP_UNLESS_PRESENT(folder / "vectors.json");
    WordNumbers numbers;
    std::istringstream words{read_text(folder / "wordlist.txt")};
    for (std::string word; words >> word;) { numbers.emplace(word, static_cast<unsigned>(numbers.size())); }
    ASSERT_EQ(numbers.size(), 1024U);

    int combined = 0;
    int refused_by_crypto = 0;
    const auto vectors = read_json(folder / "vectors.json");
    for (const auto& vector : vectors.as_array()) {
        const auto& fields = vector.as_array();
        SCOPED_TRACE(boost::json::value_to<std::string>(fields.at(0)));
        const auto expected = boost::json::value_to<std::string>(fields.at(2));
        const Recovery recovery = recover(boost::json::value_to<std::vector<std::string>>(fields.at(1)), numbers);
        EXPECT_EQ(recovery.outcome == Outcome::combined, !expected.empty());
        EXPECT_EQ(to_hex(recovery.master_secret), expected);
        combined += recovery.outcome == Outcome::combined ? 1 : 0;
        refused_by_crypto += recovery.outcome == Outcome::refused_by_crypto ? 1 : 0;
    }
    EXPECT_EQ(vectors.as_array().size(), 45U);
    RecordProperty("combined", combined);
    RecordProperty("refused_by_crypto", refused_by_crypto);
    EXPECT_GE(combined, 10);
    EXPECT_GE(refused_by_crypto, 4);
}

} // namespace
} // namespace papervault::crypto
