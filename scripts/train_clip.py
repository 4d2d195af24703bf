"""Train an open_clip model from scratch on a pretraining dataset, with open_clip's tokenizer.

The loss is open_clip's contrastive loss, optionally with CyCLIP's or SLIP's added term.

One thread by default, so that the result does not depend on how many cores there are, and jobs run side by side.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from concept_freq.io.progress import progress
from concept_freq.models import clip, objectives
from concept_freq.models.preprocessing import shrink, to_input
from concept_freq.models.training import fit, save_checkpoint
from concept_freq.shards.captions import caption_of
from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import Skips, listed, read_samples


def read_pairs(shards: list[Path], side: int) -> tuple[np.ndarray, list[str]]:
    """Pictures, uint8 (n, side, side, 3), and captions of every whole sample (the others are listed while counting)."""
    pictures, captions = [], []
    for path in shards:
        for sample in read_samples(path, Skips("training")):
            try:
                picture, caption = picture_of(sample), caption_of(sample)
            except ValueError:
                continue
            pictures.append(shrink(picture, side))
            captions.append(caption)
    return np.stack(pictures), captions


def shuffled_batches(n: int, batch_size: int, steps: int, seed: int) -> Iterator[np.ndarray]:
    """Indices of ``steps`` full batches, reshuffled whenever all samples have been seen."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    for _ in range(steps):
        if len(order) < batch_size:
            order = rng.permutation(n)
        batch, order = order[:batch_size], order[batch_size:]
        yield batch


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--architecture", type=Path, required=True, help="open_clip model config (.json)")
    parser.add_argument("--objective", choices=objectives.NAMES, default="clip")
    parser.add_argument("--samples-seen", type=int, required=True, help="training length, repeats included")
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--weight-decay", type=float, required=True)
    parser.add_argument(
        "--colour-jitter", type=float, required=True, help="strength of random colour changes, 0 for none"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    pictures, captions = read_pairs(listed(args.shards), clip.image_side(args.architecture))
    if len(captions) < args.batch_size:
        sys.exit(
            f"{args.shards[0].parent}: {len(captions)} whole samples are fewer than one batch of {args.batch_size}"
        )
    tokens = clip.tokenizer(args.architecture)(captions)
    model = clip.create(args.architecture).train().to(memory_format=torch.channels_last)
    objective = objectives.objective(args.objective, args.colour_jitter, args.seed, clip.width(args.architecture))

    def loss_of(batch: np.ndarray) -> torch.Tensor:
        return objective(model, to_input(pictures[batch]), tokens[torch.from_numpy(batch)])

    steps = args.samples_seen // args.batch_size
    batches = shuffled_batches(len(captions), args.batch_size, steps, args.seed)
    name = f"training {args.out.parent.name}/{args.out.stem}"
    loss = fit(model, progress(batches, steps, name), loss_of, steps, args.learning_rate, args.weight_decay, objective)
    save_checkpoint(model, args.out)
    print(f"{name}: {len(captions)} pairs, {steps} steps, final loss {loss:.3f}")


if __name__ == "__main__":
    main()
