"""Captions to a positional text index in DuckDB, from which counts.index_hits answers (DESIGN: counting modes)."""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.io.atomic import atomic_path, exits_on_sigterm, scratch_folder
from concept_freq.io.duck import FOLDED_SQL, connect, sql_text
from concept_freq.io.parquet import KEPT, count_rows, read_batches
from concept_freq.io.tables import SCHEMAS
from concept_freq.text.fold import TOKEN, fold
from concept_freq.text.lemmas import caption_lemma
from concept_freq.text.nouns import load_tagger, nouns_of

BATCH, BATCH_BYTES = 1 << 15, 1 << 21  # captions, and bytes of them, that are cut into tokens at once
TOKENS_SQL = f"""
create or replace temp table tokens as
with folded as (select shard, row, {FOLDED_SQL} as caption from captions),
split as (select shard, row, regexp_extract_all(caption, $token) as list from folded)
select shard, row, unnest(list) as token, (generate_subscripts(list, 1) - 1)::uinteger as position from split
"""
RUN_SQL = """
copy (select lemma, shard, row, position from tokens join lexicon using (token) order by lemma)
to '{path}' (format parquet, row_group_size 16384)
"""
# Runs are sorted by lemma, so each range of lemmas is read from a part of each run.
RANGE_SQL = """
select lemma, shard, row, position from read_parquet($runs) where lemma >= $low and ($high is null or lemma < $high)
order by lemma, shard, row, position
"""
RANGE = 250_000  # postings that are sorted at once
FAN = 64  # runs that are merged at once
ROW_GROUP = 16_384  # postings that a query reads at least


def caption_batches(captions: Path) -> Iterator[pa.RecordBatch]:
    """Shard, row and caption of a captions file in batches of bounded length, however long its captions are."""
    for batch in read_batches(captions, BATCH, ["shard", "row", "caption"]):
        lengths = pc.binary_length(batch["caption"]).fill_null(0).to_numpy()
        parts = np.cumsum(lengths, dtype=np.int64) // BATCH_BYTES
        starts = [0, *(np.flatnonzero(np.diff(parts)) + 1), len(batch)]
        yield from (batch.slice(i, j - i) for i, j in pairwise(starts))


def only_nouns(batches: Iterable[pa.RecordBatch], model: str) -> Iterator[pa.RecordBatch]:
    """The same with nothing left of the captions but the nouns that a spaCy model finds."""
    tagger = load_tagger(model)
    for batch in batches:
        kept = pa.array(nouns_of(batch["caption"].to_pylist(), tagger), pa.string())
        yield batch.set_column(2, "caption", kept)


def write_run(db: duckdb.DuckDBPyConnection, captions: pa.RecordBatch, path: Path) -> None:
    """Write the postings of a batch of captions, sorted by lemma."""
    db.register("captions", pa.Table.from_batches([captions]))
    db.execute(TOKENS_SQL, {"token": TOKEN})
    vocabulary = [token for (token,) in db.execute("select distinct token from tokens").fetchall()]
    lexicon = {
        "token": pa.array(vocabulary, pa.string()),
        "lemma": pa.array(map(caption_lemma, vocabulary), pa.string()),
    }
    db.register("lexicon", pa.table(lexicon))
    db.execute(RUN_SQL.format(path=sql_text(path)))


def lemma_ranges(db: duckdb.DuckDBPyConnection, runs: list[str]) -> list[str]:
    """Lemmas at which to cut the postings into parts of about RANGE, the first being ''."""
    rows = db.execute("select count(*) from read_parquet($runs)", {"runs": runs}).fetchall()[0][0]
    cuts = [i * RANGE / rows for i in range(1, -(-rows // RANGE))]
    if not cuts:
        return [""]
    sql = "select quantile_disc(lemma, $cuts) from sample"  # one batch shows how lemmas are spread
    return ["", *sorted(set(db.execute(sql, {"cuts": cuts}).fetchall()[0][0] or []))]


def write_sorted(db: duckdb.DuckDBPyConnection, runs: list[str], lows: list[str], path: str | Path) -> None:
    """Merge runs into one, range by range of the lemmas, which start at ``lows``."""
    schema = pa.schema(SCHEMAS["text_index"].items())
    encoding = dict.fromkeys(("row", "position"), "DELTA_BINARY_PACKED")
    options = {**KEPT, "use_dictionary": ["lemma", "shard"], "column_encoding": encoding}
    options["write_statistics"] = ["lemma"]  # the only column by which row groups are skipped
    with pq.ParquetWriter(path, schema, **options) as writer:
        for low, high in pairwise([*lows, None]):
            found = db.sql(RANGE_SQL, params={"runs": runs, "low": low, "high": high})
            for batch in found.to_arrow_reader(ROW_GROUP):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=ROW_GROUP)


def write_runs(
    db: duckdb.DuckDBPyConnection, captions: Path, folder: Path, nouns_by: str | None
) -> tuple[list[str], list[str]]:
    """Write the postings as sorted runs, FAN of them merged into one at a time; returns the runs and lemma_ranges."""
    db.create_function("fold", fold, ["VARCHAR"], "VARCHAR")
    batches, runs, merged = caption_batches(captions), [], []
    for i, batch in enumerate(only_nouns(batches, nouns_by) if nouns_by else batches):
        if (parent := parent_process()) and not parent.is_alive():
            sys.exit("the program that asked for this index is gone")
        runs.append(f"{folder}/{i:06d}.parquet")
        write_run(db, batch, Path(runs[-1]))
        if i == 0:
            db.execute("create or replace temp table sample as select lemma from tokens join lexicon using (token)")
        if len(runs) == FAN:
            merged.append(f"{folder}/merged_{i:06d}.parquet")
            write_sorted(db, runs, lemma_ranges(db, runs), merged[-1])
            for run in runs:
                Path(run).unlink()
            runs.clear()
    found = [*merged, *runs]
    return found, lemma_ranges(db, found) if found else []


def send_runs(sender: Connection, threads: int, *arguments: object) -> None:
    """Send what write_runs gives by a database of its own."""
    with exits_on_sigterm():
        sender.send(write_runs(connect(threads), *arguments))


def write_runs_apart(threads: int, *arguments: object) -> tuple[list[str], list[str]]:
    """write_runs in a process of its own, whose memory is free again for the last merge."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_runs, args=(sender, threads, *arguments))
    process.start()
    sender.close()  # this side's, so that the end of the other is noticed
    try:
        return receiver.recv()
    except EOFError:
        sys.exit("the process that sorts the captions' postings has failed; its error stands above")
    except SystemExit:  # SIGTERM may have come to this process alone
        process.terminate()
        raise
    finally:
        process.join()


def build_index(db: duckdb.DuckDBPyConnection, captions: Path, index: Path, nouns_by: str | None = None) -> None:
    """Write the positional index (schema ``text_index``) of a captions file, sorted by lemma, shard, row, position.

    Batches become sorted runs on disk, which are merged FAN at a time, so memory grows little with the captions.
    """
    with atomic_path(index) as temporary, scratch_folder("concept_freq_index") as folder:
        if count_rows(captions) > FAN * BATCH:
            threads = db.execute("select current_setting('threads')").fetchall()[0][0]
            runs, lows = write_runs_apart(threads, captions, folder, nouns_by)
        else:
            runs, lows = write_runs(db, captions, folder, nouns_by)
        write_sorted(db, runs, lows, temporary)
