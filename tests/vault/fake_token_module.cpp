// A PKCS#11 module for tests: a token that does what SoftHSM does not, such as counting wrong PINs. Its one key has the
// secret 1, so the agreed secret is the x coordinate of the other side's point. FAKE_TOKEN_MODE has words of:
//   pad      the PIN is typed on the token
//   card     there is a key "card key" (id 01), and none can be made
//   lying    the agreed secret is wrong
//   der      points are wanted as DER octet strings
//   signs    the key may only sign
//   empty    no token is plugged in
#define CRYPTOKI_GNU
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view right_pin = "1234";
constexpr ck_object_handle_t private_key = 1;
constexpr ck_object_handle_t public_key = 2;
constexpr ck_object_handle_t agreed_secret = 3;
constexpr std::array<unsigned char, 65> base_point{
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
    0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
    0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

int tries_left = 3;
bool logged_in = false;
bool has_key = false;
std::string key_id;
std::string key_label;
std::array<unsigned char, 32> secret{};
std::vector<ck_object_handle_t> found;

bool mode(std::string_view word)
{
    const char* const words = std::getenv("FAKE_TOKEN_MODE");
    return words != nullptr && std::string_view{words}.find(word) != std::string_view::npos;
}

template <std::size_t size>
void pad(unsigned char (&field)[size], std::string_view text)
{
    std::memset(field, ' ', size);
    std::memcpy(field, text.data(), std::min(text.size(), size));
}

std::string value_of(ck_object_handle_t object, ck_attribute_type_t type)
{
    const auto number = [](unsigned long value) {
        return std::string{reinterpret_cast<const char*>(&value), sizeof value};
    };
    switch (type) {
    case CKA_CLASS: return number(object == private_key ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY);
    case CKA_KEY_TYPE: return number(CKK_EC);
    case CKA_ID: return key_id;
    case CKA_LABEL: return key_label;
    case CKA_EC_POINT:
        return std::string{"\x04\x41", 2} +
               std::string{reinterpret_cast<const char*>(base_point.data()), base_point.size()};
    case CKA_VALUE: return std::string{reinterpret_cast<const char*>(secret.data()), secret.size()};
    default: return {};
    }
}

ck_rv_t initialise(void*)
{
    if (mode("card") && !has_key) {
        has_key = true;
        key_id = "\x01";
        key_label = "card key";
    }
    return CKR_OK;
}
ck_rv_t finalise(void*)
{
    logged_in = false;
    return CKR_OK;
}
ck_rv_t slot_list(unsigned char, ck_slot_id_t* list, unsigned long* count)
{
    if (mode("empty")) {
        *count = 0;
        return CKR_OK;
    }
    if (list != nullptr && *count >= 1) { list[0] = 7; }
    *count = 1;
    return CKR_OK;
}
ck_rv_t token_info(ck_slot_id_t, ck_token_info* info)
{
    *info = {};
    pad(info->label, "假令牌");
    pad(info->manufacturer_id, "tests");
    pad(info->model, "fake\x1b[31m"); // makers may write what they like
    pad(info->serial_number, "0001");
    info->flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_LOGIN_REQUIRED;
    if (mode("pad")) { info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH; }
    if (tries_left < 3) { info->flags |= CKF_USER_PIN_COUNT_LOW; }
    if (tries_left == 1) { info->flags |= CKF_USER_PIN_FINAL_TRY; }
    if (tries_left == 0) { info->flags |= CKF_USER_PIN_LOCKED; }
    return CKR_OK;
}
ck_rv_t mechanism_info(ck_slot_id_t, ck_mechanism_type_t type, ck_mechanism_info* info)
{
    *info = {256, 256, CKF_DERIVE};
    return type == CKM_ECDH1_DERIVE ? CKR_OK : CKR_MECHANISM_INVALID;
}
ck_rv_t open_session(ck_slot_id_t, ck_flags_t, void*, ck_notify_t, ck_session_handle_t* session)
{
    *session = 42;
    return CKR_OK;
}
ck_rv_t close_session(ck_session_handle_t)
{
    return CKR_OK;
}
ck_rv_t login(ck_session_handle_t, ck_user_type_t, unsigned char* pin, unsigned long length)
{
    if (tries_left == 0) { return CKR_PIN_LOCKED; }
    const bool on_pad = mode("pad") && pin == nullptr;
    const bool right =
        on_pad || (pin != nullptr && std::string_view{reinterpret_cast<char*>(pin), length} == right_pin);
    tries_left = right ? 3 : tries_left - 1;
    logged_in = right;
    return right ? CKR_OK : CKR_PIN_INCORRECT;
}
ck_rv_t logout(ck_session_handle_t)
{
    logged_in = false;
    return CKR_OK;
}
ck_rv_t find_init(ck_session_handle_t, ck_attribute* like, unsigned long count)
{
    found.clear();
    for (const ck_object_handle_t object : {private_key, public_key}) {
        const bool fits = std::all_of(like, like + count, [object](const ck_attribute& wanted) {
            return value_of(object, wanted.type) ==
                   std::string_view{static_cast<const char*>(wanted.value), wanted.value_len};
        });
        if (has_key && fits && (object == public_key || logged_in)) { found.push_back(object); }
    }
    return CKR_OK;
}
ck_rv_t find(ck_session_handle_t, ck_object_handle_t* objects, unsigned long max, unsigned long* count)
{
    *count = std::min<unsigned long>(max, found.size());
    std::copy_n(found.begin(), *count, objects);
    return CKR_OK;
}
ck_rv_t find_final(ck_session_handle_t)
{
    return CKR_OK;
}
ck_rv_t attribute(ck_session_handle_t, ck_object_handle_t object, ck_attribute* wanted, unsigned long count)
{
    for (ck_attribute* each = wanted; each != wanted + count; ++each) {
        const std::string value = value_of(object, each->type);
        if (value.empty() || value.size() > each->value_len) { return CKR_ATTRIBUTE_TYPE_INVALID; }
        std::memcpy(each->value, value.data(), value.size());
        each->value_len = value.size();
    }
    return CKR_OK;
}
ck_rv_t make_pair(ck_session_handle_t, ck_mechanism*, ck_attribute*, unsigned long, ck_attribute* like,
                  unsigned long count, ck_object_handle_t* made_public, ck_object_handle_t* made_private)
{
    if (mode("card")) { return CKR_FUNCTION_NOT_SUPPORTED; }
    if (!logged_in) { return CKR_USER_NOT_LOGGED_IN; }
    has_key = true;
    for (const ck_attribute* each = like; each != like + count; ++each) {
        const std::string value{static_cast<const char*>(each->value), each->value_len};
        if (each->type == CKA_ID) { key_id = value; }
        if (each->type == CKA_LABEL) { key_label = value; }
    }
    *made_public = public_key;
    *made_private = private_key;
    return CKR_OK;
}
ck_rv_t derive(ck_session_handle_t, ck_mechanism* mechanism, ck_object_handle_t key, ck_attribute*, unsigned long,
               ck_object_handle_t* made)
{
    if (!logged_in || key != private_key) { return CKR_USER_NOT_LOGGED_IN; }
    if (mode("signs")) { return CKR_KEY_FUNCTION_NOT_PERMITTED; }
    const auto* parameters = static_cast<const ck_ecdh1_derive_params*>(mechanism->parameter);
    const unsigned char* point = parameters->public_data;
    if (mode("der")) {
        if (parameters->public_data_len != base_point.size() + 2) { return CKR_MECHANISM_PARAM_INVALID; }
        point += 2;
    } else if (parameters->public_data_len != base_point.size()) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    std::copy_n(point + 1, secret.size(), secret.begin());
    if (mode("lying")) { secret[5] ^= 1; }
    *made = agreed_secret;
    return CKR_OK;
}
ck_rv_t destroy(ck_session_handle_t, ck_object_handle_t)
{
    secret.fill(0);
    return CKR_OK;
}

} // namespace

/// As it comes from the factory.
extern "C" void fake_token_reset();
extern "C" void fake_token_reset()
{
    tries_left = 3;
    has_key = false;
    key_id.clear();
    key_label.clear();
}

extern "C" ck_rv_t C_GetFunctionList(ck_function_list** list)
{
    static ck_function_list functions = [] {
        ck_function_list all{};
        all.C_Initialize = initialise;
        all.C_Finalize = finalise;
        all.C_GetSlotList = slot_list;
        all.C_GetTokenInfo = token_info;
        all.C_GetMechanismInfo = mechanism_info;
        all.C_OpenSession = open_session;
        all.C_CloseSession = close_session;
        all.C_Login = login;
        all.C_Logout = logout;
        all.C_FindObjectsInit = find_init;
        all.C_FindObjects = find;
        all.C_FindObjectsFinal = find_final;
        all.C_GetAttributeValue = attribute;
        all.C_GenerateKeyPair = make_pair;
        all.C_DeriveKey = derive;
        all.C_DestroyObject = destroy;
        return all;
    }();
    *list = &functions;
    return CKR_OK;
}
