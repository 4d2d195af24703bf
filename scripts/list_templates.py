"""List the prompt templates of an evaluation set, as CLIP_benchmark has them; ``{c}`` there is ``{}`` here."""

import argparse
import json
import sys
from pathlib import Path

from concept_freq.io.tables import atomic_path


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=Path, required=True, help="JSON: set -> templates")
    parser.add_argument("--name", required=True, help="the set's name there")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    known = json.loads(args.templates.read_text(encoding="utf-8"))
    if args.name not in known:
        sys.exit(f"{args.templates}: no templates {args.name!r}; it has {', '.join(sorted(known))}")
    with atomic_path(args.out) as temporary:
        lines = [template.replace("{c}", "{}") for template in known[args.name]]
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
