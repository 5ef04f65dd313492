#pragma once

#include <papervault/engine/grading.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A key made ready to score each distinct response once. Written apart from grading/grading.cpp and its neighbours.
namespace papervault::engine::columnar {

struct Score {
    std::int64_t units = 0; ///< Of Decimal.
    Mark mark = Mark::scored;
    bool operator==(const Score&) const = default;
};

/// A response whose texts say nothing.
[[nodiscard]] bool says_nothing(const Response& response);

class CompiledKey {
public:
    /// @param key  Null: there is none, so a person decides.
    CompiledKey(const FormItem& item, const AnswerKey* key, const GradingPolicy& policy);
    /// @param response  Null: the sheet has none.
    [[nodiscard]] Score score(const Response* response) const { return score_(response); }
    /// Where right means all the points and anything else none, by options alone: the ids that must be chosen, no more
    /// and no fewer. Then bit planes can be compared.
    [[nodiscard]] const std::optional<std::vector<std::string>>& exact_choice() const noexcept { return exact_; }

private:
    std::function<Score(const Response*)> score_;
    std::optional<std::vector<std::string>> exact_;
};

} // namespace papervault::engine::columnar
