"""People's keys, and the frame that packages and answers have in common."""

import struct

import suite_gm1
import suite_pv1
from spelling import HIDDEN, NAME, base64_of, canonical, digest, is_integer, matching, members_of, parse, require, text

HEADER_MAX, SIGNATURES_MAX, FILE_MAX = 1 << 20, 1024, 1 << 32


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

    def check_layout(self, compartments, suite):
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

    def check_digests(self, compartments, suite):
        for one in compartments:
            require(suite.plain_hash(self.sealed(one)) == digest(one["digest"]), "authentication_failed", one["name"])
