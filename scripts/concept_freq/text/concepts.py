"""Concept lists: a name, its aliases, and every form under which a caption may name it.

A list is a TSV whose first line names its columns, ``concept`` and optionally ``aliases`` (separated by ``|``) and
others, or a .txt file with one name a line. ``read_concepts`` is the one reader, ``check_concepts`` says before any
job what is wrong with a list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from concept_freq.text.lemmas import lemmas, variants

BLANK = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+"  # as spreadsheets and web pages leave around names, seen or not
EDGES = re.compile(rf"^{BLANK}|{BLANK}$")
COLUMNS = ("concept", "aliases")
QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True)
class Concept:
    """One row of a concept list; ``extra`` keeps the columns beyond concept and aliases, ``line`` where it stands."""

    name: str
    aliases: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict, hash=False, compare=False)
    line: int | None = field(default=None, compare=False)

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and its aliases, as written."""
        return (self.name, *self.aliases)


def split_list(cell: str) -> tuple[str, ...]:
    """Parts of a ``a|b|c`` cell; an empty cell has none."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def spelling_key(name: str) -> str:
    """What the spellings of one name share: case, hyphens, underscores and spaces do not matter."""
    return re.sub(r"[\s_-]+", " ", name).casefold()


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number, text) of the lines that are not blank; a byte order mark is none of the text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); name a file of concepts") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}: line {line}: not UTF-8; save the list as UTF-8") from None
    lines = enumerate(re.split(r"\r\n|\n|\r", text), start=1)
    return ((number, line) for number, line in lines if line.strip())


def cells_of(line: str) -> list[str]:
    """Cells of a tab-separated line without blanks around them, nor the quotes that a spreadsheet puts around some."""
    cells = [EDGES.sub("", cell) for cell in line.split("\t")]
    return [EDGES.sub("", cell[1:-1].replace('""', '"')) if QUOTED.fullmatch(cell) else cell for cell in cells]


def read_header(path: Path, number: int, line: str) -> list[str]:
    """Column names of a TSV, those of COLUMNS in any case; empty ones at its end are none."""
    cells = cells_of(line.rstrip())
    columns = [cell.casefold() if cell.casefold() in COLUMNS else cell for cell in cells]
    if "concept" not in columns:
        found = ", ".join(map(repr, columns))
        raise ValueError(
            f"{path}: line {number}: no column 'concept' among {found}; name the columns there, separated by tabs, or "
            "save a list of names alone as .txt"
        )
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise ValueError(f"{path}: line {number}: column {twice[0]!r} occurs twice; rename one")
    return columns


def read_row(path: Path, number: int, columns: list[str], line: str) -> Concept:
    """One row of a TSV."""
    cells = cells_of(line)
    if any(cells[len(columns) :]):
        raise ValueError(
            f"{path}: line {number}: {len(cells)} cells for {len(columns)} columns; remove the tabs inside cells, or "
            "name every column in the first line"
        )
    row = dict(zip(columns, cells + [""] * len(columns), strict=False))
    if not (name := row.pop("concept")):
        raise ValueError(f"{path}: line {number}: the cell 'concept' is empty; name the concept or remove the line")
    return Concept(name, split_list(row.pop("aliases", "")), row, number)


def read_name(path: Path, number: int, line: str) -> Concept:
    """One line of a .txt list."""
    if "\t" in line.strip():
        raise ValueError(
            f"{path}: line {number}: a tab in a .txt list, which has one name a line; save a table as .tsv, its first "
            "line naming the columns"
        )
    return Concept(*cells_of(line), line=number)


def read_concepts(path: Path) -> list[Concept]:
    """Read a list of concepts; raises ValueError with file, line and remedy where it is none."""
    lines = list(read_lines(path))
    if path.suffix.lower() == ".txt":
        concepts = [read_name(path, *line) for line in lines]
    elif lines:
        columns = read_header(path, *lines[0])
        concepts = [read_row(path, number, columns, line) for number, line in lines[1:]]
    if not lines or not concepts:
        raise ValueError(f"{path}: no concepts; name at least one, in a TSV below the line that names the columns")
    return concepts


def named(concept: Concept, form: str) -> str:
    """A form of a concept for messages, with its line where it stands in a file."""
    what = f"concept {form!r}" if form == concept.name else f"alias {form!r} of {concept.name!r}"
    return f"line {concept.line}: {what}" if concept.line else what


def breaches(concepts: list[Concept]) -> Iterator[str]:
    """Each form that names nothing or two concepts, with its line and the remedy."""
    owners: dict[tuple[str, ...], tuple[Concept, str]] = {}
    for concept in concepts:
        for form in concept.forms:
            if not (key := lemmas(form)):
                yield f"{named(concept, form)} holds no letter or digit; remove it"
                continue
            owner, spelling = owners.setdefault(key, (concept, form))
            if owner is not concept:
                same = f"{named(concept, form)} reads the same as {named(owner, spelling)}"
                yield f"{same}; keep one, and the other spelling as its alias"


def check_concepts(path: Path) -> list[Concept]:
    """Read a list whose names all hold a letter or digit and that names no concept twice; raises ValueError."""
    concepts = read_concepts(path)
    if found := list(breaches(concepts)):
        more = f" ({len(found) - 1} more such names follow)" if found[1:] else ""
        raise ValueError(f"{path}: {found[0]}{more}")
    return concepts


def lemma_forms(concepts: list[Concept]) -> dict[tuple[str, ...], str]:
    """Map each declared form, as lemmas, to its concept; one that ``breaches`` names is an error."""
    for breach in breaches(concepts):
        raise ValueError(breach)
    return {lemmas(form): concept.name for concept in concepts for form in concept.forms}


def caption_forms(concepts: list[Concept]) -> list[tuple[tuple[str, ...], int]]:
    """Every form under which captions may show a concept (``variants``), with the concept's number in the list."""
    numbers = {concept.name: i for i, concept in enumerate(concepts)}
    owners = lemma_forms(concepts).items()
    return [(variant, numbers[name]) for form, name in owners for variant in variants(form)]
