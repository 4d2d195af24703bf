"""The tree keeps its own style: linters and formatters find nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["snakefmt", "--check", "Snakefile", "rules"],
    ],
    ids=" ".join,
)
def test_formatters_and_linters(repository, command):
    result = subprocess.run([BIN / command[0], *command[1:]], cwd=repository, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_snakemake_lint(snakemake):
    result = snakemake("--lint")
    assert result.returncode == 0, result.stderr


def test_the_snakefile_is_a_table_of_contents(repository):
    assert len((repository / "Snakefile").read_text().splitlines()) < 60


COMMANDS = {
    "convert_ram_plus.py",
    "count_text.py",
    "plan_samples.py",
    "query.py",
    "rate_pairs.py",
}  # by people


def test_every_script_belongs_to_a_rule_of_its_name(repository):
    rules = "".join(path.read_text() for path in (repository / "rules").glob("*.smk"))
    for script in (repository / "scripts").glob("*.py"):
        assert script.name in COMMANDS or f'code("{script.name}"' in rules, script.name


def test_both_environment_files_pin_the_same(repository):
    requirements = (repository / "envs" / "requirements.txt").read_text().splitlines()
    pins = [line for line in requirements if "==" in line]
    conda = yaml.safe_load((repository / "envs" / "workflow.yaml").read_text())["dependencies"]
    assert next(entry["pip"] for entry in conda if isinstance(entry, dict)) == pins


def test_the_lock_holds_every_pin(repository):
    lock = (repository / "envs" / "requirements.lock").read_text()
    pins = (repository / "envs" / "requirements.txt").read_text().splitlines()
    names = [pin.split("[")[0] + "==" + pin.split("==")[1] if "[" in pin else pin for pin in pins if "==" in pin]
    assert [name for name in names if f"\n{name.lower().replace('_', '-')} " not in lock.lower()] == []


FIELD = re.compile(r"(?<!\{)\{((?:input|output|params|wildcards|log)\b[^{}]*)\}(?!\})")
PARAM = re.compile(r"^( {8}| {12})(\w+)=(.*\n(?:\1 {4}.*\n)*)", re.MULTILINE)
QUOTING = re.compile(r"flag|of_files|of_row|drawn|PRECISION|FLOOR")  # what makes options quotes their values


def bare(path: Path) -> Iterator[str]:
    """Fields of a file's shell commands that the shell would split or expand."""
    for rule in re.split(r"^ *(?:use )?rule ", path.read_text(), flags=re.MULTILINE)[1:]:
        _, _, command = rule.partition("shell:\n")
        quoted = {f"params.{name}" for _, name, value in PARAM.findall(rule) if QUOTING.search(value)}
        for field in FIELD.findall(command):
            if not field.endswith(":q") and field not in quoted:
                yield f"{path.name}: {rule.split(':')[0]}: {{{field}}}"


def test_whatever_a_name_holds_the_shell_reads_one_word(repository):
    assert [field for path in sorted((repository / "rules").glob("*.smk")) for field in bare(path)] == []
