"""Benchmarks that are quick on little still run; what they print then means nothing. Planning is run in test_scale."""

import os
import subprocess
import sys

from programs import REPOSITORY

VIT = '{"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8}, '
VIT += '"text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}'


def run(name: str, *options) -> str:
    """What a benchmark prints."""
    command = [sys.executable, REPOSITORY / "benchmarks" / f"{name}.py", *map(str, options)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_tagging():
    said = run("tagging", "--small", "--images", 4, "--tags", 20, "--mode", "reweight", "--descriptions", 3)
    assert "20 tags, mode reweight" in said
    assert "times the straightforward path" in said


def test_evaluation_and_the_scores_are_those_of_clip_benchmark(tmp_path):
    (tmp_path / "tiny_vit.json").write_text(VIT)
    said = run("evaluate", "--architecture", tmp_path / "tiny_vit.json", "--images", 64, "--classes", 4)
    assert "times as fast as CLIP_benchmark" in said
