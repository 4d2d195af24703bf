r"""Write a study of your own: a config that stands alone, its registries and prompts, in a new folder.

    concept-freq init my_study --shards 'shards/*.tar' --concepts concepts.txt \
        --model ViT-B-32:checkpoint.pt --set folder:pictures --tagger ram_plus:ram_plus_swin_large_14m.pth

Run it in a clone of the repository. Without --tagger only captions are counted; without --model and --set nothing is
evaluated. Every file that it writes may be edited.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.initial import Wishes, write_study

NEXT = """wrote {folder}/config; next:
  concept-freq check {folder}
  snakemake --cores all --directory {folder} results/counts/{name}.parquet results/tables/lost_samples.csv   # counts
  snakemake --cores all --directory {folder}                                 # everything
  snakemake --directory {folder} --report results/report.html                # the report"""


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="of the study; it must not have a config yet")
    parser.add_argument("--shards", nargs="+", required=True, help="a quoted pattern, addresses, or a manifest (.tsv)")
    parser.add_argument("--concepts", required=True, help=".txt with a name a line, or TSV with a column concept")
    parser.add_argument("--name", default="mine", help="of the pretraining dataset (default: mine)")
    parser.add_argument("--caption-column", help="where captions are, if not in .txt files or a column caption")
    parser.add_argument("--model", action="append", default=[], metavar="ARCHITECTURE:SOURCE", help="to evaluate")
    parser.add_argument("--set", action="append", default=[], metavar="KIND:PLACE", help="classification set")
    parser.add_argument("--retrieval", action="append", default=[], metavar="KIND:PLACE", help="retrieval set")
    parser.add_argument("--tagger", metavar="KIND:SOURCE", help="ram_plus:FILE, or a SigLIP model: ARCHITECTURE:SOURCE")
    args = parser.parse_args(arguments)
    wishes = Wishes(
        name=args.name,
        shards=args.shards,
        concepts=args.concepts,
        models=args.model,
        sets=args.set,
        retrieval=args.retrieval,
        tagger=args.tagger,
        caption_column=args.caption_column,
    )
    try:
        write_study(args.folder, wishes)
    except WorkflowError as error:
        sys.exit(str(error))
    print(NEXT.format(folder=args.folder, name=args.name))
