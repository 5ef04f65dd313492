"""The journal of a sitting, and what it says of the sheets: docs/journal-format.md and docs/answers-format.md."""

import struct

import suite_pv1
from spelling import digest, is_integer, members_of, parse, require, text, time

EPOCH = time("1970-01-01T00:00:00.000Z")


def check_journal(data, sheets, package_id):
    head = suite_pv1.purpose_hash("papervault.journal-origin.v1", package_id.encode())
    candidates = {sheet["ticket"]: {"seat": 0, "in": False, "done": False, "answers": {}} for sheet in sheets["sheets"]}
    number, last = 0, EPOCH
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for line in lines:
        record = parse(line, 8 << 20)
        members_of(record, "hash", "number", "payload", "time")
        require(is_integer(record["number"], 0, (1 << 63) - 1))
        payload, moment = text(record["payload"], 1 << 20).encode(), time(record["time"])
        require(record["number"] == number + 1 and moment >= last, "chain_broken", f"record {number + 1}")
        milliseconds = round((moment - EPOCH).total_seconds() * 1000)
        head = suite_pv1.purpose_hash("papervault.journal.v1", head, struct.pack("<Q", number + 1),
                                      struct.pack("<Q", milliseconds), payload)
        require(head == digest(record["hash"]), "chain_broken", f"record {number + 1}")
        number, last = number + 1, moment
        follow(parse(payload, 1 << 20), candidates)
    require((number, head.hex()) == (sheets["journal_records"], sheets["journal_head"]), "chain_broken", "its end")
    for sheet in sheets["sheets"]:
        told = candidates[sheet["ticket"]]
        require(told["done"] == (sheet["phase"] == "handed_in"), why=sheet["ticket"])
        require(told["seat"] in (0, sheet["seat"]), why=sheet["ticket"])
        require({item: response for item, (_, response) in told["answers"].items()} == sheet["responses"],
                why=sheet["ticket"])


def follow(payload, candidates):
    require(isinstance(payload, dict) and isinstance(payload.get("kind"), str))
    if payload["kind"] != "event":
        return
    event = payload["event"]
    if event["kind"] not in ("signed_in", "seat_moved", "answered", "handed_in"):
        return
    require(event["ticket"] in candidates, why="a ticket without a sheet")
    told = candidates[event["ticket"]]
    if event["kind"] in ("signed_in", "seat_moved"):
        told["seat"] = event["seat"]
        told["in"] = told["in"] or event["kind"] == "signed_in"
        return
    require(told["in"] and not told["done"], why="before the sign-in or after the hand-in")
    if event["kind"] == "handed_in":
        told["done"] = True
        return
    require(event["sequence"] > told["answers"].get(event["item"], (0, None))[0], why="an older answer")
    told["answers"][event["item"]] = (event["sequence"], event["response"])
