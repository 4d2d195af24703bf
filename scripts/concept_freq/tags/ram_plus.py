"""RAM++ (Huang et al., 2023) for inference with any concept list: images to a logit per tag, in plain torch.

Two modes, told apart by the label embeddings: ``mean`` has one row per tag and is what the paper ran; ``reweight`` has
a row per description, weighed anew for every image, and is RAM++ as published. Their counts cannot be compared.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from concept_freq.io.atomic import atomic_path
from concept_freq.models.checkpoints import read_state
from concept_freq.tags.swin import Swin, WindowAttention

OFFICIAL = {
    **{"image_size": 384, "patch_size": 4, "window_size": 12, "embed_dim": 192},
    **{"depths": [2, 2, 18, 2], "num_heads": [6, 12, 24, 48], "swin_layer_norm_eps": 1e-5, "label_width": 512},
    **{"head_layers": 2, "head_heads": 4, "head_hidden": 768, "head_intermediate": 3072, "head_layer_norm_eps": 1e-12},
}
RENAMED = (  # official names -> ours
    (r"^visual_encoder\.patch_embed\.proj\.", "backbone.proj."),
    (r"^visual_encoder\.patch_embed\.norm\.", "backbone.patch_norm."),
    (r"^visual_encoder\.norm\.", "backbone.norm."),
    (r"^visual_encoder\.layers\.(\d+)\.blocks\.(\d+)\.mlp\.", r"backbone.stages.\1.\2."),
    (r"^visual_encoder\.layers\.(\d+)\.blocks\.(\d+)\.", r"backbone.stages.\1.\2."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.crossattention\.self\.", r"head.\2."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.crossattention\.output\.dense\.", r"head.\2.out."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.crossattention\.output\.LayerNorm\.", r"head.\2.norm1."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.intermediate\.dense\.", r"head.\2.fc1."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.output\.dense\.", r"head.\2.fc2."),
    (r"^(tagging_head|vision_multi)\.encoder\.layer\.(\d+)\.output\.LayerNorm\.", r"head.\2.norm2."),
)
RECOMPUTED = re.compile(r"(relative_position_index|attn_mask)$|^label_embed$")


MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as the paper and the official inference use


class CheckpointError(ValueError):
    """A file that is no RAM++ checkpoint, or one of another size; the message says what was found and what to do."""


def resize(picture: Image.Image, size: int = OFFICIAL["image_size"]) -> np.ndarray:
    """A picture as a square of RGB pixels, alpha dropped, aspect not kept; uint8 (size, size, 3).

    EXIF orientation is not applied; Pillow's bilinear filter antialiases.
    """
    return np.array(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))


def normalise(pixels: Tensor) -> Tensor:
    """Resized pictures, uint8 (batch, size, size, 3), as the model takes them: float32 (batch, 3, size, size)."""
    mean, std = (torch.tensor(values, device=pixels.device).view(3, 1, 1) for values in (MEAN, STD))
    return (pixels.permute(0, 3, 1, 2).float() / 255 - mean) / std


def preprocess(picture: Image.Image, size: int = OFFICIAL["image_size"]) -> Tensor:
    """One picture as the model takes it. (3, size, size)."""
    return normalise(torch.from_numpy(resize(picture, size))[None])[0]


def rename(key: str, depths: list[int]) -> str:
    """Our name of an official tensor; a stage's merging comes after its blocks."""
    if merging := re.match(r"^visual_encoder\.layers\.(\d+)\.downsample\.(.+)", key):
        return f"backbone.stages.{merging[1]}.{depths[int(merging[1])]}.{merging[2]}"
    for pattern, ours in RENAMED:
        key = re.sub(pattern, ours, key)
    return key


def read_weights(path: Path, depths: list[int]) -> dict[str, Tensor]:
    """Weights of the official file (memory-mapped, optimizer left on disk) or of one that ``convert`` wrote."""
    try:
        state = read_state(path)
    except (ValueError, OSError) as error:
        official = "the official ram_plus_swin_large_14m.pth has 3,010,218,801 bytes"
        raise CheckpointError(f"{error}; {official}") from None
    if "backbone.proj.weight" in state:
        return state
    if "reweight_scale" not in state:
        raise CheckpointError(
            f"{path}: has no reweight_scale: this is RAM or Tag2Text, not RAM++; fetch the RAM++ file"
        )
    return {rename(key, depths): tensor for key, tensor in state.items() if not RECOMPUTED.search(key)}


def convert(checkpoint: Path, out: Path, config: Mapping | None = None) -> None:
    """Write the weights of an official checkpoint, without optimizer and labels, as safetensors."""
    weights = read_weights(checkpoint, {**OFFICIAL, **(config or {})}["depths"])
    with atomic_path(out) as temporary:
        save_file({key: tensor.contiguous() for key, tensor in weights.items()}, temporary)


class HeadLayer(nn.Module):
    """Tags look at the image's tokens: cross-attention and a perceptron, each followed by a norm."""

    def __init__(self, hidden: int, heads: int, memory: int, intermediate: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.out = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.key, self.value = nn.Linear(memory, hidden), nn.Linear(memory, hidden)
        self.fc1, self.fc2 = nn.Linear(hidden, intermediate), nn.Linear(intermediate, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(hidden, eps), nn.LayerNorm(hidden, eps)

    def split(self, x: Tensor) -> Tensor:
        """(batch, n, hidden) to (batch, heads, n, hidden / heads)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, tags: Tensor, memory: Tensor, query: Tensor | None = None) -> Tensor:
        """Tags (batch or 1, tags, hidden), memory (batch, tokens, width); ``query`` where it is known beforehand."""
        query = self.split(self.query(tags) if query is None else query).expand(len(memory), -1, -1, -1)
        key, value = self.split(self.key(memory)), self.split(self.value(memory))
        seen = functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        tags = self.norm1(self.out(seen) + tags)
        return self.norm2(self.fc2(functional.gelu(self.fc1(tags))) + tags)


class RamPlus(nn.Module):
    """The whole tagger; see ``from_checkpoint``."""

    def __init__(self, config: Mapping | None = None) -> None:
        super().__init__()
        self.config = c = {**OFFICIAL, **(config or {})}
        stages = (c["embed_dim"], c["depths"], c["num_heads"], c["swin_layer_norm_eps"])
        self.backbone = Swin(c["image_size"], c["patch_size"], c["window_size"], *stages)
        width, hidden = c["embed_dim"] * 2 ** (len(c["depths"]) - 1), c["head_hidden"]
        self.image_proj, self.wordvec_proj = nn.Linear(width, c["label_width"]), nn.Linear(c["label_width"], hidden)
        sizes = (hidden, c["head_heads"], c["label_width"], c["head_intermediate"], c["head_layer_norm_eps"])
        self.head = nn.ModuleList(HeadLayer(*sizes) for _ in range(c["head_layers"]))
        self.fc, self.reweight_scale = nn.Linear(hidden, 1), nn.Parameter(torch.zeros(()))
        for name in ("labels", "label_mask", "tags", "query"):
            self.register_buffer(name, None, persistent=False)

    @classmethod
    def from_checkpoint(
        cls,
        path: str | Path,
        label_embeds: Tensor | np.ndarray,
        config: Mapping | str | Path | None = None,
        label_mask: Tensor | np.ndarray | None = None,
    ) -> "RamPlus":
        """Load RAM++ for a list of tags.

        ``label_embeds``: unit rows, (tags, 512) for ``mean``, (tags, descriptions, 512) for ``reweight``, where
        ``label_mask`` (tags, descriptions) is true for the descriptions that are there if tags have different numbers
        of them. ``config``: sizes that differ from the official model's, a mapping or a JSON file. CheckpointError
        where the file is broken, another model, or of other sizes.
        """
        config = json.loads(Path(config).read_text()) if isinstance(config, str | Path) else config
        model = cls(config)
        weights = read_weights(Path(path), model.config["depths"])
        try:
            model.load_state_dict(weights, strict=True)
        except RuntimeError as error:
            first = next((line.strip() for line in str(error).splitlines()[1:] if line.strip()), str(error))
            raise CheckpointError(
                f"{path}: is not of the configured sizes: {first}; pass its sizes as config"
            ) from None
        return model.prepare(label_embeds, label_mask)

    def prepare(self, label_embeds: Tensor | np.ndarray, label_mask: Tensor | np.ndarray | None = None) -> "RamPlus":
        """Make loaded weights ready for inference with a list of tags."""
        for module in self.modules():
            if isinstance(module, WindowAttention):
                module.prepare()
        self.set_labels(label_embeds, label_mask)
        return self.eval().requires_grad_(False)

    @torch.no_grad()
    def set_labels(self, label_embeds: Tensor | np.ndarray, label_mask: Tensor | np.ndarray | None = None) -> None:
        """Take a list of tags; what depends on them alone is computed here, once."""
        labels, width = torch.as_tensor(label_embeds).to(self.fc.weight), self.config["label_width"]
        if labels.ndim not in (2, 3) or labels.shape[-1] != width:
            raise ValueError(
                f"label_embeds: shape {tuple(labels.shape)}, wanted (tags, {width}) or (tags, descriptions, {width})"
            )
        self.labels = self.label_mask = self.tags = self.query = None
        if labels.ndim == 2:
            self.tags = functional.relu(self.wordvec_proj(labels))[None]
            self.query = self.head[0].query(self.tags)
            return
        self.labels = labels
        if label_mask is not None:
            self.label_mask = torch.as_tensor(label_mask, dtype=torch.bool, device=labels.device)
            if self.label_mask.shape != labels.shape[:2] or not self.label_mask.any(dim=1).all():
                raise ValueError("label_mask: wanted (tags, descriptions), with a description for every tag")

    def reweigh(self, image: Tensor) -> Tensor:
        """Mean of each tag's descriptions, weighed by their likeness to the image (batch, 512). (batch, tags, 512)."""
        image = image / image.norm(dim=-1, keepdim=True)
        likeness = self.reweight_scale.exp() * torch.einsum("bc,tdc->btd", image, self.labels)
        if self.label_mask is not None:
            likeness = likeness.masked_fill(~self.label_mask, -torch.inf)
        return torch.einsum("btd,tdc->btc", likeness.softmax(dim=-1), self.labels)

    def embed(self, images: Tensor) -> Tensor:
        """Preprocessed images (batch, 3, size, size) to tokens (batch, 1 + patches, 512), the first for the whole."""
        return self.image_proj(self.backbone(images))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (batch, tags) of preprocessed images (batch, 3, size, size)."""
        memory, tags, query = self.embed(images), self.tags, self.query
        if tags is None:
            tags = functional.relu(self.wordvec_proj(self.reweigh(memory[:, 0])))
        for layer in self.head:
            tags, query = layer(tags, memory, query), None
        return self.fc(tags).squeeze(-1)


def scorer(model: RamPlus, compiled: bool = False) -> Callable[[Tensor], Tensor]:
    """Resized pictures, uint8 (batch, size, size, 3), to probabilities (batch, tags); compiled for one batch size."""
    forward = torch.compile(model, dynamic=False) if compiled else model
    return lambda pixels: torch.sigmoid(forward(normalise(pixels).to(model.fc.weight.dtype)).float())
