#pragma once

#include <papervault/engine/batch.hpp>

#include <string>
#include <vector>

namespace papervault::engine {

inline Instant at(std::string_view text)
{
    return instant_from_text(text).value();
}

/// From 08:00 to 09:30 UTC, with the default policy.
inline Batch morning_batch()
{
    Batch batch;
    batch.id = "2026-11-HG4-01";
    batch.occupation = "化工总控工";
    batch.occupation_code = "6-11-01-03";
    batch.level = 4;
    batch.subject = "理论知识";
    batch.title = "化工总控工四级理论知识考试";
    batch.site = "第一考点";
    batch.hall = "一号机房";
    batch.starts_at = at("2026-11-21T08:00:00.000Z");
    batch.ends_at = at("2026-11-21T09:30:00.000Z");
    batch.opens_at = at("2026-11-21T07:00:00.000Z");
    batch.expires_at = at("2026-11-21T10:00:00.000Z");
    return batch;
}

inline std::vector<Candidate> small_roster()
{
    return {{"T-0001", "甲", "123X", 1, "A"}, {"T-0002", "乙", "2222", 2, "B"}, {"T-0003", "丙", "3333", 3, "A"}};
}

} // namespace papervault::engine
