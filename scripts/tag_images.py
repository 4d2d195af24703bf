"""Tag the pictures of a chunk: probability of every concept, kept where it reaches the floor.

The tagger is an open_clip model with a SigLIP head: probability = sigmoid(scale * cosine + bias). Here it is trained
on the emoji world's own kind of picture and stands in for RAM++.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from concept_freq import clip
from concept_freq.concepts import read_concepts
from concept_freq.preprocessing import shrink, to_input
from concept_freq.shards import Skips, picture_of, read_samples
from concept_freq.tables import write_table


def read_pictures(shards: list[Path], side: int, skips: Skips) -> Iterator[tuple[str, int, np.ndarray]]:
    """Yield (shard, row, pixels) of every picture that can be decoded."""
    for path in shards:
        for sample in read_samples(path, skips):
            try:
                picture = shrink(picture_of(sample), side)
            except ValueError as reason:
                skips.add(path.stem, sample.row, sample.key, str(reason))
            else:
                yield path.stem, sample.row, picture


@torch.no_grad()
def tag_batch(model: torch.nn.Module, labels: torch.Tensor, batch: list, floor: float) -> list[dict]:
    """Rows of schema ``image_tags`` for a batch of (shard, row, pixels)."""
    images = model.encode_image(to_input(np.stack([pixels for _, _, pixels in batch])), normalize=True)
    logits = images @ labels.T * model.logit_scale.exp() + model.logit_bias
    probability = torch.sigmoid(logits).half().numpy()
    rows, ids = np.nonzero(probability >= np.float16(floor))
    return [
        {
            "shard": batch[r][0],
            "row": batch[r][1],
            "concept_id": i,
            "probability": probability[r, i],
        }
        for r, i in zip(rows.tolist(), ids.tolist(), strict=True)
    ]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--architecture", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--floor", type=float, required=True, help="smallest probability that is stored")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = clip.create(args.architecture, args.checkpoint).eval()
    names = [concept.name for concept in read_concepts(args.concepts)]
    labels = clip.embed_texts(model, clip.tokenizer(args.architecture), names)
    skips = Skips("pictures")
    pictures = read_pictures(sorted(args.shards), clip.image_side(args.architecture), skips)
    tags = []
    for batch in clip.batches(pictures, args.batch_size):
        tags += tag_batch(model, labels, batch, args.floor)
    write_table(skips.rows, "skipped", args.skipped)
    write_table(tags, "image_tags", args.out)
    print(f"{len(tags)} tags, {len(skips.rows)} samples skipped")


if __name__ == "__main__":
    main()
