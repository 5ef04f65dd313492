#!/usr/bin/env python3
"""A second reader of sealed packages and answers files, written from docs/*-format.md alone, in the standard library.

    read_package.py                     judges every vector of this folder; exit code 1 when one is not judged as published
    read_package.py inspect <package>   checks a package without any key and prints what its header says

For checking the format, not for use: it is slow and its time depends on secrets.
"""

import json
import sys
from pathlib import Path

import suite_pv1
from custody_documents import add_release, add_share, combine, unlock_for_hall, verify_handover
from read_candidates_paper import forms_of
from sealed_answers import open_answers
from sealed_container import HEADER_MAX, SIGNATURES_MAX, Container, Identity
from sealed_package import Package
from spelling import Refused

HERE = Path(__file__).resolve().parent
FOLDERS = [HERE, HERE.parent / "package-2/pv1", HERE.parent / "package-2/gm1", HERE.parent / "package-3",
           HERE.parent / "answers-2"]


def person(folder, name):
    return Identity(folder / f"test_only_{name}.identity")


def vector_bytes(folder, entry):
    data = (folder / entry["base"]).read_bytes()
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
        front = (folder / entry["front"]).read_bytes()
    data = bytearray(front + body)
    if "flip" in entry:
        at, bit = entry["flip"]
        data[at] ^= 1 << bit
    if "truncate" in entry:
        del data[entry["truncate"]:]
    return bytes(data) + bytes.fromhex(entry.get("append", ""))


def judge_package(folder, entry, people):
    """(step, code) of the refusal, or the plaintexts."""
    step, plaintexts = "open", {}
    try:
        package = Package(vector_bytes(folder, entry))
        step = "digests"
        package.check_digests()
        step, shares = "share", {}
        for name in entry["shares"]:
            add_share(package, "hall", people["hall"], (folder / name).read_bytes(), shares)
        step, release_share = "release", None
        if entry["release"] is not None:
            release_share = add_release(package, people["hall"], (folder / entry["release"]).read_bytes())
        step = "unlock"
        keys = unlock_for_hall(package, people["hall"], shares, release_share, entry["now"])
        step = "read"
        for one in package.compartments:
            if one["locks"] == "hall":
                plaintexts[one["name"]] = package.read(one, keys[one["name"]])
        paper = plaintexts.get("paper", b"")
        if b'"papervault-candidates-paper"' in paper:
            step = "paper"
            lists = list(forms_of(package.header, json.loads(paper)))
            if lists != entry.get("lists", lists):
                return step, f"other lists: {lists}"
        step, shares = "key", {}
        for name in entry["grader_shares"]:
            add_share(package, "graders", people["office"], (folder / name).read_bytes(), shares)
        secret = combine(package, "graders", shares)
        keys = package.unlock("graders", package.suite.combine("papervault.lock.graders.v1", package.binding, secret))
        step = "read"
        for one in package.compartments:
            if one["locks"] == "graders":
                plaintexts[one["name"]] = package.read(one, keys[one["name"]])
    except Refused as refusal:
        return step, refusal.code
    return {name: {"length": len(plain), "blake2b": suite_pv1.blake2b(plain).hex()} for name, plain in plaintexts.items()}


def judge_answers(folder, entry, people):
    package = Package((folder / entry["package"]).read_bytes())
    try:
        return open_answers(vector_bytes(folder, entry), package, people["office"])
    except Refused as refusal:
        return "answers", refusal.code


def judge_handover(folder, entry, _):
    package = Package((folder / entry["package"]).read_bytes())
    try:
        verify_handover((folder / entry["document"]).read_bytes(), package)
    except Refused as refusal:
        return "handover", refusal.code
    return None


JUDGES = {"package": judge_package, "answers": judge_answers, "handover": judge_handover}


def judge_folder(folder):
    people = {name: person(folder, name) for name in ("hall", "office")}
    wrong = 0
    vectors = json.loads((folder / "vectors.json").read_text())["vectors"]
    for entry in vectors:
        expected = entry.get("compartments", entry.get("receipts"))
        if "error" in entry:
            expected = entry["step"], entry["error"]
        verdict = JUDGES[entry["kind"]](folder, entry, people)
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
        package.check_digests()
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
