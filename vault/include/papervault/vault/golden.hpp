#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/engine/grading.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/package.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Golden vectors: what the engine of the sealing office computed, so that a hall and a grading office can see that
/// theirs computes the same, days before the exam and again when it counts (docs/package-format.md, "Golden vectors").
namespace papervault::vault {

/// A method whose outcome must be equal everywhere. Whoever changes an outcome changes the version.
struct EngineMethod {
    std::string_view name;
    std::string_view version;
};
[[nodiscard]] std::span<const EngineMethod> engine_methods() noexcept;

/// A form in the order that a seed gives: ChaCha20 stream "form-order" under the seed, engine::permute.
[[nodiscard]] engine::Form order_form(const engine::Form& form, const crypto::Digest& seed);
/// BLAKE2b over the canonical JSON of what a candidate's page shows.
[[nodiscard]] crypto::Digest page_digest(const engine::Form& ordered);

/// Of a sample that is no secret, for everybody to check: orders, scores and a receipt. Deterministic.
[[nodiscard]] std::string golden_sample();
/// Orders of the forms of a paper, three seeds each: what a hall checks when it has opened the paper.
[[nodiscard]] std::string golden_orders(std::span<const engine::Form> forms);
/// Scores of five response sheets a form, from all right to all wrong: they reveal the answers, so they rest with the
/// key.
[[nodiscard]] std::string golden_scores(std::span<const engine::Form> forms,
                                        const std::map<std::string, engine::AnswerKey, std::less<>>& keys,
                                        const engine::GradingPolicy& policy);

/// @return engine_mismatch, naming the method or vector that this program does not reproduce; malformed.
[[nodiscard]] Result<void> check_golden_sample(std::string_view document);
/// @param forms  By id. Vectors of other forms are passed over; a form without a vector is refused.
[[nodiscard]] Result<void> check_golden_orders(std::string_view document,
                                               const std::map<std::string, engine::Form, std::less<>>& forms);
[[nodiscard]] Result<void> check_golden_scores(std::string_view document,
                                               const std::map<std::string, engine::Form, std::less<>>& forms,
                                               const std::map<std::string, engine::AnswerKey, std::less<>>& keys,
                                               const engine::GradingPolicy& policy);

/// What can be checked of a package without any key, by anybody who has the file: that this program knows the methods
/// and reproduces the sample. Changes and opens nothing.
/// @return engine_mismatch, also for a package of version 1, which has no vectors; malformed.
[[nodiscard]] Result<void> rehearse(const PackageReader& package);

} // namespace papervault::vault
