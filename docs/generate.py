"""Write all documentation that is generated: ``make docs``.

First from results, where there are any: tables (docs/tables/*.csv) and figures (docs/figures/*.png), all
committed. Then from these tables and from config/schemas: the blocks of Markdown between ``<!-- begin NAME -->`` and
``<!-- end -->`` in every file of PAGES. With ``--check``, pages that are stale are named and nothing is written.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from extracts import EXTRACTS, PICTURES, Extract
from manual import manual_of_config, manual_of_registry, read_schema
from PIL import Image

REPOSITORY = Path(__file__).parents[1]
SCHEMAS, TABLES, FIGURES = (REPOSITORY / folder for folder in ("config/schemas", "docs/tables", "docs/figures"))
PAGES = ["README.md", "config/README.md", "config/released/README.md", "profiles/README.md", "CONTRIBUTING.md"]
PAGES += [f"docs/{path.name}" for path in sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- begin (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTH, COLOURS = 1200, 256  # of a figure: below 200 kB each


def summarised(table: pd.DataFrame, extract: Extract) -> pd.DataFrame:
    """Mean score and share of zeros by the columns that are shown."""
    by = [name for name in extract.fields if name in table.columns]
    scores = table.groupby(by, sort=True)[extract.over]
    return pd.DataFrame(
        {"mean": scores.mean(), "share_zero": scores.agg(lambda values: (values == 0).mean())}
    ).reset_index()


def extracted(extract: Extract, root: Path) -> pd.DataFrame:
    """The rows and columns of a table of results that the docs show, to five digits."""
    path = root / extract.source
    table = (pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)).query(
        extract.rows, engine="python"
    )
    table = (summarised(table, extract) if extract.over else table)[extract.fields]
    numbers = table.select_dtypes("number").columns
    return table.assign(**{name: table[name].map(lambda value: float(f"{value:.5g}")) for name in numbers})


def cell(template: str, row: dict) -> str:
    """A cell of a Markdown table; a dash where a number is missing, nothing where a text is."""
    values = {name: row[name] for name in re.findall(r"{(\w+)", template)}
    formatted = re.search(r"{\w+:", template)
    if formatted and any(pd.isna(value) for value in values.values()):
        return "–"
    filled_in = template.format(**{name: "" if pd.isna(value) else value for name, value in values.items()})
    return " ".join(filled_in.split())


def markdown(extract: Extract, table: pd.DataFrame) -> str:
    """A table of the docs as Markdown."""
    lines = [[cell(template, row) for template in extract.columns.values()] for row in table.to_dict("records")]
    shown = [list(extract.columns), ["---"] * len(extract.columns), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in shown)


def block(name: str) -> str:
    """What stands between the marks of a name: the manual of a schema, a table of results, or a CSV as it is."""
    kind, _, which = name.partition(" ")
    if kind == "csv":
        table = pd.read_csv(REPOSITORY / "docs" / f"{which}.csv", dtype=str)
        return markdown(Extract("", {column: f"{{{column}}}" for column in table}), table)
    if kind == "table":
        path = TABLES / f"{which}.csv"
        return markdown(EXTRACTS[which], pd.read_csv(path)) if path.exists() else "*No results yet.*"
    schema = read_schema(SCHEMAS / f"{which}.schema.yaml")
    return manual_of_config(schema) if kind == "keys" else manual_of_registry(schema)


def filled(text: str) -> str:
    """A page with every block made again."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{block(found[2])}\n\n{found[3]}", text)


def small(path: Path, out: Path) -> None:
    """A figure as a PNG for a page: narrower, with a palette."""
    with Image.open(path) as picture:
        rgb = picture.convert("RGB")
    height = round(rgb.height * WIDTH / rgb.width)
    shown = rgb.resize((WIDTH, height), Image.Resampling.LANCZOS) if rgb.width > WIDTH else rgb
    shown.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, optimize=True)


def take_results(root: Path) -> None:
    """Tables and figures of the docs from results; what a run did not make is named and left as it is."""
    for name, extract in EXTRACTS.items():
        if (root / extract.source).exists():
            extracted(extract, root).to_csv(TABLES / f"{name}.csv", index=False, lineterminator="\n")
        else:
            print(f"docs/tables/{name}.csv: left as it is, {extract.source} is not there")
    for name, source in PICTURES.items():
        if (root / source).exists():
            small(root / source, FIGURES / f"{name}.png")
        else:
            print(f"docs/figures/{name}.png: left as it is, {source} is not there")


def stale() -> Iterator[Path]:
    """Pages whose blocks are not what they would be made now."""
    for path in (REPOSITORY / page for page in PAGES):
        if filled(text := path.read_text()) != text:
            yield path


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if a page is stale")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="folder whose results/ are taken")
    args = parser.parse_args()
    if not args.check:
        take_results(args.root)
    for path in list(stale()):
        if not args.check:
            path.write_text(filled(path.read_text()))
        print(f"{path.relative_to(REPOSITORY)}: {'stale; run make docs' if args.check else 'written'}")
        args.check and sys.exit(1)


if __name__ == "__main__":
    main()
