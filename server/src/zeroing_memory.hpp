#pragma once

namespace papervault::server {

/// Overwrites the stack below the caller, where short texts and parsers' buffers were; for whoever had an opened paper.
///
/// Its object also replaces operator new and delete for the whole process, so that every piece of memory is overwritten
/// when it is given back: whatever a paper was in while it was open (texts, JSON, lists, what they left behind as they
/// grew) holds nothing of it once it is let go. Not reached: memory of C libraries (OpenSSL overwrites its own, the
/// database library has one of ours) and registers. While the paper is open, what is not in a crypto::SecretBuffer may
/// be swapped out. See docs/adr/0007.
void scrub_stack() noexcept;

} // namespace papervault::server
