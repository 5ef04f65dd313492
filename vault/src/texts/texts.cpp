#include "texts/sentences.hpp"

#include <papervault/engine/batch.hpp>
#include <papervault/vault/local_time.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <vector>

namespace papervault::vault {
namespace {

constexpr int depth_max = 4; // a detail in a detail: a file, its line, what is wrong there
constexpr std::size_t detail_bytes_max =
    800; // a longer one is somebody else's text in ours; trying every sentence on it takes long
constexpr int places_max = 6;
constexpr std::string_view hole = "{}";

struct Headline {
    VaultError code;
    std::string_view chinese, english;
};
constexpr std::array headlines{
    Headline{VaultError::not_found, "找不到", "not found"},
    Headline{VaultError::already_exists, "已经存在", "exists already"},
    Headline{VaultError::malformed, "格式有误", "malformed"},
    Headline{VaultError::wrong_passphrase_or_key, "口令或密钥文件不正确", "wrong passphrase or key file"},
    Headline{VaultError::authentication_failed, "密钥不符或数据被改动", "wrong key or altered data"},
    Headline{VaultError::signature_invalid, "签名无效", "signature invalid"},
    Headline{VaultError::release_time_not_reached, "未到开启时间", "release time not reached"},
    Headline{VaultError::expired, "已过有效期", "expired"},
    Headline{VaultError::quorum_incomplete, "人数不足，不能开启", "quorum incomplete"},
    Headline{VaultError::share_invalid, "份额无效", "share invalid"},
    Headline{VaultError::wrong_host, "不是为本考场封装的", "sealed for another hall"},
    Headline{VaultError::wrong_batch, "批次不符", "another batch"},
    Headline{VaultError::already_used, "试卷已使用过", "already used"},
    Headline{VaultError::not_permitted, "无此权限", "not permitted"},
    Headline{VaultError::conflict, "当前状态不允许", "not possible now"},
    Headline{VaultError::infeasible, "题库不能满足组卷计划书", "blueprint can't be met"},
    Headline{VaultError::chain_broken, "记录链不符", "the record does not fit"},
    Headline{VaultError::engine_mismatch, "程序版本与封装机构不符", "another program than the sealing office's"},
    Headline{VaultError::suite_refused, "算法套件不被接受", "suite not accepted"},
    Headline{VaultError::withdrawn, "试卷包已撤回", "withdrawn"},
    Headline{VaultError::token_not_found, "找不到令牌", "token not found"},
    Headline{VaultError::pin_wrong, "令牌 PIN 不正确", "wrong PIN"},
    Headline{VaultError::pin_locked, "令牌 PIN 已锁定", "PIN locked"},
    Headline{VaultError::storage_failed, "存储失败", "storage failed"},
};

/// The values at the holes of `pattern` if `text` has its form; each hole takes as little as it can.
bool take_apart(std::string_view pattern, std::string_view text, std::vector<std::string_view>& values)
{
    const std::size_t at = pattern.find(hole);
    if (at == std::string_view::npos) { return pattern == text; }
    if (!text.starts_with(pattern.substr(0, at))) { return false; }
    text.remove_prefix(at);
    pattern.remove_prefix(at + hole.size());
    const std::string_view next = pattern.substr(0, pattern.find(hole));
    if (next.empty() && pattern.empty()) {
        values.push_back(text);
        return true;
    }
    for (std::size_t end = text.find(next); end != std::string_view::npos; end = text.find(next, end + 1)) {
        values.push_back(text.substr(0, end));
        if (take_apart(pattern, text.substr(end), values)) { return true; }
        values.pop_back();
    }
    return false;
}

std::size_t own_words(const Translation& sentence)
{
    std::size_t length = sentence.english.size();
    for (std::size_t at = sentence.english.find(hole); at != std::string_view::npos;
         at = sentence.english.find(hole, at + 1)) {
        length -= hole.size();
    }
    return length;
}

std::string in_chinese(std::string_view text, std::span<const Translation> more, int depth);

std::string fill(std::string_view chinese, std::span<const std::string_view> values, std::span<const Translation> more,
                 int depth)
{
    std::string out;
    std::size_t next = 0;
    for (std::size_t at = 0; at < chinese.size(); ++at) {
        const std::string_view rest = chinese.substr(at);
        if (rest.starts_with(hole)) {
            out += in_chinese(values[next++], more, depth + 1);
            at += 1;
        } else if (rest.size() >= 3 && rest[0] == '{' && rest[2] == '}') {
            out += in_chinese(values[static_cast<std::size_t>(rest[1] - '0')], more, depth + 1);
            at += 2;
        } else {
            out += rest.front();
        }
    }
    return out;
}

std::optional<std::string> by_sentence(std::string_view text, std::span<const Translation> more, int depth)
{
    const std::array tables{more,
                            sentences_of_identities(),
                            sentences_of_files(),
                            sentences_of_the_system(),
                            sentences_of_draws(),
                            sentences_of_packages(),
                            sentences_of_records()};
    const Translation* best = nullptr;
    std::vector<std::string_view> best_values;
    for (const auto table : tables) {
        for (const Translation& sentence : table) {
            if (best != nullptr && own_words(*best) >= own_words(sentence)) { continue; }
            std::vector<std::string_view> values;
            if (!take_apart(sentence.english, text, values)) { continue; }
            best = &sentence;
            best_values = std::move(values);
        }
    }
    if (best == nullptr) { return std::nullopt; }
    return fill(best->chinese, best_values, more, depth);
}

std::string in_chinese(std::string_view text, std::span<const Translation> more, int depth)
{
    if (depth > depth_max || text.size() > detail_bytes_max) { return std::string{text}; }
    if (auto found = by_sentence(text, more, depth)) { return *found; }
    // "where: what", as callers put a file's name before what is wrong in it.
    int places = 0;
    for (std::size_t at = text.find(": "); at != std::string_view::npos && places < places_max;
         at = text.find(": ", at + 1)) {
        ++places;
        if (const auto what = by_sentence(text.substr(at + 2), more, depth + 1)) {
            return std::string{text.substr(0, at)} + "：" + *what;
        }
    }
    return std::string{text};
}

constexpr std::string_view instant_shape = "dddd-dd-ddTdd:dd:dd"; // then perhaps milliseconds, then Z

std::size_t instant_length(std::string_view text)
{
    if (text.size() <= instant_shape.size()) { return 0; }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < instant_shape.size(); ++i) {
        if (instant_shape[i] == 'd' ? !is_digit(text[i]) : text[i] != instant_shape[i]) { return 0; }
    }
    std::size_t end = instant_shape.size();
    if (text[end] == '.') {
        ++end;
        while (end < text.size() && is_digit(text[end])) { ++end; }
    }
    return end < text.size() && text[end] == 'Z' ? end + 1 : 0;
}

} // namespace

Language language_of(std::string_view option)
{
    if (option == "zh") { return Language::chinese; }
    if (option == "en") { return Language::english; }
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread starts
        if (value == nullptr || *value == '\0') { continue; }
        return std::string_view{value}.starts_with("en") ? Language::english : Language::chinese;
    }
    return Language::chinese;
}

std::string_view headline(VaultError code, Language language) noexcept
{
    const auto found = std::ranges::find(headlines, code, &Headline::code);
    if (found == headlines.end()) { return to_text(code); }
    return language == Language::chinese ? found->chinese : found->english;
}

std::string with_local_times(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = instant_length(text);
        if (const auto instant = engine::instant_from_text(text.substr(0, length))) {
            out += local_time(*instant);
            text.remove_prefix(length);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string detail_text(std::string_view detail, Language language, std::span<const Translation> more)
{
    return with_local_times(language == Language::chinese ? in_chinese(detail, more, 0) : std::string{detail});
}

std::string failure_text(const VaultFailure& failure, Language language, std::span<const Translation> more)
{
    std::string text{headline(failure.code, language)};
    text += language == Language::chinese ? "：" : ": ";
    return text + detail_text(failure.detail, language, more);
}

} // namespace papervault::vault
