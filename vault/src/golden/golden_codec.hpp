#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/engine/grading.hpp>
#include <papervault/vault/error.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The document of golden vectors: one format for the sample, the orders and the scores.
namespace papervault::vault {

struct GoldenOrder {
    std::string form_id;
    crypto::Digest seed;
    crypto::Digest page;
};
struct GoldenScore {
    std::string form_id;
    engine::ResponseSheet responses;
    std::map<std::string, engine::Decimal, std::less<>> points; ///< By item.
    int awaiting_person = 0;
};
struct GoldenReceipt {
    std::string sheet_text;
    std::string receipt;
};
/// Forms and keys that a sample brings along.
struct GoldenPaper {
    std::vector<engine::Form> forms;
    std::map<std::string, engine::AnswerKey, std::less<>> keys;
    engine::GradingPolicy policy;
};
struct GoldenVectors {
    std::map<std::string, std::string> methods;
    std::optional<GoldenPaper> paper;
    std::vector<GoldenOrder> orders;
    std::vector<GoldenScore> scores;
    std::vector<GoldenReceipt> receipts;
};

inline constexpr std::size_t golden_bytes_max = 64 << 20;

/// Canonical JSON.
[[nodiscard]] std::string encode(const GoldenVectors& vectors);
/// @return malformed.
[[nodiscard]] Result<GoldenVectors> decode_golden_vectors(std::string_view text);

} // namespace papervault::vault
