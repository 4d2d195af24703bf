"""The command line: its help and version, lightness, the built package, and what ends a command."""

import subprocess
import sys
import tarfile
import time
import zipfile

import pytest
from programs import REPOSITORY, SCRIPTS

import concept_freq
from concept_freq import cli


def test_help_lists_every_command_with_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in cli.COMMANDS)
    assert "concept-freq count --captions" in shown


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_s_help_has_an_example(capsys, name):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: concept-freq {name} ")
    assert f"\n    concept-freq {name} " in shown


def test_the_version_is_the_package_s(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"concept-freq {concept_freq.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["cuont"], ["count"], ["--cuont"]])
def test_misuse_ends_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: concept-freq" in capsys.readouterr().err


def test_a_package_of_an_extra_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "concept_freq.commands.query", raising=False)
    with pytest.raises(SystemExit) as ended:
        cli.main(["query", "dog"])
    assert ended.value.code == "concept-freq query needs yaml: pip install 'concept-freq[workflow]'"


def test_help_is_light_and_quick():
    code = "import sys; from concept_freq.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "sys.exit(bool({'torch', 'numpy', 'pandas', 'duckdb'} & set(sys.modules)))"
    start = time.process_time()
    assert subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True).returncode == 0
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("name", ["count", "query"])
def test_counting_and_asking_need_neither_torch_nor_snakemake(name):
    code = f"import sys, concept_freq.commands.{name}; sys.exit(bool({{'torch', 'snakemake'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS).returncode == 0


def test_the_wheel_holds_the_package_alone_and_its_command(tmp_path):
    archived = subprocess.run(["git", "ls-files", "-z", "scripts/concept_freq"], cwd=REPOSITORY, capture_output=True)
    with tarfile.open(tmp_path / "source.tar", "w") as tar:
        for name in ["pyproject.toml", "README.md", "LICENSE", *archived.stdout.decode().split("\0")[:-1]]:
            tar.add(REPOSITORY / name, name)
    with tarfile.open(tmp_path / "source.tar") as tar:
        tar.extractall(tmp_path / "source", filter="data")
    build = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--quiet"]
    made = subprocess.run([*build, "-w", tmp_path, tmp_path / "source"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(tmp_path.glob("concept_freq-*.whl"))) as wheel:
        names = wheel.namelist()
        (points,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "concept-freq = concept_freq.cli:main" in wheel.read(points).decode()
    packages = {name.split("/")[0] for name in names}
    assert packages == {"concept_freq", f"concept_freq-{concept_freq.__version__}.dist-info"}
    assert {"concept_freq/rating/static/index.html", "concept_freq/commands/count.py"} <= set(names)
