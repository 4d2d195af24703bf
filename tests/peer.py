"""Evaluate a set with CLIP_benchmark's own code and print its numbers as JSON; a process of its own, for its warnings.

python tests/peer.py ARCHITECTURE CHECKPOINT FOLDER
"""

import json
import sys
from pathlib import Path

import open_clip
import torch
from clip_benchmark.datasets.builder import build_wds_dataset, image_captions_collate_fn
from clip_benchmark.metrics import zeroshot_classification, zeroshot_retrieval


def top(logits: torch.Tensor, target: torch.Tensor, topk: tuple) -> list[float]:
    """The peer's acc@1, whose own function trips over this NumPy, which makes no number of an array of one."""
    return [(logits.argmax(dim=1) == target).double().mean().item()] * len(topk)


def main() -> None:
    """Command line entry point."""
    architecture, checkpoint, folder = map(Path, sys.argv[1:])
    open_clip.add_model_config(architecture)
    model, _, transform = open_clip.create_model_and_transforms(architecture.stem, pretrained=str(checkpoint))
    model, tokenize = model.eval(), open_clip.get_tokenizer(architecture.stem)
    dataset = build_wds_dataset("mine", transform, split="test", data_dir=str(folder))
    collate = image_captions_collate_fn if dataset.classes is None else torch.utils.data.default_collate
    batches = torch.utils.data.DataLoader(dataset.batched(16, collation_fn=collate), batch_size=None)
    if dataset.classes is None:
        found = zeroshot_retrieval.evaluate(model, batches, tokenize, "cpu", amp=False, recall_k_list=[1, 5, 10])
    else:
        zeroshot_classification.accuracy = top
        names = (dataset.classes, dataset.templates, "cpu")
        found = zeroshot_classification.evaluate(model, batches, tokenize, *names, amp=False)
        vectors = zeroshot_classification.zero_shot_classifier(model, tokenize, *names, amp=False)
        logits, target = zeroshot_classification.run_classification(model, vectors, batches, "cpu", amp=False)
        found |= {"predicted": logits.argmax(dim=1).tolist(), "target": target.tolist()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
