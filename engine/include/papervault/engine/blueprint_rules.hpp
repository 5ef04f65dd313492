#pragma once

#include <papervault/engine/item.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a blueprint may ask beside counts by scope and the mean difficulty. Format: docs/blueprint-format.md.
namespace papervault::engine {

/// Both ends included.
struct AmountRange {
    static constexpr int amount_max = 1'000'000;
    int at_least = 0;
    int at_most = amount_max;
    bool operator==(const AmountRange&) const = default;
};

/// How many items of a form have this importance.
struct ImportanceCount {
    Importance importance{};
    AmountRange count;
    bool operator==(const ImportanceCount&) const = default;
};

/// How many items of a form, of one type or of any, have a difficulty from `from` up to but without `to` (with it
/// where `to` is 1).
struct DifficultyBand {
    std::optional<ItemType> type;
    Decimal from;
    Decimal to;
    AmountRange count;
    bool operator==(const DifficultyBand&) const = default;
};

/// How many items of a form are of this level, 1 (一级/高级技师) to 5 (五级/初级工).
struct LevelCount {
    int level = 0;
    AmountRange count;
    bool operator==(const LevelCount&) const = default;
};

/// How many items of a form are of this cognitive class, as the bank words it ("识记", "应用", "apply").
struct CognitiveCount {
    std::string cognitive_class;
    AmountRange count;
    bool operator==(const CognitiveCount&) const = default;
};

/// How many single-choice items of a form have this right answer, in the authored order of the options.
struct KeyLetterCount {
    char letter = 'A'; ///< A to L.
    AmountRange count;
    bool operator==(const KeyLetterCount&) const = default;
};

/// What is random about a form: every form that meets the blueprint is equally likely, or items are exposed as evenly
/// as the blueprint lets them be (docs/blueprint-format.md, "Exposure").
enum class Exposure { uniform, even };

/// Stands in every form: a must, or an anchor for equating. Not counted as common to two forms.
struct RequiredItem {
    std::string id;
    int section = 0; ///< From 1; 0: the only section of its type.
    bool operator==(const RequiredItem&) const = default;
};

/// How many of the named items a form may hold together. Enemies: at most one.
struct ItemGroup {
    std::vector<std::string> items;
    AmountRange count;
    bool or_none = false; ///< None of them is allowed as well.
    bool operator==(const ItemGroup&) const = default;
};

/// How many items of one passage (stimulus) stand in a form that has any of them.
struct StimulusRule {
    bool whole = false; ///< All of them.
    AmountRange count;
    bool operator==(const StimulusRule&) const = default;
};

struct BlueprintRules {
    std::vector<ImportanceCount> importance;
    std::vector<DifficultyBand> difficulty_bands;
    std::vector<RequiredItem> required_items;
    std::vector<ItemGroup> groups;
    std::optional<StimulusRule> stimulus;
    std::optional<Decimal> discrimination_at_least; ///< -1 to 1.
    bool refuse_unknown_discrimination = false;     ///< Items never tried out are left out.
    int unused_in_last_batches = 0;                 ///< Items that the last so many packages have are left out.
    std::optional<int> uses_at_most;                ///< Items that more packages have used are left out.
    std::optional<int> past_overlap_max;            ///< Items in common with any earlier form the pool knows of.
    std::vector<LevelCount> levels;
    std::vector<CognitiveCount> cognitive;
    std::vector<KeyLetterCount> key_letters;
    Exposure exposure = Exposure::uniform;
    std::optional<AmountRange> pictures;   ///< Items with a picture, of a form.
    std::optional<AmountRange> characters; ///< Characters that a candidate reads, of a form.
    std::optional<AmountRange> seconds;    ///< Time the items are meant to take, of a form.
    bool operator==(const BlueprintRules&) const = default;
};

/// What the rules may look at; the defaults are those of an item about which nothing is known.
struct PoolItemFacts {
    Importance importance = Importance::general;
    std::optional<Decimal> discrimination; ///< −1 to 1.
    std::string enemy_set;                 ///< Two items of one set never stand in one form; "" for none.
    int level = 0;                         ///< 1 to 5; 0: not known.
    std::string cognitive_class;           ///< "" where not known.
    char key_letter = '\0';                ///< Right answer of a single choice; only where the rules ask for it.
    std::string stimulus;                  ///< The passage it belongs to; "" for none.
    int characters = 0;
    int seconds = 0;
    bool has_picture = false;
    int uses = 0;                          ///< Packages that had it.
    std::optional<int> batches_since_use;  ///< 0: the last package had it; nothing: never used.
    std::vector<std::uint32_t> past_forms; ///< Numbers of earlier forms that have it.
    bool operator==(const PoolItemFacts&) const = default;
};

} // namespace papervault::engine
