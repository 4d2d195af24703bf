"""All figures that need a GPU, in one run of some minutes: RAM++ tagging, a text-to-image network, both made here.

    PYTHONPATH=scripts python benchmarks/gpu.py --out gpu.json [--csv gpu.csv] [--only speed ...]

Needs PyTorch, torchvision, timm, Pillow and NumPy, no network and no data; with pyarrow and pandas installed, tags are
written as the workflow writes them. Weights are random and cost what trained ones cost; what is drawn or tagged means
nothing. Each figure is printed as it is measured, ok or MISSED where it has a target. --small tries the benchmark out
on little networks, on a CPU too, where the figures mean nothing.
"""

import argparse
import os
import tempfile
import time
import traceback
from pathlib import Path

import torch
from gpu_bench import Bench, matmul_mode
from gpu_drawing import drawing
from gpu_jobs import from_tars, halving, loader, resumed, shards_of
from gpu_report import Report
from gpu_tagging import ceilings, correctness, speed

SECTIONS = (ceilings, correctness, speed, loader, from_tars, halving, resumed, drawing)
DEFAULTS = {  # small, or in real size
    True: {"tags": 20, "batch_size": 4, "images": 16, "times": 2},
    False: {"tags": 4029, "batch_size": 128, "images": 1024, "times": 24},
}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="all figures as JSON")
    parser.add_argument("--csv", type=Path, help="all figures as rows")
    parser.add_argument("--small", action="store_true", help="little networks, to try the benchmark")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, help="default: on a GPU")
    parser.add_argument("--only", nargs="+", choices=[section.__name__ for section in SECTIONS])
    parser.add_argument("--tags", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--images", type=int, help="pictures written, in two shards")
    parser.add_argument("--times", type=int, help="how often these are read under other names")
    options = parser.parse_args()
    for name, value in DEFAULTS[options.small].items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def card_of(device: torch.device) -> str:
    """Name of the device that is measured."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"


def run(bench: Bench) -> None:
    """Every section that is wanted; one that fails is reported, and the others still run."""
    shards_of(bench)
    for section in SECTIONS:
        if bench.options.only and section.__name__ not in bench.options.only:
            continue
        start = time.perf_counter()
        try:
            with torch.no_grad():
                section(bench)
        except Exception as error:
            traceback.print_exc()
            bench.report.absent(section.__name__, f"{type(error).__name__}: {str(error).splitlines()[:1]}")
        print(f"  ({section.__name__}: {time.perf_counter() - start:.0f} s)", flush=True)
        if bench.options.out:
            bench.report.write(bench.options.out)


def main() -> None:
    """Command line entry point."""
    options = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if options.compile is None:
        options.compile = device.type == "cuda"
    matmul_mode("ieee")  # TF32 only where a line says so
    report = Report(card_of(device))
    print(f"{report.card}, torch {torch.__version__}, {os.cpu_count()} cores, {torch.cuda.device_count()} GPUs")
    print("float32 products are computed as written (no TF32) unless a line says otherwise")
    with tempfile.TemporaryDirectory() as folder:
        run(Bench(options, device, report, Path(folder)))
    if torch.cuda.device_count() < 2:
        report.absent("two jobs on two devices", f"{torch.cuda.device_count()} GPUs here")
    for path in filter(None, (options.out, options.csv)):
        report.write(path)
    missed = [row.what for row in report.rows if row.met is False]
    print(f"\n{len(report.rows)} figures, {len(missed)} of them MISSED{': ' if missed else ''}{'; '.join(missed)}")


if __name__ == "__main__":
    main()
