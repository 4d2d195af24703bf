"""What the stress tests read: further datasets and models, and figures of them. No rules here."""

STRESS = config.get("stress", {"pretraining": [], "models": [], "comparisons": [], "figures": {}})
EXPERIMENT = STRESS.get("experiment", {"random": [], "natural": [], "backbone": ""})
STRESSED = [name for name in STRESS["pretraining"] if name in REGISTERED_PRETRAINING.index]


def stressed_models():
    """Models of the stress tests, by name or by the name of a set, of the stress tests' datasets."""
    in_sets = REGISTERED_MODELS.sets.str.split("|").map(lambda names: bool({*names} & {*STRESS["models"]}))
    wanted = REGISTERED_MODELS[in_sets | REGISTERED_MODELS.index.isin(STRESS["models"])]
    return list(wanted.index[wanted.pretraining.isin(STRESSED)])


def stress_score_files(wildcards):
    """What a table of the stress tests' scores is put together from."""
    return score_files_of(wildcards.table, stressed_models())


def stress_score_tables():
    """The tables of the stress tests' scores."""
    return [path.replace("<results>", "<results>/stress") for path in score_tables()]


def stress_figures():
    """Log-linear figures of the stress tests that have a column in this run."""
    return [name for name, figure in STRESS["figures"].items() if figure_columns(figure, STRESSED)]


def has_experiment():
    """Whether the datasets of the designed experiment are all among the stress tests'."""
    named = [*EXPERIMENT["random"], *EXPERIMENT["natural"]]
    return len(named) > 0 and {*named} <= {*STRESSED}


def check_stress():
    """Stop where the stress tests name what no registry has; a run that does not ask for them need not have it."""
    registries, sets = config["registries"], {name for names in REGISTERED_MODELS.sets.str.split("|") for name in names}
    known = {
        "pretraining": (STRESS["pretraining"], {*REGISTERED_PRETRAINING.index}, registries["pretraining"]),
        "models": (STRESS["models"], sets | {*REGISTERED_MODELS.index}, registries["models"]),
        "comparisons": (
            [compared[side] for compared in STRESS["comparisons"] for side in ("model", "base")],
            {*stressed_models()} if MEASURED else None,
            "what stress.models selects of stress.pretraining",
        ),
    }
    for key, (names, registered, where) in known.items():
        if registered is not None and (missing := [name for name in names if name not in registered]):
            raise WorkflowError(f"config: stress.{key}: {missing[0]!r} is not in {where}")


def stress_results(wildcards):
    """Every table and figure of the stress tests."""
    check_stress()
    figures = [*stress_figures(), "stress", *["experiment"] * has_experiment()]
    return ["<results>/stress/tables/stress.csv", *expand("<results>/stress/figures/{figure}.png", figure=figures)]
