#include "token/token_session.hpp"

#include <papervault/crypto/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <span>

namespace papervault::vault::token {
namespace {

constexpr std::size_t attribute_bytes_max = 1024;
constexpr std::size_t objects_max = 64;
constexpr std::size_t shared_bytes = 32;
constexpr std::string_view our_label = "papervault";

constexpr unsigned char yes = 1;
constexpr unsigned char no = 0;
constexpr ck_object_class_t private_class = CKO_PRIVATE_KEY;
constexpr ck_object_class_t public_class = CKO_PUBLIC_KEY;
constexpr ck_object_class_t secret_class = CKO_SECRET_KEY;
constexpr ck_key_type_t ec_type = CKK_EC;
constexpr ck_key_type_t generic_type = CKK_GENERIC_SECRET;
/// DER of the named curve 1.2.840.10045.3.1.7.
constexpr std::array<unsigned char, 10> p256_parameters{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
/// DER of an octet string with a point in it.
constexpr std::array point_prefix{std::byte{0x04}, std::byte{crypto::P256PublicKey::size_bytes}};

/// PKCS#11 only reads what it is given in a template, but its parameters are not const.
template <std::integral Number>
ck_attribute attribute_of(ck_attribute_type_t type, const Number& value)
{
    return {type, const_cast<Number*>(&value), sizeof value};
}
ck_attribute attribute_of(ck_attribute_type_t type, crypto::ByteView value)
{
    return {type, const_cast<std::byte*>(value.data()), value.size()};
}
ck_attribute attribute_of(ck_attribute_type_t type, std::string_view value)
{
    return attribute_of(type, crypto::bytes_of(value));
}

std::string shown(const TokenInfo& token)
{
    return fmt::format("{} ({})", token.label, token.serial);
}

TokenInfo info_of(const ck_token_info& info, bool can_agree)
{
    const auto has = [&info](ck_flags_t flag) { return (info.flags & flag) != 0; };
    return {.label = padded_text(info.label, sizeof info.label),
            .manufacturer = padded_text(info.manufacturer_id, sizeof info.manufacturer_id),
            .model = padded_text(info.model, sizeof info.model),
            .serial = padded_text(info.serial_number, sizeof info.serial_number),
            .has_pin = has(CKF_TOKEN_INITIALIZED) && has(CKF_USER_PIN_INITIALIZED),
            .pin_pad = has(CKF_PROTECTED_AUTHENTICATION_PATH),
            .pin_count_low = has(CKF_USER_PIN_COUNT_LOW),
            .pin_final_try = has(CKF_USER_PIN_FINAL_TRY),
            .pin_locked = has(CKF_USER_PIN_LOCKED),
            .can_agree = can_agree};
}

std::unexpected<VaultFailure> locked(const TokenInfo& token)
{
    return refuse(VaultError::pin_locked,
                  fmt::format("the PIN of token {} is locked; whoever has its SO PIN can unlock it", shown(token)));
}

std::unexpected<VaultFailure> wrong_pin(const TokenInfo& token, const ck_token_info* after)
{
    std::string_view words = "wrong PIN for token {}";
    if (after != nullptr && (after->flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        words = "wrong PIN for token {}; only one try is left, then it locks";
    } else if (after != nullptr && (after->flags & CKF_USER_PIN_COUNT_LOW) != 0) {
        words = "wrong PIN for token {}; wrong PINs have been counted";
    }
    return refuse(VaultError::pin_wrong, fmt::format(fmt::runtime(words), shown(token)));
}

std::string list_of(const std::vector<Found>& tokens)
{
    std::string list;
    for (const Found& each : tokens) { list += "\n  " + shown(each.info); }
    return list;
}

} // namespace

Result<std::vector<Found>> tokens_in(const Pkcs11Module& module)
{
    const auto slots = module.slots();
    if (!slots) { return std::unexpected{slots.error()}; }
    std::vector<Found> found;
    for (const ck_slot_id_t slot : *slots) {
        ck_token_info info{};
        // A token that was pulled out just now, or one that nobody has initialised, is none.
        if (module->C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0) { continue; }
        ck_mechanism_info mechanism{};
        const bool can_agree = module->C_GetMechanismInfo(slot, CKM_ECDH1_DERIVE, &mechanism) == CKR_OK &&
                               (mechanism.flags & CKF_DERIVE) != 0;
        found.push_back({.slot = slot, .info = info_of(info, can_agree)});
    }
    return found;
}

Result<Found> choose(const std::vector<Found>& tokens, const std::optional<TokenHint>& wanted, const std::string& label)
{
    std::vector<Found> fitting;
    for (const Found& each : tokens) {
        const bool serial_fits = !wanted || each.info.serial == wanted->serial;
        const bool label_fits = label.empty() || each.info.label == label;
        if (serial_fits && label_fits) { fitting.push_back(each); }
    }
    const std::string asked = wanted ? fmt::format("{} ({})", wanted->label, wanted->serial) : label;
    if (fitting.empty() && tokens.empty()) {
        return refuse(VaultError::token_not_found, asked.empty()
                                                       ? "no token is plugged in"
                                                       : fmt::format("no token is plugged in; needed: {}", asked));
    }
    if (fitting.empty()) {
        return refuse(VaultError::token_not_found,
                      fmt::format("not this token; needed: {}; there is:{}", asked, list_of(tokens)));
    }
    if (fitting.size() > 1) {
        return refuse(VaultError::token_not_found,
                      fmt::format("several tokens; choose one with --token-label:{}", list_of(fitting)));
    }
    if (fitting.front().info.pin_locked) { return locked(fitting.front().info); }
    return std::move(fitting.front());
}

Result<TokenSession> TokenSession::open(const Pkcs11Module& module, const Found& token,
                                        const std::optional<crypto::SecretBuffer>& pin, bool writing)
{
    ck_session_handle_t handle = CK_INVALID_HANDLE;
    const ck_flags_t flags = CKF_SERIAL_SESSION | (writing ? CKF_RW_SESSION : 0);
    if (const ck_rv_t problem = module->C_OpenSession(token.slot, flags, nullptr, nullptr, &handle);
        problem != CKR_OK) {
        return refuse_with(problem, "the token can't be opened: {}");
    }
    TokenSession session{module, handle};
    // The text of a PIN is not changed by logging in, but the parameter is not const.
    auto* const text =
        pin ? const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(pin->expose().data())) : nullptr;
    const ck_rv_t answer = module->C_Login(handle, CKU_USER, text, pin ? pin->size_bytes() : 0);
    if (answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN) { return session; }
    if (answer == CKR_PIN_LOCKED) { return locked(token.info); }
    if (answer == CKR_PIN_INCORRECT || answer == CKR_PIN_INVALID || answer == CKR_PIN_LEN_RANGE) {
        ck_token_info after{};
        const bool known = module->C_GetTokenInfo(token.slot, &after) == CKR_OK;
        if (known && (after.flags & CKF_USER_PIN_LOCKED) != 0) { return locked(token.info); }
        return wrong_pin(token.info, known ? &after : nullptr);
    }
    return refuse_with(answer, "the token refuses the login: {}");
}

TokenSession::TokenSession(TokenSession&& other) noexcept
    : module_{other.module_}, session_{std::exchange(other.session_, CK_INVALID_HANDLE)}
{
}

TokenSession::~TokenSession()
{
    if (session_ == CK_INVALID_HANDLE) { return; }
    (*module_)->C_Logout(session_);
    (*module_)->C_CloseSession(session_);
}

Result<std::vector<ck_object_handle_t>> TokenSession::find(std::initializer_list<ck_attribute> like) const
{
    std::vector<ck_attribute> pattern{like};
    if (const ck_rv_t problem = (*module_)->C_FindObjectsInit(session_, pattern.data(), pattern.size());
        problem != CKR_OK) {
        return refuse_with(problem, "the token's keys can't be searched: {}");
    }
    std::vector<ck_object_handle_t> objects(objects_max);
    unsigned long count = 0;
    const ck_rv_t problem = (*module_)->C_FindObjects(session_, objects.data(), objects.size(), &count);
    (*module_)->C_FindObjectsFinal(session_);
    if (problem != CKR_OK) { return refuse_with(problem, "the token's keys can't be searched: {}"); }
    objects.resize(std::min<std::size_t>(count, objects.size()));
    return objects;
}

std::optional<crypto::Bytes> TokenSession::attribute(ck_object_handle_t object, ck_attribute_type_t type) const
{
    crypto::Bytes value(attribute_bytes_max);
    ck_attribute wanted{type, value.data(), value.size()};
    if ((*module_)->C_GetAttributeValue(session_, object, &wanted, 1) != CKR_OK || wanted.value_len > value.size()) {
        return std::nullopt;
    }
    value.resize(wanted.value_len);
    return value;
}

Result<std::vector<TokenSession::Key>> TokenSession::keys_like(std::initializer_list<ck_attribute> like) const
{
    const auto objects = find(like);
    if (!objects) { return std::unexpected{objects.error()}; }
    std::vector<Key> keys;
    for (const ck_object_handle_t object : *objects) {
        auto id = attribute(object, CKA_ID);
        if (!id || id->empty() || id->size() > key_id_bytes_max) { continue; }
        keys.push_back({.handle = object, .id = std::move(*id)});
    }
    return keys;
}

Result<TokenSession::Key> TokenSession::key_with_id(crypto::ByteView id) const
{
    const auto keys = keys_like(
        {attribute_of(CKA_CLASS, private_class), attribute_of(CKA_KEY_TYPE, ec_type), attribute_of(CKA_ID, id)});
    if (!keys) { return std::unexpected{keys.error()}; }
    if (keys->empty()) {
        return refuse(VaultError::token_not_found,
                      fmt::format("the token has no such key (any more): {}", crypto::to_hex(id)));
    }
    return keys->front();
}

Result<TokenSession::Key> TokenSession::key_named(const std::string& name) const
{
    const auto id = crypto::from_hex(name);
    if (id && !id->empty()) {
        if (auto key = key_with_id(*id); key || key.error().code != VaultError::token_not_found) { return key; }
    }
    auto keys = keys_like({attribute_of(CKA_CLASS, private_class), attribute_of(CKA_KEY_TYPE, ec_type),
                           attribute_of(CKA_LABEL, std::string_view{name})});
    if (!keys) { return std::unexpected{keys.error()}; }
    if (keys->empty()) { return refuse(VaultError::token_not_found, fmt::format("the token has no key '{}'", name)); }
    if (keys->size() > 1) {
        return refuse(VaultError::conflict, fmt::format("several keys are named '{}'; say the id of one", name));
    }
    return std::move(keys->front());
}

Result<TokenSession::Key> TokenSession::make_key() const
{
    const crypto::Bytes id = crypto::random_bytes(16);
    std::array public_template{attribute_of(CKA_TOKEN, yes),
                               attribute_of(CKA_EC_PARAMS, std::as_bytes(std::span{p256_parameters})),
                               attribute_of(CKA_ID, crypto::ByteView{id}), attribute_of(CKA_LABEL, our_label)};
    std::array private_template{attribute_of(CKA_TOKEN, yes),
                                attribute_of(CKA_PRIVATE, yes),
                                attribute_of(CKA_SENSITIVE, yes),
                                attribute_of(CKA_EXTRACTABLE, no),
                                attribute_of(CKA_DERIVE, yes),
                                attribute_of(CKA_SIGN, no),
                                attribute_of(CKA_ID, crypto::ByteView{id}),
                                attribute_of(CKA_LABEL, our_label)};
    ck_mechanism mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
    ck_object_handle_t public_key = CK_INVALID_HANDLE;
    ck_object_handle_t private_key = CK_INVALID_HANDLE;
    const ck_rv_t problem =
        (*module_)->C_GenerateKeyPair(session_, &mechanism, public_template.data(), public_template.size(),
                                      private_template.data(), private_template.size(), &public_key, &private_key);
    if (problem != CKR_OK) {
        return refuse_with(problem, "the token can't make a P-256 key (make one with its maker's tool and name it with "
                                    "--token-key): {}");
    }
    return Key{.handle = private_key, .id = id};
}

Result<crypto::P256PublicKey> TokenSession::public_half(const Key& key) const
{
    const auto objects = find({attribute_of(CKA_CLASS, public_class), attribute_of(CKA_KEY_TYPE, ec_type),
                               attribute_of(CKA_ID, crypto::ByteView{key.id})});
    if (!objects) { return std::unexpected{objects.error()}; }
    // Some cards keep no public object but tell the point of the private one.
    const ck_object_handle_t object = objects->empty() ? key.handle : objects->front();
    const auto encoded = attribute(object, CKA_EC_POINT);
    if (!encoded) { return refuse(VaultError::token_not_found, "the token does not show the public half of this key"); }
    crypto::ByteView point{*encoded};
    if (point.size() == point_prefix.size() + crypto::P256PublicKey::size_bytes &&
        std::ranges::equal(point.first(point_prefix.size()), point_prefix)) {
        point = point.subspan(point_prefix.size());
    }
    const auto checked = crypto::P256PublicKey::from_bytes(point);
    if (!checked) {
        return refuse(VaultError::storage_failed, "this key of the token is not of P-256: " + checked.error().detail);
    }
    return *checked;
}

Result<crypto::SecretBuffer> TokenSession::agree(const Key& key, const crypto::P256PublicKey& other) const
{
    constexpr unsigned long length = shared_bytes;
    std::array secret_template{attribute_of(CKA_CLASS, secret_class), attribute_of(CKA_KEY_TYPE, generic_type),
                               attribute_of(CKA_TOKEN, no),           attribute_of(CKA_SENSITIVE, no),
                               attribute_of(CKA_EXTRACTABLE, yes),    attribute_of(CKA_VALUE_LEN, length)};
    crypto::Bytes wrapped{point_prefix.begin(), point_prefix.end()};
    wrapped.insert(wrapped.end(), other.view().begin(), other.view().end());
    const crypto::ByteView raw = other.view();
    ck_object_handle_t secret = CK_INVALID_HANDLE;
    ck_rv_t problem = CKR_OK;
    // The standard asks for the point as it is; some modules want it as a DER octet string.
    for (const crypto::ByteView point : {raw, crypto::ByteView{wrapped}}) {
        ck_ecdh1_derive_params parameters{};
        parameters.kdf = CKD_NULL;
        parameters.public_data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(point.data()));
        parameters.public_data_len = point.size();
        ck_mechanism mechanism{CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
        problem = (*module_)->C_DeriveKey(session_, &mechanism, key.handle, secret_template.data(),
                                          secret_template.size(), &secret);
        if (problem != CKR_MECHANISM_PARAM_INVALID && problem != CKR_ARGUMENTS_BAD) { break; }
    }
    if (problem != CKR_OK) { return refuse_with(problem, "the token can't agree on a key (ECDH on P-256): {}"); }
    crypto::SecretBuffer shared{shared_bytes};
    ck_attribute value{CKA_VALUE, shared.expose().data(), shared.size_bytes()};
    problem = (*module_)->C_GetAttributeValue(session_, secret, &value, 1);
    (*module_)->C_DestroyObject(session_, secret);
    if (problem != CKR_OK || value.value_len != shared_bytes) {
        return refuse_with(problem, "the token does not give the agreed secret: {}");
    }
    return shared;
}

} // namespace papervault::vault::token
