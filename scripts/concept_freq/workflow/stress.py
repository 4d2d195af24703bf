"""The stress tests: further datasets and models of a study, and figures of them."""

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.scores import figure_columns

NONE = {"pretraining": [], "models": [], "comparisons": [], "figures": {}}
NO_EXPERIMENT = {"random": [], "natural": [], "backbone": ""}
TABLES = "<results>/stress/tables"


class Stress:
    """The config's key ``stress``."""

    def __init__(self, study) -> None:
        self.study, self.settings = study, study.config.get("stress", NONE)
        self.experiment = self.settings.get("experiment", NO_EXPERIMENT)
        self.figures = self.settings["figures"]
        self.datasets = [name for name in self.settings["pretraining"] if name in study.datasets]

    @property
    def models(self) -> list[str]:
        """Models, by name or by the name of a set, of the stress tests' datasets."""
        wanted = {*self.settings["models"]}
        return [
            name
            for name, model in self.study.registered_models.items()
            if (model.sets & wanted or name in wanted) and model.pretraining in self.datasets
        ]

    def drawn(self) -> list[str]:
        """Log-linear figures that have a column in this run."""
        return [name for name, figure in self.figures.items() if figure_columns(figure, self.datasets)]

    @property
    def has_experiment(self) -> bool:
        """Whether the datasets of the designed experiment are all among the stress tests'."""
        named = {*self.experiment["random"], *self.experiment["natural"]}
        return bool(named) and named <= {*self.datasets}

    def check(self) -> None:
        """Stop where the stress tests name what no registry has; a run that does not ask for them need not have it."""
        study, registries = self.study, self.study.config["registries"]
        sets = {name for model in study.registered_models.values() for name in model.sets}
        sides = [compared[side] for compared in self.settings["comparisons"] for side in ("model", "base")]
        known = {
            "pretraining": (self.settings["pretraining"], {*study.datasets}, registries["pretraining"]),
            "models": (self.settings["models"], sets | {*study.registered_models}, registries.get("models", "")),
        }
        if study.measured:
            known["comparisons"] = (sides, {*self.models}, "what stress.models selects of stress.pretraining")
        for key, (names, registered, where) in known.items():
            if missing := [name for name in names if name not in registered]:
                raise WorkflowError(f"config: stress.{key}: {missing[0]!r} is not in {where}")

    def results(self) -> list[str]:
        """Every table and figure of the stress tests."""
        self.check()
        names = [*self.drawn(), "stress", *["experiment"] * self.has_experiment]
        return [f"{TABLES}/stress.csv", *(f"<results>/stress/figures/{name}.png" for name in names)]
