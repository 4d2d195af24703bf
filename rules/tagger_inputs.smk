"""Which tagger the config describes: its files and its options. No rules here."""

import shlex
from types import SimpleNamespace

TAGGER = config["tagger"]
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


def tagger_checkpoint():
    """The tagger's weights: trained here, or a file that the config names."""
    return "<results>/models/tagger.pt" if TAGGER["checkpoint"] == "trained" else TAGGER["checkpoint"]


def tagger_flags():
    """Options of the tagger as tag_images takes them."""
    flags = [f"--{key.replace('_', '-')} {shlex.quote(str(TAGGER[key]))}" for key in TAGGER_OPTIONS if key in TAGGER]
    flags += [f"--sizes {shlex.quote(json.dumps(TAGGER['sizes']))}"] if "sizes" in TAGGER else []
    return " ".join([*flags, *(["--compile"] if TAGGER.get("compile") else [])])


def text_model():
    """The model whose text tower embeds descriptions, as wildcards."""
    pretraining, backbone = os.path.split(TAGGER.get("text_model", ""))
    return SimpleNamespace(pretraining=pretraining, backbone=backbone)


def text_checkpoint():
    """Its weights."""
    return checkpoint_of(text_model()).format(**vars(text_model()))


def check_tagger():
    """Stop before any job where the config names a text model that the registry lacks."""
    if TAGGER["kind"] == "ram_plus" and TAGGER["text_model"] not in REGISTERED_MODELS.index:
        raise WorkflowError(
            f"config: tagger.text_model: {TAGGER['text_model']!r} is not in {config['registries']['models']}"
        )


check_tagger()
