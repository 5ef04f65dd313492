#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/journal.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Where the journal of a sitting rests (docs/journal-format.md, version 1). Its chain is the vault's: the office
/// follows it again.
namespace papervault::server {

using vault::journal_line;
using vault::journal_payload_bytes_max;
using vault::JournalChain;
using vault::JournalRecord;

/// Where records become durable.
class JournalStore {
public:
    using Done = std::move_only_function<void(vault::Result<void>)>;
    virtual ~JournalStore() = default;

    /// Makes the records durable, all of one call or none, in the order of the calls. Returns at once. Any thread.
    /// @param done  Called once, in the order of the calls, on a thread of the store; durable when it is called with
    ///              success. After a failure nothing is stored any more: every later call fails too.
    virtual void append(std::vector<JournalRecord> records, Done done) = 0;
};

} // namespace papervault::server
