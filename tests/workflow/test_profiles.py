"""Profiles: every option is one that Snakemake or the profile's own executor knows; those with a plugin here plan."""

from pathlib import Path

import pytest
import yaml
from programs import REPOSITORY
from snakemake.cli import get_argument_parser

PROFILES = sorted(path.parent.name for path in (REPOSITORY / "profiles").glob("*/profile.yaml"))
OPTIONS = {option.removeprefix("--") for action in get_argument_parser()._actions for option in action.option_strings}


def read(name: str) -> dict:
    """A profile's options."""
    return yaml.safe_load((REPOSITORY / "profiles" / name / "profile.yaml").read_text())


def test_every_profile_is_explained():
    readme = (REPOSITORY / "profiles" / "README.md").read_text()
    assert len(PROFILES) == 5
    assert all(f"| `{name}` |" in readme for name in PROFILES)


@pytest.mark.parametrize("name", PROFILES)
def test_every_option_is_known(name):
    options = read(name)
    executor = options.get("executor", "none")
    own = {key for key in options if key.startswith(f"{executor}-")}
    assert set(options) - own <= OPTIONS
    rules = {line.split()[1].rstrip(":") for path in (REPOSITORY / "rules").glob("*.smk") for line in lines(path)}
    assert set(options.get("set-resources", {})) <= rules


@pytest.mark.parametrize("name", ["slurm", "lsf"])
def test_whatever_asks_for_a_gpu_is_sent_where_they_are(name):
    rules = "".join(path.read_text() for path in (REPOSITORY / "rules").glob("*.smk")).split("rule ")
    asking = {text.split(":")[0] for text in rules if "        gpu=" in text}
    assert "tag_images" in asking
    assert set(read(name)["set-resources"]) == asking


def lines(path: Path) -> list[str]:
    """Lines that open a rule."""
    return [line for line in path.read_text().splitlines() if line.strip().startswith("rule ")]


@pytest.mark.parametrize("name", ["slurm", "cluster-generic"])
def test_profiles_with_a_plugin_plan_the_run(snakemake, name):
    result = snakemake("--dry-run", "--forceall", "--workflow-profile", str(REPOSITORY / "profiles" / name))
    assert result.returncode == 0, result.stderr
    assert "rule tag_images:" in result.stdout + result.stderr
    assert "mem_mb=3000" in result.stdout + result.stderr
