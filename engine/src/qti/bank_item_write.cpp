// From the bank to QTI 3.
#include "qti/bank_content.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/bank_item.hpp>

#include <algorithm>

namespace papervault::engine::qti {
namespace {

constexpr std::string_view namespace_3_0 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";
constexpr std::size_t title_bytes_max = 120;

XmlNode base_value(std::string type, std::string text)
{
    return make_element("qti-base-value", {{"base-type", std::move(type)}}, {make_text(std::move(text))});
}
XmlNode variable(std::string identifier)
{
    return make_element("qti-variable", {{"identifier", std::move(identifier)}});
}
XmlNode set_score(XmlNode expression)
{
    return make_element("qti-set-outcome-value", {{"identifier", "SCORE"}}, {std::move(expression)});
}
XmlNode rule_if(XmlNode condition, XmlNode rule)
{
    return make_element("qti-response-condition", {},
                        {make_element("qti-response-if", {}, {std::move(condition), std::move(rule)})});
}
XmlNode float_outcome(std::string identifier, std::string text)
{
    return make_element(
        "qti-outcome-declaration",
        {{"identifier", std::move(identifier)}, {"cardinality", "single"}, {"base-type", "float"}},
        {make_element("qti-default-value", {}, {make_element("qti-value", {}, {make_text(std::move(text))})})});
}

/// What of a key QTI has no words for; empty: nothing.
std::string_view lost_in_qti(const ItemWithKey& source)
{
    const AnswerKey& key = source.key;
    const auto is_rule = [&key](ScoringRule rule) { return key.rule == rule; };
    if (source.item.stimulus) return "a passage that it shares with other items";
    if (key.penalty) return "a penalty for a wrong answer";
    if (key.blanks_in_any_order) return "blanks in any order";
    if (is_rule(ScoringRule::partial_none_wrong) || is_rule(ScoringRule::proportional) ||
        is_rule(ScoringRule::adjacent_pairs) || is_rule(ScoringRule::longest_run)) {
        return "its rule for partial points";
    }
    if (source.item.type == ItemType::fill_in && is_rule(ScoringRule::all_or_nothing)) return "blanks all or nothing";
    for (const BlankKey& blank : key.blanks) {
        if (blank.text_rule != TextRule{}) return "its own comparison of texts";
        if (blank.weight != 1) return "weights of blanks";
        if (!blank.number) continue;
        const NumericAnswer plain{blank.number->value, blank.number->tolerance};
        if (*blank.number != plain) return "relative tolerances, figures or units";
    }
    return {};
}

class ItemWriter {
public:
    explicit ItemWriter(const ItemWithKey& source)
        : item_{source.item}, key_{source.key}, points_{item_.points.value_or(Decimal::from_integer(1))}
    {
    }

    Result<std::string> run()
    {
        body_ = make_element("qti-item-body");
        processing_ = make_element("qti-response-processing");
        switch (item_.type) {
        case ItemType::single_choice:
        case ItemType::multiple_choice:
        case ItemType::true_false: write_choice(); break;
        case ItemType::fill_in:
            if (auto written = write_blanks(); !written) { return std::unexpected{written.error()}; }
            break;
        case ItemType::order: write_order(); break;
        case ItemType::match: write_match(); break;
        case ItemType::short_answer:
        case ItemType::calculation:
        case ItemType::essay: write_open(); break;
        }
        return finished();
    }

private:
    void declare(std::string identifier, std::string cardinality, std::string type, std::vector<std::string> correct)
    {
        XmlNode response = make_element("qti-response-declaration", {{"identifier", std::move(identifier)},
                                                                     {"cardinality", std::move(cardinality)},
                                                                     {"base-type", std::move(type)}});
        if (!correct.empty()) {
            XmlNode values = make_element("qti-correct-response");
            for (std::string& value : correct) {
                values.children.push_back(make_element("qti-value", {}, {make_text(std::move(value))}));
            }
            response.children.push_back(std::move(values));
        }
        declarations_.push_back(std::move(response));
    }

    void write_choice()
    {
        const bool is_single = item_.type != ItemType::multiple_choice;
        declare("RESPONSE", is_single ? "single" : "multiple", "identifier", key_.correct_options);
        body_.children = elements_of(item_.stem, {});
        XmlNode interaction =
            make_element("qti-choice-interaction", {{"response-identifier", "RESPONSE"},
                                                    {"shuffle", item_.shuffle_options ? "true" : "false"},
                                                    {"max-choices", is_single ? "1" : "0"}});
        if (item_.type == ItemType::true_false) {
            interaction.attributes[1].value = "false";
            for (const auto& [identifier, word] : {std::pair{"true", "正确"}, std::pair{"false", "错误"}}) {
                interaction.children.push_back(
                    make_element("qti-simple-choice", {{"identifier", identifier}}, {make_text(word)}));
            }
        }
        for (const Option& option : item_.options) {
            interaction.children.push_back(
                make_element("qti-simple-choice", {{"identifier", option.id}}, elements_of(option.content, {})));
        }
        body_.children.push_back(std::move(interaction));
        score_if_correct();
    }

    void score_if_correct()
    {
        processing_.children.push_back(
            rule_if(make_element("qti-match", {},
                                 {variable("RESPONSE"), make_element("qti-correct", {{"identifier", "RESPONSE"}})}),
                    set_score(variable("MAXSCORE"))));
    }

    void write_order()
    {
        declare("RESPONSE", "ordered", "identifier", key_.correct_options);
        body_.children = elements_of(item_.stem, {});
        XmlNode interaction =
            make_element("qti-order-interaction",
                         {{"response-identifier", "RESPONSE"}, {"shuffle", item_.shuffle_options ? "true" : "false"}});
        for (const Option& option : item_.options) {
            interaction.children.push_back(
                make_element("qti-simple-choice", {{"identifier", option.id}}, elements_of(option.content, {})));
        }
        body_.children.push_back(std::move(interaction));
        score_if_correct();
    }

    /// A prompt's id is a number, which is no identifier of QTI.
    static std::string prompt_id(std::string_view id) { return "P" + std::string{id}; }

    void write_match()
    {
        std::vector<std::string> pairs;
        for (const std::string& pair : key_.correct_options) { pairs.push_back(prompt_id(pair)); }
        declare("RESPONSE", "multiple", "directedPair", pairs);
        if (key_.rule == ScoringRule::all_or_nothing) {
            score_if_correct();
        } else {
            map_pairs(pairs);
        }
        body_.children = elements_of(item_.stem, {});
        XmlNode left = make_element("qti-simple-match-set");
        for (const Option& prompt : item_.prompts) {
            left.children.push_back(make_element("qti-simple-associable-choice",
                                                 {{"identifier", prompt_id(prompt.id)}, {"match-max", "1"}},
                                                 elements_of(prompt.content, {})));
        }
        XmlNode right = make_element("qti-simple-match-set");
        for (const Option& option : item_.options) {
            right.children.push_back(make_element("qti-simple-associable-choice",
                                                  {{"identifier", option.id}, {"match-max", "0"}},
                                                  elements_of(option.content, {})));
        }
        body_.children.push_back(make_element("qti-match-interaction",
                                              {{"response-identifier", "RESPONSE"},
                                               {"shuffle", item_.shuffle_options ? "true" : "false"},
                                               {"max-associations", std::to_string(item_.prompts.size())}},
                                              {std::move(left), std::move(right)}));
    }

    void map_pairs(const std::vector<std::string>& pairs)
    {
        const auto count = static_cast<std::int64_t>(pairs.size());
        XmlNode mapping = make_element("qti-mapping", {{"default-value", "0"}});
        for (std::size_t at = 0; at < pairs.size(); ++at) {
            mapping.children.push_back(make_element(
                "qti-map-entry", {{"map-key", pairs[at]}, {"mapped-value", share_of(at, count).to_string()}}));
        }
        declarations_.back().children.push_back(std::move(mapping));
        processing_.children.push_back(set_score(make_element("qti-map-response", {{"identifier", "RESPONSE"}})));
    }

    /// An equal part of the points; the last one takes what rounding left.
    Decimal share_of(std::size_t part, std::int64_t count) const
    {
        const Decimal share = points_.scaled(1, count);
        return static_cast<std::int64_t>(part) + 1 < count ? share : points_ - share.times(count - 1);
    }

    Result<void> write_blanks()
    {
        std::vector<std::string> names;
        for (std::size_t at = 0; at < key_.blanks.size(); ++at) {
            names.push_back("RESPONSE_" + std::to_string(at + 1));
        }
        body_.children = elements_of(item_.stem, names);
        // Blanks that the stem does not show are asked after it.
        for (auto at = static_cast<std::size_t>(count_blanks(item_.stem)); at < names.size(); ++at) {
            body_.children.push_back(make_element(
                "p", {}, {make_element("qti-text-entry-interaction", {{"response-identifier", names[at]}})}));
        }
        const auto count = static_cast<std::int64_t>(key_.blanks.size());
        for (std::size_t at = 0; at < key_.blanks.size(); ++at) {
            const BlankKey& blank = key_.blanks[at];
            if (blank.number && !blank.texts.empty()) {
                return refuse(EngineError::inconsistent, "a blank that accepts both texts and a number");
            }
            XmlNode condition =
                blank.number ? number_condition(names[at], *blank.number) : text_condition(names[at], blank);
            processing_.children.push_back(rule_if(
                std::move(condition),
                set_score(make_element("qti-sum", {},
                                       {variable("SCORE"), base_value("float", share_of(at, count).to_string())}))));
        }
        return {};
    }

    XmlNode number_condition(const std::string& name, const NumericAnswer& answer)
    {
        declare(name, "single", "float", {answer.value.to_string()});
        std::vector<XmlAttribute> attributes{{"tolerance-mode", "exact"}};
        if (answer.tolerance != Decimal{}) {
            attributes = {{"tolerance-mode", "absolute"}, {"tolerance", answer.tolerance.to_string()}};
        }
        return make_element("qti-equal", std::move(attributes),
                            {make_element("qti-correct", {{"identifier", name}}), variable(name)});
    }

    XmlNode text_condition(const std::string& name, const BlankKey& blank)
    {
        declare(name, "single", "string", {blank.texts.front()});
        XmlNode& response = declarations_.back();
        XmlNode mapping = make_element("qti-mapping", {{"default-value", "0"}});
        for (const std::string& accepted : blank.texts) {
            mapping.children.push_back(make_element(
                "qti-map-entry", {{"map-key", accepted}, {"mapped-value", "1"}, {"case-sensitive", "false"}}));
        }
        response.children.push_back(std::move(mapping));
        return make_element("qti-gt", {},
                            {make_element("qti-map-response", {{"identifier", name}}), base_value("float", "0")});
    }

    void write_open()
    {
        declare("RESPONSE", "single", "string", {});
        body_.children = elements_of(item_.stem, {});
        if (!key_.scoring_standard.empty()) {
            body_.children.push_back(make_element(
                "qti-rubric-block", {{"view", "scorer"}, {"use", "scoring"}},
                {make_element("qti-content-body", {}, {make_element("p", {}, {make_text(key_.scoring_standard)})})}));
        }
        body_.children.push_back(make_element("qti-extended-text-interaction", {{"response-identifier", "RESPONSE"}}));
    }

    std::string finished()
    {
        const bool is_scored_by_people = is_open(item_.type);
        XmlDocument document;
        document.root = make_element("qti-assessment-item",
                                     {{"xmlns", std::string{namespace_3_0}},
                                      {"identifier", item_.id},
                                      {"title", std::string{clipped(plain_text(item_.stem), title_bytes_max)}},
                                      {"adaptive", "false"},
                                      {"time-dependent", "false"}});
        auto& parts = document.root.children;
        parts = std::move(declarations_);
        parts.push_back(float_outcome("SCORE", "0"));
        if (is_scored_by_people) { parts.back().attributes.push_back({"external-scored", "human"}); }
        parts.push_back(float_outcome("MAXSCORE", points_.to_string()));
        parts.push_back(std::move(body_));
        if (!is_scored_by_people) { parts.push_back(std::move(processing_)); }
        return to_xml(document);
    }

    const Item& item_;
    const AnswerKey& key_;
    Decimal points_;
    std::vector<XmlNode> declarations_;
    XmlNode body_;
    XmlNode processing_;
};

} // namespace

Result<std::string> to_qti3_xml(const ItemWithKey& item)
{
    if (auto valid = validate(item); !valid) { return std::unexpected{valid.error()}; }
    if (const auto lost = lost_in_qti(item); !lost.empty()) {
        return refuse(EngineError::inconsistent, item.item.id + ": QTI would lose " + std::string{lost});
    }
    return ItemWriter{item}.run();
}

} // namespace papervault::engine::qti
