#pragma once

#include "qti/session.hpp"

#include <papervault/engine/qti/test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine::qti {

/// One item of a test, with where it stands.
struct PlacedItem {
    const ItemReference* reference = nullptr;
    const AssessmentItem* item = nullptr;
    std::vector<std::string_view> sections; ///< Identifiers of all sections around it, and of its part.
    Responses responses;
    ItemSession session;
};

/// What outcome processing sees: the test's outcomes, the items' variables as "ITEM.VARIABLE", and the operators over
/// sub-sets of items.
class TestSession final : public Session {
public:
    /// @param items  Outlive the session; the scores may still change.
    explicit TestSession(const std::vector<PlacedItem>& items) : items_{items} {}

    [[nodiscard]] std::optional<Value> variable(std::string_view identifier, std::string_view weight) const override;
    [[nodiscard]] std::optional<Value> of_test(const Expression& expression) const override;
    [[nodiscard]] std::size_t items_of_test() const noexcept override { return items_.size(); }

private:
    [[nodiscard]] bool is_in(const PlacedItem& item, const ItemSubset& subset) const;
    [[nodiscard]] Value test_variables(const ItemSubset& subset) const;
    [[nodiscard]] Value outcome_bound(const ItemSubset& subset, bool is_maximum) const;

    const std::vector<PlacedItem>& items_;
};

[[nodiscard]] double weight_of(const ItemReference& reference, std::string_view weight) noexcept;

} // namespace papervault::engine::qti
