"""Compose one WebDataset shard of the emoji world, and the truth about it that only the checks may read."""

import argparse
import csv
import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from concept_freq.io.progress import progress
from concept_freq.io.tables import atomic_path, write_table
from concept_freq.shards.pictures import encode_jpeg
from concept_freq.shards.tar import add_member, shard_writer
from concept_freq.text.concepts import Concept, read_concepts
from concept_freq.world.captions import CaptionStyle, clean_caption, named_concepts, write_caption
from concept_freq.world.design import Plan, plan_scenes
from concept_freq.world.scenes import compose
from concept_freq.world.synthesis import generate


@dataclass(frozen=True)
class World:
    """What scenes are made of: concepts, pictures (sets, concepts, side, side, 4) and the style of captions.

    In a synthetic world pictures are generated, and captions written by templates.
    """

    concepts: list[Concept]
    pictures: list[np.ndarray]
    style: CaptionStyle
    side: int
    synthetic: bool = False

    def picture(self, rng: np.random.Generator, concept: int) -> np.ndarray:
        """A picture of a concept: a random training artist's, or one made of several."""
        if self.synthetic:
            return generate(rng, [pictures[concept] for pictures in self.pictures])
        return self.pictures[rng.integers(len(self.pictures))][concept]

    def caption(self, rng: np.random.Generator, ids: np.ndarray) -> str:
        """A caption of a scene showing these concepts."""
        concepts = [self.concepts[i] for i in ids]
        return clean_caption(rng, concepts) if self.synthetic else write_caption(rng, concepts, self.style)

    def draw(self, rng: np.random.Generator, ids: np.ndarray) -> bytes:
        """JPEG of a scene showing these concepts."""
        return encode_jpeg(compose(rng, [self.picture(rng, i) for i in ids], self.side))


def sample_files(picture: bytes, caption: str, key: str, fault: str, side: int) -> dict[str, bytes]:
    """Files of one sample as img2dataset writes them, damaged as ``fault`` says."""
    about = {
        "caption": caption,
        "key": key,
        "status": "success",
        "width": side,
        "height": side,
    }
    about["sha256"] = hashlib.sha256(picture).hexdigest()
    files = {
        "jpg": picture,
        "txt": caption.encode("utf-8"),
        "json": json.dumps(about).encode("utf-8"),
    }
    if fault == "truncated picture":
        files["jpg"] = picture[: len(picture) // 8]
    if fault == "no caption":
        del files["txt"]
    if fault == "caption not UTF-8":
        files["txt"] = f"café {caption}".encode("latin-1", errors="replace")
    return files


def truth_rows(shard: str, row: int, shown: set[str], named: set[str], fault: str) -> list[dict]:
    """What a reader could find in this sample: nothing on the side that is broken."""
    shown = set() if fault == "truncated picture" else shown
    named = named if fault in ("", "truncated picture") else set()
    both = [{"concept": c, "in_picture": c in shown, "in_caption": c in named} for c in sorted(shown | named)]
    return [{"shard": shard, "row": row, **entry} for entry in both]


def compose_rows(world: World, plan: Plan, rows: range, shard: str, seed: int, tar: tarfile.TarFile) -> list[dict]:
    """Write scenes ``rows`` of the plan to the shard; returns the truth about them."""
    truth = []
    for row, scene in enumerate(progress(rows, len(rows), f"composing {shard}")):
        rng = np.random.default_rng([seed, 4, scene])
        picture = world.draw(rng, plan.pictured[scene])
        caption = world.caption(rng, plan.captioned[scene])
        key, fault = f"{shard}{row:05d}", plan.faults[scene]
        for extension, data in sample_files(picture, caption, key, fault, world.side).items():
            add_member(tar, f"{key}.{extension}", data)
        shown = {world.concepts[i].name for i in plan.pictured[scene]}
        truth += truth_rows(shard, row, shown, named_concepts(caption, tuple(world.concepts)), fault)
    return truth


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="one .npy per training artist's set")
    parser.add_argument("--design", type=Path, required=True, help="objects of each concept in the whole dataset")
    parser.add_argument("--samples", type=int, required=True, help="scenes in the whole dataset")
    parser.add_argument("--shard-size", type=int, required=True, help="scenes in a shard")
    parser.add_argument("--side", type=int, required=True, help="pixels")
    parser.add_argument("--caption-style", type=json.loads, required=True, help="JSON of captions.CaptionStyle")
    parser.add_argument("--wrong-captions", type=float, required=True, help="share of captions of another scene")
    parser.add_argument("--broken", type=float, required=True, help="share of damaged samples")
    parser.add_argument(
        "--synthetic", action="store_true", help="generated pictures, captions by templates, nothing wrong or damaged"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="NUMBER.tar; the number says which scenes it holds")
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    with args.design.open(encoding="utf-8", newline="") as file:
        counts = np.array([int(row["objects"]) for row in csv.DictReader(file, delimiter="\t")])
    wrong, broken = (0, 0) if args.synthetic else (args.wrong_captions, args.broken)
    plan = plan_scenes(counts, args.samples, wrong, broken, args.seed)
    pictures = [np.load(path, mmap_mode="r") for path in args.pictures]
    world = World(
        read_concepts(args.concepts),
        pictures,
        CaptionStyle(**args.caption_style),
        args.side,
        args.synthetic,
    )
    first = int(args.out.stem) * args.shard_size
    rows = range(first, min(first + args.shard_size, args.samples))
    with atomic_path(args.out) as temporary, shard_writer(temporary) as tar:
        truth = compose_rows(world, plan, rows, args.out.stem, args.seed, tar)
    write_table(truth, "truth", args.truth)


if __name__ == "__main__":
    main()
