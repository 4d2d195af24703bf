"""The emoji world: its design holds, and its truth is what the counter finds."""

import numpy as np
import pytest
from programs import REPOSITORY

from concept_freq.shards.pictures import encode_jpeg
from concept_freq.text.concepts import lemma_forms, read_concepts, split_list
from concept_freq.text.lemmas import lemmas
from concept_freq.world.captions import (
    LOOKALIKES,
    TEMPLATES,
    CaptionStyle,
    named_concepts,
    number_forms,
    surfaces,
    write_caption,
)
from concept_freq.world.design import FAULTS, deal_scenes, log_uniform_counts, plan_scenes, scene_sizes
from concept_freq.world.scenes import compose

WORLD = REPOSITORY / "config" / "concepts" / "emoji_world.tsv"
STYLE = CaptionStyle(alias=0.3, keyword=0.2, omitted=0.2, plural=0.3, lookalike=0.3)


@pytest.fixture(scope="module")
def concepts():
    return read_concepts(WORLD)


def test_the_list_has_the_promised_size_and_no_shared_form(concepts):
    assert 300 <= len(concepts) <= 440
    assert len(lemma_forms(concepts)) >= len(concepts)
    assert sum(" " in concept.name for concept in concepts) > 100


def test_counts_span_the_decades_and_add_up():
    counts = log_uniform_counts(314, 56_000, 3.3)
    assert counts.max() / counts[counts > 0].min() >= 1000
    assert counts.sum() == 56_000
    assert np.all(np.diff(counts) <= 0)


def test_every_planned_object_is_shown_except_repeats_in_a_scene():
    counts = log_uniform_counts(40, int(scene_sizes(1000, 3).sum()), 2)
    scenes = deal_scenes(counts, 1000, seed=3)
    shown = np.bincount(np.concatenate(scenes), minlength=40)
    assert {len(scene) for scene in scenes} == {1, 2, 3}
    assert np.all(shown <= counts)
    assert shown.sum() > 0.97 * counts.sum()


def test_wrong_captions_and_faults_have_the_set_shares():
    plan = plan_scenes(
        log_uniform_counts(50, int(scene_sizes(1000, 5).sum()), 2), 1000, wrong_captions=0.1, broken=0.03, seed=5
    )
    moved = sum(a is not b for a, b in zip(plan.pictured, plan.captioned, strict=True))
    assert moved == 100
    assert sum(plan.faults != "") == 30
    assert set(plan.faults) == {"", *FAULTS}


def test_plurals_are_known_to_the_lemmatiser(concepts):
    for concept in concepts:
        for form in concept.forms:
            single, plural = number_forms(form)
            assert plural is None or lemmas(plural) == lemmas(single)


def test_fillers_name_no_concept(concepts):
    fillers = [template.format("x") for template in TEMPLATES] + list(LOOKALIKES)
    fillers += [word for concept in concepts for word in split_list(concept.extra["keywords"])]
    for filler in fillers:
        assert not named_concepts(filler, tuple(concepts)), filler


def test_the_truth_is_what_the_phrase_rule_finds(concepts):
    """Two independent readings of 3,000 captions: a look-up of written forms, and runs of lemmas."""
    forms, known = lemma_forms(concepts), tuple(concepts)
    rng = np.random.default_rng(0)
    for _ in range(3000):
        ids = rng.integers(0, len(concepts), rng.integers(1, 4))
        caption = write_caption(rng, [concepts[i] for i in ids], STYLE)
        words = lemmas(caption)
        runs = {words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
        assert {forms[run] for run in runs & set(forms)} == named_concepts(caption, known), caption


def test_nested_names_are_both_named(concepts):
    assert named_concepts("Soft-Ice-Creams!", tuple(concepts)) == {"soft ice cream", "ice cream"}
    assert surfaces(tuple(concepts))["cherry"] == {"cherries"}


def test_equal_seeds_make_equal_scenes():
    picture = np.random.default_rng(0).integers(0, 256, (96, 96, 4), dtype=np.uint8)
    one, other = (encode_jpeg(compose(np.random.default_rng(7), [picture] * 3, 64)) for _ in range(2))
    assert one == other
