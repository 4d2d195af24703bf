"""Fetch one pinned picture pack from the npm registry with npm's own client and check its sha256."""

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from concept_freq.io.tables import atomic_path


def fetch(package: str, version: str) -> bytes:
    """Bytes of a package's tarball; npm's own message goes to the log where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "npm",
            "pack",
            "--silent",
            f"{package}@{version}",
            "--pack-destination",
            folder,
        ]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
            sys.exit(f"npm could not fetch {package}@{version}: is the npm registry reachable from here? (npm ping)")
        return next(Path(folder).glob("*.tgz")).read_bytes()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--sha256", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    data = fetch(args.package, args.version)
    found = hashlib.sha256(data).hexdigest()
    if found != args.sha256:
        sys.exit(f"{args.package}@{args.version}: sha256 is {found}, config/pictures.tsv expects {args.sha256}")
    with atomic_path(args.out) as temporary:
        temporary.write_bytes(data)


if __name__ == "__main__":
    main()
