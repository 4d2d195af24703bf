"""Which tagger the config describes: its files and its options. No rules here."""

import shlex
from types import SimpleNamespace

TAGGER = config["tagger"]
COMPARED = config.get("tagger_comparison", {})
TAGGER_TRAINING = TAGGER.get("training", {})
TAGGER_OPTIONS = {  # of each kind; what the default configuration says for another kind is not meant
    "open_clip": ("architecture", "preprocessing", "score", "template", "precision"),
    "ram_plus": ("sizes", "precision"),
    "owlv2": ("template", "precision"),
}


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


def tagger_options(tagger):
    """What decides a tagger's numbers; a model of the registry brings its architecture and preparation."""
    options = {key: tagger[key] for key in TAGGER_OPTIONS[tagger["kind"]] if key in tagger}
    if "model" in tagger:
        model = named_model(tagger["model"])
        options |= {"architecture": architecture_of(model), "preprocessing": preprocessing_of(model)}
    return options


def tagger_architecture(tagger=TAGGER):
    """The file of a tagger's architecture; what is known by name has none."""
    name = tagger_options(tagger).get("architecture", "")
    return name if name.endswith(".json") else []


def tagger_recipe(tagger=TAGGER):
    """The file that says how pictures are prepared: a fetched model's, or the config's; what has a name has none."""
    if "model" in tagger:
        path = recipe_file(named_model(tagger["model"]))
        return path and path.format(**vars(named_model(tagger["model"])))
    name = tagger_options(tagger).get("preprocessing", "")
    return name if name.endswith(".json") else []


def tagger_flags(tagger=TAGGER):
    """tagger_options as tag_images takes them, files apart from the architecture's left out: they are inputs."""
    options = {key: value for key, value in tagger_options(tagger).items() if value}
    if options.get("preprocessing", "").endswith(".json"):
        del options["preprocessing"]
    options = {"kind": tagger["kind"], **options}
    texts = {key: json.dumps(value) if key == "sizes" else value for key, value in options.items()}
    return " ".join(f"--{key} {shlex.quote(text)}" for key, text in texts.items())


def gpus(tagger):
    """GPUs of a job that tags; without a limit (--resources gpu=2) or a scheduler this asks for nothing."""
    return 0 if tagger.get("device") == "cpu" else 1


def tagger_memory(tagger):
    """Memory that a tagger's weights are known to need, MB."""
    return {"open_clip": 3000, "owlv2": 8000, "ram_plus": 12000}[tagger["kind"]]


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
