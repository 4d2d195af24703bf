"""Draw the pictures of emoji packs (npm tarballs) as one RGBA array per pack."""

import gzip
import io
import json
import tarfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

SIDE = 96  # pixels: twice what the largest model here looks at


def square(image: Image.Image, side: int = SIDE) -> np.ndarray:
    """Centre a picture on a transparent square; returns uint8 (side, side, 4)."""
    image = image.convert("RGBA")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(canvas)


def draw_svg(icon: dict, pack: dict) -> np.ndarray:
    """Render one Iconify icon; its size falls back to the pack's, then to 16, as Iconify defines."""
    width, height = (icon.get(key, pack.get(key, 16)) for key in ("width", "height"))
    left, top = icon.get("left", 0), icon.get("top", 0)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{left} {top} {width} {height}" width="{SIDE}">{icon["body"]}</svg>'
    )
    return square(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))))


def icon_names(code_point: str, chars: dict[str, str], shared_names: Iterable[str]) -> list[str]:
    """Names a pack may use for a code point: its own map, other packs' names, the Unicode name run together."""
    own = [chars[code_point]] if code_point in chars else []
    unicode_name = unicodedata.name(chr(int(code_point, 16)), "")
    squeezed = "".join(filter(str.isalnum, unicode_name.lower()))
    return [*own, *shared_names, squeezed]


def open_pack(path: Path) -> tarfile.TarFile:
    """Open a tarball for random access, unpacked in memory: seeking in the gzip stream would start over each time."""
    return tarfile.open(fileobj=io.BytesIO(gzip.decompress(path.read_bytes())))


def read_json(pack: tarfile.TarFile, name: str) -> dict:
    """A JSON member of the tarball, or an empty dict where the pack has none."""
    return json.load(pack.extractfile(name)) if name in pack.getnames() else {}


def names_by_code_point(tarballs: Iterable[Path]) -> dict[str, list[str]]:
    """Collect what every pack with a ``chars.json`` calls each code point, for the packs without one."""
    names: dict[str, list[str]] = {}
    for path in tarballs:
        with open_pack(path) as pack:
            for code_point, name in read_json(pack, "package/chars.json").items():
                known = names.setdefault(code_point, [])
                known.extend([name] if name not in known else [])
    return names


def draw_icons(pack: tarfile.TarFile, code_points: list[str], shared_names: dict) -> dict[str, np.ndarray]:
    """Draw the requested code points of an Iconify pack; those it lacks are left out."""
    icons, chars = (
        read_json(pack, "package/icons.json"),
        read_json(pack, "package/chars.json"),
    )
    parents = {alias: body["parent"] for alias, body in icons.get("aliases", {}).items()}
    drawn = {}
    for code_point in code_points:
        names = icon_names(code_point, chars, shared_names.get(code_point, []))
        found = next((n for n in (parents.get(n, n) for n in names) if n in icons["icons"]), None)
        if found:
            drawn[code_point] = draw_svg(icons["icons"][found], icons)
    return drawn


def read_bitmaps(pack: tarfile.TarFile, code_points: list[str], folder: str) -> dict[str, np.ndarray]:
    """Read the requested code points of a pack of bitmaps named by code point, with or without ``-fe0f``."""
    members = set(pack.getnames())
    drawn = {}
    for code_point in code_points:
        names = (f"{folder}/{code_point}{variant}.webp" for variant in ("", "-fe0f"))
        if found := next((name for name in names if name in members), None):
            drawn[code_point] = square(Image.open(pack.extractfile(found)))
    return drawn
