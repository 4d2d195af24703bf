"""Compose an evaluation set of the emoji world in CLIP_benchmark's WebDataset layout.

classification: one object a picture, drawn by an artist whose pictures no model was trained on.
retrieval: new scenes of one to three objects with five captions each, concepts equally frequent.
"""

import argparse
import tarfile
from pathlib import Path

import numpy as np

from concept_freq.evaluation.tasks import TASKS
from concept_freq.io.tables import atomic_path
from concept_freq.shards.pictures import encode_jpeg
from concept_freq.shards.tar import add_member, shard_writer
from concept_freq.text.concepts import Concept, read_concepts
from concept_freq.world.captions import CaptionStyle, write_caption
from concept_freq.world.design import SCENE_SHARES, SCENE_SIZES
from concept_freq.world.scenes import compose

CAPTIONS_PER_PICTURE = 5  # as COCO and Flickr
PLAIN = CaptionStyle(alias=0.25, keyword=0.0, omitted=0.0, plural=0.2, lookalike=0.0)


def add_classification(tar: tarfile.TarFile, pictures: list[np.ndarray], images: int, side: int, seed: int) -> None:
    """Add ``images`` pictures of each concept as KEY.jpg and KEY.cls (its position in the class list)."""
    for i in range(pictures[0].shape[0] * images):
        rng, concept = np.random.default_rng([seed, 5, i]), i // images
        drawn = pictures[rng.integers(len(pictures))][concept]
        add_member(tar, f"{i:06d}.jpg", encode_jpeg(compose(rng, [drawn], side)))
        add_member(tar, f"{i:06d}.cls", str(concept).encode())


def add_retrieval(
    tar: tarfile.TarFile,
    pictures: list[np.ndarray],
    concepts: list[Concept],
    images: int,
    side: int,
    seed: int,
) -> None:
    """Add ``images`` scenes as KEY.jpg and KEY.txt (five captions, a line each)."""
    for i in range(images):
        rng = np.random.default_rng([seed, 6, i])
        ids = rng.choice(len(concepts), rng.choice(SCENE_SIZES, p=SCENE_SHARES), replace=False)
        drawn = [pictures[rng.integers(len(pictures))][j] for j in ids]
        captions = [write_caption(rng, [concepts[j] for j in ids], PLAIN) for _ in range(CAPTIONS_PER_PICTURE)]
        add_member(tar, f"{i:06d}.jpg", encode_jpeg(compose(rng, drawn, side)))
        add_member(tar, f"{i:06d}.txt", "\n".join(captions).encode("utf-8"))


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=[name for name, task in TASKS.items() if task.answer], required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help=".npy files")
    parser.add_argument(
        "--images",
        type=int,
        required=True,
        help="pictures per concept, or scenes in all",
    )
    parser.add_argument("--side", type=int, required=True, help="pixels")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line (out)")
    parser.add_argument("--out", type=Path, required=True, help="the set's only shard (out)")
    args = parser.parse_args()
    concepts = read_concepts(args.concepts)
    pictures = [np.load(path, mmap_mode="r") for path in args.pictures]
    with atomic_path(args.out) as temporary, shard_writer(temporary) as tar:
        if TASKS[args.task].answer == "class":
            add_classification(tar, pictures, args.images, args.side, args.seed)
        else:
            add_retrieval(tar, pictures, concepts, args.images, args.side, args.seed)
    with atomic_path(args.classes) as temporary:
        temporary.write_text("\n".join(concept.name for concept in concepts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
