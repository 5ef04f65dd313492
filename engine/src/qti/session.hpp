#pragma once

#include "qti/evaluator.hpp"

#include <papervault/engine/qti/item.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace papervault::engine::qti {

/// The variables of one attempt at an item, or of one candidate's test, while rules run.
class Session : public Environment {
public:
    /// The declarations outlive the session.
    void declare(const ResponseDeclaration& declaration, Value value);
    void declare(const OutcomeDeclaration& declaration);
    void declare(const TemplateDeclaration& declaration);
    /// A variable that nobody declares: completionStatus, duration, numAttempts.
    void declare_builtin(std::string_view identifier, Value value);

    [[nodiscard]] std::optional<Value> variable(std::string_view identifier, std::string_view weight) const override;
    [[nodiscard]] std::optional<Value> default_value(std::string_view identifier) const override;
    [[nodiscard]] std::optional<Value> correct(std::string_view identifier) const override;
    [[nodiscard]] const ResponseDeclaration* response(std::string_view identifier) const override;
    [[nodiscard]] std::optional<Value> of_test(const Expression& expression) const override;

    /// Each converts the value to the declared type: whole numbers to floats, floats that are whole to integers, NULL
    /// to a typed NULL. @return unknown_field for a variable of another kind or none, inconsistent for another type.
    [[nodiscard]] Result<void> set_outcome(std::string_view identifier, const Value& value);
    [[nodiscard]] Result<void> set_template(std::string_view identifier, const Value& value);
    [[nodiscard]] Result<void> set_correct(std::string_view identifier, const Value& value);
    [[nodiscard]] Result<void> set_default(std::string_view identifier, const Value& value);
    /// The outcome's lookup table, applied.
    [[nodiscard]] Result<void> look_up_outcome(std::string_view identifier, const Value& value);
    /// Outcomes get their default, numbers without one 0.
    void reset_outcomes();
    /// Template variables get their default again, and correct responses and defaults what was declared.
    void reset_templates();

private:
    struct Variable {
        const Declaration* declaration = nullptr; ///< Nothing for built-in variables.
        const ResponseDeclaration* response = nullptr;
        const OutcomeDeclaration* outcome = nullptr;
        bool is_template = false;
        Value value;
        std::optional<Value> changed_default;
        std::optional<Value> changed_correct;
    };
    [[nodiscard]] const Variable* find(std::string_view identifier) const;
    [[nodiscard]] Variable* find(std::string_view identifier);

    std::map<std::string_view, Variable, std::less<>> variables_;
};

enum class Flow { go_on, exit, restart };

/// Runs rules on a session until their end, an exit, or an error (Evaluator::failure).
class RuleRunner {
public:
    /// @param gives_up  A constraint that fails gives the template variables their defaults and goes on, in place of
    /// Flow::restart.
    RuleRunner(Session& session, Evaluator& evaluator, bool gives_up = false)
        : session_{session}, evaluator_{evaluator}, gives_up_{gives_up}
    {
    }
    Flow run(const std::vector<Rule>& rules);

private:
    Flow run(const Rule& rule);
    Flow choose(const Rule& rule);
    void set(const Rule& rule);

    Flow constrain(const Rule& rule);

    Session& session_;
    Evaluator& evaluator_;
    bool gives_up_;
};

/// @return inconsistent when the types do not fit.
[[nodiscard]] Result<Value> converted(const Declaration& declaration, const Value& value);

} // namespace papervault::engine::qti
