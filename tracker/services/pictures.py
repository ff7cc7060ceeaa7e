"""Pictures that clinics upload: judged by their content alone, and encoded anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from tracker.domain.errors import Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
"""More than any phone's camera gives; a file of a few kilobytes can claim far more."""

LONGEST = 1200
"""Pixels of the longer edge that are kept."""

_QUALITY = 80
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours: its type, its bytes and a name for its content."""

    kind: str
    content: bytes
    digest: str


def tidy(raw: bytes) -> Picture:
    """An upload as a WebP of at most 1200 px, upright and without any of its metadata.

    Raises Invalid where it is too large, no JPEG, PNG or WebP by its content, or broken.
    """
    if len(raw) > MOST_BYTES:
        raise Invalid({"picture": ["picture_large"]})
    image = _open(raw)
    if image.width * image.height > MOST_PIXELS:
        raise Invalid({"picture": ["picture_pixels"]})
    try:
        # A large JPEG is read at a fraction of its size.
        image.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST, LONGEST))
        out = BytesIO()
        _on_white(upright).save(out, "WEBP", quality=_QUALITY)
    except (OSError, ValueError, SyntaxError, MemoryError) as fault:
        raise Invalid({"picture": ["picture_broken"]}) from fault
    content = out.getvalue()
    return Picture("image/webp", content, hashlib.sha256(content).hexdigest()[:16])


def _open(raw: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(raw), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise Invalid({"picture": ["picture_pixels"]}) from fault
    except (OSError, ValueError, SyntaxError) as fault:
        raise Invalid({"picture": ["picture_kind"]}) from fault


def _on_white(image: Image.Image) -> Image.Image:
    """What is see-through becomes white: it is looked at in the dark too."""
    seen = image.convert("RGBA")
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen.getchannel("A"))
    return sheet
