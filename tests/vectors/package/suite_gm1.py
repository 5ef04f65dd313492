"""Suite gm1 of docs/package-format.md in Python's standard library alone. Slow, not constant in time: for checking, never for secrets."""

import hmac
import struct

from suite_pv1 import combine_shares  # noqa: F401  sharing is the same in both suites

CHUNK_OVERHEAD, MESSAGE_OVERHEAD, BOX_OVERHEAD, KEY_BYTES = 32, 48, 128, 64

# ---- SM3 (GB/T 32905) ----

MASK = 0xFFFFFFFF


def rotate(value, count):
    value, count = value & MASK, count % 32
    return (value << count | value >> (32 - count)) & MASK


SM3_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
SM3_ROUND = [rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def sm3_block(state, block):
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)
        w.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = rotate(a, 12)
        ss1 = rotate(a12 + e + SM3_ROUND[j], 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = a & b | a & c | b & c, e & f | ~e & MASK & g
        tt1 = ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4]) & MASK
        tt2 = gg + h + ss1 + w[j] & MASK
        d, c, b, a = c, rotate(b, 9), a, tt1
        h, g, f, e = g, rotate(f, 19), e, tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def plain_hash(message):
    padded = message + b"\x80" + bytes(-(len(message) + 9) % 64) + struct.pack(">Q", 8 * len(message))
    state = SM3_START
    for at in range(0, len(padded), 64):
        state = sm3_block(state, padded[at:at + 64])
    return struct.pack(">8I", *state)


def hmac_sm3(key, message):
    if len(key) > 64:
        key = plain_hash(key)
    key = key.ljust(64, b"\0")
    inner = plain_hash(bytes(k ^ 0x36 for k in key) + message)
    return plain_hash(bytes(k ^ 0x5C for k in key) + inner)


def parts_of(*parts):
    return b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def purpose_hash(purpose, *parts):
    return plain_hash(b"papervault.hash.v1\0" + parts_of(purpose.encode(), *parts))


def combine(purpose, context, *keys):
    message = parts_of(purpose.encode(), context) + struct.pack("<Q", len(keys)) + parts_of(*keys)
    return hmac_sm3(b"papervault.combine.v1", message)


# ---- SM4 (GB/T 32907) ----

def sm4_sbox():
    """S(x) = A · inverse(A · x + c) + c over GF(2^8) with x^8+x^7+x^6+x^5+x^4+x^2+1."""
    def multiply(a, b):
        product = 0
        while b:
            if b & 1:
                product ^= a
            a = a << 1 ^ (0x1F5 if a & 0x80 else 0)
            b >>= 1
        return product

    def affine(x):
        return sum((bin(x & (0xA7 << i | 0xA7 >> (8 - i)) & 0xFF).count("1") & 1) << i for i in range(8)) ^ 0xD3

    box = []
    for x in range(256):
        y = affine(x)
        inverse = next((z for z in range(256) if multiply(y, z) == 1), 0)
        box.append(affine(inverse))
    return box


SM4_S = sm4_sbox()
SM4_FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
SM4_CK = [sum(((4 * i + j) * 7 % 256) << (24 - 8 * j) for j in range(4)) for i in range(32)]


def substitute(word):
    return SM4_S[word >> 24] << 24 | SM4_S[word >> 16 & 255] << 16 | SM4_S[word >> 8 & 255] << 8 | SM4_S[word & 255]


class Sm4:
    def __init__(self, key):
        k = [a ^ b for a, b in zip(struct.unpack(">4I", key), SM4_FK)]
        self.rounds = []
        for constant in SM4_CK:
            t = substitute(k[1] ^ k[2] ^ k[3] ^ constant)
            k = k[1:] + [k[0] ^ t ^ rotate(t, 13) ^ rotate(t, 23)]
            self.rounds.append(k[3])

    def encrypt(self, block):
        x = list(struct.unpack(">4I", block))
        for key in self.rounds:
            t = substitute(x[1] ^ x[2] ^ x[3] ^ key)
            x = x[1:] + [x[0] ^ t ^ rotate(t, 2) ^ rotate(t, 10) ^ rotate(t, 18) ^ rotate(t, 24)]
        return struct.pack(">4I", *reversed(x))

    def counter_mode(self, counter, data):
        start, out = int.from_bytes(counter, "big"), bytearray()
        for at in range(0, len(data), 16):
            stream = self.encrypt((start + at // 16).to_bytes(17, "big")[-16:])
            out += bytes(a ^ b for a, b in zip(data[at:at + 16], stream))
        return bytes(out)


# ---- SM4-CTR, then HMAC-SM3 ----

def sealer_keys(key, purpose):
    head = b"papervault.gm1.aead\0"
    return hmac_sm3(key, head + b"\1" + purpose)[:16], hmac_sm3(key, head + b"\2" + purpose)


def tag_of(mac_key, counter, associated, ciphertext):
    return hmac_sm3(mac_key, parts_of(counter) + struct.pack("<Q", len(associated)) + parts_of(*associated, ciphertext))


def open_sealed(key, purpose, counter, associated, sealed):
    if len(sealed) < 32:
        return None
    cipher_key, mac_key = sealer_keys(key, purpose)
    ciphertext, tag = sealed[:-32], sealed[-32:]
    if not hmac.compare_digest(tag_of(mac_key, counter, associated, ciphertext), tag):
        return None
    return Sm4(cipher_key).counter_mode(counter, ciphertext)


def seal(key, purpose, counter, associated, plaintext):
    cipher_key, mac_key = sealer_keys(key, purpose)
    ciphertext = Sm4(cipher_key).counter_mode(counter, plaintext)
    return ciphertext + tag_of(mac_key, counter, associated, ciphertext)


def decrypt(key, sealed, context):
    """What `encrypt` of the format page wrote."""
    return open_sealed(key, b"message", sealed[:16], [context], sealed[16:])


def open_chunks(key, context, sealed, plaintext_length):
    """The chunks of one compartment."""
    count = max(1, -(-plaintext_length // 65536))
    plaintext, at = b"", 0
    for index in range(count):
        size = min(65536, plaintext_length - index * 65536) + 32
        counter = struct.pack(">Q", index) + bytes(8)
        chunk = open_sealed(key, b"chunks", counter, [bytes([index + 1 == count]), context], sealed[at:at + size])
        if chunk is None:
            return None
        plaintext += chunk
        at += size
    return plaintext if at == len(sealed) else None


# ---- SM2 (GB/T 32918) ----

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], P - 2, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], P - 2, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode_point(data):
    if len(data) != 64:
        return None
    x, y = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")
    return (x, y) if x < P and y < P and (y * y - x * x * x - A * x - B) % P == 0 else None


def number(value):
    return value.to_bytes(32, "big")


def encode_point(point):
    return number(point[0]) + number(point[1])


def is_sign_key(key):
    return decode_point(key) is not None


is_box_key = is_sign_key


def sign_key_of_seed(seed):
    return encode_point(multiply(int.from_bytes(seed, "big"), G))


def verify_raw(key, message, signature):
    point = decode_point(key)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    identity = b"1234567812345678"
    z = plain_hash(struct.pack(">H", 8 * len(identity)) + identity + b"".join(map(number, (A, B, *G, *point))))
    e = int.from_bytes(plain_hash(z + message), "big")
    t = (r + s) % N
    found = add(multiply(s, G), multiply(t, point)) if t else None
    return found is not None and (e + found[0]) % N == r


def verify(key, purpose, message, signature):
    return verify_raw(key, b"papervault.sign.v1\0" + purpose.encode() + b"\0" + message, signature)


class BoxKeys:
    def __init__(self, seed):
        self.secret = int.from_bytes(seed, "big")
        self.public = sign_key_of_seed(seed)

    def decrypt(self, sealed):
        """C1 without its leading byte, C3, C2."""
        point = decode_point(sealed[:64])
        if point is None or len(sealed) <= 96:
            return None
        shared = encode_point(multiply(self.secret, point))
        c3, c2 = sealed[64:96], sealed[96:]
        stream = b"".join(plain_hash(shared + struct.pack(">I", i)) for i in range(1, -(-len(c2) // 32) + 1))
        message = bytes(a ^ b for a, b in zip(c2, stream))
        return message if hmac.compare_digest(plain_hash(shared[:32] + message + shared[32:]), c3) else None

    def open(self, sealed, context):
        """What `seal` of the format page wrote; None when it does not open."""
        inside = self.decrypt(sealed)
        if inside is None or inside[:32] != purpose_hash("papervault.box-context", context):
            return None
        return inside[32:]


def share_commitment(package_id, locks, index, value):
    context = purpose_hash("papervault.share-set.v1", package_id, locks)
    return purpose_hash("papervault.share-commitment", context, bytes([index]), value)
