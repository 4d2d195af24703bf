"""Picture packs: found by code point or by name, drawn centred on a transparent square."""

import io
import json
import tarfile

import numpy as np
from PIL import Image

from concept_freq.shards.tar import add_member
from concept_freq.world.pictures import SIDE, draw_icons, names_by_code_point, open_pack, read_bitmaps


def make_pack(path, files: dict[str, bytes]):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            add_member(tar, name, data)
    return path


def icons(**bodies) -> bytes:
    return json.dumps(
        {"icons": {n.replace("_", "-"): b for n, b in bodies.items()}, "width": 20, "height": 10}
    ).encode()


RED = {"body": '<rect width="20" height="10" fill="#f00"/>'}


def test_a_pack_without_code_points_is_matched_by_other_packs_names(tmp_path):
    named = make_pack(
        tmp_path / "a.tgz",
        {
            "package/chars.json": json.dumps({"1f697": "automobile"}).encode(),
            "package/icons.json": icons(automobile=RED),
        },
    )
    nameless = make_pack(tmp_path / "b.tgz", {"package/icons.json": icons(automobile=RED, firetruck=RED)})
    names = names_by_code_point([named, nameless])
    with open_pack(nameless) as pack:
        assert set(draw_icons(pack, ["1f697", "1f692"], names)) == {"1f697"}


def test_a_unicode_name_run_together_is_the_last_resort(tmp_path):
    path = make_pack(tmp_path / "a.tgz", {"package/icons.json": icons(octopus=RED)})
    with open_pack(path) as pack:
        drawn = draw_icons(pack, ["1f419"], {})["1f419"]
    assert drawn.shape == (SIDE, SIDE, 4)
    assert drawn[SIDE // 2, SIDE // 2].tolist() == [255, 0, 0, 255]
    assert drawn[2, SIDE // 2, 3] == 0  # twice as wide as high: transparent above and below


def test_bitmaps_by_code_point_with_variant_selector(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 255, 0, 255)).save(buffer, "WEBP", lossless=True)
    path = make_pack(tmp_path / "a.tgz", {"package/assets/2708-fe0f.webp": buffer.getvalue()})
    with open_pack(path) as pack:
        drawn = read_bitmaps(pack, ["2708", "1f419"], "package/assets")
    assert set(drawn) == {"2708"}
    assert np.all(drawn["2708"] == [0, 255, 0, 255])
