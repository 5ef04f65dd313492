#pragma once

#include "hall/hall_directory.hpp"
#include "net/https_client.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What the staff's commands do at a running hall; thin: every rule is in the hall.
namespace papervault::server {

/// @param staff  File of `hall staff`; empty: the only one in the hall's folder.
/// @return not_found when the hall isn't running or there is no staff certificate; conflict when there are several.
[[nodiscard]] vault::Result<HallEndpoint> staff_endpoint(const HallDirectory& hall, const std::filesystem::path& staff);

/// The answer's body. An answer of 400 and above becomes a failure with the hall's own words.
[[nodiscard]] vault::Result<boost::json::value> ask_hall(const HallEndpoint& hall, HttpMethod method, std::string path,
                                                         std::string body);

struct SeatCode {
    int seat = 0;
    std::string code; ///< As the kiosk shows it.
};
/// Lines "seat,code"; empty lines and lines that begin with '#' are left out. @return malformed, naming the line.
[[nodiscard]] vault::Result<std::vector<SeatCode>> read_seat_codes(const std::filesystem::path& file);

struct Confirmation {
    int seat = 0;
    std::string problem; ///< Empty when confirmed.
};
/// Confirms for each seat the pending enrolment that shows this code.
[[nodiscard]] vault::Result<std::vector<Confirmation>> confirm_seats(const HallEndpoint& hall,
                                                                     const std::vector<SeatCode>& codes);
/// Refuses all pending enrolments of a seat. @return How many.
[[nodiscard]] vault::Result<int> refuse_seat(const HallEndpoint& hall, int seat);

/// For people.
[[nodiscard]] std::string status_text(const boost::json::value& status);
[[nodiscard]] std::string enrolments_text(const boost::json::value& enrolments);

} // namespace papervault::server
