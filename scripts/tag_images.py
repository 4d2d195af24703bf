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
from concept_freq.shards.batches import Pictures, stream
from concept_freq.shards.tar import listed
from concept_freq.tags.ram_plus import CheckpointError
from concept_freq.tags.taggers import KINDS, read_checkpoint_path
from concept_freq.tags.tagging import Parts, tag
from concept_freq.text.concepts import read_concepts

NOT_DECISIVE = ("out", "histograms", "skipped", "batch_size", "workers", "threads", "compile")


def fingerprint(args: argparse.Namespace) -> str:
    """What decides a shard's tags, in short: parts of an interrupted run are used only where it is the same."""
    options = {key: str(value) for key, value in vars(args).items() if key not in NOT_DECISIVE}
    given = [Path(path) for path in (args.checkpoint, args.labels, args.architecture, args.preprocessing) if path]
    files = [file for path in given for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    inputs = [args.concepts, *(file for file in files if file.is_file())]
    code = sorted(Path(__file__).with_name("concept_freq").rglob("*.py"))
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
    parser.add_argument("--architecture", help="open_clip: its name there, or a model config (.json)")
    parser.add_argument("--preprocessing", default="clip", help="open_clip: a recipe's name, or its file")
    parser.add_argument("--score", choices=("sigmoid", "softmax"), default="sigmoid", help="open_clip")
    parser.add_argument("--template", default="{}", help="open_clip, owlv2: prompt of a concept")
    parser.add_argument("--labels", type=Path, help="ram_plus: label embeddings of the concepts")
    parser.add_argument("--sizes", type=json.loads, default={}, help="ram_plus: JSON of sizes unlike the official ones")
    parser.add_argument("--compile", action="store_true", help="ram_plus: torch.compile, worth it for long jobs")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ...")
    parser.add_argument("--floor", type=float, required=True, help="smallest probability that is stored")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode pictures")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True, help="samples left out (out)")
    parser.add_argument("--histograms", type=Path, required=True, help="all probabilities by concept (out)")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    torch.set_num_threads(args.threads)
    args.shards = listed(args.shards)
    read_checkpoint_path(args.checkpoint)
    names = [concept.name for concept in read_concepts(args.concepts)]
    parts = Parts(args.out.with_name(f".{args.out.stem}.{fingerprint(args)}"), len(names))
    left = [path for path in args.shards if not parts.has(path.stem)]
    if left:
        try:
            tagger = KINDS[args.kind](args, names)
        except (CheckpointError, ValueError, OSError) as error:
            sys.exit(f"{args.kind}: {error}")
        pictures = Pictures(left, tagger.prepare, args.batch_size, "pictures")
        tag(tagger, stream(pictures, args.workers, tagger.device.type == "cuda"), left, args.floor, parts)
    tags, skipped = parts.join([path.stem for path in args.shards], args.out, args.histograms, args.skipped)
    for folder in args.out.parent.glob(f".{args.out.stem}.*/"):  # parts of jobs with other parameters too
        shutil.rmtree(folder)
    print(f"{tags} tags, {skipped} samples skipped")


if __name__ == "__main__":
    main()
