#include "packages/policy_codec.hpp"

#include <papervault/vault/batch_policies.hpp>

#include <fmt/format.h>

namespace papervault::vault {
namespace {

using engine::Decimal;

constexpr std::string_view format_name = "papervault-batch-policy";
constexpr std::string_view digest_domain = "papervault.batch-policy.v1";

bool same(const engine::BandLimits& left, const engine::BandLimits& right)
{
    return left.excellent == right.excellent && left.good == right.good && left.pass == right.pass;
}

Result<void> validate(const BatchPolicy& policy)
{
    const engine::BandLimits& bands = policy.bands;
    if (bands.excellent < bands.good || bands.good < bands.pass) {
        return refuse(VaultError::malformed, "bands: excellent, good and pass must not rise");
    }
    if (policy.grading.true_false_penalty > Decimal{} && policy.grading.floor == engine::PenaltyFloor::item) {
        return refuse(VaultError::malformed,
                      "true_false_penalty: nothing is taken off where no item has less than 0; floor must be paper");
    }
    return {};
}

struct Words {
    engine::Language language;
    [[nodiscard]] std::string operator()(std::string_view chinese, std::string_view english) const
    {
        return std::string{language == engine::Language::chinese ? chinese : english};
    }
};

std::string of_multiple(engine::MultipleRule rule, const Words& say)
{
    switch (rule) {
    case engine::MultipleRule::all_or_nothing: break;
    case engine::MultipleRule::partial_none_wrong:
        return say("多选：少选按比例得分，有错选不得分",
                   "multiple choice: a part for each right choice, none with a wrong one");
    case engine::MultipleRule::proportional:
        return say("多选：按选对数与选错数之差得分",
                   "multiple choice: a part for each right choice, one less for each wrong one");
    }
    return say("多选：全对得分", "multiple choice: all or nothing");
}

std::string of_rule(engine::ScoringRule rule, const Words& say)
{
    switch (rule) {
    case engine::ScoringRule::per_part: return say("逐个得分", "each part by itself");
    case engine::ScoringRule::adjacent_pairs: return say("按相邻顺序得分", "by neighbours in the right order");
    case engine::ScoringRule::longest_run: return say("按最长正确顺序得分", "by the longest right sequence");
    default: return say("全对得分", "all or nothing");
    }
}

std::string of_rounding(const engine::Rounding& rounding, const Words& say)
{
    if (rounding.places == 6) { return say("总分不舍入", "totals are not rounded"); }
    const bool is_even = rounding.mode == engine::RoundingMode::half_even;
    return fmt::format(fmt::runtime(say("总分保留 {} 位小数，{}", "totals are rounded to {} places, {}")),
                       rounding.places, is_even ? say("四舍六入五成双", "half to even") : say("四舍五入", "half up"));
}

} // namespace

bool BatchPolicy::operator==(const BatchPolicy& other) const
{
    return grading == other.grading && same(bands, other.bands);
}

boost::json::object to_json(const BatchPolicy& policy)
{
    boost::json::object out{{"format", format_name}, {"version", 1}};
    add_policy(out, policy.grading);
    if (!same(policy.bands, {})) {
        out["bands"] = {{"excellent", policy.bands.excellent.to_string()},
                        {"good", policy.bands.good.to_string()},
                        {"pass", policy.bands.pass.to_string()}};
    }
    return out;
}

Result<BatchPolicy> batch_policy_from_json(const boost::json::value& value)
{
    engine::JsonFields fields{value, "policy"};
    if (fields.text("format", 32) != format_name) {
        fields.problem(engine::EngineError::malformed, "format", "is not papervault-batch-policy");
    }
    fields.integer("version", 1, 1);
    BatchPolicy policy;
    policy.grading = read_policy(fields);
    if (fields.has("bands")) {
        engine::JsonFields bands{fields.member("bands"), "policy.bands"};
        const auto limit = [&](std::string_view name, Decimal& into) {
            into = bands.optional_decimal(name, Decimal{}, Decimal::from_integer(100)).value_or(into);
        };
        limit("excellent", policy.bands.excellent);
        limit("good", policy.bands.good);
        limit("pass", policy.bands.pass);
        if (const auto done = bands.finish(); !done) { fields.problem(done.error()); }
    }
    if (const auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    if (auto sound = validate(policy); !sound) { return std::unexpected{sound.error()}; }
    return policy;
}

crypto::Digest digest_of(const BatchPolicy& policy)
{
    const std::string text = engine::canonical_json(to_json(policy));
    return crypto::blake2b(digest_domain, {crypto::bytes_of(text)});
}

std::vector<std::string> sentences(const BatchPolicy& policy, engine::Language language)
{
    const Words say{language};
    const engine::GradingPolicy& grading = policy.grading;
    std::vector<std::string> all{of_multiple(grading.multiple, say),
                                 say("填空：", "blanks: ") + of_rule(grading.fill, say),
                                 say("排序：", "ordering: ") + of_rule(grading.order, say),
                                 say("匹配：", "matching: ") + of_rule(grading.match, say)};
    if (grading.true_false_penalty > Decimal{}) {
        all.push_back(say("判断：答错倒扣该题分值的 ", "true/false: a wrong answer costs ") +
                      grading.true_false_penalty.times(100).to_string() + say("%", " % of the item's points"));
    }
    all.push_back(grading.floor == engine::PenaltyFloor::paper
                      ? say("单题可为负分，全卷不低于 0 分", "an item may have less than 0, the paper not")
                      : say("每题不低于 0 分", "no item has less than 0"));
    all.push_back(of_rounding(grading.rounding, say));
    all.push_back(fmt::format(fmt::runtime(say("百分制：优秀 ≥ {}，良好 ≥ {}，合格 ≥ {}",
                                               "on a scale of 100: excellent from {}, good from {}, pass from {}")),
                              policy.bands.excellent.to_string(), policy.bands.good.to_string(),
                              policy.bands.pass.to_string()));
    return all;
}

} // namespace papervault::vault
