"""Draw the concepts' pictures from one artist's pack: RGBA uint8 (concepts, side, side, 4), in list order."""

import argparse
import sys
from pathlib import Path

import numpy as np

from concept_freq.io.tables import atomic_path
from concept_freq.text.concepts import read_concepts
from concept_freq.world.pictures import (
    draw_icons,
    names_by_code_point,
    open_pack,
    read_bitmaps,
)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument(
        "--file",
        required=True,
        help="icons.json, or the folder of bitmaps, inside the pack",
    )
    parser.add_argument(
        "--all-packs",
        type=Path,
        nargs="+",
        required=True,
        help="packs to learn names from",
    )
    parser.add_argument(
        "--concepts",
        type=Path,
        required=True,
        help="concept list with a code_point column",
    )
    parser.add_argument("--out", type=Path, required=True, help=".npy")
    args = parser.parse_args()
    concepts = read_concepts(args.concepts)
    code_points = [concept.extra["code_point"] for concept in concepts]
    with open_pack(args.pack) as pack:
        if args.file.endswith(".json"):
            drawn = draw_icons(pack, code_points, names_by_code_point(args.all_packs))
        else:
            drawn = read_bitmaps(pack, code_points, args.file)
    if missing := [c.name for c in concepts if c.extra["code_point"] not in drawn]:
        sys.exit(f"{args.pack}: no picture of {missing}; remove these rows from {args.concepts} or change code_point")
    with atomic_path(args.out) as temporary, temporary.open("wb") as file:
        np.save(file, np.stack([drawn[code_point] for code_point in code_points]))


if __name__ == "__main__":
    main()
