"""Convert the official RAM++ checkpoint once: its weights only, as safetensors, a quarter of the size."""

import argparse
import json
import sys
from pathlib import Path

from concept_freq.tags.ram_plus import CheckpointError, convert


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="ram_plus_swin_large_14m.pth")
    parser.add_argument("--config", type=json.loads, default={}, help="JSON: sizes that differ from the official ones")
    parser.add_argument("--out", type=Path, required=True, help="NAME.safetensors")
    args = parser.parse_args()
    try:
        convert(args.checkpoint, args.out, args.config)
    except CheckpointError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
