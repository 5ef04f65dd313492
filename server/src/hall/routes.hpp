#pragma once

#include <papervault/server/http.hpp>

#include <array>
#include <optional>
#include <span>
#include <string_view>

/// Who may ask for what: the one place. What is not in the table is 404 for everybody (default deny).
namespace papervault::server {

enum class Role { nobody, kiosk, staff }; ///< nobody: the enrolment port, where there is no certificate.
/// "kiosk", "staff"; anything else of our authority (the hall's own certificate) is no role.
[[nodiscard]] std::optional<Role> role_from_text(std::string_view text) noexcept;

enum class Action {
    ask_enrolment,
    poll_enrolment,
    hall_info,
    form,
    picture,
    sitting_line, ///< The WebSocket.
    status,
    list_enrolments,
    confirm_enrolment,
    refuse_enrolment,
    give_share,
    give_release,
    inspection,
    begin_inspection,
    give_statement,
    open_paper,
    move_seat,
    end_now,
    seal,
};

struct Route {
    Role role;
    HttpMethod method;
    std::string_view pattern; ///< "{id}" stands for one segment of 1 to 64 letters and digits.
    Action action;
};

inline constexpr std::array routes{
    Route{Role::nobody, HttpMethod::post, "/v1/enrolments", Action::ask_enrolment},
    Route{Role::nobody, HttpMethod::get, "/v1/enrolments/{id}", Action::poll_enrolment},
    Route{Role::kiosk, HttpMethod::get, "/v1/hall", Action::hall_info},
    Route{Role::kiosk, HttpMethod::get, "/v1/form", Action::form},
    Route{Role::kiosk, HttpMethod::get, "/v1/pictures/{id}", Action::picture},
    Route{Role::kiosk, HttpMethod::get, "/v1/sitting", Action::sitting_line},
    Route{Role::staff, HttpMethod::get, "/v1/status", Action::status},
    Route{Role::staff, HttpMethod::get, "/v1/enrolments", Action::list_enrolments},
    Route{Role::staff, HttpMethod::post, "/v1/enrolments/{id}/confirm", Action::confirm_enrolment},
    Route{Role::staff, HttpMethod::post, "/v1/enrolments/{id}/refuse", Action::refuse_enrolment},
    Route{Role::staff, HttpMethod::post, "/v1/shares", Action::give_share},
    Route{Role::staff, HttpMethod::post, "/v1/release", Action::give_release},
    Route{Role::staff, HttpMethod::get, "/v1/inspection", Action::inspection},
    Route{Role::staff, HttpMethod::post, "/v1/inspection", Action::begin_inspection},
    Route{Role::staff, HttpMethod::post, "/v1/inspection/statements", Action::give_statement},
    Route{Role::staff, HttpMethod::post, "/v1/open", Action::open_paper},
    Route{Role::staff, HttpMethod::post, "/v1/move", Action::move_seat},
    Route{Role::staff, HttpMethod::post, "/v1/end", Action::end_now},
    Route{Role::staff, HttpMethod::post, "/v1/seal", Action::seal},
};

struct RouteMatch {
    Action action;
    std::string_view id; ///< Of the path given; empty where the pattern has none.
};
[[nodiscard]] std::optional<RouteMatch> find_route(Role role, HttpMethod method, std::string_view path) noexcept;

} // namespace papervault::server
