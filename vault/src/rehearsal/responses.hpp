#pragma once

#include <papervault/engine/grading.hpp>
#include <papervault/engine/item.hpp>
#include <papervault/engine/random_stream.hpp>

/// Right and wrong responses made from a key, for rehearsals and golden vectors.
namespace papervault::vault {

/// Full points by the key; for open items a text that a person has to mark.
[[nodiscard]] engine::Response right_response(const engine::ItemWithKey& item);
/// A wrong option, one option too many or too few, or a text that nobody accepts.
[[nodiscard]] engine::Response wrong_response(const engine::ItemWithKey& item, engine::RandomIntegers& random);

} // namespace papervault::vault
