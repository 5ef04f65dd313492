#include <papervault/vault/golden.hpp>

#include "golden/golden_codec.hpp"
#include "golden/sample_paper.hpp"
#include "rehearsal/responses.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>

#include <array>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::array methods{
    EngineMethod{"form-order", "papervault.form-order.v1"}, EngineMethod{"page", "papervault.page.v1"},
    EngineMethod{"receipt", "papervault.receipt.v1"}, EngineMethod{"scoring", "papervault.scoring.v1"}};
constexpr unsigned orders_per_form = 3;
/// Of a response sheet: how many of seven items are answered wrong or not at all.
struct SheetPlan {
    unsigned wrong;
    unsigned left_out;
};
constexpr std::array sheet_plans{SheetPlan{0, 0}, SheetPlan{7, 0}, SheetPlan{0, 7}, SheetPlan{3, 1}, SheetPlan{1, 1}};

using Forms = std::map<std::string, engine::Form, std::less<>>;
using Keys = std::map<std::string, engine::AnswerKey, std::less<>>;

/// The engine's source of randomness on top of the cipher's stream.
class SeededStream final : public engine::RandomStream {
public:
    SeededStream(const crypto::Digest& seed, std::string_view purpose) : stream_{seed.view(), purpose} {}
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    crypto::ChaCha20Stream stream_;
};

std::unexpected<VaultFailure> mismatch(std::string what)
{
    return refuse(VaultError::engine_mismatch, "this program does not compute what the sealing office computed: " +
                                                   std::move(what) + "; install the release that the office uses");
}

std::map<std::string, std::string> own_methods()
{
    std::map<std::string, std::string> own;
    for (const EngineMethod& method : methods) { own.emplace(method.name, method.version); }
    return own;
}

crypto::Digest vector_seed(const engine::Form& form, unsigned number)
{
    const std::string text = engine::form_identity_text(form);
    const std::array index{static_cast<std::byte>(number)};
    return crypto::blake2b("papervault.golden-seed.v1", {crypto::bytes_of(form.id), crypto::bytes_of(text), index});
}

std::vector<GoldenOrder> make_orders(std::span<const engine::Form> forms)
{
    std::vector<GoldenOrder> orders;
    for (const engine::Form& form : forms) {
        for (unsigned number = 0; number < orders_per_form; ++number) {
            const auto seed = vector_seed(form, number);
            orders.push_back({.form_id = form.id, .seed = seed, .page = page_digest(order_form(form, seed))});
        }
    }
    return orders;
}

GoldenScore scored(const engine::Form& form, const Keys& keys, const engine::GradingPolicy& policy,
                   engine::ResponseSheet responses)
{
    const engine::SheetScore sheet = engine::grade_sheet(form, keys, responses, policy);
    GoldenScore score{
        .form_id = form.id, .responses = std::move(responses), .points = {}, .awaiting_person = sheet.awaiting_person};
    for (const engine::ItemScore& item : sheet.items) { score.points[item.item_id] = item.points; }
    return score;
}

std::vector<GoldenScore> make_scores(std::span<const engine::Form> forms, const Keys& keys,
                                     const engine::GradingPolicy& policy)
{
    std::vector<GoldenScore> scores;
    for (const engine::Form& form : forms) {
        unsigned number = 0;
        for (const SheetPlan& plan : sheet_plans) {
            SeededStream stream{vector_seed(form, 100 + number++), "papervault.golden-responses.v1"};
            engine::RandomIntegers random{stream};
            engine::ResponseSheet responses;
            for (const engine::FormSection& section : form.sections) {
                for (const engine::FormItem& entry : section.items) {
                    const auto key = keys.find(entry.item.id);
                    const auto fate = random.below(7);
                    if (key == keys.end() || fate < plan.left_out) { continue; }
                    const engine::ItemWithKey item{entry.item, key->second};
                    responses[entry.item.id] =
                        fate < plan.left_out + plan.wrong ? wrong_response(item, random) : right_response(item);
                }
            }
            scores.push_back(scored(form, keys, policy, std::move(responses)));
        }
    }
    return scores;
}

Result<void> check_methods(const GoldenVectors& vectors)
{
    const auto own = own_methods();
    for (const auto& [name, version] : vectors.methods) {
        const auto found = own.find(name);
        if (found == own.end()) { return mismatch("method " + name + " (" + version + ") is not known here"); }
        if (found->second != version) {
            return mismatch("method " + name + " is " + version + " there and " + found->second + " here");
        }
    }
    for (const auto& [name, version] : own) {
        if (!vectors.methods.contains(name)) { return mismatch("method " + name + " is not known there"); }
    }
    return {};
}

Result<void> check_orders(const std::vector<GoldenOrder>& orders, const Forms& forms)
{
    std::set<std::string_view> seen;
    for (const GoldenOrder& order : orders) {
        const auto form = forms.find(order.form_id);
        if (form == forms.end()) { continue; }
        seen.insert(form->first);
        if (page_digest(order_form(form->second, order.seed)) != order.page) {
            return mismatch("form " + order.form_id + " with seed " + order.seed.hex().substr(0, 16) +
                            "… comes out in another order or shape");
        }
    }
    for (const auto& [id, form] : forms) {
        if (!seen.contains(id)) { return refuse(VaultError::malformed, "form " + id + " has no golden vector"); }
    }
    return {};
}

Result<void> check_scores(const std::vector<GoldenScore>& scores, const Forms& forms, const Keys& keys,
                          const engine::GradingPolicy& policy)
{
    std::set<std::string_view> seen;
    for (std::size_t number = 0; number < scores.size(); ++number) {
        const GoldenScore& expected = scores[number];
        const auto form = forms.find(expected.form_id);
        if (form == forms.end()) { continue; }
        seen.insert(form->first);
        const std::string where = "response sheet " + std::to_string(number + 1) + " of form " + expected.form_id;
        const GoldenScore here = scored(form->second, keys, policy, expected.responses);
        for (const auto& [item, points] : here.points) {
            const auto there = expected.points.find(item);
            // Which item, but not how many points: that would say what the right answer is worth on a screen.
            if (there == expected.points.end() || there->second != points) {
                return mismatch("item " + item + " in " + where + " is scored otherwise");
            }
        }
        if (here.points.size() != expected.points.size() || here.awaiting_person != expected.awaiting_person) {
            return mismatch(where + " is scored otherwise");
        }
    }
    for (const auto& [id, form] : forms) {
        if (!seen.contains(id)) { return refuse(VaultError::malformed, "form " + id + " has no golden score"); }
    }
    return {};
}

Forms by_id(std::span<const engine::Form> forms)
{
    Forms map;
    for (const engine::Form& form : forms) { map.emplace(form.id, form); }
    return map;
}

} // namespace

std::span<const EngineMethod> engine_methods() noexcept
{
    return methods;
}

engine::Form order_form(const engine::Form& form, const crypto::Digest& seed)
{
    SeededStream stream{seed, "form-order"};
    return engine::permute(form, stream);
}

crypto::Digest page_digest(const engine::Form& ordered)
{
    const std::string text = engine::canonical_json(engine::to_page_json(ordered));
    return crypto::blake2b("papervault.golden-page.v1", {crypto::bytes_of(text)});
}

std::string golden_sample()
{
    GoldenPaper paper = sample_paper();
    const std::string sheet = R"({"answers":{"sample-1":["B"]},"form":"sample","package":"0","ticket":"0"})";
    GoldenVectors vectors{.methods = own_methods(),
                          .paper = std::nullopt,
                          .orders = make_orders(paper.forms),
                          .scores = make_scores(paper.forms, paper.keys, paper.policy),
                          .receipts = {{.sheet_text = sheet, .receipt = receipt_of(sheet)}}};
    for (engine::ResponseSheet& responses : sample_responses()) {
        vectors.scores.push_back(scored(paper.forms.front(), paper.keys, paper.policy, std::move(responses)));
    }
    vectors.paper = std::move(paper);
    return encode(vectors);
}

std::string golden_orders(std::span<const engine::Form> forms)
{
    return encode(GoldenVectors{
        .methods = own_methods(), .paper = std::nullopt, .orders = make_orders(forms), .scores = {}, .receipts = {}});
}

std::string golden_scores(std::span<const engine::Form> forms, const Keys& keys, const engine::GradingPolicy& policy)
{
    return encode(GoldenVectors{.methods = own_methods(),
                                .paper = std::nullopt,
                                .orders = {},
                                .scores = make_scores(forms, keys, policy),
                                .receipts = {}});
}

Result<void> check_golden_sample(std::string_view document)
{
    const auto vectors = decode_golden_vectors(document);
    if (!vectors) { return std::unexpected{vectors.error()}; }
    if (auto known = check_methods(*vectors); !known) { return known; }
    if (!vectors->paper || vectors->paper->forms.empty() || vectors->receipts.empty()) {
        return refuse(VaultError::malformed, "the golden sample is not complete");
    }
    const Forms forms = by_id(vectors->paper->forms);
    if (auto good = check_orders(vectors->orders, forms); !good) { return good; }
    if (auto good = check_scores(vectors->scores, forms, vectors->paper->keys, vectors->paper->policy); !good) {
        return good;
    }
    for (const GoldenReceipt& one : vectors->receipts) {
        if (receipt_of(one.sheet_text) != one.receipt) { return mismatch("receipt " + one.receipt + " of the sample"); }
    }
    return {};
}

Result<void> check_golden_orders(std::string_view document, const Forms& forms)
{
    const auto vectors = decode_golden_vectors(document);
    if (!vectors) { return std::unexpected{vectors.error()}; }
    if (auto known = check_methods(*vectors); !known) { return known; }
    return check_orders(vectors->orders, forms);
}

Result<void> check_golden_scores(std::string_view document, const Forms& forms, const Keys& keys,
                                 const engine::GradingPolicy& policy)
{
    const auto vectors = decode_golden_vectors(document);
    if (!vectors) { return std::unexpected{vectors.error()}; }
    if (auto known = check_methods(*vectors); !known) { return known; }
    return check_scores(vectors->scores, forms, keys, policy);
}

Result<void> rehearse(const PackageReader& package)
{
    const PackageHeader& header = package.header();
    if (header.version < 2) {
        return mismatch("the package was sealed by " + header.engine_version + ", which made no golden vectors");
    }
    auto checked = check_golden_sample(header.golden_sample);
    if (!checked) {
        return refuse(checked.error().code, checked.error().detail + " (sealed by " + header.engine_version + ")");
    }
    return {};
}

} // namespace papervault::vault
