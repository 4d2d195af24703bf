"""Check a study before any job: its config and registries, and a little of every input. Says all problems at once.

    concept-freq check my_study

It reads the first samples of the first and last shard of each dataset, every local checkpoint against its architecture,
classes of evaluation sets against their folders, the concept list and the prompts, and says how large the run will be.
"""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

from concept_freq.inspection.machine import estimates, machine
from concept_freq.inspection.shards import sample_problems
from concept_freq.inspection.weights import weight_problems
from concept_freq.workflow.checks import ABSENCES, CONTRADICTIONS, problems, unlisted
from concept_freq.workflow.configs import complete, merged
from concept_freq.workflow.study import REPOSITORY, Study

LOOKS = (*CONTRADICTIONS, *ABSENCES, sample_problems, weight_problems)


def read_study(configs: Sequence[Path]) -> Study:
    """The study that config files describe, a later one laid over an earlier one."""
    config: dict = {}
    for path in configs:
        if not path.is_file():
            raise WorkflowError(f"{path}: no such config; name a study's folder, or its config by --configfile")
        config = merged(config, load_configfile(path))
    return Study(complete(config, [Path.cwd(), REPOSITORY]))


def said(study: Study, costs: Path) -> Iterator[str]:
    """What a study is, and what it asks for."""
    yield from unlisted(study)
    yield from estimates(study, costs)
    yield f"{len(study.models)} models, {len(study.sets)} evaluation sets; this machine: {machine(Path.cwd())}"


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="the study's folder (default: this one)")
    parser.add_argument("--configfile", type=Path, nargs="+", help="in place of FOLDER/config/config.yaml")
    parser.add_argument("--costs", type=Path, help="tables of an earlier run, for estimates (default: the study's own)")
    args = parser.parse_args(arguments)
    configs = [path.absolute() for path in args.configfile or [args.folder / "config" / "config.yaml"]]
    if not args.folder.is_dir():
        sys.exit(f"{args.folder}: no such folder")
    costs = args.costs and args.costs.absolute()
    with contextlib.chdir(args.folder):
        try:
            study = read_study(configs)
            lines = problems(study, LOOKS)
        except WorkflowError as error:
            sys.exit(str(error))
        if lines:
            sys.exit("\n".join([*lines, f"{len(lines)} problem{'s' * (len(lines) > 1)}"]))
        print("\n".join([*said(study, costs or Path(study.results, "tables")), "ready"]))
