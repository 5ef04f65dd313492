#pragma once

#include <papervault/vault/inspection.hpp>

#include <boost/json/value.hpp>

#include <iosfwd>
#include <optional>
#include <string>

/// What a witness of the seal inspection sees and is asked; every rule is in the hall.
namespace papervault::server {

/// The inspection as the hall tells of it.
struct ShownInspection {
    vault::SealFacts facts;
    std::string round; ///< Empty before anybody has been shown the seal, and after an incident.
};
/// @return malformed.
[[nodiscard]] vault::Result<ShownInspection> shown_inspection(const boost::json::value& answer);

/// Something was found: the package stays closed.
[[nodiscard]] bool is_stopped(const boost::json::value& answer);

/// What the seal says of itself, in words; ends with a line feed.
[[nodiscard]] std::string facts_text(const vault::SealFacts& facts);
/// How far the inspection has come and what is to be done next.
[[nodiscard]] std::string inspection_text(const boost::json::value& answer);

/// Asks one thing at a time, in plain words, and shows at the end what is going to be signed.
/// @return What does not agree, or an empty text: everything does. Nothing when he signs neither.
[[nodiscard]] std::optional<std::string> ask_witness(const vault::SealFacts& facts, std::istream& in,
                                                     std::ostream& out);

} // namespace papervault::server
