#pragma once

#include <papervault/engine/decimal.hpp>
#include <papervault/engine/error.hpp>

#include <optional>
#include <string>

/// Marks of open items (简答 论述 计算). People mark; a machine may only propose (rule G1).
namespace papervault::engine {

/// What a person gave. Only this counts.
struct PersonMark {
    Decimal points;
    std::string grader; ///< Not empty.
    bool operator==(const PersonMark&) const = default;
};

/// What a program suggests to the person. It is shown beside the answer and never counts.
struct MachineProposal {
    Decimal points;
    std::string program; ///< Which one, with its version.
    std::string reason;
    bool operator==(const MachineProposal&) const = default;
};

/// The marks of one response to one open item.
class OpenMark {
public:
    /// @param points_max  Of the item; greater than 0.
    explicit OpenMark(Decimal points_max) : points_max_{points_max} {}

    /// Keeps the newest proposal. A person's mark stays as it is, whatever comes when.
    /// @return out_of_range for points outside 0 to points_max.
    [[nodiscard]] Result<void> propose(MachineProposal proposal);
    /// @return out_of_range for points outside 0 to points_max, malformed without a grader, inconsistent when a person
    /// has marked already: a given mark changes only by correct().
    [[nodiscard]] Result<void> mark(PersonMark mark);
    /// A change of a given mark (rule G6). @return as mark(); inconsistent when there is none yet.
    [[nodiscard]] Result<void> correct(PersonMark mark);

    [[nodiscard]] const std::optional<PersonMark>& person() const noexcept { return person_; }
    [[nodiscard]] const std::optional<MachineProposal>& proposal() const noexcept { return proposal_; }
    /// A person's points; nothing while only a machine has spoken.
    [[nodiscard]] std::optional<Decimal> counted() const noexcept
    {
        return person_ ? std::optional{person_->points} : std::nullopt;
    }

private:
    [[nodiscard]] Result<void> check(Decimal points) const;
    [[nodiscard]] Result<void> check(const PersonMark& mark) const;

    Decimal points_max_;
    std::optional<PersonMark> person_;
    std::optional<MachineProposal> proposal_;
};

} // namespace papervault::engine
