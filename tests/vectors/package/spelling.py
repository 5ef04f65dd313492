"""How documents are written: one spelling of JSON, and the values in it."""

import base64
import binascii
import json
import re
from datetime import datetime, timezone


class Refused(Exception):
    def __init__(self, code, why=""):
        super().__init__(f"{code}: {why}")
        self.code = code


def require(condition, code="malformed", why=""):
    if not condition:
        raise Refused(code, why)


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
