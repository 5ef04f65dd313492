#pragma once

#include <papervault/vault/error.hpp>

#include <span>
#include <string>
#include <string_view>

namespace papervault::vault {

enum class Language { chinese, english };

/// "zh" or "en"; anything else: what LC_ALL, LC_MESSAGES or LANG say, Chinese where they do not say English. Before any
/// thread starts.
[[nodiscard]] Language language_of(std::string_view option);

/// An English text with `{}` where a value stands, and the same in Chinese. The Chinese may name its values `{0}`,
/// `{1}` … when their order differs.
struct Translation {
    std::string_view english;
    std::string_view chinese;
};

/// What the code says, in a few words: "未到开启时间", "release time not reached".
[[nodiscard]] std::string_view headline(VaultError code, Language language) noexcept;

/// The text with every instant in it ("2026-11-21T08:00:00.000Z") as a time of this machine's zone: for people.
[[nodiscard]] std::string with_local_times(std::string_view text);

/// A failure's detail for a person. Instants ("2026-11-21T08:00:00.000Z") become times of this machine's zone. In
/// Chinese the sentences of the vault and `more` are tried, the one with most words of its own first; values inside are
/// told in Chinese as well; a text that nobody has translated stays English.
[[nodiscard]] std::string detail_text(std::string_view detail, Language language,
                                      std::span<const Translation> more = {});

/// headline and detail in one line.
[[nodiscard]] std::string failure_text(const VaultFailure& failure, Language language,
                                       std::span<const Translation> more = {});

} // namespace papervault::vault
