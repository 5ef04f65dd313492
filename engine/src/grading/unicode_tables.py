#!/usr/bin/env python3
"""Writes unicode_tables.inc from Python's copy of the Unicode Character Database: unicode_tables.py > unicode_tables.inc"""
import sys
import unicodedata


def hangul(code):
    return 0xAC00 <= code <= 0xD7A3


def main():
    out = []
    canonical, compatible, classes = [], [], []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF or hangul(code):
            continue
        char = chr(code)
        nfd, nfkd = unicodedata.normalize("NFD", char), unicodedata.normalize("NFKD", char)
        if nfd != char:
            canonical.append((code, nfd))
        if nfkd != nfd:
            compatible.append((code, nfkd))
        if unicodedata.combining(char):
            classes.append((code, unicodedata.combining(char)))
    pairs = []
    for code, nfd in canonical:
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and unicodedata.normalize("NFC", nfd) == chr(code):
            pairs.append((int(parts[0], 16), int(parts[1], 16), code))
    pairs.sort()

    def table(name, rows, of):
        out.append(f"// {len(rows)} entries.")
        out.append(f"inline constexpr {name}{{")
        line = ""
        for row in rows:
            cell = of(row) + ","
            if len(line) + len(cell) > 150:
                out.append(line)
                line = ""
            line += cell
        out.append(line)
        out.append("};")

    out.append(f"// Written by unicode_tables.py from Unicode {unicodedata.unidata_version}; do not edit. Hangul syllables follow a rule instead.")
    flat = []
    def packed(rows):
        result = []
        for code, value in rows:
            result.append((code, len(flat), len(value)))
            flat.extend(ord(c) for c in value)
        return result
    canonical, compatible = packed(canonical), packed(compatible)
    table(f"std::array<char32_t, {len(flat)}> decomposed_characters", flat, lambda c: f"0x{c:x}")
    table(f"std::array<Decomposition, {len(canonical)}> canonical_decompositions", canonical, lambda r: f"Decomposition{{0x{r[0]:x},{r[1]},{r[2]}}}")
    table(f"std::array<Decomposition, {len(compatible)}> compatibility_decompositions", compatible, lambda r: f"Decomposition{{0x{r[0]:x},{r[1]},{r[2]}}}")
    table(f"std::array<CombiningClass, {len(classes)}> combining_classes", classes, lambda r: f"CombiningClass{{0x{r[0]:x},{r[1]}}}")
    table(f"std::array<Composition, {len(pairs)}> compositions", pairs, lambda r: f"Composition{{0x{r[0]:x},0x{r[1]:x},0x{r[2]:x}}}")
    sys.stdout.write("\n".join(out) + "\n")


main()
