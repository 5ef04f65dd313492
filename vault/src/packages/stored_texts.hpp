#pragma once

#include <papervault/vault/database.hpp>

#include <string>
#include <string_view>

/// Entries of the table meta that the register keeps beside its tables: few, small, by name.
namespace papervault::vault {

/// @return Empty when there is none.
[[nodiscard]] inline std::string stored(Database& database, std::string_view name)
{
    Statement row = database.prepare("SELECT value FROM meta WHERE name = ?");
    row.bind(name);
    return row.step() ? row.text(0) : std::string{};
}

inline void store(Database& database, std::string_view name, std::string_view value)
{
    database
        .prepare("INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .run();
}

/// Where an incident of a package is kept once it is entered.
[[nodiscard]] inline std::string incident_name(std::string_view package_id, std::string_view incident_id)
{
    return "incident/" + std::string{package_id} + "/" + std::string{incident_id};
}

/// Where the digest of what stands in front of the answers that were taken in is kept, AnswersFile::front.
[[nodiscard]] inline std::string front_name(std::string_view package_id)
{
    return "answers-front/" + std::string{package_id};
}

} // namespace papervault::vault
