#pragma once

#include "assembly/search/soft_model.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace papervault::engine::assembly {

/// Forms under search, with who uses what and how much two of them share. What they share beyond what is allowed is
/// strain like a broken count.
class FormSet {
public:
    using Unit = SoftModel::Unit;
    using Mask = std::uint64_t;
    /// @param overlap_allowed Beside what is in every form; below 0: as much as there is.
    FormSet(const SoftModel& model, std::uint32_t form_count, std::int64_t overlap_allowed)
        : model_{&model}, users_(model.units()), overlaps_(std::size_t{form_count} * form_count),
          overlap_allowed_{overlap_allowed}, counts_overlap_{overlap_allowed >= 0 && form_count > 1}
    {
        forms_.reserve(form_count);
        for (std::uint32_t form = 0; form < form_count; ++form) { forms_.emplace_back(model); }
    }

    [[nodiscard]] std::size_t size() const noexcept { return forms_.size(); }
    [[nodiscard]] SoftForm& operator[](std::size_t form) noexcept { return forms_[form]; }
    [[nodiscard]] const SoftForm& operator[](std::size_t form) const noexcept { return forms_[form]; }
    [[nodiscard]] auto begin() noexcept { return forms_.begin(); }
    [[nodiscard]] auto end() noexcept { return forms_.end(); }
    [[nodiscard]] auto begin() const noexcept { return forms_.begin(); }
    [[nodiscard]] auto end() const noexcept { return forms_.end(); }
    [[nodiscard]] Mask users(Unit unit) const noexcept { return users_[unit]; }
    [[nodiscard]] std::uint32_t uses(Unit unit) const noexcept
    {
        return static_cast<std::uint32_t>(std::popcount(users_[unit]));
    }
    [[nodiscard]] std::int64_t overlap_strain() const noexcept { return overlap_strain_; }

    /// To be followed by settle() once for all.
    void put(std::size_t form, Unit unit)
    {
        const auto items = items_of(unit);
        for (std::size_t g = 0; g < forms_.size(); ++g) {
            if (g != form && (users_[unit] >> g & 1U) != 0) { overlap(form, g) = overlap(g, form) += items; }
        }
        forms_[form].put(unit);
        users_[unit] |= Mask{1} << form;
    }
    void settle()
    {
        for (SoftForm& form : forms_) { form.settle(); }
        overlap_strain_ = 0;
        for (std::size_t f = 0; counts_overlap_ && f < forms_.size(); ++f) {
            for (std::size_t g = 0; g < f; ++g) { overlap_strain_ += excess(overlap(f, g)); }
        }
    }
    /// What the overlaps' strain would change by.
    [[nodiscard]] std::int64_t overlap_change(std::size_t form, Unit leaving, Unit coming) const
    {
        if (!counts_overlap_) { return 0; }
        const Mask others = ~(Mask{1} << form);
        const Mask fewer = users_[leaving] & ~users_[coming] & others;
        const Mask more = users_[coming] & ~users_[leaving] & others;
        const std::int64_t out = items_of(leaving);
        const std::int64_t in = items_of(coming);
        std::int64_t change = 0;
        const auto tell = [&](Mask of, std::int64_t by) {
            for (Mask left = of; left != 0; left &= left - 1) {
                const std::int64_t now = overlap(form, static_cast<std::size_t>(std::countr_zero(left)));
                change += excess(now + by) - excess(now);
            }
        };
        tell(fewer, -out);
        tell(more, in);
        if (in != out) { tell(users_[coming] & users_[leaving] & others, in - out); }
        return change;
    }
    /// @param of_overlap What overlap_change() said.
    void apply_overlap(std::size_t form, Unit leaving, Unit coming, std::int64_t of_overlap)
    {
        const Mask own = Mask{1} << form;
        if (counts_overlap_) {
            const auto tell = [&](Mask of, std::int64_t by) {
                for (Mask left = of & ~own; left != 0; left &= left - 1) {
                    const auto other = static_cast<std::size_t>(std::countr_zero(left));
                    overlap(other, form) = overlap(form, other) += by;
                }
            };
            tell(users_[leaving], -items_of(leaving));
            tell(users_[coming], items_of(coming));
        }
        users_[leaving] &= ~own;
        users_[coming] |= own;
        overlap_strain_ += of_overlap;
    }

private:
    [[nodiscard]] std::int64_t items_of(Unit unit) const noexcept
    {
        return static_cast<std::int64_t>(model_->problem().units[unit].size());
    }
    [[nodiscard]] std::int64_t excess(std::int64_t shared) const noexcept
    {
        return std::max<std::int64_t>(shared - overlap_allowed_, 0) * SoftModel::strain_of_one;
    }
    [[nodiscard]] std::int64_t& overlap(std::size_t a, std::size_t b) { return overlaps_[a * forms_.size() + b]; }
    [[nodiscard]] std::int64_t overlap(std::size_t a, std::size_t b) const { return overlaps_[a * forms_.size() + b]; }

    const SoftModel* model_;
    std::vector<SoftForm> forms_;
    std::vector<Mask> users_;            // by unit
    std::vector<std::int64_t> overlaps_; // by two forms
    std::int64_t overlap_allowed_ = 0;
    std::int64_t overlap_strain_ = 0;
    bool counts_overlap_ = false;
};

} // namespace papervault::engine::assembly
