"""Ask how often any phrase occurs: in captions, in pictures, in both; where that stands, and example captions.

    concept-freq query "golden retriever" --examples 3
    concept-freq query "golden retriever" "red panda" --json

Run it where the workflow ran: captions are answered from its text index, for any phrase at all. Pictures are tagged
with the listed concepts only, so for another phrase their counts are unknown.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

from concept_freq.counts.index_hits import create_hits, register_forms
from concept_freq.counts.lexicon import MODES, forms_of
from concept_freq.counts.thresholds import RULES, limit_of
from concept_freq.io.duck import at_limits, connect
from concept_freq.io.parquet import read_frame
from concept_freq.text.concepts import Concept, check_concepts, lemma_forms
from concept_freq.text.lemmas import lemmas

SIDES = {"n_text": "captions", "n_image": "pictures", "n_matched": "both"}
EXAMPLES_SQL = """
select caption from read_parquet($captions) join (select shard, row from hits order by hash(shard || row) limit $n)
using (shard, row) order by caption
"""
BOTH_SQL = """
select {columns}, count(*) filter (probability >= {limit} and (shard, row) in (select (shard, row) from hits))
from read_parquet($tags) where concept_id = $concept
"""


@dataclass(frozen=True)
class Run:
    """Results of a run, and what its config says of counting."""

    results: Path
    concepts: list[Concept]
    limit: float

    def files(self, kind: str, pretraining: str) -> list[str]:
        """Chunk files of a kind, as DuckDB wants them."""
        return [str(path) for path in sorted((self.results / kind / pretraining).glob("*.parquet"))]

    def indexed(self) -> list[str]:
        """Datasets that have a text index."""
        return sorted(path.name for path in (self.results / "text_index").glob("*") if any(path.glob("*.parquet")))

    def counts(self, pretraining: str) -> pd.DataFrame | None:
        """Counts of the listed concepts, by name; None where they were not made."""
        path = self.results / "counts" / f"{pretraining}.parquet"
        return read_frame(path).set_index("concept")[list(SIDES)] if path.exists() else None

    def number_of(self, phrase: str) -> int | None:
        """Number of the listed concept that has this phrase as a form."""
        owner = lemma_forms(self.concepts).get(lemmas(phrase))
        return next((i for i, concept in enumerate(self.concepts) if concept.name == owner), None)


def picture_counts(db: duckdb.DuckDBPyConnection, tags: list[str], concept: int | None, limit: float) -> list:
    """Image and matched counts of a listed concept; None for both where it is not listed or not tagged."""
    if concept is None or not tags:
        return [None, None]
    sql = BOTH_SQL.format(columns=at_limits([limit]), limit=limit)
    return list(db.execute(sql, {"tags": tags, "concept": concept}).fetchone())


def standing(run: Run, pretraining: str, concept: int | None, n_text: int) -> dict[str, Any]:
    """What the counts of the listed concepts say of a phrase: its own row, and how many concepts are rarer."""
    if (counts := run.counts(pretraining)) is None:
        return {"listed_as": None, "rarer_concepts": None, "listed_concepts": None}
    row = None if concept is None else counts.loc[run.concepts[concept].name]
    own = None if row is None else {side: None if pd.isna(n) else int(n) for side, n in row.items()}
    known = counts.n_text.dropna()
    return {
        "listed_as": None if row is None else {"concept": row.name, **own},
        "rarer_concepts": int((known < n_text).sum()),
        "listed_concepts": len(known),
    }


def ask(run: Run, pretraining: str, phrase: str, mode: str, n_examples: int) -> dict[str, Any]:
    """The answer about a phrase in one dataset."""
    db = connect()
    register_forms(db, forms_of([(phrase,)]))
    create_hits(db, list(map(Path, run.files("text_index", pretraining))), mode, "hits")
    n_text = db.execute("select count(*) from hits").fetchone()[0]
    concept = run.number_of(phrase)
    n_image, n_matched = picture_counts(db, run.files("image_tags", pretraining), concept, run.limit)
    wanted = {"captions": run.files("captions", pretraining), "n": n_examples}
    examples = [caption for (caption,) in db.execute(EXAMPLES_SQL, wanted).fetchall()] if n_examples else []
    counts = {"n_text": n_text, "n_image": n_image, "n_matched": n_matched}
    known = standing(run, pretraining, concept, n_text)
    return {"phrase": phrase, "pretraining": pretraining, **counts, **known, "examples": examples}


def in_words(answer: dict[str, Any]) -> str:
    """An answer in lines."""
    unknown = "unknown (not a listed concept)"
    lines = [f"{answer['phrase']} in {answer['pretraining']}"]
    for column, side in SIDES.items():
        lines.append(f"  in {side:<9} {unknown if answer[column] is None else format(answer[column], ',')}")
    if answer["listed_concepts"]:
        rarer, listed = answer["rarer_concepts"], answer["listed_concepts"]
        share = f"{rarer} of the {listed} listed concepts ({rarer / listed:.0%})"
        lines.append(f"  standing     in more captions than {share}")
    if own := answer["listed_as"]:
        counts = ", ".join(f"{own[column]:,} in {side}" for column, side in SIDES.items() if own[column] is not None)
        lines.append(f"  listed as    {own['concept']}, aliases included: {counts}")
    return "\n".join([*lines, *(f"  | {caption}" for caption in answer["examples"])])


def settings_of(path: Path) -> dict[str, Any]:
    """The settings of a config file; where it leaves some to a base or to defaults, as the workflow completes them."""
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(settings, dict) or ("extends" not in settings and {"concepts", "counting"} <= settings.keys()):
        return settings
    from snakemake.exceptions import WorkflowError  # half a second that a complete config does not need

    from concept_freq.workflow.configs import complete

    try:
        return complete(settings, [Path.cwd(), *path.resolve().parents[:2]])
    except WorkflowError as error:
        raise ValueError(f"{path}: {error}") from None


def read_run(config_path: Path, results: Path | None) -> Run:
    """The run of a config; raises ValueError or OSError where something of it cannot be read."""
    if not config_path.exists():
        raise ValueError(f"{config_path}: no such config; call this where the workflow runs, or give --config")
    try:
        config = settings_of(config_path)
        counting, concepts = config["counting"], config["concepts"]
    except (yaml.YAMLError, TypeError, KeyError):
        raise ValueError(f"{config_path}: no settings; give the config that the workflow ran with") from None
    limit = limit_of(counting["thresholds"][0], counting.get("threshold_rule", RULES[0]))
    where = results or Path(config.get("pathvars", {}).get("results", "results"))
    return Run(where, check_concepts(Path(concepts)), limit)


def asked_of(run: Run, pretraining: str | None) -> list[str]:
    """The datasets that are asked; raises ValueError where one has no index."""
    indexed = run.indexed()
    if not indexed or (pretraining and pretraining not in indexed):
        known = f"indexed are {', '.join(indexed)}" if indexed else "run the workflow, or give --results"
        raise ValueError(f"{run.results}/text_index: no index of {pretraining or 'any dataset'}; {known}")
    return [pretraining] if pretraining else indexed


def parser_of(prog: str | None) -> argparse.ArgumentParser:
    """The command's options."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=form)
    parser.add_argument("phrases", nargs="+", metavar="PHRASE")
    parser.add_argument("--pretraining", help="dataset; all that are indexed if not given")
    parser.add_argument("--mode", choices=MODES[:2], default="phrase")
    parser.add_argument("--examples", type=int, default=0, metavar="N", help="captions to show")
    parser.add_argument("--json", action="store_true", help="a list with an object for each phrase and dataset")
    config = "names the concept list, the threshold and the folder of results"
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"), help=config)
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="another folder of results than the config's")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    args = parser_of(prog).parse_args(arguments)
    if nameless := [phrase for phrase in args.phrases if not lemmas(phrase)]:
        sys.exit(f"{nameless[0]!r} holds no letter or digit, so no caption can name it")
    try:
        run = read_run(args.config, args.results)
        datasets = asked_of(run, args.pretraining)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    answers = (ask(run, name, phrase, args.mode, args.examples) for phrase in args.phrases for name in datasets)
    if args.json:
        print(json.dumps(list(answers), ensure_ascii=False, indent=1))
        return
    for answer in answers:
        print(in_words(answer))
