"""A photo that carries what must never be written: where, when, by whom and with what it was taken.

Its EXIF has a place, and it has XMP, IPTC and a comment.
"""

import io
import struct

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

# Words that stand in the photo's metadata, and marks of metadata itself.
PRIVATE = (
    b"Secretcam", b"2019:07:13", b"Ada Lovelace", b"WGS-84", b"48,51.3N", b"Hidden Street",
    b"a comment",
)  # fmt: skip
MARKS = (b"Exif\0\0", b"http://ns.adobe.com/xap", b"Photoshop 3.0", b"8BIM", b"<x:xmpmeta")
XMP = (
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-"
    "syntax-ns#'><rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' "
    "exif:GPSLatitude='48,51.3N'/></rdf:RDF></x:xmpmeta>"
)


def private_jpeg(size: tuple[int, int] = (600, 800)) -> bytes:
    """Return such a JPEG, of (height, width) px."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    pixels = np.dstack([rows % 256, columns % 256, (rows + columns) % 256]).astype(np.uint8)
    picture, file = Image.fromarray(pixels), io.BytesIO()
    picture.save(file, "JPEG", quality=92, exif=_exif(), xmp=XMP.encode(), comment="a comment")
    data = file.getvalue()
    return data[:2] + _iptc() + data[2:]


def _exif() -> bytes:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Artist] = "Secretcam", "Ada Lovelace"
    exif[Base.DateTime] = "2019:07:13 10:11:12"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 51.0, 18.0),
            GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: (2.0, 21.0, 3.0),
            GPS.GPSMapDatum: "WGS-84",
        }
    )  # fmt: skip
    return exif.tobytes()


def _iptc() -> bytes:
    """Return an APP13 segment that names a street."""
    street = b"Hidden Street 7"
    record = struct.pack(">BBBH", 0x1C, 2, 92, len(street)) + street
    block = (
        b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(record)) + record + b"\0" * (len(record) % 2)
    )
    body = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
