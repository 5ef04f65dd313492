#include <papervault/vault/ledger_check.hpp>

#include "ledger/entry_digest.hpp"

#include <papervault/engine/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace papervault::vault {
namespace {

struct DamageName {
    LedgerDamage damage;
    std::string_view text;
};
constexpr std::array damage_names{
    DamageName{LedgerDamage::rewritten, "rewritten"}, DamageName{LedgerDamage::deleted, "deleted"},
    DamageName{LedgerDamage::inserted, "inserted"},   DamageName{LedgerDamage::reordered, "reordered"},
    DamageName{LedgerDamage::truncated, "truncated"}, DamageName{LedgerDamage::forked, "forked"},
    DamageName{LedgerDamage::replayed, "replayed"},
};

std::string range_text(std::uint64_t first, std::uint64_t last)
{
    return first == last ? "entry " + std::to_string(first)
                         : "entries " + std::to_string(first) + " to " + std::to_string(last);
}

LedgerFinding finding(LedgerDamage damage, std::uint64_t first, std::uint64_t last, const std::string& why)
{
    return {damage, first, last, std::string{to_text(damage)} + ": " + range_text(first, last) + ": " + why};
}

/// What an entry says, apart from its place: somebody who writes the chain anew must change number and previous hash,
/// and where he changes the order, times too.
struct Content {
    std::string said;
    std::string said_when;
};
Content content_of(const std::string& text)
{
    const auto entry = decode_ledger_entry(text);
    if (!entry) { return {text, text}; }
    std::string said = engine::canonical_json(boost::json::object{{"actor", entry->actor.id},
                                                                  {"name", entry->actor.name},
                                                                  {"action", entry->action},
                                                                  {"subject", entry->subject}});
    std::string said_when = engine::to_text(entry->time) + said;
    return {std::move(said), std::move(said_when)};
}

/// Where `wanted` stands in `list`: the same at the same time, else the same at another time, unless that one is itself
/// an entry of `others`. @return list.size() when nowhere.
std::size_t place_of(const Content& wanted, const std::vector<Content>& list, const std::vector<Content>& others)
{
    const auto exact = std::ranges::find(list, wanted.said_when, &Content::said_when);
    if (exact != list.end()) { return static_cast<std::size_t>(exact - list.begin()); }
    const auto moved = std::ranges::find_if(list, [&](const Content& each) {
        return each.said == wanted.said &&
               std::ranges::find(others, each.said_when, &Content::said_when) == others.end();
    });
    return static_cast<std::size_t>(moved - list.begin());
}

/// Against an older export: what comes first decides.
std::optional<LedgerFinding> compare_with_kept(std::span<const std::string> texts, std::span<const std::string> kept)
{
    const auto differ = std::ranges::mismatch(texts, kept);
    const auto at = static_cast<std::uint64_t>(differ.in2 - kept.begin());
    if (differ.in2 == kept.end()) { return std::nullopt; }
    if (differ.in1 == texts.end()) {
        return finding(LedgerDamage::truncated, at, kept.size() - 1, "the kept copy has them, the ledger ends before");
    }
    std::vector<Content> now;
    std::vector<Content> then;
    for (const std::string& text : std::ranges::subrange{differ.in1, texts.end()}) { now.push_back(content_of(text)); }
    for (const std::string& text : std::ranges::subrange{differ.in2, kept.end()}) { then.push_back(content_of(text)); }
    const std::size_t kept_now = place_of(then.front(), now, then);
    const std::size_t now_kept = place_of(now.front(), then, now);
    if (kept_now == 0) {
        return finding(LedgerDamage::rewritten, at, at, "says the same, but its number, time or link was altered");
    }
    if (kept_now < now.size() && now_kept < then.size()) {
        return finding(LedgerDamage::reordered, at, at + now_kept, "stand in another order than in the kept copy");
    }
    if (kept_now < now.size()) {
        return finding(LedgerDamage::inserted, at, at + kept_now - 1, "the kept copy does not have them here");
    }
    if (now_kept < then.size()) {
        return finding(LedgerDamage::deleted, at, at + now_kept - 1, "the kept copy has them");
    }
    const bool rest_known =
        std::ranges::any_of(then, [&](const Content& each) { return place_of(each, now, then) < now.size(); });
    if (rest_known || then.size() == 1) {
        return finding(LedgerDamage::rewritten, at, at, "the kept copy says something else");
    }
    return finding(LedgerDamage::forked, at, kept.size() - 1, "another history than the kept copy's");
}

/// Numbers and links of the lines as they stand.
class ChainCheck {
public:
    explicit ChainCheck(std::span<const std::string> texts) : texts_{texts}
    {
        for (const std::string& text : texts) {
            entries_.push_back(decode_ledger_entry(text));
            if (entries_.back()) { places_.try_emplace(entries_.back()->index, entries_.size() - 1); }
        }
    }

    [[nodiscard]] std::optional<LedgerFinding> check() const
    {
        for (std::size_t n = 0; n < entries_.size(); ++n) {
            if (auto found = check_line(n)) { return found; }
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] bool linked(std::size_t n) const
    {
        if (n >= entries_.size() || !entries_[n]) { return false; }
        return entries_[n]->previous == (n == 0 ? crypto::Digest{} : entry_digest(texts_[n - 1]));
    }

    [[nodiscard]] std::optional<LedgerFinding> check_line(std::size_t n) const
    {
        if (!entries_[n]) {
            return finding(LedgerDamage::rewritten, n, n, "is no entry any more: " + entries_[n].error().detail);
        }
        const std::uint64_t number = entries_[n]->index;
        if (number != n) { return check_number(n, number); }
        if (!linked(n)) { return check_link(n); }
        if (n > 0 && entries_[n]->time < entries_[n - 1]->time) {
            return finding(LedgerDamage::rewritten, n, n, "is older than the entry before it");
        }
        return std::nullopt;
    }

    [[nodiscard]] LedgerFinding check_number(std::size_t n, std::uint64_t number) const
    {
        if (number < n) {
            // Of two with one number and one predecessor, the true one is the one that the next entry is linked to.
            if (number + 1 == n && entries_[n]->previous == entries_[n - 1]->previous && linked(n + 1)) {
                return finding(LedgerDamage::inserted, n - 1, n - 1, "nothing leads on from it");
            }
            return finding(LedgerDamage::inserted, n, n, "number " + std::to_string(number) + " stands there again");
        }
        if (places_.contains(n)) {
            const std::uint64_t last = std::max<std::uint64_t>(number, places_.at(n));
            return finding(LedgerDamage::reordered, n, last, "number " + std::to_string(number) + " stands first");
        }
        return finding(LedgerDamage::deleted, n, number - 1, "the numbers go on at " + std::to_string(number));
    }

    [[nodiscard]] LedgerFinding check_link(std::size_t n) const
    {
        const bool next_has_number = n + 1 < entries_.size() && entries_[n + 1] && entries_[n + 1]->index == n;
        if (next_has_number) {
            return finding(LedgerDamage::inserted, n, n, "the number stands there twice, and only one entry is linked");
        }
        if (n + 1 < entries_.size() && !linked(n + 1)) {
            return finding(LedgerDamage::rewritten, n, n,
                           "neither follows from the entry before nor leads to the next");
        }
        if (n == 0) { return finding(LedgerDamage::rewritten, 0, 0, "the first entry is linked to something before"); }
        if (n + 1 == entries_.size()) {
            return finding(LedgerDamage::rewritten, n - 1, n, "the last link does not fit: one of the two was altered");
        }
        return finding(LedgerDamage::rewritten, n - 1, n - 1, "the next entry was linked to another text");
    }

    std::span<const std::string> texts_;
    std::vector<Result<LedgerEntry>> entries_;
    std::map<std::uint64_t, std::size_t> places_;
};

std::optional<LedgerFinding> find_split_view(std::span<const Checkpoint> checkpoints)
{
    for (std::size_t n = 1; n < checkpoints.size(); ++n) {
        const Checkpoint& one = checkpoints[n - 1];
        const Checkpoint& other = checkpoints[n];
        if (one.size == other.size && one.root != other.root) {
            return finding(LedgerDamage::forked, 0, one.size == 0 ? 0 : one.size - 1,
                           "two ledgers of " + std::to_string(one.size) + " entries were signed");
        }
    }
    return std::nullopt;
}

} // namespace

std::string_view to_text(LedgerDamage damage) noexcept
{
    for (const DamageName& each : damage_names) {
        if (each.damage == damage) { return each.text; }
    }
    return "unknown";
}

std::optional<LedgerFinding> find_ledger_damage(std::span<const std::string> texts,
                                                const std::optional<Checkpoint>& presented, const KeptEvidence& kept)
{
    std::vector<Checkpoint> checkpoints = kept.checkpoints;
    std::ranges::sort(checkpoints, {}, [](const Checkpoint& each) { return std::pair{each.size, each.root}; });
    if (presented) {
        std::vector<Checkpoint> all = checkpoints;
        all.push_back(*presented);
        std::ranges::sort(all, {}, [](const Checkpoint& each) { return std::pair{each.size, each.root}; });
        if (auto found = find_split_view(all)) { return found; }
    } else if (auto found = find_split_view(checkpoints)) {
        return found;
    }
    if (auto found = compare_with_kept(texts, kept.entries)) { return found; }
    if (auto found = ChainCheck{texts}.check()) { return found; }

    crypto::MerkleTree tree;
    for (const std::string& text : texts) { tree.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
    std::uint64_t known_good = kept.entries.size();
    const auto compare = [&](const Checkpoint& checkpoint) -> std::optional<LedgerFinding> {
        if (checkpoint.size > texts.size()) {
            return finding(LedgerDamage::truncated, texts.size(), checkpoint.size - 1,
                           "a checkpoint of " + std::to_string(checkpoint.size) +
                               " entries was signed, the ledger has " + std::to_string(texts.size()));
        }
        if (tree.root_at(checkpoint.size) == checkpoint.root) {
            known_good = std::max(known_good, checkpoint.size);
            return std::nullopt;
        }
        // The chain is whole, so everything from the altered entry on was written anew.
        const bool one = checkpoint.size - known_good <= 1;
        const std::uint64_t first = std::min(known_good, checkpoint.size - 1);
        return finding(one ? LedgerDamage::rewritten : LedgerDamage::forked, first, checkpoint.size - 1,
                       one ? "is not the one that was signed"
                           : "the chain is whole but was written anew from one of them on: they are not those that "
                             "the checkpoint of " +
                                 std::to_string(checkpoint.size) + " entries was signed over");
    };
    for (const Checkpoint& checkpoint : checkpoints) {
        if (checkpoint.size == 0) { continue; }
        if (auto found = compare(checkpoint)) { return found; }
    }
    if (!presented) { return std::nullopt; }
    if (!checkpoints.empty() && presented->size < checkpoints.back().size) {
        return finding(LedgerDamage::replayed, presented->size, checkpoints.back().size - 1,
                       "the checkpoint shown counts " + std::to_string(presented->size) +
                           " entries, an older one than the kept one of " + std::to_string(checkpoints.back().size));
    }
    if (presented->size != 0) {
        if (auto found = compare(*presented)) { return found; }
    }
    if (presented->size < texts.size()) {
        return finding(LedgerDamage::replayed, presented->size, texts.size() - 1,
                       "the checkpoint shown does not cover them: it is an older one");
    }
    return std::nullopt;
}

} // namespace papervault::vault
