"""The command ``concept-freq``: its subcommands, each imported only when it is called."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from concept_freq import __version__

COMMANDS = {  # name: what it does; a module of concept_freq.commands with main(arguments, prog)
    "count": "count the concepts of a list in any captions",
    "query": "ask how often any phrase occurs in indexed captions and tagged pictures",
    "init": "write a study of your own: a config that stands alone",
    "check": "check a study before any job: config, registries, a little of every input",
    "plan": "say how many more pairs of a concept a model would need",
    "balance": "decide which pairs a balanced sample keeps",
    "rate": "judge sampled pairs by eye, on a local web page",
}
EXAMPLE = """
example:
  concept-freq count --captions captions.parquet --concepts concepts.txt --out counts.csv

Each command has its own help: concept-freq count --help"""


def parser_of() -> argparse.ArgumentParser:
    """The options beside a command, and the help that lists the commands."""
    listed = "\n".join(f"  {name:<8} {what}" for name, what in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="concept-freq",
        description="How often concepts occur in image-text pretraining data.",
        epilog=f"commands:\n{listed}\n{EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"concept-freq {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below")
    return parser


def call(command: str, arguments: Sequence[str]) -> None:
    """Run a command; a missing package of an extra is named with the way to get it."""
    try:
        module = import_module(f"concept_freq.commands.{command}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("concept_freq"):
            raise
        sys.exit(f"concept-freq {command} needs {error.name}: pip install 'concept-freq[workflow]'")
    module.main(arguments, prog=f"concept-freq {command}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in COMMANDS:
        parser_of().parse_args(arguments)  # prints help, version or what is wrong, and ends the program
    try:
        call(arguments[0], arguments[1:])
    except BrokenPipeError:  # the reader, as ``head``, has had enough; see docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
