"""What the stress tests read: further datasets and models, and figures of them. No rules here."""

STRESS = config.get("stress", {"pretraining": [], "models": [], "comparisons": [], "figures": {}})
EXPERIMENT = STRESS.get("experiment", {"random": [], "natural": [], "backbone": ""})


def stressed_models():
    """Models of the stress tests, by name or by the name of a set, of the stress tests' datasets."""
    in_sets = REGISTERED_MODELS.sets.str.split("|").map(lambda names: bool({*names} & {*STRESS["models"]}))
    wanted = REGISTERED_MODELS[in_sets | REGISTERED_MODELS.index.isin(STRESS["models"])]
    return list(wanted.index[wanted.pretraining.isin(STRESS["pretraining"])])


def stress_score_files(wildcards):
    """What a table of the stress tests' scores is put together from."""
    return score_files_of(wildcards.table, stressed_models())


def stress_score_tables():
    """The tables of the stress tests' scores."""
    return [path.replace("<results>", "<results>/stress") for path in score_tables()]


def stress_figures():
    """Log-linear figures of the stress tests that have a column in this run."""
    return [name for name, figure in STRESS["figures"].items() if figure_columns(figure, STRESS["pretraining"])]


def has_experiment():
    """Whether the datasets of the designed experiment are all among the stress tests'."""
    named = [*EXPERIMENT["random"], *EXPERIMENT["natural"]]
    return len(named) > 0 and all(name in STRESS["pretraining"] for name in named)


def check_stress():
    """Stop before any job where the stress tests name a dataset or a model that no registry has."""
    for name in STRESS["pretraining"]:
        if name not in REGISTERED_PRETRAINING.index:
            raise WorkflowError(f"config: stress.pretraining: {name!r} is not in {config['registries']['pretraining']}")
    sets = {name for names in REGISTERED_MODELS.sets.str.split("|") for name in names}
    for name in STRESS["models"]:
        if name not in REGISTERED_MODELS.index and name not in sets:
            raise WorkflowError(f"config: stress.models: {name!r} is neither a model nor a set of them")
    for name in [*EXPERIMENT["random"], *EXPERIMENT["natural"]]:
        if name not in REGISTERED_PRETRAINING.index:
            raise WorkflowError(f"config: stress.experiment: {name!r} is not in {config['registries']['pretraining']}")


check_stress()
