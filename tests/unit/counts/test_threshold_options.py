"""The options by which every program takes thresholds."""

import argparse

import pytest

from concept_freq.counts.thresholds import add_threshold_options


def parse(*arguments: str, **options: bool) -> argparse.Namespace:
    """What a program with these options is told."""
    parser = argparse.ArgumentParser()
    add_threshold_options(parser, **options)
    return parser.parse_args(arguments)


def test_one_threshold_counts_what_reaches_it():
    assert vars(parse("--threshold", "0.7")) == {"threshold": 0.7, "threshold_rule": "at_least"}


def test_many_thresholds_under_the_published_rule():
    found = parse("--thresholds", "0.7", "0.5", "--threshold-rule", "published", many=True)
    assert vars(found) == {"thresholds": [0.7, 0.5], "threshold_rule": "published"}


@pytest.mark.parametrize("many", [False, True])
def test_no_program_counts_without_a_threshold(many):
    with pytest.raises(SystemExit):
        parse(many=many)
