#!/usr/bin/env python3
"""A second reader of sealed packages and answers files, written from docs/*-format.md alone, in the standard library.

    read_package.py                     judges every vector of this folder; exit code 1 when one is not judged as published
    read_package.py inspect <package>   checks a package without any key and prints what its header says

For checking the format, not for use: it is slow and its time depends on secrets.
"""

import base64
import binascii
import json
import re
import struct
import sys
import unicodedata
from datetime import datetime, timezone
from pathlib import Path

import suite_gm1
import suite_pv1

suite = suite_pv1  # of the package at hand; ids and registers' digests are always pv1's

HEADER_MAX, SIGNATURES_MAX, FILE_MAX = 1 << 20, 1024, 1 << 32
PACKAGE, ANSWERS = "papervault.package.v1", "papervault.answers.v1"


class Refused(Exception):
    def __init__(self, code, why=""):
        super().__init__(f"{code}: {why}")
        self.code = code


def require(condition, code="malformed", why=""):
    if not condition:
        raise Refused(code, why)


# ---- one spelling ----

def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode())
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    require(not isinstance(value, float), why="a floating number")
    # json.dumps writes the short escapes and \u00xx in lower case, exactly as the format wants.
    return json.dumps(value, ensure_ascii=False)


def parse(data, bytes_max):
    require(len(data) <= bytes_max, why="too long")

    def members(pairs):
        require(len({name for name, _ in pairs}) == len(pairs), why="a member twice")
        return dict(pairs)

    try:
        value = json.loads(data.decode(), object_pairs_hook=members)
    except (ValueError, RecursionError):
        raise Refused("malformed", "no JSON") from None
    require(canonical(value).encode() == data, why="not canonical")
    return value


def members_of(value, *names, optional=()):
    require(isinstance(value, dict), why="no object")
    require(set(names) <= set(value) <= set(names) | set(optional), why=f"members {sorted(value)}")


def is_integer(value, lowest, highest):
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def text(value, bytes_max):
    require(isinstance(value, str) and len(value.encode()) <= bytes_max and "\0" not in value, why="no text")
    return value


def matching(value, pattern):
    require(isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII), why=f"{value!r}")
    return value


def digest(value):
    return bytes.fromhex(matching(value, "[0-9a-f]{64}"))


def base64_of(value, size=None):
    require(isinstance(value, str))
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("malformed", "no base64") from None
    require(base64.b64encode(data).decode() == value and size in (None, len(data)), why="base64")
    return data


TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def time(value):
    matching(value, TIME)
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refused("malformed", "no time") from None


def decimal(value):
    matching(value, r"(0|[1-9]\d*)(\.\d{0,5}[1-9])?")
    require(float(value) <= 1_000_000)


NAME = r"[A-Za-z0-9._-]{1,%d}"
HIDDEN = [(0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F),
          (0x2028, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFF), (0xE0000, 0xE0FFF)]


# ---- people ----

class Card:
    known_keys = {}

    def __init__(self, value):
        members_of(value, "box_key", "name", "sign_key")
        self.json = value
        self.name = text(value["name"], 64)
        require(self.name and self.name == self.name.strip(" ") and
                not any(a <= ord(c) <= b for c in self.name for a, b in HIDDEN), why="name")
        self.sign_key, self.box_key = base64_of(value["sign_key"]), base64_of(value["box_key"])
        require(len(self.sign_key) == len(self.box_key) and len(self.sign_key) in (32, 64), why="key size")
        suite = suite_pv1 if len(self.sign_key) == 32 else suite_gm1
        self.suite = suite
        for key, check in ((self.sign_key, suite.is_sign_key), (self.box_key, suite.is_box_key)):
            if (key, check) not in self.known_keys:
                self.known_keys[key, check] = check(key)
            require(self.known_keys[key, check], why="unacceptable key")
        self.id = suite_pv1.purpose_hash("papervault.identity.v1", self.sign_key, self.box_key).hex()[:16]


class Identity:
    """An identity file that only its mode protects (docs/identity-format.md)."""

    def __init__(self, path):
        value = parse(path.read_bytes(), 8192)
        members_of(value, "card", "digest", "format", "protection", "secret", "version")
        require((value["format"], value["version"]) == ("papervault-identity", 1))
        body = {name: value[name] for name in value if name != "digest"}
        require(digest(value["digest"]) == suite_pv1.purpose_hash("papervault.identity-file.v1", canonical(body).encode()))
        require(value["protection"] == {"kind": "file_permissions"})
        self.card = Card(value["card"])
        suite = self.card.suite
        context = suite.purpose_hash("papervault.identity-secret.v1", canonical(value["card"]).encode(),
                                     canonical(value["protection"]).encode())
        seeds = suite.decrypt(suite.purpose_hash("papervault.identity.file-permissions.v1"),
                              base64_of(value["secret"], 64 + suite.MESSAGE_OVERHEAD), context)
        require(seeds is not None, "wrong_passphrase_or_key")
        self.box = suite.BoxKeys(seeds[32:])
        require(self.box.public == self.card.box_key and suite.sign_key_of_seed(seeds[:32]) == self.card.sign_key)


# ---- container ----

class Container:
    def __init__(self, data, magic):
        require(len(data) <= FILE_MAX and data[:16] == magic, why="magic")
        self.header_bytes, at = self.take(data, 16, HEADER_MAX)
        self.signed = data[:at]
        signature_bytes, at = self.take(data, at, SIGNATURES_MAX)
        self.body, self.front = data[at:], data[:at]
        block = parse(signature_bytes, SIGNATURES_MAX)
        require(isinstance(block, list) and 1 <= len(block) <= 2, why="signature block")
        self.signatures = []
        for entry in block:
            members_of(entry, "sealer", "signature")
            self.signatures.append((matching(entry["sealer"], "[0-9a-f]{16}"), base64_of(entry["signature"], 64)))

    @staticmethod
    def take(data, at, bytes_max):
        require(len(data) >= at + 4, why="ends in a length")
        length = struct.unpack("<I", data[at:at + 4])[0]
        require(length <= bytes_max and len(data) >= at + 4 + length, why="length")
        return data[at + 4:at + 4 + length], at + 4 + length

    def is_signed(self, place, card, purpose):
        sealer, signature = self.signatures[place]
        return sealer == card.id and card.suite.verify(card.sign_key, purpose, self.signed, signature)

    def check_layout(self, compartments):
        at = 0
        for one in compartments:
            for name in ("length", "offset", "plaintext_length"):
                require(is_integer(one[name], 0, FILE_MAX), why=name)
            matching(one["name"], NAME % 32)
            digest(one["digest"])
            sealed = one["plaintext_length"] + suite.CHUNK_OVERHEAD * max(1, -(-one["plaintext_length"] // 65536))
            require(one["offset"] == at and one["length"] == sealed, why="layout")
            at += sealed
        require(at == len(self.body), why="length of the file")

    def sealed(self, one):
        return self.body[one["offset"]:one["offset"] + one["length"]]

    def check_digests(self, compartments):
        for one in compartments:
            require(suite.plain_hash(self.sealed(one)) == digest(one["digest"]), "authentication_failed", one["name"])


# ---- package ----

HEADER = ("batch candidates compartments custody draw_digest engine_version format forms graders hall office package_id "
          "release_commitment sealed_at sealed_host_share sealers snapshot_digest suite version").split()
HEADER_2 = "golden_sample recovery spoken_release".split()
BATCH = ("ends_at expires_at hall id level occupation occupation_code opens_at policy rehearsal site starts_at subject "
         "title").split()
POLICY = ("entry_opens_before_seconds grace_after_end_seconds hand_in_from_before_end_seconds late_entry_until_seconds "
          "reminders_seconds").split()


def check_batch(batch):
    members_of(batch, *BATCH)
    matching(batch["id"], NAME % 64)
    for name in ("hall", "occupation", "occupation_code", "site", "subject", "title"):
        value = text(batch[name], 4096)
        require(value and not any(unicodedata.category(c) == "Cc" and ord(c) < 0x80 for c in value), why=name)
    require(is_integer(batch["level"], 1, 5) and isinstance(batch["rehearsal"], bool))
    opens, starts, ends, expires = (time(batch[name]) for name in ("opens_at", "starts_at", "ends_at", "expires_at"))
    require(opens <= starts < ends and (ends - starts).total_seconds() <= 86400 and expires >= starts, why="times")
    members_of(batch["policy"], *POLICY)
    reminders = batch["policy"]["reminders_seconds"]
    require(isinstance(reminders, list) and reminders == sorted(set(reminders), reverse=True))
    spans = reminders + [batch["policy"][name] for name in POLICY[:-1]]
    require(all(is_integer(span, 0, 86400) for span in spans), why="spans")


class Quorum:
    def __init__(self, value):
        members_of(value, "members", "threshold")
        require(isinstance(value["members"], list))
        self.members, self.threshold = [], value["threshold"]
        for index, member in enumerate(value["members"]):
            members_of(member, "card", "sealed_share", "share_commitment", "share_index")
            require(is_integer(member["share_index"], index, index), why="share index")
            base64_of(member["sealed_share"], 32 + suite.BOX_OVERHEAD)
            self.members.append((Card(member["card"]), digest(member["share_commitment"])))
        require(len(self.members) <= 16 and is_integer(self.threshold, 2, len(self.members)), why="quorum")


class Package:
    def __init__(self, data):
        self.container = Container(data, b"PAPERVAULT-PKG1\n")
        require(len(self.container.header_bytes) <= HEADER_MAX)
        header = self.header = parse(self.container.header_bytes, HEADER_MAX)
        require(isinstance(header, dict) and isinstance(header.get("sealers"), list) and len(header["sealers"]) == 2)
        global suite
        suite = suite_gm1 if header.get("suite") == "gm1" else suite_pv1
        self.digest = suite.plain_hash(self.container.front)
        self.sealers = [Card(card) for card in header["sealers"]]
        for place in range(len(self.container.signatures)):
            require(self.container.is_signed(place, self.sealers[place], PACKAGE), "signature_invalid")
        self.check_header(header)
        require(len(self.container.signatures) == 2, "signature_invalid", "waits for the second sealer")

    def check_header(self, header):
        require(is_integer(header.get("version"), 1, 2), why="version")
        members_of(header, *HEADER, *(HEADER_2 if header["version"] == 2 else ()))
        require(header["format"] == "papervault-package" and header["suite"] in ("pv1", "gm1")[:header["version"]])
        self.id = matching(header["package_id"], "[0-9a-f]{32}")
        check_batch(header["batch"])
        time(header["sealed_at"])
        text(header["engine_version"], 64)
        for name in ("draw_digest", "release_commitment", "snapshot_digest"):
            digest(header[name])
        require(isinstance(header["forms"], list) and len(header["forms"]) <= 1000)
        for form in header["forms"]:
            members_of(form, "digest", "id", "items", "points", "spare")
            matching(form["id"], NAME % 64)
            digest(form["digest"])
            decimal(form["points"])
            require(is_integer(form["items"], 0, 10_000) and isinstance(form["spare"], bool))
        self.forms = [form["id"] for form in header["forms"]]
        require(len(set(self.forms)) == len(self.forms) and is_integer(header["candidates"], 0, 10_000))
        self.hall, self.office = Card(header["hall"]), Card(header["office"])
        base64_of(header["sealed_host_share"], 32 + suite.BOX_OVERHEAD)
        self.quorums = {"hall": Quorum(header["custody"]), "graders": Quorum(header["graders"])}
        if header["version"] == 2:
            text(header["golden_sample"], 65536)
            base64_of(header["spoken_release"], 32 + suite.MESSAGE_OVERHEAD + suite.BOX_OVERHEAD)
            members_of(header["recovery"], "sealed_halves", "sealed_secrets")
            require(isinstance(header["recovery"]["sealed_halves"], list) and len(header["recovery"]["sealed_halves"]) == 2)
            for half in header["recovery"]["sealed_halves"]:
                base64_of(half, 32 + suite.BOX_OVERHEAD)
            base64_of(header["recovery"]["sealed_secrets"],
                      32 * (1 + len(self.quorums["hall"].members)) + suite.MESSAGE_OVERHEAD)
        self.compartments = header["compartments"]
        require(isinstance(self.compartments, list) and 1 <= len(self.compartments) <= 64)
        for one in self.compartments:
            members_of(one, "digest", "length", "locks", "name", "offset", "plaintext_length", "wrapped_key")
            base64_of(one["wrapped_key"], 32 + suite.MESSAGE_OVERHEAD)
            for_graders = ("key", "key-vectors")[:header["version"]]
            require(one["locks"] == ("graders" if one["name"] in for_graders else "hall"), why="locks")
        require(len({one["name"] for one in self.compartments}) == len(self.compartments))
        self.container.check_layout(self.compartments)
        self.check_roles()
        bound = {name: header[name] for name in ("batch", "forms", "hall", "office", "package_id")}
        if header["version"] == 2:
            bound |= {"suite": header["suite"], "version": 2}
        self.binding = suite.purpose_hash(f"papervault.package-binding.v{header['version']}", canonical(bound).encode())

    def check_roles(self):
        cards = [self.hall, self.office, *self.sealers]
        cards += [card for quorum in self.quorums.values() for card, _ in quorum.members]
        require(all(card.suite is suite for card in cards), why="keys of another suite")
        for property_of in (lambda c: c.sign_key, lambda c: c.box_key, lambda c: c.id):
            require(len(set(map(property_of, cards))) == len(cards), "not_permitted", "two roles")

    def unlock(self, locks, key):
        keys = {}
        for one in self.compartments:
            if one["locks"] == locks:
                context = suite.purpose_hash("papervault.wrapped-key.v1", self.id.encode(), locks.encode(),
                                             one["name"].encode())
                keys[one["name"]] = suite.decrypt(key, base64_of(one["wrapped_key"]), context)
                require(keys[one["name"]] is not None, "authentication_failed")
        return keys

    def read(self, one, key):
        context = suite.purpose_hash("papervault.compartment.v1", self.id.encode(), self.binding, one["name"].encode(),
                                     struct.pack("<Q", one["plaintext_length"]))
        plaintext = suite.open_chunks(key, context, self.container.sealed(one), one["plaintext_length"])
        require(plaintext is not None, "authentication_failed", one["name"])
        return plaintext


# ---- shares, release ----

SHARE = "format given_at locks member_id opener_id package_id sealed_share share_index signature version".split()
RELEASE = "batch_id format hall_id issued_at not_after not_before package_id sealed_share signature version".split()


def read_document(data, names, document_format):
    value = parse(data, 16 * 1024)
    members_of(value, *names)
    require((value["format"], value["version"]) == (document_format, 1))
    unsigned = {name: value[name] for name in value if name != "signature"}
    return value, canonical(unsigned).encode(), base64_of(value["signature"], 64)


def add_share(package, locks, opener, data, shares):
    part, message, signature = read_document(data, SHARE, "papervault-share")
    member_id, index = matching(part["member_id"], "[0-9a-f]{16}"), part["share_index"]
    require(is_integer(index, 0, 15) and part["locks"] in ("hall", "graders"))
    sealed = base64_of(part["sealed_share"])
    require(len(sealed) <= 160)
    time(part["given_at"])
    matching(part["opener_id"], "[0-9a-f]{16}")
    require(matching(part["package_id"], "[0-9a-f]{32}") == package.id, "wrong_batch")
    require(part["locks"] == locks, "not_permitted")
    require(part["opener_id"] == opener.card.id, "wrong_host")
    found = [(place, card, commitment) for place, (card, commitment) in enumerate(package.quorums[locks].members)
             if card.id == member_id]
    require(found, "not_permitted")
    place, card, commitment = found[0]
    require(suite.verify(card.sign_key, "papervault.share-part.v1", message, signature), "signature_invalid")
    context = suite.purpose_hash("papervault.share-part.v1", package.id.encode(), locks.encode(), member_id.encode(),
                                 bytes([index]), opener.card.id.encode())
    value = opener.box.open(sealed, context)
    require(index == place and value is not None, "share_invalid", card.name)
    require(suite.share_commitment(package.id.encode(), locks.encode(), index, value) == commitment, "share_invalid")
    shares[index] = value


def add_release(package, hall, data):
    release, message, signature = read_document(data, RELEASE, "papervault-release")
    batch = package.header["batch"]
    for name in ("issued_at", "not_after", "not_before"):
        time(release[name])
    require((release["package_id"], release["batch_id"], release["not_before"], release["not_after"]) ==
            (package.id, batch["id"], batch["opens_at"], batch["expires_at"]), "wrong_batch")
    require(release["hall_id"] == package.hall.id, "wrong_host")
    require(suite.verify(package.office.sign_key, "papervault.release.v1", message, signature), "signature_invalid")
    context = suite.purpose_hash("papervault.release-share.v1",
                                 *(release[name].encode() for name in ("package_id", "hall_id", "batch_id",
                                                                       "not_before", "not_after")))
    share = hall.box.open(base64_of(release["sealed_share"]), context)
    require(share is not None, "share_invalid")
    commitment = suite.purpose_hash("papervault.release-commitment.v1", package.id.encode(), share)
    require(commitment == digest(package.header["release_commitment"]), "share_invalid")
    return share


def combine(package, locks, shares):
    threshold = package.quorums[locks].threshold
    require(len(shares) >= threshold, "quorum_incomplete")
    secret = suite.combine_shares(shares, threshold)
    require(secret is not None, "share_invalid")
    return secret


def unlock_for_hall(package, hall, shares, release_share, now):
    require(len(shares) >= package.quorums["hall"].threshold, "quorum_incomplete")
    batch = package.header["batch"]
    require(release_share is not None and time(now) >= time(batch["opens_at"]), "release_time_not_reached")
    require(time(now) <= time(batch["expires_at"]), "expired")
    context = suite.purpose_hash("papervault.host-share.v1", package.id.encode(), package.hall.id.encode())
    host_share = hall.box.open(base64_of(package.header["sealed_host_share"]), context)
    require(host_share is not None, "authentication_failed")
    key = suite.combine("papervault.lock.hall.v1", package.binding, combine(package, "hall", shares), release_share,
                        host_share)
    return package.unlock("hall", key)


# ---- hand-overs ----

HANDOVER = ("batch_id candidates format forms given_at giver giver_signature level occupation package_digest package_id "
            "taker version").split()


def verify_handover(data, package):
    value = parse(data, 16 * 1024)
    taken = isinstance(value, dict) and bool({"taken_at", "taker_signature"} & set(value))
    members_of(value, *HANDOVER, *(("taken_at", "taker_signature") if taken else ()))
    require((value["format"], value["version"]) == ("papervault-handover", 1))
    giver, taker = Card(value["giver"]), Card(value["taker"])
    for name in ("given_at", "taken_at") if taken else ("given_at",):
        time(value[name])
    signatures = {name: base64_of(value[name], 64) for name in value if name.endswith("_signature")}
    batch = package.header["batch"]
    expected = {"batch_id": batch["id"], "candidates": package.header["candidates"], "forms": len(package.forms),
                "level": batch["level"], "occupation": batch["occupation"],
                "package_digest": package.digest.hex(), "package_id": package.id}
    require(all(value[name] == expected[name] for name in expected), "wrong_batch")
    require(giver.sign_key != taker.sign_key, "not_permitted")
    given = {name: value[name] for name in HANDOVER if name != "giver_signature"}
    require(suite.verify(giver.sign_key, "papervault.handover-given.v1", canonical(given).encode(),
                         signatures["giver_signature"]), "signature_invalid")
    require(taken, "signature_invalid")
    whole = {name: value[name] for name in value if name != "taker_signature"}
    require(suite.verify(taker.sign_key, "papervault.handover-taken.v1", canonical(whole).encode(),
                         signatures["taker_signature"]), "signature_invalid")


# ---- answers ----

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
    container = Container(data, b"PAPERVAULT-ANS1\n")
    header = parse(container.header_bytes, HEADER_MAX)
    members_of(header, *ANSWERS_HEADER)
    require((header["format"], header["version"], header["suite"]) == ("papervault-answers", 1, package.header["suite"]))
    for name, pattern in (("package_id", "[0-9a-f]{32}"), ("hall_id", "[0-9a-f]{16}"), ("office_id", "[0-9a-f]{16}")):
        matching(header[name], pattern)
    time(header["sealed_at"])
    compartments = header["compartments"]
    require(isinstance(compartments, list) and len(compartments) == 2)
    for one, name in zip(compartments, ("sheets", "journal")):
        members_of(one, "digest", "length", "name", "offset", "plaintext_length", "wrapped_key")
        require(one["name"] == name)
    container.check_layout(compartments)
    require((header["package_id"], digest(header["package_digest"]), header["batch_id"]) ==
            (package.id, package.digest, package.header["batch"]["id"]), "wrong_batch")
    require(header["hall_id"] == package.hall.id, "wrong_host")
    require(header["office_id"] == package.office.id == office.card.id, "wrong_host")
    require(len(container.signatures) == 1 and container.is_signed(0, package.hall, ANSWERS), "signature_invalid")
    container.check_digests(compartments)
    binding = suite.purpose_hash("papervault.answers-binding.v1", header["package_id"].encode(),
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
    sheets = parse(plaintexts[0], 64 << 20)
    members_of(sheets, "ended_at", "format", "journal_head", "journal_records", "sheets", "started_at", "version")
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


# ---- vectors ----

HERE = Path(__file__).resolve().parent


FOLDERS = [HERE, HERE.parent / "package-2/pv1", HERE.parent / "package-2/gm1"]


def person(name):
    return Identity(HERE / f"test_only_{name}.identity")


def vector_bytes(entry):
    data = (HERE / entry["base"]).read_bytes()
    _, at = Container.take(data, 16, HEADER_MAX)
    _, at = Container.take(data, at, SIGNATURES_MAX)
    front, body = data[:at], bytearray(data[at:])
    if "swap" in entry:
        a, b, size = entry["swap"]
        body[a:a + size], body[b:b + size] = body[b:b + size], body[a:a + size]
    if "copy" in entry:
        a, b, size = entry["copy"]
        body[b:b + size] = body[a:a + size]
    if "remove" in entry:
        a, size = entry["remove"]
        del body[a:a + size]
    if "front" in entry:
        front = (HERE / entry["front"]).read_bytes()
    data = bytearray(front + body)
    if "flip" in entry:
        at, bit = entry["flip"]
        data[at] ^= 1 << bit
    if "truncate" in entry:
        del data[entry["truncate"]:]
    return bytes(data) + bytes.fromhex(entry.get("append", ""))


def judge_package(entry, people):
    """(step, code) of the refusal, or the plaintexts."""
    step, plaintexts = "open", {}
    try:
        package = Package(vector_bytes(entry))
        step = "digests"
        package.container.check_digests(package.compartments)
        step, shares = "share", {}
        for name in entry["shares"]:
            add_share(package, "hall", people["hall"], (HERE / name).read_bytes(), shares)
        step, release_share = "release", None
        if entry["release"] is not None:
            release_share = add_release(package, people["hall"], (HERE / entry["release"]).read_bytes())
        step = "unlock"
        keys = unlock_for_hall(package, people["hall"], shares, release_share, entry["now"])
        step = "read"
        for one in package.compartments:
            if one["locks"] == "hall":
                plaintexts[one["name"]] = package.read(one, keys[one["name"]])
        step, shares = "key", {}
        for name in entry["grader_shares"]:
            add_share(package, "graders", people["office"], (HERE / name).read_bytes(), shares)
        secret = combine(package, "graders", shares)
        keys = package.unlock("graders", suite.combine("papervault.lock.graders.v1", package.binding, secret))
        step = "read"
        for one in package.compartments:
            if one["locks"] == "graders":
                plaintexts[one["name"]] = package.read(one, keys[one["name"]])
    except Refused as refusal:
        return step, refusal.code
    return {name: {"length": len(plain), "blake2b": suite_pv1.blake2b(plain).hex()} for name, plain in plaintexts.items()}


def judge_answers(entry, people):
    package = Package((HERE / entry["package"]).read_bytes())
    try:
        return open_answers(vector_bytes(entry), package, people["office"])
    except Refused as refusal:
        return "answers", refusal.code


def judge_handover(entry, _):
    package = Package((HERE / entry["package"]).read_bytes())
    try:
        verify_handover((HERE / entry["document"]).read_bytes(), package)
    except Refused as refusal:
        return "handover", refusal.code
    return None


JUDGES = {"package": judge_package, "answers": judge_answers, "handover": judge_handover}


def judge_folder(folder):
    global HERE
    HERE = folder
    people = {name: person(name) for name in ("hall", "office")}
    wrong = 0
    vectors = json.loads((HERE / "vectors.json").read_text())["vectors"]
    for entry in vectors:
        expected = entry.get("compartments", entry.get("receipts"))
        if "error" in entry:
            expected = entry["step"], entry["error"]
        verdict = JUDGES[entry["kind"]](entry, people)
        if verdict != expected:
            wrong += 1
            print(f"{entry['why']}\n  published: {expected}\n  here:      {verdict}")
    print(f"{folder.name}: {len(vectors) - wrong} of {len(vectors)} vectors judged as published")
    return 1 if wrong or not vectors else 0


def judge_all():
    return max(judge_folder(folder) for folder in FOLDERS)


def inspect(path):
    try:
        package = Package(Path(path).read_bytes())
        package.container.check_digests(package.compartments)
    except Refused as refusal:
        print(refusal)
        return 1
    print(json.dumps(package.header, ensure_ascii=False, indent=2))
    print(f"intact, signed by {' and '.join(card.name for card in package.sealers)}, digest {package.digest.hex()}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "inspect":
        sys.exit(inspect(sys.argv[2]))
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    sys.exit(judge_all())
