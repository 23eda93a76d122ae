"""Write small networks as ONNX files, without ONNX's own package."""

from pathlib import Path

FLOAT = 1


def _number(value: int) -> bytes:
    """Encode a whole number as protobuf does: seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(key: int, value: int | str | bytes) -> bytes:
    """Encode one field of a protobuf message."""
    if isinstance(value, int):
        return _number(key << 3) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(key << 3 | 2) + _number(len(data)) + data


def _tensor(name: str, shape: list[int | str]) -> bytes:
    """Describe an input or output; a dimension with a name may have any size."""
    sizes = (_field(1, n) if isinstance(n, int) else _field(2, n) for n in shape)
    dimensions = b"".join(_field(1, size) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, dimensions)))


def write_flattening(file: Path, shape: list[int | str]) -> Path:
    """Write a network that returns what it is given, of this shape, as one row."""
    node = _field(1, "face") + _field(2, "row") + _field(4, "Flatten")
    ends = _field(11, _tensor("face", shape)) + _field(12, _tensor("row", [shape[0], "count"]))
    graph = _field(1, node) + _field(2, "flattening") + ends
    file.write_bytes(_field(1, 7) + _field(8, _field(2, 13)) + _field(7, graph))
    return file
