"""What a model is trained for: CLIP's contrast of pictures and captions, alone or with another loss (Figure 20)."""

import open_clip
import torch
from torch import nn
from torch.nn import functional

from concept_freq.models.training import crop_and_flip, jitter_colours

HIDDEN, PROJECTED = 256, 64  # widths of SLIP's head, small as the models are (SLIP has 4096 and 256)


def cross_modal_cycle(images: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    """How unlike <I_j, T_k> and <I_k, T_j> are, for unit embeddings (n, dim): squared, summed over j and k, over n.

    As in Goel et al. 2022 (CyCLIP), whose code also takes similarities before the temperature.
    """
    similarity = images @ texts.T
    return (similarity - similarity.T).square().sum() / len(images)


def in_modal_cycle(images: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    """The same of <I_j, I_k> and <T_j, T_k>."""
    return (images @ images.T - texts @ texts.T).square().sum() / len(images)


def nt_xent(one: torch.Tensor, other: torch.Tensor, temperature: float = 0.1) -> torch.Tensor:
    """SimCLR's loss of two views of each picture, (n, dim) each: find the other among 2 n - 1 (Chen et al. 2020)."""
    views = functional.normalize(torch.cat([one, other]), dim=-1)
    logits = (views @ views.T / temperature).fill_diagonal_(-torch.inf)
    return functional.cross_entropy(logits, torch.arange(len(views)).roll(len(one)))


class Clip(nn.Module):
    """CLIP's own loss, by open_clip. ``parameters()`` of an objective are trained and not kept."""

    def __init__(self, colour_jitter: float, seed: int) -> None:
        super().__init__()
        self.colour_jitter, self.generator = colour_jitter, torch.Generator().manual_seed(seed)
        self.contrast = open_clip.ClipLoss()

    def embed(self, model: nn.Module, inputs: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Unit embeddings of jittered pictures and of captions, and the scale of their similarities."""
        return model(jitter_colours(inputs, self.colour_jitter, self.generator), tokens)

    def forward(self, model: nn.Module, inputs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Loss of a batch: ``inputs`` (n, 3, side, side) as the model looks at them, ``tokens`` (n, length)."""
        return self.contrast(*self.embed(model, inputs, tokens))


class CyClip(Clip):
    """CLIP and cyclic consistency, a quarter of each kind (Goel et al. 2022)."""

    def forward(self, model: nn.Module, inputs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """See Clip."""
        images, texts, *rest = self.embed(model, inputs, tokens)
        cycles = cross_modal_cycle(images, texts) + in_modal_cycle(images, texts)
        return self.contrast(images, texts, *rest) + 0.25 * cycles


class Slip(Clip):
    """CLIP and SimCLR on two further views of each picture (Mu et al. 2022), through a head of its own."""

    def __init__(self, colour_jitter: float, seed: int, width: int) -> None:
        super().__init__(colour_jitter, seed)
        self.head = nn.Sequential(
            *[nn.Linear(width, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU()],
            *[nn.Linear(HIDDEN, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU()],
            nn.Linear(HIDDEN, PROJECTED),
        )

    def view(self, model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        """What the head makes of randomly changed pictures, (n, PROJECTED); colours change twice as much."""
        changed = crop_and_flip(inputs, self.generator)
        return self.head(model.encode_image(jitter_colours(changed, 2 * self.colour_jitter, self.generator)))

    def forward(self, model: nn.Module, inputs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """See Clip."""
        return super().forward(model, inputs, tokens) + nt_xent(self.view(model, inputs), self.view(model, inputs))


NAMES = ("clip", "cyclip", "slip")


def objective(name: str, colour_jitter: float, seed: int, width: int) -> Clip:
    """An objective by its name, for models with embeddings of ``width`` numbers."""
    if name == "slip":
        return Slip(colour_jitter, seed, width)
    return {"clip": Clip, "cyclip": CyClip}[name](colour_jitter, seed)
