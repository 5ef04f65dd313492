#include "html_text.hpp"

#include <papervault/vault/story.hpp>

#include <papervault/vault/local_time.hpp>
#include <papervault/vault/texts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace papervault::vault {
namespace {

constexpr int lane_height = 46;
constexpr int lane_left = 96;
constexpr int step = 34;

std::string_view colour_of(StoryPhase phase)
{
    switch (phase) {
    case StoryPhase::bank: return "#4b6a88";
    case StoryPhase::drawing: return "#3d7a6e";
    case StoryPhase::sealing: return "#7a5c3d";
    case StoryPhase::custody: return "#8a4b4b";
    case StoryPhase::sitting: return "#5a4b8a";
    case StoryPhase::grading: return "#2f6f9f";
    case StoryPhase::publication: return "#5f7d2f";
    case StoryPhase::archive: return "#555555";
    case StoryPhase::other: return "#a06a00";
    }
    return "#000000";
}

/// Events from left to right in their order, a lane for each phase; a line leads from one to the next. The distance is
/// not to scale: a day between two entries says little, their order says all.
std::string diagram(const Story& story)
{
    std::vector<StoryPhase> lanes;
    for (const StoryEvent& event : story.events) {
        if (std::ranges::find(lanes, event.phase) == lanes.end()) { lanes.push_back(event.phase); }
    }
    std::ranges::sort(lanes);
    const auto lane_of = [&](StoryPhase phase) {
        return static_cast<int>(std::ranges::find(lanes, phase) - lanes.begin()) * lane_height + lane_height / 2 + 8;
    };
    const int width = lane_left + step * static_cast<int>(story.events.size()) + 24;
    const int height = lane_height * static_cast<int>(lanes.size()) + 44;
    std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 "
                                  "0 {0} {1}\" role=\"img\">\n",
                                  width, height);
    for (const StoryPhase phase : lanes) {
        svg += fmt::format("<line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"#dddddd\"/>"
                           "<text x=\"8\" y=\"{3}\" font-size=\"14\" fill=\"{4}\">{5}</text>\n",
                           lane_left, lane_of(phase), width - 12, lane_of(phase) + 5, colour_of(phase),
                           title_of(phase, story.language));
    }
    std::string path;
    int x = lane_left + step / 2;
    for (const StoryEvent& event : story.events) {
        path += fmt::format("{}{} {}", path.empty() ? "M" : " L", x, lane_of(event.phase));
        x += step;
    }
    svg += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"#999999\"/>\n", path);
    x = lane_left + step / 2;
    std::string day;
    for (const StoryEvent& event : story.events) {
        const int y = lane_of(event.phase);
        svg += fmt::format("<a href=\"#e{0}\"><circle cx=\"{1}\" cy=\"{2}\" r=\"8\" fill=\"{3}\"><title>#{0} {4} "
                           "{5}</title></circle></a>\n",
                           event.index, x, y, event.known ? colour_of(event.phase) : "#a06a00", local_time(event.time),
                           escaped(with_local_times(event.sentence)));
        const std::string today = local_time(event.time).substr(5, 5);
        if (today != day) {
            svg += fmt::format(
                "<text x=\"{}\" y=\"{}\" font-size=\"11\" text-anchor=\"middle\" fill=\"#555555\">{}</text>\n", x,
                height - 10, today);
        }
        day = today;
        x += step;
    }
    return svg + "</svg>\n";
}

} // namespace

std::string to_html(const Story& story)
{
    const bool chinese = story.language == StoryLanguage::chinese;
    const std::string title = (chinese ? "试卷包 " : "Package ") + story.package_id;
    std::string html =
        fmt::format("<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><meta "
                    "http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}</title>\n"
                    "<style>body{{font:15px/1.6 'Noto Sans CJK SC',sans-serif;margin:2em;max-width:70em;color:#222}}"
                    "h1{{font-size:1.3em}}.scroll{{overflow-x:auto;border:1px solid #ddd}}"
                    "td{{padding:.2em .6em;vertical-align:top;border-bottom:1px solid #eee;overflow-wrap:anywhere}}"
                    "td.w{{white-space:nowrap;color:#555;font-variant-numeric:tabular-nums}}tr:target{{background:#"
                    "fff3c4}}</style></head>\n<body>\n",
                    chinese ? "zh-CN" : "en", escaped(title));
    html += fmt::format("<h1>{}</h1>\n<p>{} {} · {} {}</p>\n<div class=\"scroll\">\n{}</div>\n<table>\n",
                        escaped(title), chinese ? "批次" : "batch", escaped(story.batch_id), chinese ? "抽卷" : "draw",
                        escaped(story.draw_id), diagram(story));
    for (const StoryEvent& event : story.events) {
        html += fmt::format("<tr id=\"e{0}\"><td class=\"w\">#{0}</td><td class=\"w\">{1}</td><td class=\"w\" "
                            "style=\"color:{2}\">{3}</td><td>{4}</td></tr>\n",
                            event.index, local_time(event.time), colour_of(event.phase),
                            title_of(event.phase, story.language), escaped(with_local_times(event.sentence)));
    }
    return html + "</table>\n</body>\n</html>\n";
}

} // namespace papervault::vault
