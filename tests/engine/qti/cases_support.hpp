#pragma once

#include "engine/support.hpp"

#include <papervault/engine/qti/cases.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace papervault::engine::qti {

inline std::filesystem::path qti_folder()
{
    return shared_data_folder() / "qti";
}

inline CaseRunner shared_case_runner()
{
    return CaseRunner{[](std::string_view name) -> Result<std::string> {
                          const std::filesystem::path file = qti_folder() / name;
                          if (!std::filesystem::exists(file)) {
                              return refuse(EngineError::inconsistent, "there is no " + std::string{name});
                          }
                          return read_file(file);
                      },
                      0};
}

inline std::vector<std::string> lines_of(const std::filesystem::path& file)
{
    std::vector<std::string> lines;
    std::istringstream stream{read_file(file)};
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) { lines.push_back(line); }
    }
    return lines;
}

inline std::optional<double> number_in(std::string_view text)
{
    if (text == "INF") { return HUGE_VAL; }
    if (text == "-INF") { return -HUGE_VAL; }
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return number;
}

/// Two texts of one base type, as data/qti/README.md compares them.
inline bool same_text(std::string_view type, std::string_view left, std::string_view right)
{
    if (type == "float" || type == "integer") {
        const auto a = number_in(left);
        const auto b = number_in(right);
        return a && b && (*a == *b || std::abs(*a - *b) <= 1e-6);
    }
    if (type == "pair") {
        const std::size_t space = right.find(' ');
        if (space != std::string_view::npos &&
            left == std::string{right.substr(space + 1)} + " " + std::string{right.substr(0, space)}) {
            return true;
        }
    }
    return left == right;
}

inline bool same_texts(std::string_view cardinality, std::string_view type, const boost::json::array& left,
                       const boost::json::array& right)
{
    if (left.size() != right.size()) { return false; }
    std::vector<bool> taken(right.size(), false);
    for (std::size_t at = 0; at < left.size(); ++at) {
        bool found = false;
        for (std::size_t other = 0; other < right.size() && !found; ++other) {
            if (taken[other] || (cardinality != "multiple" && other != at)) { continue; }
            found = taken[other] = same_text(type, left[at].as_string(), right[other].as_string());
        }
        if (!found) { return false; }
    }
    return true;
}

/// {"cardinality", "base_type", "values"} against what is expected of an outcome.
inline bool same_outcome(const boost::json::value& expected, const boost::json::value& actual)
{
    const auto& e = expected.as_object();
    const auto& a = actual.as_object();
    if (e.at("cardinality") != a.at("cardinality") || e.at("base_type") != a.at("base_type")) { return false; }
    if (e.at("values").is_null() || a.at("values").is_null()) {
        return e.at("values").is_null() && a.at("values").is_null();
    }
    return same_texts(e.at("cardinality").as_string(), e.at("base_type").as_string(), e.at("values").as_array(),
                      a.at("values").as_array());
}

} // namespace papervault::engine::qti
