// Any text as sheets of words, one a line. What is accepted is written again as the same words; what is refused for a
// word is a text with an unknown word.
#include <papervault/crypto/mnemonic.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

using namespace papervault::crypto;

namespace {

void require(bool holds)
{
    if (!holds) { std::abort(); }
}

/// Lower case, one space between words.
std::string plain(ByteView text)
{
    std::string words;
    bool space = false;
    for (const std::byte byte : text) {
        const char c = static_cast<char>(byte);
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            space = !words.empty();
            continue;
        }
        if (space) { words.push_back(' '); }
        space = false;
        words.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
    return words;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    ByteView text = std::as_bytes(std::span{data, size});
    MnemonicCollector collector;
    for (int sheets = 0; sheets < 20 && !text.empty(); ++sheets) {
        const auto end = static_cast<std::size_t>(std::ranges::find(text, std::byte{'\n'}) - text.begin());
        const ByteView line = text.first(end);
        text = text.subspan(std::min(end + 1, text.size()));
        auto share = mnemonic_share(line);
        const auto unknown = unknown_mnemonic_words(line);
        if (!share) {
            // A minute of search for a suspicious word in every input finds no crash: only now and then.
            if (size % 64 == 0) { require(unknown.empty() || !suspicious_mnemonic_word(line)); }
            continue;
        }
        require(unknown.empty());
        require(text_of(mnemonic_words(*share).expose()) == plain(line));
        std::ignore = collector.add(std::move(*share));
    }
    const auto set = collector.set();
    if (set && set->iteration_exponent == 0) { std::ignore = collector.recover(SecretBuffer{0}, 0); }
    return 0;
}
