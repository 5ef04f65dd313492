#include <papervault/vault/withdrawal.hpp>

#include "custody/share_part.hpp"
#include "json_codec.hpp"

namespace papervault::vault {
namespace {

constexpr std::string_view withdrawal_format = "papervault-withdrawal";
constexpr std::string_view withdrawal_purpose = "papervault.withdrawal.v1";
constexpr std::size_t reason_bytes_max = 500;

boost::json::object unsigned_json(const Withdrawal& withdrawal)
{
    auto json = document(withdrawal_format);
    json["package_id"] = withdrawal.package_id;
    json["package_digest"] = withdrawal.package_digest.hex();
    json["batch_id"] = withdrawal.batch_id;
    json["reason"] = withdrawal.reason;
    json["withdrawn_at"] = engine::to_text(withdrawal.withdrawn_at);
    return json;
}

} // namespace

std::string encode(const Withdrawal& withdrawal)
{
    auto json = unsigned_json(withdrawal);
    json["signature"] = crypto::to_base64(withdrawal.signature);
    return engine::canonical_json(json);
}

Result<Withdrawal> decode_withdrawal(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, withdrawal_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, withdrawal_format);
    Withdrawal withdrawal;
    withdrawal.package_id = hex_field(fields, "package_id", 32);
    withdrawal.package_digest = digest_field(fields, "package_digest");
    withdrawal.batch_id = fields.text("batch_id", 64);
    withdrawal.reason = fields.text("reason", reason_bytes_max);
    withdrawal.withdrawn_at = instant_field(fields, "withdrawn_at");
    withdrawal.signature = signature_field(fields, "signature");
    if (auto finished = finish_document(fields, withdrawal_format); !finished) {
        return std::unexpected{finished.error()};
    }
    if (auto same = require_same_spelling(text, encode(withdrawal), withdrawal_format); !same) {
        return std::unexpected{same.error()};
    }
    return withdrawal;
}

Result<Withdrawal> sign_withdrawal(const PackageReader& package, const Identity& office, std::string reason,
                                   engine::Instant now)
{
    const PackageHeader& header = package.header();
    if (office.card() != header.office) {
        return refuse(VaultError::not_permitted, "only " + header.office.name + " withdraws this package");
    }
    if (reason.empty() || reason.size() > reason_bytes_max) {
        return refuse(VaultError::malformed, "a withdrawal needs a reason of 1 to 500 bytes");
    }
    Withdrawal withdrawal{.package_id = header.package_id,
                          .package_digest = package.digest(),
                          .batch_id = header.batch.id,
                          .reason = std::move(reason),
                          .withdrawn_at = now,
                          .signature = {}};
    const std::string text = engine::canonical_json(unsigned_json(withdrawal));
    withdrawal.signature = office.signing_key().sign(withdrawal_purpose, crypto::bytes_of(text));
    return withdrawal;
}

Result<void> verify_withdrawal(const Withdrawal& withdrawal, const PackageReader& package)
{
    const PackageHeader& header = package.header();
    if (withdrawal.package_id != header.package_id || withdrawal.package_digest != package.digest() ||
        withdrawal.batch_id != header.batch.id) {
        return refuse(VaultError::wrong_batch, "the withdrawal is of another package");
    }
    const std::string text = engine::canonical_json(unsigned_json(withdrawal));
    if (!crypto::verify(header.office.sign_key, withdrawal_purpose, crypto::bytes_of(text), withdrawal.signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + header.office.name + " does not fit");
    }
    return {};
}

} // namespace papervault::vault
