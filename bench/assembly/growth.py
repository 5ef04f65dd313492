#!/usr/bin/env python3
"""How the cost of drawing grows with bank, forms and constraints: measures and plots.

    growth.py PROGRAM [--seed 1] [--csv FILE] [--svg FILE]

PROGRAM is papervault-bench-ata. Banks are made here from the seed: items in four sections and eight areas, a form has
100 items with counts for every section and area, further constraints bound sums of random traits around their mean.
Every form that was drawn is verified by the program's independent verifier; a figure of a draw that failed is not
plotted. Times are CPU time of one thread.
"""
import argparse
import csv
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

LENGTH = 100
SECTIONS = [40, 30, 20, 10]
AREAS = 8


def instance(items, extra, seed):
    """An assembly problem without a goal (docs/assembly-problem-format.md)."""
    draw = random.Random(f"{items} {extra} {seed}")
    lines = [f"ATA1 growth-{items}-{extra}", f"N {items} F 1 L {LENGTH} USE 1 OVL -1", "THETA 1 0", "OBJ band 0 1000000"]
    lines += [f"I {item} 0.5" for item in range(items)]
    section_of = [item % len(SECTIONS) for item in range(items)]
    area_of = [(item // len(SECTIONS)) % AREAS for item in range(items)]
    for section, wanted in enumerate(SECTIONS):
        members = [item for item in range(items) if section_of[item] == section]
        lines.append(f"C section{section} {wanted} {wanted} {len(members)} " + " ".join(map(str, members)))
    for area in range(AREAS):
        members = [item for item in range(items) if area_of[item] == area]
        low, high = LENGTH // AREAS - 3, LENGTH // AREAS + 4
        lines.append(f"C area{area} {low} {high} {len(members)} " + " ".join(map(str, members)))
    for number in range(extra):
        # A trait that a third of the items have; its count lies within two deviations of what chance gives.
        members = [item for item in range(items) if draw.random() < 1 / 3]
        mean = LENGTH * len(members) / items
        width = 2 * math.sqrt(LENGTH * 2 / 9)
        lines.append(f"C trait{number} {math.ceil(mean - width)} {math.floor(mean + width)} {len(members)} " +
                     " ".join(map(str, members)))
    return "\n".join(lines) + "\n"


def measure(program, items, forms, extra, seed, folder):
    file = pathlib.Path(folder) / "growth.ata"
    file.write_text(instance(items, extra, seed))
    ran = subprocess.run([program, "draw", str(file), "--forms", str(forms), "--seed", str(seed), "--threads", "1"],
                         capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        print(f"items {items} forms {forms} constraints {extra}: {ran.stdout.strip()} {ran.stderr.strip()}", file=sys.stderr)
        return None
    told = json.loads(ran.stdout)
    constraints = len(SECTIONS) + AREAS + extra
    return {"items": items, "forms": forms, "constraints": constraints, "law": told["law"],
            "read_s": told["read_s"], "compile_s": told["compile_s"], "draw_cpu_s": told["draw_cpu_s"],
            "ms_a_form": 1e3 * told["draw_cpu_s"] / forms, "verified": told["verified"], "failures": told["failures"]}


SERIES = [
    ("bank", "items", "items in the bank", [(n, 2000, 0) for n in (1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)]),
    ("forms", "forms", "forms drawn", [(10_000, n, 0) for n in (1, 10, 100, 1000, 10_000, 100_000)]),
    ("constraints", "constraints", "constraints", [(10_000, 1000, n) for n in (0, 4, 12, 28, 60, 108)]),
]


def decades(values):
    return range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)


def panel(left, title, rows, key, label):
    """One diagram with logarithmic axes, 300 x 260."""
    curves = [("read and compile once, s", "#b04040", lambda r: max(r["read_s"] + r["compile_s"], 5e-4)),  # what the program rounds to 0
              ("draw all forms, s", "#3060a0", lambda r: max(r["draw_cpu_s"], 5e-5)),
              ("one form, s", "#208050", lambda r: max(r["draw_cpu_s"], 5e-5) / r["forms"])]
    xs = [row[key] for row in rows]
    ys = [pick(row) for row in rows for _, _, pick in curves]
    x_decades, y_decades = decades(xs), decades(ys)
    x0, x1, y0, y1 = left + 55, left + 345, 300, 50

    def place(value, axis, low, high):
        span = max(axis[-1] - axis[0], 1)
        return low + (math.log10(value) - axis[0]) / span * (high - low)

    out = [f'<text x="{(x0 + x1) / 2}" y="30" text-anchor="middle" font-size="14">{title}</text>',
           f'<text x="{(x0 + x1) / 2}" y="338" text-anchor="middle">{label}</text>']
    for power in x_decades:
        x = place(10.0 ** power, x_decades, x0, x1)
        out.append(f'<path d="M{x:.1f} {y0}V{y1}" stroke="#ddd"/><text x="{x:.1f}" y="318" text-anchor="middle">10<tspan dy="-5" font-size="8">{power}</tspan></text>')
    for power in y_decades:
        y = place(10.0 ** power, y_decades, y0, y1)
        out.append(f'<path d="M{x0} {y:.1f}H{x1}" stroke="#ddd"/><text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">10<tspan dy="-5" font-size="8">{power}</tspan></text>')
    out.append(f'<path d="M{x0} {y1}V{y0}H{x1}" fill="none" stroke="#333"/>')
    for number, (name, colour, pick) in enumerate(curves):
        points = [(place(row[key], x_decades, x0, x1), place(pick(row), y_decades, y0, y1)) for row in rows]
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points]
        out.append(f'<text x="{x0}" y="{356 + 15 * number}" fill="{colour}">{name}</text>')
    return "\n".join(out)


def plot(rows_by_series):
    panels = [panel(360 * number, f"{title}: {fixed(rows, key)}", rows, key, label)
              for number, (title, key, label, rows) in enumerate(rows_by_series) if rows]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{360 * len(panels) + 20}" height="400" font-family="sans-serif" font-size="11">\n'
            '<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(panels) + "\n</svg>\n")


def fixed(rows, key):
    return ", ".join(f"{rows[0][name]:,} {name}" for name in ("items", "forms", "constraints") if name != key)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", default="growth.csv")
    parser.add_argument("--svg", default="growth.svg")
    options = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for title, key, label, points in SERIES:
            rows = []
            for items, forms, extra in points:
                row = measure(options.program, items, forms, extra, options.seed, folder)
                if row:
                    rows.append(row)
                    print(title, row, flush=True)
            measured.append((title, key, label, rows))
    with open(options.csv, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["series", *measured[0][3][0]])
        writer.writeheader()
        for title, _, _, rows in measured:
            writer.writerows({"series": title, **row} for row in rows)
    pathlib.Path(options.svg).write_text(plot(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
