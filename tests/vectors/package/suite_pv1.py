"""Suite pv1 of docs/package-format.md in Python's standard library alone. Slow, not constant in time: for checking, never for secrets."""

import hashlib
import hmac
import struct


CHUNK_OVERHEAD, MESSAGE_OVERHEAD, BOX_OVERHEAD, KEY_BYTES = 16, 40, 80, 32

# ---- hashes and derived keys ----

def blake2b(message):
    return hashlib.blake2b(message, digest_size=32).digest()


plain_hash = blake2b


def framed(domain, *parts):
    return domain + b"\0" + b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def purpose_hash(purpose, *parts):
    return blake2b(framed(b"papervault.hash.v1", purpose.encode(), *parts))


def combine(purpose, context, *keys):
    head = framed(b"papervault.combine.v1", purpose.encode(), context) + struct.pack("<Q", len(keys))
    return blake2b(head + b"".join(struct.pack("<Q", len(key)) + key for key in keys))


# ---- ChaCha20, Salsa20, Poly1305 ----

MASK = 0xFFFFFFFF
SIGMA = struct.unpack("<4I", b"expand 32-byte k")


def rotate(value, count):
    value &= MASK
    return (value << count | value >> (32 - count)) & MASK


def chacha_rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        x[a] = (x[a] + x[b]) & MASK
        x[d] = rotate(x[d] ^ x[a], 16)
        x[c] = (x[c] + x[d]) & MASK
        x[b] = rotate(x[b] ^ x[c], 12)
        x[a] = (x[a] + x[b]) & MASK
        x[d] = rotate(x[d] ^ x[a], 8)
        x[c] = (x[c] + x[d]) & MASK
        x[b] = rotate(x[b] ^ x[c], 7)

    for _ in range(10):
        quarter(0, 4, 8, 12)
        quarter(1, 5, 9, 13)
        quarter(2, 6, 10, 14)
        quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)
    return x


def salsa_rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        x[b] ^= rotate(x[a] + x[d], 7)
        x[c] ^= rotate(x[b] + x[a], 9)
        x[d] ^= rotate(x[c] + x[b], 13)
        x[a] ^= rotate(x[d] + x[c], 18)

    for _ in range(10):
        quarter(0, 4, 8, 12)
        quarter(5, 9, 13, 1)
        quarter(10, 14, 2, 6)
        quarter(15, 3, 7, 11)
        quarter(0, 1, 2, 3)
        quarter(5, 6, 7, 4)
        quarter(10, 11, 8, 9)
        quarter(15, 12, 13, 14)
    return x


def block(rounds, state):
    mixed = rounds(state)
    return struct.pack("<16I", *((a + b) & MASK for a, b in zip(mixed, state)))


def hchacha20(key, nonce16):
    x = chacha_rounds(SIGMA + struct.unpack("<8I", key) + struct.unpack("<4I", nonce16))
    return struct.pack("<8I", *x[0:4], *x[12:16])


def salsa_state(key, input16):
    k = struct.unpack("<8I", key)
    n = struct.unpack("<4I", input16)
    return (SIGMA[0], *k[0:4], SIGMA[1], *n, SIGMA[2], *k[4:8], SIGMA[3])


def hsalsa20(key, input16):
    x = salsa_rounds(salsa_state(key, input16))
    return struct.pack("<8I", x[0], x[5], x[10], x[15], x[6], x[7], x[8], x[9])


def chacha20_block(key, counter, nonce12):
    return block(chacha_rounds, SIGMA + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce12))


def salsa20_block(key, counter, nonce8):
    return block(salsa_rounds, salsa_state(key, nonce8 + struct.pack("<Q", counter)))


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def pad16(data):
    return data + b"\0" * (-len(data) % 16)


def open_xchacha(key, nonce24, sealed, context):
    """XChaCha20-Poly1305-IETF; None for a wrong key, context or altered bytes."""
    if len(sealed) < 16:
        return None
    ciphertext, tag = sealed[:-16], sealed[-16:]
    subkey = hchacha20(key, nonce24[:16])
    nonce12 = b"\0\0\0\0" + nonce24[16:]
    one_time = chacha20_block(subkey, 0, nonce12)[:32]
    lengths = struct.pack("<QQ", len(context), len(ciphertext))
    if not hmac.compare_digest(poly1305(one_time, pad16(context) + pad16(ciphertext) + lengths), tag):
        return None
    return b"".join(xor(ciphertext[at:at + 64], chacha20_block(subkey, 1 + at // 64, nonce12))
                    for at in range(0, len(ciphertext), 64))


def decrypt(key, sealed, context):
    """What `encrypt` of the format page wrote."""
    return open_xchacha(key, sealed[:24], sealed[24:], context)


def open_chunks(key, context, sealed, plaintext_length):
    """The chunks of one compartment."""
    count = max(1, -(-plaintext_length // 65536))
    plaintext, at = b"", 0
    for index in range(count):
        size = min(65536, plaintext_length - index * 65536) + 16
        nonce = struct.pack("<Q", index) + bytes([index + 1 == count]) + b"\0" * 15
        chunk = open_xchacha(key, nonce, sealed[at:at + size], context)
        if chunk is None:
            return None
        plaintext += chunk
        at += size
    return plaintext if at == len(sealed) else None


# ---- X25519 and sealed boxes ----

P = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    n = int.from_bytes(k, "little")
    u = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for bit in range(254, -1, -1):
        now = n >> bit & 1
        if now != swapped:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = now
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a % P, c * b % P, a * a % P, b * b % P
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        e = (aa - bb) % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


BASE_POINT = (9).to_bytes(32, "little")


def is_box_key(key):
    """Canonical, and no point of low order: those give zero with every scalar that is a multiple of eight."""
    return int.from_bytes(key, "little") < P and x25519(b"\x08" + b"\0" * 31, key) != bytes(32)


class BoxKeys:
    def __init__(self, seed):
        self.secret = hashlib.sha512(seed).digest()[:32]
        self.public = x25519(self.secret, BASE_POINT)

    def open(self, sealed, context):
        """What `seal` of the format page wrote; None when it does not open."""
        if len(sealed) < 80:
            return None
        ephemeral, tag, ciphertext = sealed[:32], sealed[32:48], sealed[48:]
        nonce = hashlib.blake2b(ephemeral + self.public, digest_size=24).digest()
        key = hsalsa20(hsalsa20(x25519(self.secret, ephemeral), bytes(16)), nonce[:16])
        blocks = -(-(32 + len(ciphertext)) // 64)
        stream = b"".join(salsa20_block(key, counter, nonce[16:]) for counter in range(blocks))
        if not hmac.compare_digest(poly1305(stream[:32], ciphertext), tag):
            return None
        inside = xor(ciphertext, stream[32:])
        return inside[32:] if inside[:32] == purpose_hash("papervault.box-context", context) else None


# ---- Ed25519 ----

L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def encode_point(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
NEUTRAL = (1).to_bytes(32, "little")


def is_sign_key(key):
    point = decode_point(key)
    return point is not None and key != NEUTRAL and encode_point(multiply(L, point)) == NEUTRAL


def verify(key, purpose, message, signature):
    point, s = decode_point(key), int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or s >= L:
        return False
    signed = b"papervault.sign.v1\0" + purpose.encode() + b"\0" + message
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + signed).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    return encode_point(add(multiply(s, BASE), multiply(k, minus))) == signature[:32]


def sign_key_of_seed(seed):
    k = bytearray(hashlib.sha512(seed).digest()[:32])
    k[0] &= 248
    k[31] = k[31] & 63 | 64
    return encode_point(multiply(int.from_bytes(k, "little"), BASE))


# ---- sharing after SLIP-39 ----

def gf_multiply(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def gf_inverse(a):
    result = 1
    for _ in range(254):
        result = gf_multiply(result, a)
    return result


def interpolate(shares, x):
    total = bytes(len(next(iter(shares.values()))))
    for index, value in shares.items():
        factor = 1
        for other in shares:
            if other != index:
                factor = gf_multiply(factor, gf_multiply(x ^ other, gf_inverse(index ^ other)))
        total = xor(total, bytes(gf_multiply(byte, factor) for byte in value))
    return total


def combine_shares(shares, threshold):
    """shares: index -> value. None when they do not belong together."""
    chosen = dict(list(shares.items())[:threshold])
    secret, digest = interpolate(chosen, 255), interpolate(chosen, 254)
    expected = hmac.new(digest[4:], secret, hashlib.sha256).digest()[:4]
    rest_agrees = all(interpolate(chosen, index) == value for index, value in shares.items())
    return secret if expected == digest[:4] and rest_agrees else None


def share_commitment(package_id, locks, index, value):
    context = purpose_hash("papervault.share-set.v1", package_id, locks)
    return purpose_hash("papervault.share-commitment", context, bytes([index]), value)
