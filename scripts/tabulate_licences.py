"""Licences of the datasets, models, pictures and files that a run takes from elsewhere, as its registries state them.

Rows whose content is made here (composed sets, models trained here) are left out; they carry what they are made of.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.io.tables import write_csv
from concept_freq.shards.remote import shown

COLUMNS = ["kind", "name", "licence", "author", "origin", "sha256"]
ORIGINS = ("source", "shards", "manifest", "package")  # the columns that say where content is from
MADE_HERE = ("", "trained")
NOT_STATED = "not stated"


def origin_of(row: dict[str, str]) -> str:
    """Where a row's content is from, with the version of a package; empty where it is made here."""
    found = next((row[column] for column in ORIGINS if row.get(column, "") not in MADE_HERE), "")
    return f"{shown(found)} {row.get('version', '')}".strip()


def licence_rows(path: Path, names: list[str]) -> list[dict[str, str]]:
    """Rows (COLUMNS) of a registry, of these names where any are given."""
    registry = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    rows = []
    for row in registry.to_dict("records"):
        name, origin = row[registry.columns[0]], origin_of(row)
        if not origin or (names and name not in names):
            continue
        stated = {"licence": row.get("licence") or NOT_STATED, "author": row.get("artist") or row.get("author", "")}
        rows.append({"kind": path.stem, "name": name, **stated, "origin": origin, "sha256": row.get("sha256", "")})
    return rows


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registries", type=Path, nargs="+", required=True, help="TSV; a file's name is the kind")
    parser.add_argument("--names", nargs="*", default=[], help="rows that the run uses; all if not given")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = [row for path in args.registries for row in licence_rows(path, args.names)]
    write_csv(pd.DataFrame(rows, columns=COLUMNS), args.out)
    print(f"{sum(row['licence'] == NOT_STATED for row in rows)} of {len(rows)} rows state no licence")


if __name__ == "__main__":
    main()
