"""What the shipped configs record of what they use: digests, sources, and whose rows stand in the table of licences."""

import contextlib

import pytest
from programs import REPOSITORY
from snakemake.common.configfile import load_configfile

from concept_freq.workflow.configs import complete
from concept_freq.workflow.records import names, registries, sources, used_files
from concept_freq.workflow.study import Study


@pytest.fixture
def study():
    """The study of a config."""

    def read(*files: str) -> Study:
        config = {key: value for file in files for key, value in load_configfile(REPOSITORY / "config" / file).items()}
        return Study(complete(config, [REPOSITORY, REPOSITORY]))

    with contextlib.chdir(REPOSITORY):
        yield read


def test_the_emoji_world_is_made_here_of_pictures_and_files(study):
    world = study("config.yaml")
    used = used_files(world)
    assert {"<results>/models/tagger.pt", "<results>/models/natural/vit.pt", "config/prompts/simple.txt"} <= {*used}
    assert "<results>/downstream/emojione/test/0.tar" in used
    assert "<results>/downstream/emojione/classnames.txt" in used
    assert len(used) == len(set(used))
    assert sources(world) == {}
    assert {"noto", "openmoji", "efficientnet_lite0.pth", "natural/vit"} <= {*names(world)}
    assert registries(world)[-1] == "config/files.tsv"


def test_published_scores_use_no_weights(study):
    released = study("released.yaml")
    assert used_files(released) == []
    assert "noto" not in names(released)
