#pragma once

#include <papervault/engine/item.hpp>
#include <papervault/engine/random_stream.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <vector>

/// A form is one variant of a paper: the items in order, without keys. What rests in a package's paper compartment.
namespace papervault::engine {

struct FormItem {
    Item item;
    Decimal points; ///< Greater than 0.
    bool operator==(const FormItem&) const = default;
};

struct FormSection {
    std::string title; ///< "一、单项选择题"
    std::string note;  ///< "每题 1 分，共 40 题"
    std::vector<FormItem> items;
    bool operator==(const FormSection&) const = default;
};

struct Form {
    std::string id; ///< "A", "B", "S1": unique within a package.
    std::string title;
    std::vector<FormSection> sections;

    [[nodiscard]] std::size_t item_count() const noexcept;
    [[nodiscard]] Decimal points() const;
    [[nodiscard]] const FormItem* find(std::string_view item_id) const noexcept;
    bool operator==(const Form&) const = default;
};

[[nodiscard]] boost::json::value to_json(const Form& form);
[[nodiscard]] Result<Form> form_from_json(const boost::json::value& value, std::string_view where);
/// What the form's digest is taken over: identity and content of every item with its points, independent of form id and
/// order of items, so that the same paper under another name is found (rule B2).
[[nodiscard]] std::string form_identity_text(const Form& form);

/// Brings the items of each stimulus together within their section, at the place of the first of them; nothing else
/// moves. permute() gives the same whether or not this was done before.
void stand_together(Form& form);

/// A candidate's own order of one form: items move within their section, options within their item (unless
/// shuffle_options is false). Items of one stimulus move as a block and keep their order in it. Scores don't change.
/// Derived from the stream alone: section after section, first its
/// blocks are shuffled, then the options of each item in the new order.
[[nodiscard]] Form permute(const Form& form, RandomStream& stream);

/// The form as the candidate's page reads it: numbered, true/false options added, nothing that helps to guess a key (no
/// difficulty, no knowledge point, no source). Option ids stay the authored ones; the display letters follow the order.
[[nodiscard]] boost::json::value to_page_json(const Form& form);

} // namespace papervault::engine
