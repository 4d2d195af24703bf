"""Train small open_clip models on the CPU: contrastive (CLIP) from shards, sigmoid (SigLIP) for the tagger."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch.nn import functional

from concept_freq.io.tables import atomic_path


def optimiser(model: torch.nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW that spares gains, biases and scales from decay, as open_clip trains."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def cosine_schedule(step: int, steps: int, warmup: float = 0.1) -> float:
    """Share of the learning rate at a step: linear warm-up over ``warmup`` of the steps, then half a cosine."""
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def fit(
    model: torch.nn.Module,
    batches: Iterable,
    loss_of: Callable[[object], torch.Tensor],
    steps: int,
    learning_rate: float,
    weight_decay: float,
    head: torch.nn.Module | None = None,
) -> float:
    """Run one optimiser step per batch; returns the mean loss of the last tenth of the steps.

    A ``head`` is trained beside the model.
    """
    trained = torch.nn.ModuleList([model, *([head] if head else [])])
    optimise = optimiser(trained, learning_rate, weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimise, lambda step: cosine_schedule(step, steps))
    losses = []
    for batch in batches:
        loss = loss_of(batch)
        optimise.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        optimise.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        losses.append(loss.item())
    tail = losses[-max(1, steps // 10) :]
    return sum(tail) / len(tail)


def jitter_colours(inputs: torch.Tensor, strength: float, generator: torch.Generator) -> torch.Tensor:
    """Scale and shift each colour channel at random, turn a fifth of the pictures grey. (n, 3, side, side).

    Artists differ in colour before all else; without this a model knows the training artists' palettes.
    """
    n = len(inputs)
    gain, shift = strength * (2 * torch.rand(2, n, 3, 1, 1, generator=generator) - 1)
    jittered = inputs * (1 + gain) + shift
    grey = torch.rand(n, 1, 1, 1, generator=generator) < 0.2
    return torch.where(grey, jittered.mean(dim=1, keepdim=True), jittered)


def crop_and_flip(inputs: torch.Tensor, generator: torch.Generator, smallest: float = 0.3) -> torch.Tensor:
    """Blow a random window of each picture up to its size and mirror half of them. (n, 3, side, side).

    A window has from ``smallest`` to all of the picture's area and sides as 3 to 4 up to 4 to 3.
    """
    area, aspect, x, y, flip = torch.rand(5, len(inputs), generator=generator)
    area, root = smallest + (1 - smallest) * area, (3 / 4) ** (aspect - 0.5)
    size = (area.sqrt() * torch.stack([root, 1 / root])).clamp(max=1)  # as a share of the sides, in x and in y
    place = (1 - size) * (2 * torch.stack([x, y]) - 1)  # of the window's centre, in -1 to 1
    size[0] *= torch.where(flip < 0.5, -1, 1)
    nothing = torch.zeros(len(inputs))
    rows = [torch.stack([size[0], nothing, place[0]]), torch.stack([nothing, size[1], place[1]])]
    grid = functional.affine_grid(torch.stack(rows).permute(2, 0, 1), list(inputs.shape), align_corners=False)
    return functional.grid_sample(inputs, grid, padding_mode="border", align_corners=False)


def save_checkpoint(model: torch.nn.Module, path: Path) -> None:
    """Save weights as open_clip reads them (``pretrained=path``)."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:  # a file's name would be in its bytes
        torch.save(model.state_dict(), file)
