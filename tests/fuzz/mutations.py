"""Change bytes and texts as damage, and as ill will, would."""

import json
import zlib
from random import Random

SIGNATURE = b"\x89PNG\r\n\x1a\n"
NUMBERS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
HEADER = 256  # bytes at a file's beginning, where most of what is believed stands
TOKENS = (
    "null", "true", "-1", "0", "1e999", "NaN", "Infinity", "{}", "[]", '""', "1e-400", '"\\u0000"',
    "9" * 400, "[" * 600, '{"a":' * 300, '"<script>"', '"../../etc/passwd"', "\ud800", "\u202e",
    "é", "\x00",
)  # fmt: skip


def mutated(data: bytes, rng: Random) -> bytes:
    """Change a file in one to eight places."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        rng.choice(_CHANGES)(changed, rng)
    if data.startswith(SIGNATURE) and rng.random() < 0.7:
        return with_checksums(bytes(changed))
    return bytes(changed)


def mutated_text(text: str, rng: Random) -> str:
    """Change a text in one to four places, and put in what parsers stumble over."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        start, end = sorted(rng.randint(0, len(text)) for _ in range(2))
        way = rng.randrange(5)
        if way == 0:
            text = text[:start] + rng.choice(TOKENS) + text[start:]
        elif way == 1:
            text = text[:start] + text[min(end, start + 12) :]
        elif way == 2:
            text = text[:start] + rng.choice(TOKENS) + text[min(end, start + 6) :]
        elif way == 3:
            text = text[:start] + text[start:end] * rng.choice((2, 3, 20)) + text[end:]
        else:
            text = text[:start] + chr(rng.randrange(1, 0x2FF)) + text[start + 1 :]
    return text


def mutated_json(text: str, rng: Random) -> str:
    """Give one to three of the settings in a text other values, names, or kinds."""
    content = json.loads(text)
    settings = content["settings"]
    for name in rng.sample(list(settings), rng.choice((1, 1, 2, 3))):
        old, way = settings.pop(name), rng.randrange(5)
        if way == 0:
            name = rng.choice((name.upper(), name + "x", "", "__class__", "settings"))
        elif way == 1 and isinstance(old, int | float):
            old = old * rng.choice((-1, 0, 0.5, 0.99, 1.01, 1e9, 1e300))
        elif way < 4:
            old = rng.choice(
                (None, True, [], {}, "", [old], str(old), -1, 10**400, {"a": old}, "\u202e")
            )
        settings[name] = old
    return json.dumps(content)


def with_checksums(data: bytes) -> bytes:
    """Make the checksums of a PNG right, so that its decoder reads what was changed."""
    found, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(data):
            break
        found += [data[at:end], zlib.crc32(data[at + 4 : end]).to_bytes(4, "big")]
        at = end + 4
    return b"".join(found) + data[at:]


def _place(data: bytearray, rng: Random) -> int:
    return rng.randrange(max(1, min(len(data), HEADER) if rng.random() < 0.5 else len(data)))


def _flip(data: bytearray, rng: Random) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _write_number(data: bytearray, rng: Random) -> None:
    size, at = rng.choice((1, 2, 4, 8)), _place(data, rng)
    number = rng.choice(NUMBERS) & (256**size - 1)
    data[at : at + size] = number.to_bytes(size, rng.choice(("big", "little")))


def _write_noise(data: bytearray, rng: Random) -> None:
    at, size = _place(data, rng), rng.choice((1, 4, 16, 64))
    data[at : at + size] = rng.randbytes(size)


def _cut(data: bytearray, rng: Random) -> None:
    del data[_place(data, rng) :]


def _delete(data: bytearray, rng: Random) -> None:
    at = _place(data, rng)
    del data[at : at + rng.choice((1, 2, 4, 32, 512))]


def _insert(data: bytearray, rng: Random) -> None:
    at = _place(data, rng)
    data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 32)))


def _repeat(data: bytearray, rng: Random) -> None:
    at, size = _place(data, rng), rng.choice((4, 16, 128, 1024))
    data[at:at] = data[at : at + size] * rng.choice((1, 2, 8))


_CHANGES = (
    _flip, _flip, _write_number, _write_number, _write_number, _write_noise, _cut, _delete, _insert,
    _repeat,
)  # fmt: skip
