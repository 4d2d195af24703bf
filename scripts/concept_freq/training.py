"""Train small open_clip models on the CPU: contrastive (CLIP) from shards, sigmoid (SigLIP) for the tagger."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from concept_freq.tables import atomic_path


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
) -> float:
    """Run one optimiser step per batch; returns the mean loss of the last tenth of the steps."""
    optimise = optimiser(model, learning_rate, weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimise, lambda step: cosine_schedule(step, steps))
    losses = []
    for batch in batches:
        loss = loss_of(batch)
        optimise.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
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


def save_checkpoint(model: torch.nn.Module, path: Path) -> None:
    """Save weights as open_clip reads them (``pretrained=path``)."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:  # a file's name would be in its bytes
        torch.save(model.state_dict(), file)
