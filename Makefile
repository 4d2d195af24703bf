# Two commands do everything: `make run` and `make test`. Both create the environment first.
PYTHON ?= python3
CORES ?= all
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: env run test bench lint clean

env: .venv/.installed

.venv/.installed: envs/requirements.txt envs/constraints.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --requirement envs/requirements.txt --constraint envs/constraints.txt
	touch $@

run: env
	snakemake --cores $(CORES)
	snakemake --report results/report.html

test: env
	pytest

