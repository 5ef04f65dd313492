#include "ledger/node_table.hpp"

#include <algorithm>
#include <bit>

namespace papervault::vault {
namespace {

/// How many larger subtrees the leaf completes.
unsigned completed_by(std::uint64_t index)
{
    return static_cast<unsigned>(std::countr_one(index));
}

} // namespace

std::uint64_t node_place(unsigned level, std::uint64_t index) noexcept
{
    const std::uint64_t last_leaf = ((index + 1) << level) - 1;
    return 2 * last_leaf - static_cast<std::uint64_t>(std::popcount(last_leaf)) + level;
}

NodeTable::NodeTable(Database& database)
    : database_{&database}, read_{database.prepare("SELECT digest FROM ledger_nodes WHERE place = ?")},
      write_{database.prepare("INSERT INTO ledger_nodes(place, digest) VALUES (?, ?)")}
{
}

void NodeTable::append(std::uint64_t index, const crypto::Digest& leaf)
{
    crypto::Digest digest = leaf;
    const auto store = [&](unsigned level) {
        write_.bind(static_cast<std::int64_t>(node_place(level, index >> level))).bind(digest.view()).run();
    };
    store(0);
    for (unsigned level = 0; level < completed_by(index); ++level) {
        digest = crypto::merkle_node(subtree(level, (index >> level) - 1), digest);
        store(level + 1);
    }
}

std::uint64_t NodeTable::size() const
{
    Statement last = database_->prepare("SELECT place FROM ledger_nodes ORDER BY place DESC LIMIT 1");
    if (!last.step()) { return 0; }
    // The last row belongs to the last leaf n: 2n - popcount(n) <= row. Found by bisection, as the rows grow with n.
    const auto row = static_cast<std::uint64_t>(last.integer(0));
    std::uint64_t low = 0;
    std::uint64_t high = row + 1;
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (node_place(0, middle) <= row ? low : high) = middle;
    }
    return low + 1;
}

crypto::Digest NodeTable::subtree(unsigned level, std::uint64_t index) const
{
    read_.bind(static_cast<std::int64_t>(node_place(level, index)));
    const bool found = read_.step();
    const crypto::Bytes bytes = found ? read_.bytes(0) : crypto::Bytes{};
    read_.reset();
    crypto::Digest digest;
    if (bytes.size() != digest.bytes.size()) {
        throw MissingNode{"the ledger's stored tree lacks the subtree of entries " + std::to_string(index << level) +
                          " to " + std::to_string(((index + 1) << level) - 1)};
    }
    std::ranges::copy(bytes, digest.bytes.begin());
    return digest;
}

NodeWalk::NodeWalk(Database& database)
    : rows_{database.prepare("SELECT place, digest FROM ledger_nodes ORDER BY place")}
{
}

bool NodeWalk::row_is(const crypto::Digest& expected)
{
    return rows_.step() && static_cast<std::uint64_t>(rows_.integer(0)) == place_++ &&
           std::ranges::equal(rows_.bytes(1), expected.view());
}

bool NodeWalk::next(const crypto::Digest& leaf)
{
    crypto::Digest digest = leaf;
    if (!row_is(digest)) { return false; }
    for (unsigned level = 0; level < completed_by(leaves_); ++level) {
        digest = crypto::merkle_node(peaks_.back(), digest);
        peaks_.pop_back();
        if (!row_is(digest)) { return false; }
    }
    peaks_.push_back(digest);
    ++leaves_;
    return true;
}

bool NodeWalk::at_end()
{
    return !rows_.step();
}

} // namespace papervault::vault
