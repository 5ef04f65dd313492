#pragma once

#include "analysis/similarity.hpp"

#include <papervault/engine/nominal.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace papervault::vault {

/// Calibrates the nominal model on answers by option, with the prior of docs/analysis.md.
/// @return malformed where it can't be.
[[nodiscard]] Result<engine::NominalCalibration> analyse_nominal(const NamedAnswers& names);
[[nodiscard]] boost::json::object to_json(const engine::NominalCalibration& found, const NamedAnswers& names);
[[nodiscard]] std::string to_text(const engine::NominalCalibration& found, const NamedAnswers& names, bool english);

} // namespace papervault::vault
