"""Raters' judgements of sampled pairs: reading them, pooling raters, and how far two raters agree."""

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from concept_freq.analysis.intervals import wilson
from concept_freq.rating.pairs import PAIR
from concept_freq.rating.tasks import PAIRS

JUDGEMENTS = PAIRS.values
COLUMNS = ("pretraining", *PAIR, "rater", "judgement")
TRUTH, POOLED = "truth", "all"  # raters that are no persons
KEY = ["pretraining", *PAIR]


class RatingsError(ValueError):
    """A file of judgements that cannot be used."""


def check_row(row: dict[str, str], known: dict[str, set], seen: set) -> str:
    """What is wrong with one judgement, with the remedy; empty where nothing is."""
    pair = (row["shard"], row["row"])
    if row["judgement"] not in JUDGEMENTS:
        return f"judgement {row['judgement']!r} is none of {', '.join(JUDGEMENTS)}; correct it"
    if not row["rater"].strip() or row["rater"] == POOLED:
        return f"rater {row['rater']!r} names nobody; give the rater a name"
    if pair not in known[row["pretraining"]]:
        return f"row {pair[1]} of shard {pair[0]} is not among the sampled pairs; remove the line, or sample as then"
    if (row["pretraining"], *pair, row["rater"]) in seen:
        return f"{row['rater']} judged row {pair[1]} of shard {pair[0]} before; keep one of the two lines"
    return ""


def check_names(names: list[str]) -> str:
    """What is wrong with the columns of a file of judgements; empty where nothing is."""
    if missing := [name for name in COLUMNS if name not in names]:
        return f"no column {', '.join(missing)}; wanted: {','.join(COLUMNS)}"
    twice = [name for name, number in Counter(names).items() if number > 1]
    return f"two columns {twice[0]!r}; rename or remove one" if twice else ""


def read_lines(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Columns of a file of judgements, and number and cells of its lines; RatingsError where it is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            names = list(reader.fieldnames or ())
            if wrong := check_names(names):
                raise RatingsError(f"{path}: line 1: {wrong}")
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RatingsError(f"{path}: no CSV in UTF-8 ({error}); save it as such") from error
    if longer := [line for line, row in rows if len(row) > len(names)]:
        raise RatingsError(f"{path}: line {longer[0]}: more cells than columns ({len(names)}); remove those too many")
    return names, rows


def read_judgements(paths: list[Path], pairs: pd.DataFrame) -> pd.DataFrame:
    """Judgements of sampled pairs (COLUMNS), of all files; those of datasets without sampled pairs are left out.

    Raises RatingsError, naming file and line, where one is unknown, of a pair that was not sampled, or given twice.
    """
    texts = pairs.astype({"row": str})
    known = {name: set(zip(group.shard, group.row, strict=True)) for name, group in texts.groupby("pretraining")}
    rows, seen = [], set()
    for path in paths:
        for line, row in read_lines(path)[1]:
            if row["pretraining"] not in known:
                continue
            if wrong := check_row(row, known, seen):
                raise RatingsError(f"{path}: line {line}: {wrong}")
            seen.add((row["pretraining"], row["shard"], row["row"], row["rater"]))
            rows.append([row[name] for name in COLUMNS])
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype({"row": int})


def pooled(judgements: pd.DataFrame) -> pd.DataFrame:
    """One judgement of each pair, as the rater ``all``: what most persons say; where two answers tie, the first given.

    Nothing where fewer than two persons judged.
    """
    persons = judgements[judgements.rater != TRUTH]
    if persons.rater.nunique() < 2:
        return persons[:0]
    most = persons.groupby(KEY, sort=False).judgement.agg(lambda said: Counter(said).most_common(1)[0][0])
    return most.reset_index().assign(rater=POOLED)


def agreement(first: pd.Series, second: pd.Series) -> dict[str, float]:
    """Agreement of two raters on the same pairs: the share of equal answers (Wilson) and Cohen's kappa, with intervals.

    There is no kappa where both gave one and the same answer throughout: nothing then tells agreement from chance.
    """
    share, low, high = wilson((first == second).sum(), len(first))
    found = {"n_pairs": len(first), "agreement": share, "agreement_low": low, "agreement_high": high}
    answers = [answer for answer in JUDGEMENTS if answer in {*first, *second}]
    if len(answers) < 2:
        return found
    kappa = cohens_kappa(pd.crosstab(first, second).reindex(index=answers, columns=answers, fill_value=0))
    return {**found, "kappa": kappa.kappa, "kappa_low": kappa.kappa_low, "kappa_high": kappa.kappa_upp}
