"""Benchmarks that are quick on little still run; what they print then means nothing. Planning is run in test_scale."""

import json
import os
import subprocess
import sys

from programs import REPOSITORY

VIT = '{"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8}, '
VIT += '"text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}'


def run(name: str, *options) -> str:
    """What a benchmark prints."""
    command = [sys.executable, REPOSITORY / "benchmarks" / f"{name}.py", *map(str, options)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts"), "OMP_NUM_THREADS": "1"}
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


def test_gpu_figures_are_printed_and_written(tmp_path):
    said = run("gpu", "--small", "--no-compile", "--out", tmp_path / "gpu.json", "--csv", tmp_path / "gpu.csv")
    figures = json.loads((tmp_path / "gpu.json").read_text())["figures"]
    assert said.rstrip().endswith(f"{len(figures)} figures, 0 of them MISSED")
    assert len((tmp_path / "gpu.csv").read_text().splitlines()) == len(figures) + 1
    assert any(figure["what"].startswith("resumed") for figure in figures)


def test_gpu_figures_need_nothing_but_torch_timm_pillow_and_numpy():
    absent = dict.fromkeys(("pyarrow", "pandas", "duckdb", "open_clip", "transformers", "polars", "numba"))
    start = f"import runpy, sys; sys.modules.update({absent}); sys.path.insert(0, 'benchmarks'); "
    start += "sys.argv = ['gpu.py', '--small', '--only', 'from_tars', 'halving', 'resumed']; "
    start += "runpy.run_path('benchmarks/gpu.py', run_name='__main__')"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", start]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=REPOSITORY)
    assert "0 of them MISSED" in result.stdout, result.stderr
    assert "killed and resumed" in result.stdout
