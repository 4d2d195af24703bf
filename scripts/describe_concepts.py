"""Describe every concept in words: from files, by a chat model, or by the plain template; one JSON, concept -> texts.

Files are merged in the order given, a later one wins. A chat model is any OpenAI-compatible endpoint, asked with the
paper's five prompts; answers are kept as they come, so that an interrupted run goes on where it stopped. The key is
read from the environment (OPENAI_API_KEY).
"""

import argparse
import json
import os
import sys
from pathlib import Path

from concept_freq.io.progress import progress
from concept_freq.io.tables import atomic_path
from concept_freq.tags.descriptions import Chat, ChatError
from concept_freq.tags.labels import TEMPLATE, merge_descriptions
from concept_freq.text.concepts import read_concepts


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--files", type=Path, nargs="*", default=[], help="descriptions, in merging order")
    parser.add_argument("--endpoint", help="chat service, as in https://HOST/v1; asked for what is missing")
    parser.add_argument("--model", default="gpt-4")
    parser.add_argument("--answers", type=int, default=10, help="to each of the five prompts")
    parser.add_argument("--cache", type=Path, help="answers so far (JSON lines)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    names = [concept.name for concept in read_concepts(args.concepts)]
    try:
        known = merge_descriptions(args.files)
        missing = [name for name in names if name not in known]
        if args.files and missing and not args.endpoint:
            raise ValueError(
                f"{len(missing)} concepts have no description, the first {missing[0]!r}: add a file that has them, or "
                "an endpoint to ask"
            )
        if args.endpoint:
            chat = Chat(args.endpoint, args.model, os.environ.get("OPENAI_API_KEY", ""), args.cache)
            for name in progress(missing, len(missing), "asking"):
                known[name] = [TEMPLATE.replace("{}", name), *chat.describe(name, args.answers)]
    except (ValueError, ChatError) as error:
        sys.exit(str(error))
    found = {name: known.get(name, [TEMPLATE.replace("{}", name)]) for name in names}
    with atomic_path(args.out) as temporary:
        temporary.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} concepts, {sum(map(len, found.values()))} descriptions")


if __name__ == "__main__":
    main()
