"""Shares, releases and hand-overs: docs/custody-formats.md."""

from sealed_container import Card
from spelling import base64_of, canonical, digest, is_integer, matching, members_of, parse, require, time

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
    require(package.suite.verify(card.sign_key, "papervault.share-part.v1", message, signature), "signature_invalid")
    context = package.suite.purpose_hash("papervault.share-part.v1", package.id.encode(), locks.encode(), member_id.encode(),
                                         bytes([index]), opener.card.id.encode())
    value = opener.box.open(sealed, context)
    require(index == place and value is not None, "share_invalid", card.name)
    require(package.suite.share_commitment(package.id.encode(), locks.encode(), index, value) == commitment, "share_invalid")
    shares[index] = value


def add_release(package, hall, data):
    release, message, signature = read_document(data, RELEASE, "papervault-release")
    batch = package.header["batch"]
    for name in ("issued_at", "not_after", "not_before"):
        time(release[name])
    require((release["package_id"], release["batch_id"], release["not_before"], release["not_after"]) ==
            (package.id, batch["id"], batch["opens_at"], batch["expires_at"]), "wrong_batch")
    require(release["hall_id"] == package.hall.id, "wrong_host")
    require(package.suite.verify(package.office.sign_key, "papervault.release.v1", message, signature), "signature_invalid")
    context = package.suite.purpose_hash("papervault.release-share.v1",
                                         *(release[name].encode() for name in ("package_id", "hall_id", "batch_id",
                                                                               "not_before", "not_after")))
    share = hall.box.open(base64_of(release["sealed_share"]), context)
    require(share is not None, "share_invalid")
    commitment = package.suite.purpose_hash("papervault.release-commitment.v1", package.id.encode(), share)
    require(commitment == digest(package.header["release_commitment"]), "share_invalid")
    return share


def combine(package, locks, shares):
    threshold = package.quorums[locks].threshold
    require(len(shares) >= threshold, "quorum_incomplete")
    secret = package.suite.combine_shares(shares, threshold)
    require(secret is not None, "share_invalid")
    return secret


def unlock_for_hall(package, hall, shares, release_share, now):
    require(len(shares) >= package.quorums["hall"].threshold, "quorum_incomplete")
    batch = package.header["batch"]
    require(release_share is not None and time(now) >= time(batch["opens_at"]), "release_time_not_reached")
    require(time(now) <= time(batch["expires_at"]), "expired")
    context = package.suite.purpose_hash("papervault.host-share.v1", package.id.encode(), package.hall.id.encode())
    host_share = hall.box.open(base64_of(package.header["sealed_host_share"]), context)
    require(host_share is not None, "authentication_failed")
    key = package.suite.combine("papervault.lock.hall.v1", package.binding, combine(package, "hall", shares), release_share,
                                host_share)
    return package.unlock("hall", key)


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
    require(package.suite.verify(giver.sign_key, "papervault.handover-given.v1", canonical(given).encode(),
                                 signatures["giver_signature"]), "signature_invalid")
    require(taken, "signature_invalid")
    whole = {name: value[name] for name in value if name != "taker_signature"}
    require(package.suite.verify(taker.sign_key, "papervault.handover-taken.v1", canonical(whole).encode(),
                                 signatures["taker_signature"]), "signature_invalid")
