"""Local checkpoints against their architectures."""

from collections.abc import Iterator
from pathlib import Path

from concept_freq.models import clip
from concept_freq.models.checkpoints import load_into
from concept_freq.models.origin import Origin, check_activation, preparation


def weight_problems(study) -> Iterator[str]:
    """A model's local checkpoint cannot be read, or does not fit its architecture."""
    for model in study.models.values():
        if not model.is_local or not model.local_checkpoint:
            continue
        row, path = model.row, Path(model.row.source)
        try:
            clip.register(row.architecture)
            origin = Origin(row.source, row.architecture, row.format or "open_clip", path)
            check_activation(origin)
            preparation(origin, row.preprocessing)
            load_into(clip.create(row.architecture), path, f"{path} for {row.architecture}", origin.layout)
        except (OSError, RuntimeError, ValueError) as error:
            yield f"{study.config['registries']['models']}: row {model.name!r}: {error}"
