#!/usr/bin/env python3
"""Reads the paper compartment of a package with candidates' forms, from docs/package-format.md alone.

read_candidates_paper.py HEADER PAPER: prints each form as "number|ids by section", or says what is wrong. HEADER is the
package's header (or its members draw_digest and snapshot_digest), both files JSON.
"""
import hashlib
import json
import sys

from spelling import Refused


def hash_of(purpose, *parts):
    state = hashlib.blake2b(b"papervault.hash.v1\0", digest_size=32)
    for part in (purpose.encode(), *parts):
        state.update(len(part).to_bytes(8, "little") + part)
    return state.digest()


def canonical(value):
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode())
        return "{" + ",".join(f"{canonical(name)}:{canonical(member)}" for name, member in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(data):
    return hashlib.sha256(data).digest()


def root_from(leaf, index, size, proof):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        raise Refused("malformed", "a number beyond the draw")
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise Refused("malformed", "a proof is too long")
        if fn & 1 or fn == sn:
            node = sha256(b"\1" + sibling + node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha256(b"\1" + node + sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Refused("malformed", "a proof is too short")
    return node


def forms_of(header, paper):
    if (paper["format"], paper["version"]) != ("papervault-candidates-paper", 1):
        raise Refused("malformed", "another format")
    draw = paper["draw"]
    recorded = hash_of("papervault.draw.v2", draw["method"].encode(), header["snapshot_digest"].encode(),
                       canonical(draw["blueprint"]).encode(), draw["seed"].encode(),
                       f"{draw['forms']}|{draw['root']}".encode())
    if recorded.hex() != header["draw_digest"]:
        raise Refused("malformed", "not of the draw that was sealed")
    ids = [item["id"] for item in paper["items"]]
    if ids != sorted(set(ids), key=str.encode):
        raise Refused("malformed", "the items are not in order")
    for form in paper["forms"]:
        number = form["number"]
        if any(not 0 <= place < len(ids) for section in form["sections"] for place in section):
            raise Refused("malformed", f"form {number} has an item that is not there")
        text = f"{number}|" + ";".join(",".join(ids[place] for place in section) for section in form["sections"])
        leaf = sha256(b"\0" + hash_of("papervault.draw.loft.form.v1", text.encode()))
        proof = [bytes.fromhex(digest) for digest in form["proof"]]
        if root_from(leaf, number - 1, draw["forms"], proof).hex() != draw["root"]:
            raise Refused("malformed", f"form {number} is not the one with this number of the draw")
        yield text


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header_file, open(sys.argv[2], encoding="utf-8") as paper_file:
        try:
            for line in forms_of(json.load(header_file), json.load(paper_file)):
                print(line)
        except Refused as refusal:
            sys.exit(str(refusal))
