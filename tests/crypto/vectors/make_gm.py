#!/usr/bin/env python3
"""Makes gm.json: the published examples of the national standards, and our own constructions of suite gm1 computed
a second time, without our code (tests/vectors/package/suite_gm1.py). Checks the former against the latter first."""

import json
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vectors/package"))
sys.dont_write_bytecode = True
import suite_gm1 as gm  # noqa: E402

SM3 = [("616263", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
       ("61626364" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
SM4 = {"source": "GB/T 32907-2016 A.1", "key": "0123456789abcdeffedcba9876543210",
       "block": "0123456789abcdeffedcba9876543210", "ciphertext": "681edf34d206965e86b3e94f536e4246"}
SM4_CTR = {"source": "draft-ribose-cfrg-sm4-10 A.2.5.1", "key": "0123456789abcdeffedcba9876543210",
           "counter": "000102030405060708090a0b0c0d0e0f",
           "plaintext": "".join(c * 16 for c in "abcdefab"),
           "ciphertext": "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7"
                         "f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514"}
SM2 = {"source": "GB/T 32918.5-2017 A.2, C.2",
       "secret": "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
       "public": "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                 "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
       "signed": {"message": "6d65737361676520646967657374",
                  "r": "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
                  "s": "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"},
       "sealed": {"message": "656e6372797074696f6e207374616e64617264",
                  "c1": "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e8"
                        "58f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0",
                  "c3": "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766",
                  "c2": "21886ca989ca9c7d58087307ca93092d651efa"}}

for message, digest in SM3:
    assert gm.plain_hash(bytes.fromhex(message)).hex() == digest
assert gm.Sm4(bytes.fromhex(SM4["key"])).encrypt(bytes.fromhex(SM4["block"])).hex() == SM4["ciphertext"]
assert gm.Sm4(bytes.fromhex(SM4_CTR["key"])).counter_mode(
    bytes.fromhex(SM4_CTR["counter"]), bytes.fromhex(SM4_CTR["plaintext"])).hex() == SM4_CTR["ciphertext"]
assert gm.sign_key_of_seed(bytes.fromhex(SM2["secret"])).hex() == SM2["public"]
assert gm.verify_raw(bytes.fromhex(SM2["public"]), bytes.fromhex(SM2["signed"]["message"]),
                     bytes.fromhex(SM2["signed"]["r"] + SM2["signed"]["s"]))
sealed = SM2["sealed"]
assert gm.BoxKeys(bytes.fromhex(SM2["secret"])).decrypt(
    bytes.fromhex(sealed["c1"] + sealed["c3"] + sealed["c2"])).hex() == sealed["message"]

KEY = bytes(range(32))


def message_case(plaintext, context):
    nonce = bytes(range(0xA0, 0xB0))
    return {"key": KEY.hex(), "context": context.hex(), "plaintext": plaintext.hex(),
            "sealed": (nonce + gm.seal(KEY, b"message", nonce, [context], plaintext)).hex()}


def chunk_case(index, last, plaintext, context):
    counter = struct.pack(">Q", index) + bytes(8)
    return {"key": KEY.hex(), "context": context.hex(), "index": index, "last": last, "plaintext": plaintext.hex(),
            "sealed": gm.seal(KEY, b"chunks", counter, [bytes([last]), context], plaintext).hex()}


ours = {
    "hash": [{"purpose": "papervault.test.v1", "parts": [b"".hex(), b"abc".hex()],
              "digest": gm.purpose_hash("papervault.test.v1", b"", b"abc").hex()}],
    "combine": [{"purpose": "papervault.test.v1", "context": b"context".hex(), "keys": [KEY.hex(), bytes(16).hex()],
                 "key": gm.combine("papervault.test.v1", b"context", KEY, bytes(16)).hex()}],
    "message": [message_case(b"", b""), message_case(b"the paper " * 7, b"package 1")],
    "chunk": [chunk_case(0, 0, bytes(40), b"paper"), chunk_case(1, 1, b"end", b"paper"),
              chunk_case(2**63 + 5, 1, b"", b"")],
}
print(json.dumps({"sm3": {"source": "GB/T 32905-2016 A.1, A.2", "cases": [{"message": m, "digest": d} for m, d in SM3]},
                  "sm4": SM4, "sm4_ctr": SM4_CTR, "sm2": SM2, "ours": ours}, indent=1))
