#include "hall/routes.hpp"
#include "server/support/service_rig.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace papervault::server::test {
namespace {

/// A path of the pattern.
std::string path_of(std::string_view pattern)
{
    std::string path{pattern};
    if (const auto at = path.find("{id}"); at != std::string::npos) { path.replace(at, 4, "0123456789abcdef"); }
    return path;
}

std::set<std::string> all_paths()
{
    std::set<std::string> paths{"/",
                                "/v1",
                                "/v1/",
                                "/v1/hall/",
                                "/v2/hall",
                                "/v1/media/abc",
                                "/v1/enrolments/",
                                "/v1/enrolments/../status",
                                "/v1/enrolments/a.b",
                                "/v1/status?x=1",
                                "/V1/STATUS",
                                "/v1/sitting/extra"};
    for (const Route& route : routes) { paths.insert(path_of(route.pattern)); }
    return paths;
}

bool is_in_table(Role role, HttpMethod method, const std::string& path)
{
    return std::ranges::any_of(routes, [&](const Route& route) {
        return route.role == role && route.method == method && path_of(route.pattern) == path;
    });
}

TEST(RightsTest, EveryCellOfRoleMethodAndPathIsAsTheTableSaysR1)
{
    int allowed = 0;
    int refused = 0;
    for (const Role role : {Role::nobody, Role::kiosk, Role::staff}) {
        for (const HttpMethod method : {HttpMethod::get, HttpMethod::post}) {
            for (const std::string& path : all_paths()) {
                const bool found = find_route(role, method, path).has_value();
                EXPECT_EQ(found, is_in_table(role, method, path)) << static_cast<int>(role) << ' ' << path;
                ++(found ? allowed : refused);
            }
        }
    }
    EXPECT_EQ(static_cast<std::size_t>(allowed), routes.size());
    EXPECT_GT(refused, 100);
}

TEST(RightsTest, ThePortsAnswer404ToEverybodyWhoIsNotInTheTableR1)
{
    ServiceRig rig;
    const Peer nobody{.role = "", .name = "", .key = {}, .address = "10.0.0.3"};
    Peer the_hall_itself = ServiceRig::staff_peer();
    the_hall_itself.role = "hall";
    Peer kiosk_without_seat = ServiceRig::kiosk_peer(1);
    kiosk_without_seat.name = "seat-x";
    struct Holder {
        Peer peer;
        std::optional<Role> role;
    };
    const std::vector<Holder> holders{{nobody, Role::nobody},
                                      {ServiceRig::kiosk_peer(1), Role::kiosk},
                                      {ServiceRig::staff_peer(), Role::staff},
                                      {the_hall_itself, std::nullopt},
                                      {kiosk_without_seat, std::nullopt}};
    for (const auto& [peer, role] : holders) {
        for (const HttpMethod method : {HttpMethod::get, HttpMethod::post}) {
            for (const std::string& path : all_paths()) {
                const bool in_table = role && is_in_table(*role, method, path) && path != "/v1/sitting";
                const auto answer = rig.ask(peer, method, path);
                ASSERT_NE(answer->status, 0) << path;
                const bool hidden = answer->status == 404 && answer->body.find("nothing here") != std::string::npos;
                EXPECT_EQ(hidden, !in_table) << peer.role << ' ' << path << ' ' << answer->body;
            }
        }
        const bool may_open_line = role == Role::kiosk;
        if (!peer.role.empty()) {
            EXPECT_EQ(!rig.service->hall_port().refuse_line(peer, "/v1/sitting"), may_open_line) << peer.role;
            EXPECT_TRUE(rig.service->hall_port().refuse_line(peer, "/v1/status")) << peer.role;
        }
    }
    EXPECT_TRUE(rig.service->enrolment_port().refuse_line(nobody, "/v1/sitting"));
}

TEST(RightsTest, ReadsSeatsFromNamesExactly)
{
    EXPECT_EQ(seat_from_name("seat-07"), 7);
    EXPECT_EQ(seat_from_name("seat-30"), 30);
    for (const char* name : {"seat-7", "seat-", "seat-0x", "seat--1", "seat-07 ", " seat-07", "seat-+7", "Seat-07",
                             "seat-0007", "seat-00", ""}) {
        EXPECT_FALSE(seat_from_name(name)) << name;
    }
}

} // namespace
} // namespace papervault::server::test
