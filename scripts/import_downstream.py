"""Turn an evaluation set of another form into CLIP_benchmark's WebDataset layout, pictures as they are.

Classes are matched with the wanted class names by name, where all of the source's are among them, else by position.
"""

import argparse
import sys
from pathlib import Path

from concept_freq.evaluation.sets import read_class_names
from concept_freq.evaluation.sources import label_order, open_source
from concept_freq.io.tables import atomic_path
from concept_freq.shards.tar import add_member, shard_writer


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True, help="folder:DIR, torchvision:NAME or hf:NAME")
    parser.add_argument("--split", default="", help="test where it is not given")
    parser.add_argument("--class-names", type=Path, help="wanted class names, one per line; else the source's own")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps what was fetched")
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line (out)")
    parser.add_argument("--out", type=Path, required=True, help="the set's only shard (out)")
    args = parser.parse_args()
    try:
        source = open_source(args.source, args.split, args.cache)
        wanted = read_class_names(args.class_names)[0] if args.class_names else source.names
        order, how = label_order(source.names, wanted)
    except (ValueError, OSError, RuntimeError) as error:
        sys.exit(f"{args.source}: {error}")
    with atomic_path(args.out) as temporary, shard_writer(temporary) as tar:
        n = 0
        for n, (picture, label, captions) in enumerate(source.items, start=1):
            add_member(tar, f"{n - 1:08d}.jpg", picture)
            if label is not None:
                add_member(tar, f"{n - 1:08d}.cls", str(order[label]).encode())
            else:
                add_member(tar, f"{n - 1:08d}.txt", "\n".join(" ".join(c.split()) for c in captions).encode("utf-8"))
    with atomic_path(args.classes) as temporary:
        lines = args.class_names.read_text(encoding="utf-8") if args.class_names else "\n".join(wanted) + "\n"
        temporary.write_text(lines, encoding="utf-8")
    print(f"{args.source}: {n} pictures, {len(order)} classes matched by {how}")


if __name__ == "__main__":
    main()
