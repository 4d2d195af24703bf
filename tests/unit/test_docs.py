"""What is written down stays true: captions of the report render, generated documentation is not stale."""

import importlib
import re

import jinja2
import pandas as pd
import pytest
import yaml
from programs import REPOSITORY

CAPTIONS = sorted((REPOSITORY / "report").glob("*.rst"))
RULES = "\n".join(path.read_text() for path in sorted((REPOSITORY / "rules").glob("*.smk")))
CONFIGS = ["config", "released", "paper"]
DOCS = REPOSITORY / "docs"
# How far numbers may move between CPUs, where they depend on training: docs/results.md says so. The rest is exact.
TRAINED = {
    "slope_per_decade": 4,
    "ci_low": 4,
    "ci_high": 4,
    "rho_concept": 0.15,
    "rho_paper": 0.6,
    "precision": 0.05,
    "recall": 0.05,
    "spearman": 0.03,
    "median_ratio": 0.1,
}


def wildcards_of(caption):
    """Wildcards of the figures and tables with a caption, in the rules' calls of figure() and table()."""
    for call in re.findall(r"\b(?:figure|table)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", RULES):
        name = re.match(r'\s*f?"([^"]+)"', call)
        named = re.search(r'caption="([^"]+)"', call) or name
        if named and named[1] == caption:
            yield re.findall(r"{(\w+)}", name[1])


def config(name):
    """A config with what it extends, key by key at the top."""
    own = yaml.safe_load((REPOSITORY / "config" / f"{name}.yaml").read_text())
    base = config(own["extends"].split("/")[-1].removesuffix(".yaml")) if "extends" in own else {}
    merged = {key: {**base[key], **value} if isinstance(base.get(key), dict) else value for key, value in own.items()}
    return {**base, **merged}


def rendered(caption, name, wildcards):
    """A caption as the report shows it."""
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(caption.read_text())
    return template.render(snakemake={"config": config(name), "wildcards": wildcards})


@pytest.mark.parametrize("caption", [path for path in CAPTIONS if path.stem != "workflow"], ids=lambda path: path.stem)
def test_every_caption_belongs_to_a_figure_or_table_and_renders(caption):
    uses = list(wildcards_of(caption.stem))
    assert uses, "no rule names this caption"
    for wildcards in uses:
        text = rendered(caption, "config", dict.fromkeys(wildcards, "log_linear_classification"))
        assert "()" not in text and "{{" not in text


@pytest.mark.parametrize("name", CONFIGS)
def test_the_reports_first_page_renders(name):
    text = rendered(REPOSITORY / "report" / "workflow.rst", name, {})
    assert ("published_comparison" in text) == (name == "released")


def test_the_main_captions_name_the_task():
    caption = REPOSITORY / "report" / "log_linear.rst"
    for figure, task in (("log_linear_classification", "classification"), ("log_linear_retrieval", "retrieval")):
        assert f"a concept in {task} " in rendered(caption, "config", {"figure": figure})


@pytest.fixture
def docs(monkeypatch):
    """The program that writes the docs, as a module."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("generate")


def test_every_key_and_column_is_described(docs):
    manual = importlib.import_module("manual")
    for path in sorted(docs.SCHEMAS.glob("*.yaml")):
        keys = manual.rows(manual.read_schema(path))
        assert not [key for key, entry, _ in keys if not entry.get("description")], path.name


def test_no_page_is_stale(docs):
    assert not list(docs.stale()), "run make docs"


def test_pages_link_to_files_that_exist(docs):
    for page in map(REPOSITORY.joinpath, docs.PAGES):
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.relative_to(REPOSITORY)}: {link}"


def test_figures_of_the_docs_are_small():
    assert max((path.stat().st_size for path in (DOCS / "figures").glob("*.png")), default=0) <= 200_000


@pytest.mark.parametrize("name", sorted(path.stem for path in (DOCS / "tables").glob("*.csv")))
def test_numbers_of_the_docs_are_those_of_the_results(docs, name):
    extract = docs.EXTRACTS[name]
    if not (REPOSITORY / extract.source).exists():
        pytest.skip(f"{extract.source} is not there")
    shown, now = pd.read_csv(DOCS / "tables" / f"{name}.csv"), docs.extracted(extract, REPOSITORY)
    assert list(shown) == list(now) and len(shown) == len(now), "run make docs"
    exact = "released" in name
    for column in shown.select_dtypes("number"):
        if exact or column in TRAINED:
            limit = 1e-3 if exact else TRAINED[column]
            apart = (shown[column] - now[column]).abs().max()
            assert not apart > limit, f"{column} moved by {apart:.3g}, above {limit}: run make docs, or say why"
