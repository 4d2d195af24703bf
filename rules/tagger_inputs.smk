"""Which tagger the config describes: its files and its options. No rules here."""

import shlex
from types import SimpleNamespace

TAGGER = config["tagger"]
COMPARED = config.get("tagger_comparison", {})
TAGGER_TRAINING = TAGGER.get("training", {})
TAGGER_OPTIONS = (
    "kind",
    "architecture",
    "preprocessing",
    "score",
    "template",
    "precision",
    "device",
    "batch_size",
    "workers",
)


def named_model(name):
    """A model of the registry by its name, as wildcards."""
    pretraining, backbone = os.path.split(name)
    return SimpleNamespace(pretraining=pretraining, backbone=backbone)


def model_files(name):
    """Weights of a model of the registry."""
    return checkpoint_of(named_model(name)).format(**vars(named_model(name)))


def tagger_checkpoint(tagger=TAGGER):
    """A tagger's weights: trained here, those of a model of the registry, or a file that the config names."""
    if "model" in tagger:
        return model_files(tagger["model"])
    return "<results>/models/tagger.pt" if tagger["checkpoint"] == "trained" else tagger["checkpoint"]


def tagger_flags(tagger=TAGGER):
    """Options of a tagger as tag_images takes them."""
    if "model" in tagger:
        row = REGISTERED_MODELS.loc[tagger["model"]]
        tagger = {"architecture": row.architecture, "preprocessing": row.preprocessing or "clip", **tagger}
    flags = [f"--{key.replace('_', '-')} {shlex.quote(str(tagger[key]))}" for key in TAGGER_OPTIONS if key in tagger]
    flags += [f"--sizes {shlex.quote(json.dumps(tagger['sizes']))}"] if "sizes" in tagger else []
    return " ".join([*flags, *(["--compile"] if tagger.get("compile") else [])])


def text_model():
    """The model whose text tower embeds descriptions, as wildcards."""
    return named_model(TAGGER.get("text_model", ""))


def compared_dataset():
    """The dataset on whose first shard taggers are compared: the first one with pictures."""
    return next(filter(has_pictures, MEASURED), None)


def check_tagger():
    """Stop before any job where the config names a model that the registry lacks."""
    wanted = {"tagger.text_model": TAGGER.get("text_model"), "tagger.model": TAGGER.get("model")}
    wanted |= {f"tagger_comparison.{name}.model": entry.get("model") for name, entry in COMPARED.items()}
    for key, model in wanted.items():
        if model and model not in REGISTERED_MODELS.index:
            raise WorkflowError(f"config: {key}: {model!r} is not in {config['registries']['models']}")


check_tagger()
