"""A sealed package: docs/package-format.md, versions 1 and 2."""

import struct
import unicodedata

import suite_gm1
import suite_pv1
from sealed_container import HEADER_MAX, Card, Container
from spelling import (NAME, base64_of, canonical, decimal, digest, is_integer, matching, members_of, parse, require, text,
                      time)

PACKAGE = "papervault.package.v1"

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
    def __init__(self, value, suite):
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
        self.suite = suite_gm1 if header.get("suite") == "gm1" else suite_pv1
        self.digest = self.suite.plain_hash(self.container.front)
        self.sealers = [Card(card) for card in header["sealers"]]
        for place in range(len(self.container.signatures)):
            require(self.container.is_signed(place, self.sealers[place], PACKAGE), "signature_invalid")
        self.check_header(header)
        require(len(self.container.signatures) == 2, "signature_invalid", "waits for the second sealer")

    def check_header(self, header):
        suite = self.suite
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
        self.quorums = {"hall": Quorum(header["custody"], suite), "graders": Quorum(header["graders"], suite)}
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
        self.container.check_layout(self.compartments, suite)
        self.check_roles()
        bound = {name: header[name] for name in ("batch", "forms", "hall", "office", "package_id")}
        if header["version"] == 2:
            bound |= {"suite": header["suite"], "version": 2}
        self.binding = suite.purpose_hash(f"papervault.package-binding.v{header['version']}", canonical(bound).encode())

    def check_roles(self):
        cards = [self.hall, self.office, *self.sealers]
        cards += [card for quorum in self.quorums.values() for card, _ in quorum.members]
        require(all(card.suite is self.suite for card in cards), why="keys of another suite")
        for property_of in (lambda c: c.sign_key, lambda c: c.box_key, lambda c: c.id):
            require(len(set(map(property_of, cards))) == len(cards), "not_permitted", "two roles")

    def check_digests(self):
        self.container.check_digests(self.compartments, self.suite)

    def unlock(self, locks, key):
        keys = {}
        for one in self.compartments:
            if one["locks"] == locks:
                context = self.suite.purpose_hash("papervault.wrapped-key.v1", self.id.encode(), locks.encode(),
                                                  one["name"].encode())
                keys[one["name"]] = self.suite.decrypt(key, base64_of(one["wrapped_key"]), context)
                require(keys[one["name"]] is not None, "authentication_failed")
        return keys

    def read(self, one, key):
        context = self.suite.purpose_hash("papervault.compartment.v1", self.id.encode(), self.binding,
                                          one["name"].encode(), struct.pack("<Q", one["plaintext_length"]))
        plaintext = self.suite.open_chunks(key, context, self.container.sealed(one), one["plaintext_length"])
        require(plaintext is not None, "authentication_failed", one["name"])
        return plaintext
