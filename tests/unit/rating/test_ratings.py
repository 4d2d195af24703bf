"""Rated pairs: what is drawn, the estimate from strata, agreement, and judgements that cannot be used."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_freq.analysis.intervals import stratified, wilson
from concept_freq.counts.build_index import build_index
from concept_freq.counts.chunk import count_chunk
from concept_freq.counts.index_hits import register_forms
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_table
from concept_freq.rating.pairs import STRATA, Chunk, allocate, concepts_of, draw_pairs
from concept_freq.rating.ratings import RatingsError, agreement, pooled, read_judgements
from concept_freq.shards.tar import Skips, add_member, pick_samples, read_samples, shard_writer
from concept_freq.text.concepts import Concept, lemma_forms
from rate_by_truth import judge

CONCEPTS = [Concept("cat"), Concept("dog")]
NAMES = ["cat", "dog"]


def test_half_the_sample_is_misaligned_the_rest_by_size():
    assert allocate(200, {"misaligned": 1000, "aligned": 3000, "one_sided": 1000}) == {
        **{"misaligned": 100, "aligned": 75, "one_sided": 25}
    }
    assert allocate(40, {"misaligned": 4, "aligned": 8, "one_sided": 10**6}) == {
        **{"misaligned": 4, "aligned": 3, "one_sided": 33}
    }


@given(sizes=st.lists(st.integers(0, 300), min_size=3, max_size=3), n=st.integers(4, 200))
def test_no_stratum_gives_more_than_it_has_and_no_place_is_lost(sizes, n):
    taken = list(allocate(n, dict(zip(STRATA, sizes, strict=True))).values())
    assert all(0 <= k <= size for k, size in zip(taken, sizes, strict=True))
    assert all(k for k, size in zip(taken, sizes, strict=True) if size)
    others = sum(sizes[1:])
    assert sum(taken) == min(n, others + taken[0])
    assert taken[0] == min(n // 2, sizes[0])


def chunk_of(folder, captions: list[tuple[str, int, str]], tags: list[tuple[str, int, int, float]], lost=()) -> Chunk:
    """Files of captions (shard, row, text), tags (shard, row, concept, probability) and pictures lost (shard, row)."""
    folder.mkdir()
    paths = Chunk(*(folder / f"{name}.parquet" for name in Chunk._fields))
    rows = [{"shard": shard, "row": row, "key": f"{shard}{row}", "caption": text} for shard, row, text in captions]
    write_table(rows, "captions", paths.captions)
    build_index(connect(), paths.captions, paths.index)
    columns = zip(*tags, strict=True) if tags else [[]] * 4
    table = pa.table(dict(zip(("shard", "row", "concept_id", "probability"), map(list, columns), strict=True)))
    table = table.set_column(3, "probability", table["probability"].cast(pa.float32()).cast(pa.float16()))
    write_table(table, "image_tags", paths.tags)
    skips = Skips("tag_images")
    for shard, row in lost:
        skips.add(shard, row, "", "picture cannot be decoded")
    write_table(skips.rows, "skipped", paths.skipped)
    return paths


def draw(chunks: list[Chunk], n: int, seed: str = "0 mine") -> pd.DataFrame:
    """Draw pairs of chunks, with their concepts."""
    db = connect()
    register_forms(db, [(form, NAMES.index(name)) for form, name in lemma_forms(CONCEPTS).items()])
    pairs = draw_pairs(db, chunks, "phrase", 0.5, n, seed)
    known = [concepts_of(db, chunks[i], group, "phrase", 0.5, NAMES) for i, group in pairs.groupby("chunk")]
    return pd.concat(known).sort_index()


def test_strata_are_what_the_counting_says(tmp_path):
    captions = [("0", i, text) for i, text in enumerate(["a cat", "a dog", "a cat and a dog", "!", "a dog", "a dog"])]
    tags = [("0", 0, 0, 0.9), ("0", 1, 0, 0.8), ("0", 2, 1, 0.6), ("0", 2, 0, 0.7), ("0", 3, 1, 0.9)]
    chunk = chunk_of(tmp_path / "a", captions, tags, lost=[("0", 5)])
    pairs = draw([chunk], 100).set_index("row")
    assert pairs.stratum.to_dict() == {0: "aligned", 1: "misaligned", 2: "aligned", 3: "one_sided", 4: "one_sided"}
    assert pairs.named.sort_index().tolist() == [["cat"], ["dog"], ["cat", "dog"], [], ["dog"]]
    assert pairs.tags.sort_index().tolist() == [["cat"], ["cat"], ["cat", "dog"], ["dog"], []]
    counts = count_chunk(chunk.captions, {"phrase": chunk.index}, chunk.tags, CONCEPTS, [0.5]).to_pydict()
    sizes = pairs.groupby("stratum").stratum_size.first()
    assert (sizes["misaligned"], set(pairs.n_samples)) == (counts["n_misaligned"][0], {counts["n_samples"][0]})
    assert sizes["misaligned"] + sizes["aligned"] == counts["n_two_sided"][0]


def many(n: int) -> tuple[list, list]:
    """Captions and tags of n pairs in shards of 50, a third each misaligned, aligned and one-sided."""
    places = [(f"{i // 50:05d}", i % 50) for i in range(n)]
    captions = [(*place, "a cat") for place in places]
    return captions, [(*place, i % 3, 0.9) for i, place in enumerate(places) if i % 3 < 2]


def test_the_sample_does_not_depend_on_the_chunks(tmp_path):
    captions, tags = many(300)
    whole = [chunk_of(tmp_path / "whole", captions, tags)]
    split = [
        chunk_of(
            tmp_path / name, *([entry for entry in side if (entry[0] < "00002") == early] for side in (captions, tags))
        )
        for name, early in (("late", False), ("early", True))
    ]
    first = draw(whole, 60)
    assert first.stratum.value_counts().to_dict() == {"misaligned": 30, "aligned": 15, "one_sided": 15}
    pd.testing.assert_frame_equal(first.drop(columns="chunk"), draw(split, 60).drop(columns="chunk"), check_like=True)
    assert set(zip(first.shard, first.row, strict=True)) != set(
        draw(whole, 60, "1 mine")[["shard", "row"]].itertuples(index=False, name=None)
    )


def test_every_pair_is_as_likely_to_be_drawn(tmp_path):
    chunk = [chunk_of(tmp_path / "whole", *many(90))]
    drawn = pd.concat([draw(chunk, 20, f"{seed} mine") for seed in range(60)])
    times = drawn[drawn.stratum == "misaligned"].groupby(["shard", "row"]).size()
    assert (len(times), times.sum()) == (30, 600)
    assert ((times - 20) ** 2).sum() / (60 / 3 * 2 / 3) < 50  # chi squared, 29 degrees of freedom: p > 0.01


def test_picked_samples_are_those_of_a_whole_reading(tmp_path):
    path = tmp_path / "00000.tar"
    with shard_writer(path) as tar:
        for i in range(30):
            for extension in ("jpg", "txt"):
                add_member(tar, f"folder/{i:03d}.{extension}", f"{i} {extension}".encode())
    whole = list(read_samples(path, Skips("test")))
    assert pick_samples(path, [29, 3, 7]) == [whole[i] for i in (3, 7, 29)]
    path.write_bytes(path.read_bytes()[: 40 * 1024 + 100])  # cut
    whole = list(read_samples(path, Skips("test")))
    assert pick_samples(path, [len(whole) - 1]) == whole[-1:]
    with pytest.raises(ValueError, match=r"00000.tar: no sample at row 29; it is not the shard that was counted"):
        pick_samples(path, [3, 29])


def test_the_stratified_estimate_by_hand():
    share, low, high = stratified(np.array([6, 1]), np.array([10, 10]), np.array([10**9, 3 * 10**9]))
    one, other = wilson(6, 10), wilson(1, 10)
    assert share == pytest.approx(0.25 * 0.6 + 0.75 * 0.1)
    assert low == pytest.approx(share - np.hypot(0.25 * (0.6 - one[1]), 0.75 * (0.1 - other[1])))
    assert high == pytest.approx(share + np.hypot(0.25 * (one[2] - 0.6), 0.75 * (other[2] - 0.1)))


def test_what_is_rated_whole_is_certain_and_what_is_not_rated_open():
    assert stratified(np.array([3, 0]), np.array([10, 5]), np.array([10, 5]), 20) == pytest.approx((0.15, 0.15, 0.15))
    assert stratified(np.array([0]), np.array([0]), np.array([5]), 10) == pytest.approx((0.25, 0, 0.5))
    low, high = stratified(np.array([0, 20]), np.array([20, 20]), np.array([500, 500]))[1:]
    assert 0 <= low < 0.5 < high <= 1


@pytest.mark.parametrize(
    ("sizes", "rates", "n"),
    [
        ((6000, 20000, 9000), (0.5, 0.05, 0.2), 200),
        ((600, 3000, 6400), (0.9, 0.02, 0.1), 200),
        ((100, 800, 50), (0.7, 0, 0.3), 40),
    ],
)
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(sizes, rates, n):
    rng, sizes = np.random.default_rng(1), np.array(sizes)
    true = np.round(sizes * rates).astype(int)
    trials = np.array(list(allocate(n, dict(zip(STRATA, sizes.tolist(), strict=True))).values()))
    found = [stratified(rng.hypergeometric(true, sizes - true, trials), trials, sizes) for _ in range(500)]
    share = true.sum() / sizes.sum()
    assert 0.92 < np.mean([low <= share <= high for _, low, high in found]) < 0.985
    assert np.mean([estimate for estimate, *_ in found]) == pytest.approx(share, abs=0.01)


def test_agreement_by_hand():
    first = pd.Series(["yes"] * 25 + ["no"] * 25)
    second = pd.Series(["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    found = agreement(first, second)
    assert (found["n_pairs"], found["agreement"]) == (50, 0.7)
    assert found["kappa"] == pytest.approx(0.4)  # chance 0.5 * 0.6 + 0.5 * 0.4
    assert found["kappa_low"] < 0.4 < found["kappa_high"]
    assert agreement(first, first)["kappa"] == 1
    assert "kappa" not in agreement(first[:25], first[:25])  # one answer throughout


def judged(*said: tuple[int, str, str]) -> pd.DataFrame:
    """Judgements (row, rater, judgement) of one shard."""
    rows = [{"pretraining": "mine", "shard": "0", "row": r, "rater": who, "judgement": what} for r, who, what in said]
    return pd.DataFrame(rows)


def test_pooled_raters_say_what_most_say_and_the_truth_has_no_voice():
    table = judged(*((0, who, what) for who, what in zip("abc", ("no", "yes", "yes"), strict=True)))
    table = pd.concat([judged((0, "truth", "no")), table, judged((1, "a", "no"), (1, "b", "yes"), (2, "c", "unclear"))])
    assert pooled(table).set_index("row").judgement.to_dict() == {0: "yes", 1: "no", 2: "unclear"}
    assert pooled(judged((0, "truth", "no"), (0, "a", "yes"))).empty


def test_what_was_planted_makes_a_judgement():
    def of(*rows):
        return judge(pd.DataFrame(rows, columns=["in_picture", "in_caption"]))

    assert of((True, True), (True, False)) == "yes"
    assert of((True, False), (False, True)) == "no"
    assert of((True, False), (True, False)) == "unclear"
    assert of((False, True)) == "unclear"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column pretraining, shard, row, rater, judgement"),
        ("pretraining,shard,row,rater\n", "line 1: no column judgement"),
        ("pretraining,shard,row,rater,judgement,row\n", "line 1: two columns 'row'; rename or remove one"),
        ("{head}mine,0,1,Ann,yes,no\n", "line 2: more cells than columns (5); remove"),
        ("{head}mine,0,1,Ann,maybe\n", "line 2: judgement 'maybe' is none of yes, no, unclear; correct it"),
        (
            "{head}mine,0,1,Ann,yes\nmine,0,9,Ann,yes\n",
            "line 3: row 9 of shard 0 is not among the sampled pairs; remove",
        ),
        ("{head}mine,0,1,Ann,yes\nmine,0,1,Ann,no\n", "line 3: Ann judged row 1 of shard 0 before; keep one"),
        ("{head}mine,0,1,,yes\n", "line 2: rater '' names nobody"),
        ("{head}mine,0,1,all,yes\n", "line 2: rater 'all' names nobody"),
        ("{head}mine,0\n", "line 2: judgement '' is none of"),
        ("{head}mine,0,1,Ann\xff,yes\n", "no CSV in UTF-8"),
    ],
)
def test_judgements_that_cannot_be_used_are_named(tmp_path, text, message):
    path, pairs = tmp_path / "ann.csv", pd.DataFrame({"pretraining": ["mine"], "shard": ["0"], "row": [1]})
    head = "pretraining,shard,row,rater,judgement\n"
    path.write_bytes(text.format(head=head).encode("latin-1"))
    with pytest.raises(RatingsError) as error:
        read_judgements([path], pairs)
    assert f"ann.csv: {message}" in str(error.value)


def test_datasets_without_sampled_pairs_are_passed_over(tmp_path):
    path, pairs = tmp_path / "ann.csv", pd.DataFrame({"pretraining": ["mine"], "shard": ["0"], "row": [1]})
    path.write_text("pretraining,shard,row,rater,judgement\nother,0,7,Ann,yes\nmine,0,1,Ann,no\n")
    assert read_judgements([path], pairs)["row"].tolist() == [1]
    assert read_judgements([], pairs).empty
