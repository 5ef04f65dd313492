"""Answers of a hall: docs/answers-format.md."""

import struct

import suite_pv1
from sitting_journal import check_journal
from compact_sheets import read_compact_sheets
from sealed_container import HEADER_MAX, Container
from spelling import base64_of, canonical, digest, matching, members_of, parse, require, time

ANSWERS = "papervault.answers.v1"

ANSWERS_HEADER = ("batch_id compartments format hall_id office_id package_digest package_id sealed_at suite "
                  "version").split()


def receipt_of(sheet, package_id):
    if sheet["phase"] == "absent":
        return ""
    answers = {item: response for item, response in sheet["responses"].items() if response}
    sheet_text = canonical({"answers": answers, "form": sheet["form_id"], "package": package_id,
                            "ticket": sheet["ticket"]})
    bits = int.from_bytes(suite_pv1.purpose_hash("papervault.receipt.v1", sheet_text.encode()), "big") >> (256 - 60)
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def open_answers(data, package, office):
    suite = package.suite
    container = Container(data, b"PAPERVAULT-ANS1\n")
    header = parse(container.header_bytes, HEADER_MAX)
    members_of(header, *ANSWERS_HEADER)
    require((header["format"], header["suite"]) == ("papervault-answers", package.header["suite"]))
    version = header["version"]
    require(version in (1, 2) and not isinstance(version, bool))
    for name, pattern in (("package_id", "[0-9a-f]{32}"), ("hall_id", "[0-9a-f]{16}"), ("office_id", "[0-9a-f]{16}")):
        matching(header[name], pattern)
    time(header["sealed_at"])
    compartments = header["compartments"]
    require(isinstance(compartments, list) and len(compartments) == 2)
    for one, name in zip(compartments, ("sheets", "journal")):
        members_of(one, "digest", "length", "name", "offset", "plaintext_length", "wrapped_key")
        require(one["name"] == name)
    container.check_layout(compartments, suite)
    require((header["package_id"], digest(header["package_digest"]), header["batch_id"]) ==
            (package.id, package.digest, package.header["batch"]["id"]), "wrong_batch")
    require(header["hall_id"] == package.hall.id, "wrong_host")
    require(header["office_id"] == package.office.id == office.card.id, "wrong_host")
    require(len(container.signatures) == 1 and container.is_signed(0, package.hall, ANSWERS), "signature_invalid")
    container.check_digests(compartments, suite)
    binding = suite.purpose_hash(f"papervault.answers-binding.v{version}", header["package_id"].encode(),
                                 digest(header["package_digest"]), header["batch_id"].encode(),
                                 header["hall_id"].encode(), header["office_id"].encode(),
                                 header["sealed_at"].encode())
    plaintexts = []
    for one in compartments:
        key = office.box.open(base64_of(one["wrapped_key"], 32 + suite.BOX_OVERHEAD),
                              suite.purpose_hash("papervault.answers-key.v1", binding, one["name"].encode()))
        require(key is not None, "authentication_failed")
        context = suite.purpose_hash("papervault.answers-compartment.v1", binding, one["name"].encode(),
                                     struct.pack("<Q", one["plaintext_length"]))
        plaintexts.append(suite.open_chunks(key, context, container.sealed(one), one["plaintext_length"]))
        require(plaintexts[-1] is not None, "authentication_failed")
    if version == 1:
        sheets = parse(plaintexts[0], 64 << 20)
        members_of(sheets, "ended_at", "format", "journal_head", "journal_records", "sheets", "started_at", "version")
    else:
        sheets = read_compact_sheets(plaintexts[0])
        check_journal(plaintexts[1], sheets, package.id)
    require(time(sheets["started_at"]) <= time(sheets["ended_at"]) <= time(header["sealed_at"]))
    journal = plaintexts[1]
    lines = journal.count(b"\n") + (not journal.endswith(b"\n") and journal != b"")
    require(lines == sheets["journal_records"], why="journal")
    require(len(sheets["sheets"]) == package.header["candidates"], why="roster")
    require(len({sheet["ticket"] for sheet in sheets["sheets"]}) == len(sheets["sheets"]))
    for sheet in sheets["sheets"]:
        members_of(sheet, "form_id", "phase", "receipt", "responses", "seat", "ticket")
        require(sheet["form_id"] in package.forms and sheet["receipt"] == receipt_of(sheet, package.id))
    return {sheet["ticket"]: sheet["receipt"] for sheet in sheets["sheets"]}
