"""DuckDB as this project uses it: bounded memory, quiet, and the pieces of SQL that more than one module needs."""

import tempfile
import uuid
from pathlib import Path

import duckdb

from concept_freq.io.atomic import own_ending, sweep

MEMORY = "100MB"  # of DuckDB's buffers: what does not fit is sorted and joined on disk
# A caption as text.fold has it: the function ``fold`` for those beyond ASCII, with an apostrophe or an entity.
FOLDED_SQL = """
case when strlen(caption) <> length(caption) or regexp_matches(caption, '[&`'']') then fold(caption)
else lower(caption) end
"""


def connect(threads: int = 1) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB of so many threads; beyond MEMORY it goes on in a temporary folder of its own."""
    temporary = Path(tempfile.gettempdir())
    sweep(temporary, "duckdb")
    spill = temporary / f".duckdb.{uuid.uuid4().hex}{own_ending()}"  # DuckDB makes it when needed, and removes it
    settings = {"threads": threads, "memory_limit": MEMORY, "temp_directory": str(spill)}
    db = duckdb.connect(config=settings)
    db.execute("set enable_progress_bar = false")  # logs are no terminals
    return db


def sql_text(value: str | Path) -> str:
    """A text for between single quotes."""
    return str(value).replace("'", "''")


def sql_name(name: str) -> str:
    """A column's name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def at_limits(limits: list[float]) -> str:
    """Columns that count the rows whose probability is at or above each limit."""
    return ", ".join(f"count(*) filter (probability >= {limit:.10g})" for limit in limits)
