"""Turn an evaluation set of another form into CLIP_benchmark's WebDataset layout, pictures as they are.

Classes are matched with the wanted class names by name. Only where no name is known, they are matched by position,
in natural order (2 before 10). Anything between is an error. Pictures of formats that shards do not hold become PNG.
"""

import argparse
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.evaluation.classes import EvaluationClass, check_distinct, read_classes
from concept_freq.evaluation.labels import label_order
from concept_freq.evaluation.sets import check_labels
from concept_freq.evaluation.sources import Item, Source, open_source
from concept_freq.io.tables import atomic_path, write_csv
from concept_freq.shards.tar import add_member, shard_writer


def add_items(tar: tarfile.TarFile, items: Iterable[Item], order: list[int]) -> list[int | None]:
    """Add a source's items as KEY.jpg and KEY.cls, or KEY.txt with captions; returns their labels."""
    labels = []
    for i, (picture, label, captions) in enumerate(items):
        add_member(tar, f"{i:08d}.jpg", picture)
        labels.append(order[label] if label in range(len(order)) else label)  # what is no label is told at the end
        if label is not None:
            add_member(tar, f"{i:08d}.cls", str(labels[-1]).encode())
        else:
            add_member(tar, f"{i:08d}.txt", "\n".join(" ".join(c.split()) for c in captions).encode("utf-8"))
    return labels


def write_set(source: Source, classes: list[EvaluationClass], order: list[int], out: Path) -> int:
    """Write a set's only shard; returns how many pictures it has. A class without one is an error, and so is none."""
    with atomic_path(out) as temporary:
        with shard_writer(temporary) as tar:
            labels = add_items(tar, source.items, order)
        if not labels:
            raise ValueError(f"no pictures; left out: {left_out_of(source) or 'nothing'}")
        if classes:
            check_labels(np.array(labels), [f"{i:08d}" for i in range(len(labels))], classes)
    return len(labels)


def left_out_of(source: Source) -> str:
    """Files that are no pictures, by extension."""
    return ", ".join(f"{n} {extension}" for extension, n in sorted(source.left_out.items()))


def tell(source: Source, classes: list[EvaluationClass], order: list[int], record: dict[str, str | int]) -> None:
    """Say how classes were matched, by examples where nothing but their order speaks for it, and what was left out."""
    print("{source}: {n_images} pictures, {n_classes} classes matched by {matched_by}".format(**record))
    if record["matched_by"] == "position":
        first = ", ".join(f"{name} is {classes[i].name}" for name, i in zip(source.names[:3], order[:3], strict=True))
        print(f"no class is known by name: {first}, and so on; check them")
    if record["left_out"]:
        print(f"left out, for they are no pictures: {record['left_out']}")


def import_set(args: argparse.Namespace) -> None:
    """Write the shard and the class names of the set that these options describe."""
    source = open_source(args.source, args.split, args.cache)
    own = [EvaluationClass.of_line(name) for name in source.names]
    given = args.class_names or source.class_names
    classes = read_classes(given) if given else own
    check_distinct(classes)
    order, how = label_order(source.names, classes)
    n = write_set(source, classes, order, args.out)
    with atomic_path(args.classes) as temporary:
        lines = given.read_text(encoding="utf-8-sig") if given else "\n".join(source.names) + "\n"
        temporary.write_text(lines, encoding="utf-8")
    record = {"source": args.source, "n_images": n, "n_classes": len(order), "matched_by": how}
    record["left_out"] = left_out_of(source)
    tell(source, classes, order, record)
    if args.record:
        write_csv(pd.DataFrame([record]), args.record)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True, help="folder:DIR, torchvision:NAME or hf:NAME")
    parser.add_argument("--split", default="", help="test where it is not given")
    parser.add_argument("--class-names", type=Path, help="wanted class names, one per line; else the source's own")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps what was fetched")
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line (out)")
    parser.add_argument("--record", type=Path, help="CSV: how classes were matched, and what was left out (out)")
    parser.add_argument("--out", type=Path, required=True, help="the set's only shard (out)")
    args = parser.parse_args()
    try:
        import_set(args)
    except (ValueError, OSError, RuntimeError) as error:
        sys.exit(f"{args.source}: {error}")


if __name__ == "__main__":
    main()
