#include "units.hpp"

#include <limits>
#include <numeric>

namespace papervault::engine {
namespace {

constexpr std::array units{
    BaseUnit{"length", {"m", "米"}, {}, true},
    BaseUnit{"length", {"公里"}, {1, 1, 3}, false},
    BaseUnit{"area", {"m2", "m²", "m^2", "㎡", "平方米"}, {}, false},
    BaseUnit{"area", {"cm2", "cm²", "cm^2", "平方厘米"}, {1, 1, -4}, false},
    BaseUnit{"area", {"mm2", "mm²", "mm^2", "平方毫米"}, {1, 1, -6}, false},
    BaseUnit{"volume", {"m3", "m³", "m^3", "立方米"}, {}, false},
    BaseUnit{"volume", {"dm3", "dm³", "dm^3", "立方分米"}, {1, 1, -3}, false},
    BaseUnit{"volume", {"cm3", "cm³", "cm^3", "立方厘米"}, {1, 1, -6}, false},
    BaseUnit{"volume", {"mm3", "mm³", "mm^3", "立方毫米"}, {1, 1, -9}, false},
    BaseUnit{"volume", {"L", "l", "升"}, {1, 1, -3}, true},
    BaseUnit{"mass", {"g", "克"}, {1, 1, -3}, true},
    BaseUnit{"mass", {"公斤"}, {}, false},
    BaseUnit{"mass", {"t", "吨"}, {1, 1, 3}, false},
    BaseUnit{"time", {"s", "秒"}, {}, true},
    BaseUnit{"time", {"min", "分", "分钟"}, {60, 1, 0}, false},
    BaseUnit{"time", {"h", "小时", "时"}, {3600, 1, 0}, false},
    BaseUnit{"time", {"d", "天", "日"}, {86400, 1, 0}, false},
    BaseUnit{"pressure", {"Pa", "帕", "帕斯卡"}, {}, true},
    BaseUnit{"pressure", {"bar", "巴"}, {1, 1, 5}, true},
    BaseUnit{"pressure", {"mmHg", "毫米汞柱"}, {133322, 1, -3}, false},
    BaseUnit{"pressure", {"atm", "标准大气压"}, {101325, 1, 0}, false},
    BaseUnit{"force", {"N", "牛", "牛顿"}, {}, true},
    BaseUnit{"force", {"kgf", "千克力"}, {980665, 1, -5}, false},
    BaseUnit{"torque", {"N·m", "N*m", "牛·米", "牛米"}, {}, true},
    BaseUnit{"energy", {"J", "焦", "焦耳"}, {}, true},
    BaseUnit{"energy", {"Wh", "W·h", "瓦时"}, {3600, 1, 0}, true},
    BaseUnit{"energy", {"cal", "卡"}, {4184, 1, -3}, true},
    BaseUnit{"power", {"W", "瓦", "瓦特"}, {}, true},
    BaseUnit{"apparent power", {"VA", "V·A", "伏安"}, {}, true},
    BaseUnit{"reactive power", {"var", "乏"}, {}, true},
    BaseUnit{"voltage", {"V", "伏", "伏特"}, {}, true},
    BaseUnit{"current", {"A", "安", "安培"}, {}, true},
    BaseUnit{"resistance", {"Ω", "Ω", "欧", "欧姆", "ohm"}, {}, true}, // Greek letter, ohm sign
    BaseUnit{"conductance", {"S", "西", "西门子"}, {}, true},
    BaseUnit{"capacitance", {"F", "法", "法拉"}, {}, true},
    BaseUnit{"inductance", {"H", "亨", "亨利"}, {}, true},
    BaseUnit{"charge", {"C", "库", "库仑"}, {}, true},
    BaseUnit{"flux density", {"T", "特", "特斯拉"}, {}, true},
    BaseUnit{"flux", {"Wb", "韦", "韦伯"}, {}, true},
    BaseUnit{"frequency", {"Hz", "赫", "赫兹"}, {}, true},
    BaseUnit{"revolution", {"r", "转"}, {}, false},
    BaseUnit{"illuminance", {"lx", "勒", "勒克斯"}, {}, true},
    BaseUnit{"luminous flux", {"lm", "流明"}, {}, true},
    BaseUnit{"amount", {"mol", "摩", "摩尔"}, {}, true},
    BaseUnit{"viscosity", {"Pa·s", "Pa*s", "帕·秒", "帕秒"}, {}, true},
    BaseUnit{"temperature", {"K", "开", "开尔文"}, {}, false},
    BaseUnit{"temperature on the Celsius scale", {"℃", "°C", "摄氏度"}, {}, false},
    BaseUnit{"angle", {"°", "度"}, {}, false},
    BaseUnit{"level", {"dB", "分贝"}, {}, false},
    BaseUnit{"share", {"%"}, {1, 1, -2}, false},
    BaseUnit{"share", {"‰"}, {1, 1, -3}, false},
    BaseUnit{"share", {"ppm"}, {1, 1, -6}, false},
};

constexpr std::array prefixes{
    UnitPrefix{"p", -12}, UnitPrefix{"n", -9},  UnitPrefix{"μ", -6},  UnitPrefix{"µ", -6},  UnitPrefix{"u", -6},
    UnitPrefix{"m", -3},  UnitPrefix{"c", -2},  UnitPrefix{"d", -1},  UnitPrefix{"h", 2},   UnitPrefix{"k", 3},
    UnitPrefix{"K", 3},   UnitPrefix{"M", 6},   UnitPrefix{"G", 9},   UnitPrefix{"T", 12},  UnitPrefix{"皮", -12},
    UnitPrefix{"纳", -9}, UnitPrefix{"微", -6}, UnitPrefix{"毫", -3}, UnitPrefix{"厘", -2}, UnitPrefix{"分", -1},
    UnitPrefix{"百", 2},  UnitPrefix{"千", 3},  UnitPrefix{"兆", 6},  UnitPrefix{"吉", 9},  UnitPrefix{"太", 12},
};

const BaseUnit* base_unit_named(std::string_view name) noexcept
{
    for (const BaseUnit& unit : units) {
        for (const std::string_view known : unit.names) {
            if (!known.empty() && known == name) return &unit;
        }
    }
    return nullptr;
}

std::optional<Unit> simple_unit(std::string_view text)
{
    if (const BaseUnit* unit = base_unit_named(text)) return Unit{std::string{unit->dimension}, unit->factor};
    for (const UnitPrefix& prefix : prefixes) {
        if (!text.starts_with(prefix.name)) continue;
        const BaseUnit* unit = base_unit_named(text.substr(prefix.name.size()));
        if (unit == nullptr || !unit->takes_prefixes) continue;
        Unit prefixed{std::string{unit->dimension}, unit->factor};
        prefixed.factor.exponent += prefix.exponent;
        return prefixed;
    }
    return std::nullopt;
}

std::optional<Unit> quotient(const Unit& above, const Unit& below)
{
    std::uint64_t numerator = std::uint64_t{above.factor.numerator} * below.factor.denominator;
    std::uint64_t denominator = std::uint64_t{above.factor.denominator} * below.factor.numerator;
    const std::uint64_t common = std::gcd(numerator, denominator);
    numerator /= common;
    denominator /= common;
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    if (numerator > most || denominator > most) return std::nullopt;
    return Unit{above.dimension + "/" + below.dimension,
                {static_cast<std::uint32_t>(numerator), static_cast<std::uint32_t>(denominator),
                 above.factor.exponent - below.factor.exponent}};
}

} // namespace

std::span<const BaseUnit> base_units() noexcept
{
    return units;
}

std::span<const UnitPrefix> unit_prefixes() noexcept
{
    return prefixes;
}

std::optional<Unit> unit_named(std::string_view text)
{
    if (auto simple = simple_unit(text)) return simple;
    for (const std::string_view sign : {std::string_view{"/"}, std::string_view{"每"}}) {
        const std::size_t at = text.find(sign);
        if (at == std::string_view::npos) continue;
        const auto above = simple_unit(text.substr(0, at));
        const auto below = simple_unit(text.substr(at + sign.size()));
        if (above && below) return quotient(*above, *below);
    }
    return std::nullopt;
}

bool is_unit(std::string_view text)
{
    return unit_named(text).has_value();
}

} // namespace papervault::engine
