"""Tag the pictures of a chunk: probability of every concept, kept where it reaches the floor, and histograms of all.

Shards are streamed through one loaded model. What a shard gave is written when the shard is done, so a job that was
killed goes on at the next shard; a broken picture is listed and skipped.
"""

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

import torch

from concept_freq.io.digests import sha256_of
from concept_freq.io.listed import metadata_of
from concept_freq.shards.batches import Pictures, stream
from concept_freq.shards.names import table_name
from concept_freq.shards.tar import listed
from concept_freq.tags.base import KINDS, Tagger, add_options
from concept_freq.tags.tagging import Parts, tag
from concept_freq.text.concepts import read_concepts
from concept_freq.workflow.code import closure

NOT_DECISIVE = ("out", "histograms", "skipped", "batch_size", "workers", "threads")


def fingerprint(args: argparse.Namespace) -> str:
    """What decides a shard's tags, in short: parts of an interrupted run are used only where it is the same."""
    kind = KINDS[args.kind]
    options = {key: str(value) for key, value in vars(args).items() if key not in (*NOT_DECISIVE, *kind.speed)}
    given = [Path(path) for path in (args.checkpoint, args.labels, args.architecture, args.preprocessing) if path]
    files = [file for path in given for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    inputs = [args.concepts, *(file for file in files if file.is_file())]
    code = [Path(__file__), *closure(Path(__file__))]
    shards = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in args.shards]
    known = json.dumps([options, sha256_of([*inputs, *code]), shards], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--labels", type=Path, help="ram_plus: label embeddings of the concepts")
    add_options(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ...")
    parser.add_argument("--floor", type=float, required=True, help="smallest probability that is stored")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode pictures")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True, help="samples left out (out)")
    parser.add_argument("--histograms", type=Path, required=True, help="all probabilities by concept (out)")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def open_tagger(args: argparse.Namespace, names: list[str]) -> Tagger:
    """The tagger that the options describe; one that cannot be opened ends the program with one message."""
    if not args.checkpoint.exists():
        sys.exit(f"{args.checkpoint}: no such checkpoint; config/README.md says where each tagger's is found")
    kind = KINDS[args.kind]
    if missing := [f"--{key}" for key in kind.required if getattr(args, key) is None]:
        sys.exit(f"{args.kind}: needs {', '.join(missing)}")
    try:
        options = {key: getattr(args, key) for key in kind.keys}
        return kind.opener()(args.checkpoint, names, device=args.device, **options)
    except (ValueError, OSError) as error:
        sys.exit(f"{args.kind}: {error}")


def main() -> None:
    """Command line entry point."""
    args = arguments()
    torch.set_num_threads(args.threads)
    args.shards = listed(args.shards)
    names = [concept.name for concept in read_concepts(args.concepts)]
    parts = Parts(args.out.with_name(f".{args.out.stem}.{fingerprint(args)}"), len(names))
    left = [path for path in args.shards if not parts.has(table_name(path))]
    if left:
        tagger = open_tagger(args, names)
        pictures = Pictures(left, tagger.prepare, args.batch_size, "pictures")
        tag(tagger, stream(pictures, args.workers, tagger.device.type == "cuda"), left, args.floor, parts)
    shards = [table_name(path) for path in args.shards]
    tags, skipped = parts.join(shards, args.out, args.histograms, args.skipped, metadata_of(args.concepts))
    shutil.rmtree(parts.folder)
    print(f"{tags} tags, {skipped} samples skipped")


if __name__ == "__main__":
    main()
