"""Fetch one pinned picture pack from the npm registry with npm's own client and check its sha256."""

import argparse
import sys
from pathlib import Path

from concept_freq.io.atomic import atomic_path
from concept_freq.io.packages import NPM, PackageError, package_bytes


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--sha256", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    try:
        data = package_bytes(NPM, f"{args.package}@{args.version}", args.sha256)
    except PackageError as error:
        sys.exit(str(error))
    with atomic_path(args.out) as temporary:
        temporary.write_bytes(data)


if __name__ == "__main__":
    main()
