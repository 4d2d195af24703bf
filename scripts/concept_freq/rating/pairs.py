"""Draw pairs for raters: by hash, stratum by stratum, so that neither chunks nor their order change the sample.

A pair's stratum is what the counting says of it: ``misaligned``, ``aligned``, or ``one_sided`` where the caption, the
picture or both lack a listed concept. Pairs are drawn in the order of a hash of seed, shard and row; the first n of a
stratum are a random sample of it, and so are the first few that a rater gets done.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
from PIL import Image

from concept_freq.counts.chunk import TWO_SIDED_SQL, create_tags, hits_by_piece, shown_from
from concept_freq.counts.index_hits import create_hits
from concept_freq.io.duck import sql_text
from concept_freq.shards.pictures import encode_jpeg

STRATA = ("misaligned", "aligned", "one_sided")
SIDE = 512  # pixels: larger pictures are shrunk
PAIR = ["shard", "row"]
# A picture that cannot be decoded can be neither misaligned nor rated, and belongs to no stratum.
STATES_SQL = """
create or replace temp view states as
select shard, row, key, caption, md5(concat_ws(' ', '{seed}', shard, row)) as draw,
    case when misaligned then 'misaligned' when misaligned is null then 'one_sided' else 'aligned' end as stratum
from read_parquet('{captions}') as captions anti join read_parquet('{skipped}') as skipped using (shard, row)
    left join two_sided using (shard, row)
"""
DRAW_SQL = "select * from states where stratum = $stratum order by draw, shard, row limit $n"
SHOWN_SQL = "select shard, row, concept_id from {image} where {piece} order by probability desc, concept_id"
NAMED_SQL = "select shard, row, concept_id from text order by concept_id"


class Chunk(NamedTuple):
    """Files of one chunk."""

    captions: Path
    index: Path
    tags: Path
    skipped: Path


def allocate(n: int, sizes: dict[str, int]) -> dict[str, int]:
    """How many of n pairs each stratum gets: half misaligned, the others by their size, but a tenth of these at least.

    Shares within a stratum are as precise as the stratum's own sample is large. Misaligned pairs are few, so by size
    they would be too few to say how often the label is right. A small stratum leaves its places to the others.
    """
    left = n - (misaligned := min(sizes["misaligned"], n // 2))
    aligned, one_sided = sizes["aligned"], sizes["one_sided"]
    least = max(1, left // 10)
    fair = min(max(least, round(left * aligned / max(aligned + one_sided, 1))), left - least)
    take = min(aligned, max(fair, left - one_sided))
    return {"misaligned": misaligned, "aligned": take, "one_sided": min(one_sided, left - take)}


def create_states(db: duckdb.DuckDBPyConnection, chunk: Chunk, mode: str, limit: float, seed: str) -> None:
    """Create the view ``states``: every pair of a chunk whose picture can be decoded, its stratum and its draw."""
    create_tags(db, [chunk.tags], limit, "tags")
    found = TWO_SIDED_SQL.format(text="text", image=shown_from(limit))
    db.execute("create or replace temp table two_sided (shard varchar, row uinteger, misaligned boolean)")
    for _ in hits_by_piece(db, chunk.index, mode):
        db.execute(f"insert into two_sided {found}")
    files = {"captions": sql_text(chunk.captions), "skipped": sql_text(chunk.skipped)}
    db.execute(STATES_SQL.format(seed=sql_text(seed), **files))


def draw_pairs(
    db: duckdb.DuckDBPyConnection, chunks: Iterable[Chunk], mode: str, limit: float, n: int, seed: str
) -> pd.DataFrame:
    """Draw about n pairs: chunk (its number), shard, row, key, caption, stratum, stratum_size and n_samples.

    ``stratum_size`` counts the pairs of all chunks, ``n_samples`` also those without a readable picture. In drawing
    order. The concepts' forms must be registered in ``db``.
    """
    drawn, sizes, n_samples = [], dict.fromkeys(STRATA, 0), 0
    for number, chunk in enumerate(chunks):
        create_states(db, chunk, mode, limit, seed)
        for stratum, size in db.execute("select stratum, count(*) from states group by stratum").fetchall():
            sizes[stratum] += size
        n_samples += db.execute("select count(*) from read_parquet($c)", {"c": str(chunk.captions)}).fetchone()[0]
        found = [db.execute(DRAW_SQL, {"stratum": stratum, "n": n}).df() for stratum in STRATA]
        drawn.append(pd.concat(found, ignore_index=True).assign(chunk=number))
    pairs = pd.concat(drawn, ignore_index=True).sort_values(["draw", *PAIR], ignore_index=True)
    wanted = allocate(n, sizes)
    kept = pairs[pairs.groupby("stratum").cumcount() < pairs.stratum.map(wanted)]
    return kept.assign(stratum_size=kept.stratum.map(sizes), n_samples=n_samples).drop(columns="draw")


def rows_sql(pairs: pd.DataFrame) -> str:
    """SQL condition that holds for these pairs only."""
    groups = pairs.groupby("shard").row
    parts = [f"(shard = '{sql_text(shard)}' and row in ({', '.join(map(str, rows))}))" for shard, rows in groups]
    return f"({' or '.join(parts)})"


def concepts_of(
    db: duckdb.DuckDBPyConnection, chunk: Chunk, pairs: pd.DataFrame, mode: str, limit: float, names: list[str]
) -> pd.DataFrame:
    """Concepts that the captions name and tags of the pictures, the surest first, of a chunk's pairs: named, tags."""
    piece = rows_sql(pairs)
    create_hits(db, [chunk.index], mode, "text", piece)
    create_tags(db, [chunk.tags], limit, "tags")
    found = {"named": db.execute(NAMED_SQL).df(), "tags": db.execute(SHOWN_SQL.format(image="tags", piece=piece)).df()}
    lists = {side: {pair: [] for pair in zip(pairs.shard, pairs.row, strict=True)} for side in found}
    for side, table in found.items():
        for shard, row, concept in table.itertuples(index=False):
            lists[side][shard, row].append(names[concept])
    return pairs.assign(**{side: list(found.values()) for side, found in lists.items()})


def jpeg_of(picture: Image.Image) -> bytes:
    """A picture as JPEG, no side longer than SIDE."""
    picture.thumbnail((SIDE, SIDE))
    return encode_jpeg(picture)
