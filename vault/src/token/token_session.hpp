#pragma once

#include "token/pkcs11_module.hpp"
#include "token/token_key.hpp"

#include <initializer_list>

namespace papervault::vault::token {

/// A token in its slot.
struct Found {
    ck_slot_id_t slot = 0;
    TokenInfo info;
};
[[nodiscard]] Result<std::vector<Found>> tokens_in(const Pkcs11Module& module);
/// As find_token().
[[nodiscard]] Result<Found> choose(const std::vector<Found>& tokens, const std::optional<TokenHint>& wanted,
                                   const std::string& label);

/// A session with the user logged in; logs out when it goes. The module outlives it.
class TokenSession {
public:
    /// @param writing  For making keys. @return pin_wrong, pin_locked, storage_failed.
    [[nodiscard]] static Result<TokenSession> open(const Pkcs11Module& module, const Found& token,
                                                   const std::optional<crypto::SecretBuffer>& pin, bool writing);
    TokenSession(TokenSession&& other) noexcept;
    TokenSession& operator=(TokenSession&&) = delete;
    ~TokenSession();

    struct Key {
        ck_object_handle_t handle = CK_INVALID_HANDLE; ///< Of the private key.
        crypto::Bytes id;
    };
    /// EC private keys with this id. @return token_not_found when there is none.
    [[nodiscard]] Result<Key> key_with_id(crypto::ByteView id) const;
    /// @param name  Label or id in hexadecimal. @return token_not_found (none), conflict (several).
    [[nodiscard]] Result<Key> key_named(const std::string& name) const;
    /// A new P-256 pair that stays on the token: sensitive, not extractable, for agreements only.
    [[nodiscard]] Result<Key> make_key() const;
    /// @return token_not_found where the token shows no public half, storage_failed for one of another curve.
    [[nodiscard]] Result<crypto::P256PublicKey> public_half(const Key& key) const;

    /// ECDH on the token (CKM_ECDH1_DERIVE, no key derivation). @return storage_failed when the token can't or won't.
    [[nodiscard]] Result<crypto::SecretBuffer> agree(const Key& key, const crypto::P256PublicKey& other) const;

private:
    TokenSession(const Pkcs11Module& module, ck_session_handle_t session) noexcept : module_{&module}, session_{session}
    {
    }
    [[nodiscard]] Result<std::vector<ck_object_handle_t>> find(std::initializer_list<ck_attribute> like) const;
    [[nodiscard]] Result<std::vector<Key>> keys_like(std::initializer_list<ck_attribute> like) const;
    /// @return Nothing for an attribute that the object does not have or show, or that is too long.
    [[nodiscard]] std::optional<crypto::Bytes> attribute(ck_object_handle_t object, ck_attribute_type_t type) const;

    const Pkcs11Module* module_;
    ck_session_handle_t session_;
};

} // namespace papervault::vault::token
