# Two commands do everything: `make run` and `make test`. Both set up the environment first.
PYTHON ?= python3
CORES ?= all
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help env lock run stress released test unit kills mutants soak bench docs lint clean

help:  ## List these commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

env: .venv/.installed  ## Create .venv with exact pins

.venv/.installed: envs/requirements.lock
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lock:  ## Pin everything that envs/requirements.txt pulls in, with hashes (needs uv)
	uv pip compile envs/requirements.txt --universal --python-version 3.11 --generate-hashes -o envs/requirements.lock

run: env  ## The main job: emoji world to figures, tables and results/report.html
	snakemake --cores $(CORES) --quiet rules
	snakemake --report results/report.html

stress: env  ## The stress tests: frequencies assigned at random again, similar pictures removed, generated data, other objectives
	snakemake stress --cores $(CORES) --quiet rules
	snakemake stress --report results/stress/report.html

RELEASED := --configfile config/released.yaml $(if $(DATA),--config released_data=$(DATA))
released: env  ## The paper's figures and tables from its released data (DATA=folder, else fetched)
	snakemake --cores $(CORES) --quiet rules $(RELEASED)
	snakemake --report results/released/report.html $(RELEASED)

WORKERS ?= 2
test: env  ## All tests
	pytest -n $(WORKERS) --dist loadgroup

unit: env  ## Tests of single functions and programs: a minute
	pytest tests/unit -m "not slow" -n $(WORKERS) --dist loadgroup

KILLS ?= 30
kills: env  ## Kill the small run KILLS times, start it again, compare every byte
	PYTHONPATH=scripts:tests python tests/kills.py --kills $(KILLS)

MODULE ?= counts/thresholds
mutants: env  ## Change one operator of MODULE at a time: which changes do the unit tests not notice?
	python benchmarks/mutants.py $(MODULE)

CHUNKS ?= 100
soak: env  ## Count CHUNKS chunks in one process: memory and files must not grow
	PYTHONPATH=scripts python benchmarks/soak.py --chunks $(CHUNKS)

bench: env  ## Benchmarks: each prints ratios measured in one run
	PYTHONPATH=scripts python benchmarks/text_index.py
	PYTHONPATH=scripts python benchmarks/evaluate.py
	PYTHONPATH=scripts python benchmarks/tagging.py
	python benchmarks/planning.py

docs: env  ## The documentation that is generated: the manual of keys, and tables and figures of the results at hand
	python docs/generate.py

lint: env  ## Format and lint
	ruff format && ruff check --fix && snakefmt Snakefile rules && snakemake --lint

clean:  ## Remove computed results, keep downloads
	rm -rf results logs .test/results .test/logs
