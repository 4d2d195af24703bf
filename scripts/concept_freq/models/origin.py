"""What is known of weights beside their tensors: their activation (QuickGELU or GELU), and how pictures are prepared.

Neither is in the tensors, and a wrong guess lowers every score without an error. It is told by the weights' own config
(``open_clip_config.json`` in their repository, or a .json beside the file), by open_clip's registry, or by the layout.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import open_clip

from concept_freq.models import clip
from concept_freq.models.preprocessing import KEYS, NAMED, read_settings

HUB_CONFIG = "open_clip_config.json"


@dataclass(frozen=True)
class Origin:
    """Where weights come from: the ``source`` of the model's row, its architecture and layout, and their file here."""

    source: str
    architecture: str
    layout: str
    path: Path

    @property
    def tag(self) -> str:
        """Name of the weights in open_clip's registry; empty where they come from elsewhere."""
        return self.source.removeprefix("open_clip:") if self.source.startswith("open_clip:") else ""

    @property
    def registered(self) -> dict:
        """What open_clip's registry knows of the weights."""
        return open_clip.get_pretrained_cfg(self.architecture, self.tag) if self.tag else {}

    def own_config(self) -> tuple[Path, dict] | None:
        """The config that came with the weights: NAME.json beside them or the hub's, and what it holds."""
        beside = (self.path.with_suffix(".json"), self.path.with_name(HUB_CONFIG))
        if self.tag or not (found := next(filter(Path.is_file, beside), None)):
            return None
        try:
            config = json.loads(found.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{found}: is no JSON ({error}); mend it or take it away") from error
        return (found, config) if isinstance(config, dict) else None


def trained_with_quick_gelu(origin: Origin) -> tuple[bool, str] | None:
    """Whether weights were trained with QuickGELU, and what says so; None where nothing does."""
    if own := origin.own_config():
        path, config = own
        if "vision_cfg" in (model := config.get("model_cfg") or config):
            return bool(model.get("quick_gelu", False)), str(path)
    if origin.registered.get("quick_gelu"):
        return True, "open_clip's registry"
    return (True, "OpenAI's layout, whose code has no other activation") if origin.layout == "openai" else None


def check_activation(origin: Origin) -> None:
    """Raise ValueError where an architecture has not the activation that its weights were trained with."""
    config, known = clip.config_of(origin.architecture), trained_with_quick_gelu(origin)
    if known is None or known[0] == bool(config.get("quick_gelu", False)):
        return
    have, want = ("GELU", "QuickGELU") if known[0] else ("QuickGELU", "GELU")
    if origin.architecture.endswith(".json"):
        remedy = f'write "quick_gelu": {json.dumps(known[0])} into {origin.architecture}'
    else:
        name = origin.architecture.removesuffix("-quickgelu") + ("-quickgelu" if known[0] else "")
        remedy = f"set the architecture of the model's row to {name}"
    if not origin.tag and origin.layout == "openai":
        remedy += "; if they were trained with GELU all the same, leave the row's format empty"
    raise ValueError(f"trained with {want} ({known[1]}), but {origin.architecture} computes with {have}; {remedy}")


def settings_in(config: Mapping) -> dict:
    """Preparation in a config: of the hub (``preprocess_cfg``), or the settings themselves; empty without any."""
    own = config.get("preprocess_cfg") or config
    return {key: own[key] for key in KEYS if own.get(key) is not None}


def shared_settings(architecture: str) -> dict:
    """What all weights that open_clip knows of an architecture have in common; empty where they differ or none is."""
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    known = [settings_in(open_clip.get_pretrained_cfg(architecture, tag)) for tag in tags]
    return known[0] if known and all(settings == known[0] for settings in known) else {}


def preparation(origin: Origin, name: str = "") -> tuple[dict, str]:
    """How pictures are prepared, and what says so: the ``name`` given, the weights' own config, else what is usual.

    Raises ValueError where a model with a logit bias, as SigLIP has, comes without a word: CLIP's would be wrong.
    """
    if name:
        return read_settings(name), "as configured"
    if (own := origin.own_config()) and (settings := settings_in(own[1])):
        return {**NAMED["clip"], **settings}, f"as {own[0]} says"
    if settings := settings_in(origin.registered):
        return settings, "as open_clip's registry says"
    if settings := shared_settings(origin.architecture):
        return settings, f"as all weights of {origin.architecture} in open_clip are; these do not say"
    if clip.config_of(origin.architecture).get("init_logit_bias") is not None:
        raise ValueError(
            "nothing says how pictures are prepared for these weights, which have a logit bias as SigLIP's: set "
            f"preprocessing (siglip, clip, ...), or put their {HUB_CONFIG} beside the file"
        )
    return NAMED["clip"], "as CLIP's, for these weights do not say; if that is wrong, set preprocessing"
