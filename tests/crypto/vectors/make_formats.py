#!/usr/bin/env python3
"""Writes formats.json: what the formats of the crypto module look like, computed a second time.

Nothing here shares code with the module: BLAKE2b, SHA-2 and HMAC are Python's own, X25519, Ed25519, Poly1305, ChaCha20
and Argon2id are those of the `cryptography` package (45 or newer), Salsa20, HChaCha20 and the field of SLIP-39 are
written out below from their papers. Published vectors are never edited, only added to: a difference in git after
running this means that a format has changed.

    python3 make_formats.py > formats.json
"""
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives import poly1305
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def fixed(label: str, size: int) -> bytes:
    """Bytes that look random and are always the same."""
    return hashlib.shake_256(b"test_only_" + label.encode()).digest(size)


def le64(value: int) -> bytes:
    return struct.pack("<Q", value)


def part(data: bytes) -> bytes:
    return le64(len(data)) + data


def blake2b(data: bytes, key: bytes = b"") -> bytes:
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def hash_parts(purpose: str, parts: list[bytes]) -> bytes:
    return blake2b(b"papervault.hash.v1\0" + part(purpose.encode()) + b"".join(map(part, parts)))


def hash_stream(purpose: str, data: bytes) -> bytes:
    return blake2b(b"papervault.hash-stream.v1\0" + part(purpose.encode()) + data)


def derive(key: bytes, purpose: str, context: bytes) -> bytes:
    return blake2b(b"papervault.derive.v1\0" + part(purpose.encode()) + part(context), key)


def combine(keys: list[bytes], purpose: str, context: bytes) -> bytes:
    return blake2b(b"papervault.combine.v1\0" + part(purpose.encode()) + part(context) + le64(len(keys))
                   + b"".join(map(part, keys)))


def stream(seed: bytes, purpose: str, size: int) -> bytes:
    key = blake2b(b"papervault.stream.v1\0" + purpose.encode(), seed)
    return Cipher(ChaCha20(key, bytes(16)), None).encryptor().update(bytes(size))


# --- ChaCha20 and Salsa20 cores, from D. J. Bernstein's papers --------------------------------------------------------
def rotate(value: int, count: int) -> int:
    return ((value << count) | (value >> (32 - count))) & 0xFFFFFFFF


def chacha_rounds(state: list[int]) -> list[int]:
    x = list(state)

    def quarter(a: int, b: int, c: int, d: int) -> None:
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF; x[d] = rotate(x[d] ^ x[a], 16)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF; x[b] = rotate(x[b] ^ x[c], 12)
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF; x[d] = rotate(x[d] ^ x[a], 8)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF; x[b] = rotate(x[b] ^ x[c], 7)

    for _ in range(10):
        quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14)
    return x


def salsa_rounds(state: list[int]) -> list[int]:
    x = list(state)

    def quarter(a: int, b: int, c: int, d: int) -> None:
        x[b] ^= rotate((x[a] + x[d]) & 0xFFFFFFFF, 7)
        x[c] ^= rotate((x[b] + x[a]) & 0xFFFFFFFF, 9)
        x[d] ^= rotate((x[c] + x[b]) & 0xFFFFFFFF, 13)
        x[a] ^= rotate((x[d] + x[c]) & 0xFFFFFFFF, 18)

    for _ in range(10):
        quarter(0, 4, 8, 12); quarter(5, 9, 13, 1); quarter(10, 14, 2, 6); quarter(15, 3, 7, 11)
        quarter(0, 1, 2, 3); quarter(5, 6, 7, 4); quarter(10, 11, 8, 9); quarter(15, 12, 13, 14)
    return x


SIGMA = struct.unpack("<4I", b"expand 32-byte k")


def hchacha20(key: bytes, nonce16: bytes) -> bytes:
    x = chacha_rounds([*SIGMA, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce16)])
    return struct.pack("<8I", *x[0:4], *x[12:16])


def salsa_state(key: bytes, nonce16: bytes) -> list[int]:
    k = struct.unpack("<8I", key)
    return [SIGMA[0], *k[0:4], SIGMA[1], *struct.unpack("<4I", nonce16), SIGMA[2], *k[4:8], SIGMA[3]]


def hsalsa20(key: bytes, nonce16: bytes) -> bytes:
    x = salsa_rounds(salsa_state(key, nonce16))
    return struct.pack("<8I", x[0], x[5], x[10], x[15], *x[6:10])


def xsalsa20(key: bytes, nonce24: bytes, size: int) -> bytes:
    subkey = hsalsa20(key, nonce24[:16])
    out = b""
    for block in range(-(-size // 64)):
        state = salsa_state(subkey, nonce24[16:] + le64(block))
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(salsa_rounds(state), state)))
    return out[:size]


# --- sealing ----------------------------------------------------------------------------------------------------------
def xchacha_seal(key: bytes, nonce24: bytes, plaintext: bytes, context: bytes) -> bytes:
    return ChaCha20Poly1305(hchacha20(key, nonce24[:16])).encrypt(bytes(4) + nonce24[16:], plaintext, context)


def chunk_seal(key: bytes, index: int, last: bool, plaintext: bytes, context: bytes) -> bytes:
    return xchacha_seal(key, le64(index) + bytes([last]) + bytes(15), plaintext, context)


def box_secret_key(seed: bytes) -> bytes:
    return hashlib.sha512(seed).digest()[:32]


def public_half(secret_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret_key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def box_seal(recipient: bytes, ephemeral_secret: bytes, plaintext: bytes, context: bytes) -> bytes:
    ephemeral = public_half(ephemeral_secret)
    shared = X25519PrivateKey.from_private_bytes(ephemeral_secret).exchange(X25519PublicKey.from_public_bytes(recipient))
    key = hsalsa20(shared, bytes(16))
    nonce = hashlib.blake2b(ephemeral + recipient, digest_size=24).digest()
    inside = hash_parts("papervault.box-context", [context]) + plaintext
    keystream = xsalsa20(key, nonce, 32 + len(inside))
    ciphertext = bytes(a ^ b for a, b in zip(inside, keystream[32:]))
    return ephemeral + poly1305.Poly1305.generate_tag(keystream[:32], ciphertext) + ciphertext


def sign(seed: bytes, purpose: str, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(b"papervault.sign.v1\0" + purpose.encode() + b"\0" + message)


def verify_key(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


# --- sharing: SLIP-0039, with exponent and logarithm tables of the generator 3 ----------------------------------------
EXP, LOG = [0] * 255, [0] * 256
_power = 1
for _i in range(255):
    EXP[_i], LOG[_power] = _power, _i
    _power ^= (_power << 1) ^ (0x11B if _power & 0x80 else 0)
    _power &= 0xFF


def interpolate(points: dict[int, bytes], x: int) -> bytes:
    if x in points:
        return points[x]
    result = bytearray(len(next(iter(points.values()))))
    for xi, value in points.items():
        log_basis = sum(LOG[xj ^ x] - LOG[xj ^ xi] for xj in points if xj != xi)
        for at, byte in enumerate(value):
            if byte:
                result[at] ^= EXP[(LOG[byte] + log_basis) % 255]
    return bytes(result)


def split(secret: bytes, threshold: int, count: int, label: str) -> list[bytes]:
    if threshold == 1:
        return [secret] * count
    points = {i: fixed(f"{label} share {i}", len(secret)) for i in range(threshold - 2)}
    random = fixed(f"{label} digest", len(secret) - 4)
    points[254] = hmac.new(random, secret, "sha256").digest()[:4] + random
    points[255] = secret
    return [interpolate(points, i) for i in range(count)]


def share_commitment(index: int, value: bytes, context: bytes) -> bytes:
    return hash_parts("papervault.share-commitment", [context, bytes([index]), value])


# --- the vectors ------------------------------------------------------------------------------------------------------
def hash_vectors():
    for purpose, parts in [("", []), ("p", [b""]), ("p", [b"", b""]), ("form", [b"abc", b"def"]), ("form", [b"abcdef"]),
                           ("x" * 200, [fixed("part", 1000), b"\0"])]:
        yield {"purpose": purpose, "parts": [p.hex() for p in parts], "digest": hash_parts(purpose, parts).hex()}


def plain_hash_vectors():
    for size in (0, 1, 3, 127, 128, 129, 255, 256, 1024):
        data = fixed("plain", size)
        yield {"data": data.hex(), "blake2b": blake2b(data).hex(), "sha256": hashlib.sha256(data).hexdigest(),
               "purpose": "journal", "blake2b_stream": hash_stream("journal", data).hex()}


def derive_vectors():
    for size, purpose, context in [(16, "a", b""), (32, "package", b"P-1"), (64, "package", b"P-1"), (32, "", b"ackageP-1")]:
        key = fixed("derive", size)
        yield {"key": key.hex(), "purpose": purpose, "context": context.hex(), "derived": derive(key, purpose, context).hex()}


def combine_vectors():
    a, b, c = fixed("a", 32), fixed("b", 16), fixed("c", 40)
    for keys in ([a], [a, b], [b, a], [a, b, c]):
        yield {"keys": [k.hex() for k in keys], "purpose": "lock", "context": b"paper".hex(),
               "combined": combine(keys, "lock", b"paper").hex()}


def stream_vectors():
    for purpose in ("draw", "draw-2", ""):
        seed = fixed("seed", 32)
        yield {"seed": seed.hex(), "purpose": purpose, "bytes": stream(seed, purpose, 400).hex()}


def argon2id_vectors():
    for passphrase, operations, memory_kib in [(b"", 1, 8192), (b"correct horse", 1, 8192), (b"correct horse", 3, 16384),
                                               ("密码 with \0 inside".encode(), 2, 65536)]:
        salt = fixed("salt", 16)
        key = Argon2id(salt=salt, length=32, iterations=operations, lanes=1, memory_cost=memory_kib).derive(passphrase)
        yield {"passphrase": passphrase.hex(), "salt": salt.hex(), "operations": operations, "memory_kib": memory_kib,
               "key": key.hex()}


def encrypt_vectors():
    for size, context in [(0, b""), (1, b"c"), (64, b""), (1000, b"package P-1, compartment paper")]:
        key, nonce, plaintext = fixed("aead key", 32), fixed("aead nonce", 24), fixed("aead text", size)
        yield {"key": key.hex(), "context": context.hex(), "plaintext": plaintext.hex(),
               "sealed": (nonce + xchacha_seal(key, nonce, plaintext, context)).hex()}


def chunk_vectors():
    sizes = [100, 100, 37]
    key, context = fixed("chunk key", 32), b"stream of paper"
    chunks = []
    for index, size in enumerate(sizes):
        plaintext, last = fixed(f"chunk {index}", size), index == len(sizes) - 1
        chunks.append({"plaintext": plaintext.hex(), "sealed": chunk_seal(key, index, last, plaintext, context).hex()})
    yield {"key": key.hex(), "context": context.hex(), "chunks": chunks}
    yield {"key": fixed("empty chunk key", 32).hex(), "context": "",
           "chunks": [{"plaintext": "", "sealed": chunk_seal(fixed("empty chunk key", 32), 0, True, b"", b"").hex()}]}


def sign_vectors():
    for purpose, message in [("package-header", b""), ("package-header", b"{}"), ("ledger", b"{}"), ("a", fixed("m", 500))]:
        seed = fixed("sign seed", 32)
        yield {"seed": seed.hex(), "verify_key": verify_key(seed).hex(), "purpose": purpose, "message": message.hex(),
               "signature": sign(seed, purpose, message).hex()}


def box_vectors():
    for size, context in [(0, b""), (32, b"share 3 of P-1"), (200, b"x")]:
        seed, plaintext = fixed("box seed", 32), fixed("box text", size)
        recipient = public_half(box_secret_key(seed))
        yield {"seed": seed.hex(), "public_key": recipient.hex(), "context": context.hex(), "plaintext": plaintext.hex(),
               "sealed": box_seal(recipient, fixed("ephemeral", 32), plaintext, context).hex()}


def sharing_vectors():
    for size, threshold, count in [(16, 1, 2), (16, 2, 3), (32, 2, 2), (32, 3, 5), (32, 16, 16), (16, 5, 7)]:
        label = f"sharing {size} {threshold} {count}"
        secret = fixed(label, size)
        shares = split(secret, threshold, count, label)
        yield {"secret": secret.hex(), "threshold": threshold, "shares": [s.hex() for s in shares], "context": label.encode().hex(),
               "commitments": [share_commitment(i, s, label.encode()).hex() for i, s in enumerate(shares)]}


print(json.dumps({
    "source": "tests/crypto/vectors/make_formats.py, a second implementation of crypto's formats",
    "plain_hash": list(plain_hash_vectors()), "hash": list(hash_vectors()), "derive": list(derive_vectors()),
    "combine": list(combine_vectors()), "stream": list(stream_vectors()), "argon2id": list(argon2id_vectors()),
    "encrypt": list(encrypt_vectors()), "chunk": list(chunk_vectors()), "sign": list(sign_vectors()),
    "box": list(box_vectors()), "sharing": list(sharing_vectors()),
}, indent=1))
