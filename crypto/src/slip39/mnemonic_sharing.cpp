#include <papervault/crypto/mnemonic.hpp>

#include "sharing.hpp"
#include "slip39/master_secret.hpp"

#include <papervault/crypto/random.hpp>

#include <algorithm>
#include <string>

namespace papervault::crypto {

namespace {

constexpr int iteration_exponent_most = 15;

Result<void> check(const MnemonicPlan& plan)
{
    const auto in_range = [](int value, std::size_t highest) {
        return value >= 1 && std::cmp_less_equal(value, highest);
    };
    if (plan.groups.size() > share_count_max || !in_range(plan.group_threshold, plan.groups.size())) {
        return refuse(CryptoError::malformed, "sheets are in 1 to 16 groups, and at most all groups are needed");
    }
    for (const MnemonicGroup& group : plan.groups) {
        if (!in_range(group.count, share_count_max) ||
            !in_range(group.threshold, static_cast<std::size_t>(group.count))) {
            return refuse(CryptoError::malformed, "a group has 1 to 16 sheets, and at most all of them are needed");
        }
        if (group.threshold == 1 && group.count > 1) {
            return refuse(CryptoError::malformed,
                          "several sheets of which one alone is enough are copies; make a group of one sheet");
        }
    }
    if (plan.iteration_exponent < 0 || plan.iteration_exponent > iteration_exponent_most) {
        return refuse(CryptoError::malformed, "the iteration exponent is 0 to 15");
    }
    return {};
}

Result<void> check_passphrase(const SecretBuffer& passphrase)
{
    if (slip39::is_passphrase(passphrase)) { return {}; }
    return refuse(CryptoError::malformed, "a passphrase of sheets is printable ASCII of at most 1024 characters");
}

std::string group_text(int index, int groups)
{
    return groups > 1 ? " of group " + std::to_string(index + 1) : "";
}

} // namespace

Result<std::vector<MnemonicShare>> split_into_mnemonics(const SecretBuffer& secret, const SecretBuffer& passphrase,
                                                        const MnemonicPlan& plan)
{
    const std::size_t size = secret.size_bytes();
    if (size < mnemonic_secret_bytes_min || size > mnemonic_secret_bytes_max || size % 2 != 0) {
        return refuse(CryptoError::malformed, "a secret for paper has 16 to 64 bytes, an even number");
    }
    if (auto good = check(plan); !good) { return std::unexpected{good.error()}; }
    if (auto good = check_passphrase(passphrase); !good) { return std::unexpected{good.error()}; }
    const Bytes random = random_bytes(2);
    const MnemonicSet set{
        .identifier = static_cast<std::uint16_t>(
            (std::to_integer<unsigned>(random[0]) << 8 | std::to_integer<unsigned>(random[1])) & 0x7fffU),
        .extendable = plan.extendable,
        .iteration_exponent = static_cast<std::uint8_t>(plan.iteration_exponent),
        .group_threshold = static_cast<std::uint8_t>(plan.group_threshold),
        .group_count = static_cast<std::uint8_t>(plan.groups.size())};
    const SecretBuffer encrypted = slip39::encrypt_master_secret(secret, passphrase, set);
    std::vector<MnemonicShare> sheets;
    for (Share& group_share : sharing::split(encrypted, plan.group_threshold, static_cast<int>(plan.groups.size()))) {
        const MnemonicGroup& group = plan.groups[group_share.index];
        for (Share& share : sharing::split(group_share.value, group.threshold, group.count)) {
            sheets.push_back({.set = set,
                              .group_index = group_share.index,
                              .member_threshold = static_cast<std::uint8_t>(group.threshold),
                              .share = std::move(share)});
        }
    }
    return sheets;
}

Result<void> MnemonicCollector::add(MnemonicShare share)
{
    if (!sheets_.empty()) {
        const MnemonicShare& first = sheets_.front();
        if (share.set != first.set || share.share.value.size_bytes() != first.share.value.size_bytes()) {
            return refuse(CryptoError::share_mismatch, "this sheet is of another backup than the first one");
        }
    }
    for (const MnemonicShare& other : sheets_) {
        if (other.group_index != share.group_index) { continue; }
        if (other.member_threshold != share.member_threshold) {
            return refuse(CryptoError::share_mismatch, "this sheet" +
                                                           group_text(share.group_index, share.set.group_count) +
                                                           " contradicts another one: how many are needed?");
        }
        if (other.share.index == share.share.index) {
            const bool same = equal_in_constant_time(other.share.value, share.share.value);
            const std::string number =
                "sheet " + std::to_string(share.share.index + 1) + group_text(share.group_index, share.set.group_count);
            return refuse(CryptoError::share_mismatch,
                          same ? number + " was given already" : number + " was given already, with other words");
        }
    }
    sheets_.push_back(std::move(share));
    return {};
}

std::vector<MnemonicCollector::Group> MnemonicCollector::groups() const
{
    std::vector<Group> groups;
    for (const MnemonicShare& sheet : sheets_) {
        auto found = std::ranges::find(groups, int{sheet.group_index}, &Group::index);
        if (found == groups.end()) {
            groups.push_back({.index = sheet.group_index, .given = 0, .needed = sheet.member_threshold});
            found = groups.end() - 1;
        }
        ++found->given;
    }
    std::ranges::sort(groups, {}, &Group::index);
    return groups;
}

int MnemonicCollector::groups_needed() const noexcept
{
    return sheets_.empty() ? 0 : sheets_.front().set.group_threshold;
}

bool MnemonicCollector::complete() const
{
    const auto all = groups();
    return !all.empty() && std::ranges::count_if(all, [](const Group& group) { return group.given >= group.needed; }) >=
                               groups_needed();
}

std::optional<MnemonicSet> MnemonicCollector::set() const
{
    return sheets_.empty() ? std::nullopt : std::optional{sheets_.front().set};
}

Result<SecretBuffer> MnemonicCollector::recover(const SecretBuffer& passphrase, int iteration_exponent_max) const
{
    if (auto good = check_passphrase(passphrase); !good) { return std::unexpected{good.error()}; }
    if (!complete()) { return refuse(CryptoError::quorum_incomplete, "there are too few sheets"); }
    const MnemonicSet& set = sheets_.front().set;
    if (set.iteration_exponent > iteration_exponent_max) {
        return refuse(CryptoError::too_large, "the sheets ask for more work than is allowed");
    }
    std::vector<Share> group_shares;
    for (const Group& group : groups()) {
        if (group.given < group.needed) { continue; }
        std::vector<Share> shares;
        for (const MnemonicShare& sheet : sheets_) {
            if (sheet.group_index == group.index) {
                shares.push_back({.index = sheet.share.index, .value = sheet.share.value.clone()});
            }
        }
        auto value = sharing::combine(shares, group.needed);
        if (!value) {
            return refuse(value.error().code, "the sheets" + group_text(group.index, set.group_count) +
                                                  " do not belong together: one of them is altered");
        }
        group_shares.push_back({.index = static_cast<std::uint8_t>(group.index), .value = std::move(*value)});
    }
    const auto encrypted = sharing::combine(group_shares, set.group_threshold);
    if (!encrypted) { return refuse(encrypted.error().code, "the groups of sheets do not belong together"); }
    return slip39::decrypt_master_secret(*encrypted, passphrase, set);
}

} // namespace papervault::crypto
