"""Train the image tagger: an open_clip model whose SigLIP head scores a picture against every concept's name.

Its image trunk starts from ImageNet weights: two CPU cores are too slow to learn to see from scratch.

It sees scenes composed on the fly by the training artists, all concepts equally often, and learns with the sigmoid
loss of SigLIP, where a scene's own concepts are the positive pairs.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from concept_freq.io.progress import progress
from concept_freq.models import clip
from concept_freq.models.preprocessing import to_input
from concept_freq.models.training import fit, save_checkpoint
from concept_freq.text.concepts import read_concepts
from concept_freq.world.design import SCENE_SIZES
from concept_freq.world.scenes import compose, compose_alone


def balanced_scenes(
    pictures: list[np.ndarray], steps: int, batch_size: int, side: int, seed: int
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Batches of scenes, uint8 (n, side, side, 3), and which concepts each shows, float (n, concepts).

    The first two fifths of the steps show single objects: a small network does not find two unknown things at once.
    """
    rng = np.random.default_rng([seed, 7])
    n_concepts = pictures[0].shape[0]
    for step in range(steps):
        alone = step < 0.4 * steps
        scenes, shown = [], torch.zeros(batch_size, n_concepts)
        for i in range(batch_size):
            size = 1 if alone else rng.choice(SCENE_SIZES)
            ids = rng.choice(n_concepts, size, replace=False)
            drawn = [pictures[rng.integers(len(pictures))][j] for j in ids]
            scenes.append(compose_alone(rng, drawn[0], side) if alone else compose(rng, drawn, side))
            shown[i, ids] = 1
        yield np.stack(scenes), shown


def start_from(trunk: torch.nn.Module, weights: Path, frozen_blocks: int) -> None:
    """Load ImageNet weights into an EfficientNet trunk and freeze its stem and first blocks.

    The file names its tensors otherwise than timm, but holds them in the same order, with the classifier's two last.
    """
    given, own = list(torch.load(weights, weights_only=True).values())[:-2], trunk.state_dict()
    if [tensor.shape for tensor in given] != [tensor.shape for tensor in own.values()]:
        sys.exit(f"{weights}: these weights do not fit the tagger's image trunk")
    trunk.load_state_dict(dict(zip(own, given, strict=True)))
    for module in (trunk.conv_stem, trunk.bn1, *trunk.blocks[:frozen_blocks]):
        module.eval().requires_grad_(False)


def sigmoid_loss(logits: torch.Tensor, shown: torch.Tensor, positive_weight: float) -> torch.Tensor:
    """SigLIP's loss: the sum over labels of the binary cross-entropy, averaged over pictures.

    A weight above 1 on the few positives makes up for the many negatives, as RAM++'s asymmetric loss does.
    """
    weight = torch.tensor(positive_weight)
    return functional.binary_cross_entropy_with_logits(logits, shown, reduction="sum", pos_weight=weight) / len(logits)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="one .npy per training artist's set")
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--architecture", type=Path, required=True, help="open_clip model config with a logit bias")
    parser.add_argument("--trunk", type=Path, required=True, help="ImageNet weights of the image trunk")
    parser.add_argument("--frozen-blocks", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--weight-decay", type=float, required=True)
    parser.add_argument("--positive-weight", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    pictures = [np.load(path) for path in args.pictures]
    labels = clip.tokenizer(args.architecture)([concept.name for concept in read_concepts(args.concepts)])
    model = clip.create(args.architecture).train().to(memory_format=torch.channels_last)
    start_from(model.visual.trunk, args.trunk, args.frozen_blocks)

    def loss_of(batch: tuple[np.ndarray, torch.Tensor]) -> torch.Tensor:
        scenes, shown = batch
        images = model.encode_image(to_input(scenes), normalize=True)
        texts = model.encode_text(labels, normalize=True)
        logits = images @ texts.T * model.logit_scale.exp() + model.logit_bias
        return sigmoid_loss(logits, shown, args.positive_weight)

    scenes = balanced_scenes(pictures, args.steps, args.batch_size, clip.image_side(args.architecture), args.seed)
    shown = progress(scenes, args.steps, "training the tagger")
    loss = fit(model, shown, loss_of, args.steps, args.learning_rate, args.weight_decay)
    save_checkpoint(model, args.out)
    print(f"tagger: {args.steps} steps, final loss {loss:.3f}")


if __name__ == "__main__":
    main()
