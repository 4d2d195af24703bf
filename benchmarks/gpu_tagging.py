"""RAM++'s network on a GPU: its speed and memory, and its probabilities and tags against the CPU's."""

import torch
from gpu_bench import Bench, matmul_mode
from random_ram_plus import BACKBONE_FLOP, HEAD_FLOP, library_backbone, matmul_rate, seconds, straightforward
from torch import Tensor

from concept_freq.tags import ram_plus
from concept_freq.tags.ram_plus import scorer

FLOOR = 0.5
# most difference to the CPU's fp32: of a probability, and the share of tags that differ at the floor. Single precision
# as the parity fixtures allow; half precisions twice what the reference implementation showed with random weights.
EXACT, FP16, BF16 = (3e-5, 1e-4), (0.01, 0.007), (0.09, 0.064)


def ceilings(bench: Bench) -> None:
    """What the device can do at most."""
    bench.report.heading("The device: a large matrix product, a copy")
    for dtype in (torch.float16, torch.bfloat16):
        bench.report.add(f"product, {dtype}", matmul_rate(bench.device, dtype) / 1e12, "TFLOP/s")
    for mode in ("tf32", "ieee"):
        matmul_mode(mode)
        bench.report.add(
            f"product, torch.float32, mode {mode}", matmul_rate(bench.device, torch.float32) / 1e12, "TFLOP/s"
        )
    large = torch.empty(2**30 if bench.gpu else 2**24, dtype=torch.uint8, device=bench.device)
    once = seconds(large.clone, bench.device)
    bench.report.add("copy on the device", 2 * len(large) / once / 1e12, "TB/s", "bytes read and written")


def compare(bench: Bench, what: str, found: Tensor, tolerance: tuple[float, float]) -> None:
    """Report how far probabilities of the batch are from the reference's, and how many tags differ."""
    found, reference = found.double().cpu(), bench.reference
    reference = reference.repeat(-(-len(found) // len(reference)), 1)[: len(found)]
    probability = (found - reference).abs()
    logit = (found.logit() - reference.logit()).abs().max().item()
    differ = (found >= FLOOR) != (reference >= FLOOR)
    note = f"mean {probability.mean():.1e}; logits by at most {logit:.1e}"
    bench.report.add(f"{what}: probability off by at most", probability.max().item(), "", note, most=tolerance[0])
    note = f"{differ.sum()} of {differ.numel():,}; {(reference >= FLOOR).double().mean():.1%} are tagged"
    bench.report.add(f"{what}: share of tags that differ", differ.double().mean().item(), "", note, most=tolerance[1])


def correctness(bench: Bench) -> None:
    """CUDA's probabilities and tags against the CPU's in single precision."""
    bench.report.heading(f"Against the CPU's fp32, tags at {FLOOR}")
    single = bench.on_device(torch.float32)
    for mode in ("ieee", "tf32"):
        matmul_mode(mode)
        compare(bench, f"fp32, mode {mode}", scorer(single)(bench.pixels), EXACT if mode == "ieee" else FP16)
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    compare(bench, "fp32, tf32 in convolutions only, torch's default", scorer(single)(bench.pixels), EXACT)
    matmul_mode("ieee")
    del single
    if not bench.gpu:
        compare(bench, "half precision", scorer(bench.half)(bench.pixels), BF16)
        return
    compare(bench, "bf16", scorer(bench.on_device(torch.bfloat16))(bench.pixels), BF16)
    compare(bench, "fp16", scorer(bench.half)(bench.pixels), FP16)
    if bench.options.compile:
        compare(bench, "fp16, compiled", bench.compiled(bench.pixels), FP16)


def straightforward_rate(bench: Bench) -> float:
    """Pictures per second of the path that ours is compared with."""
    model, labels = bench.on_device(torch.float32), bench.labels.to(bench.device)
    library = library_backbone(bench.model.config).to(bench.device)
    images, half = ram_plus.normalise(bench.pixels), bench.half.fc.weight.dtype
    work = lambda: straightforward(model, library, labels, images, half)  # noqa: E731
    return bench.add_rate("straightforward, autocast", work, len(images))


def eager_rates(bench: Bench) -> float:
    """Ours, not compiled, in single and half precision; pictures per second of the latter."""
    n, model, dtype = len(bench.pixels), bench.half, bench.half.fc.weight.dtype
    single, scored = scorer(bench.on_device(torch.float32)), scorer(model)
    bench.add_rate("ours, fp32, mode ieee", lambda: single(bench.pixels), n)
    for part in (bench.pixels[: n // 2], bench.pixels):
        work = lambda part=part: scored(part).half().cpu()  # noqa: E731
        rate = bench.add_rate(f"ours, {dtype}, batch {len(part)}", work, len(part))
    alone = bench.add_rate("ours, backbone alone", lambda: model.embed(ram_plus.normalise(bench.pixels).to(dtype)), n)
    bench.report.add("ours, head: share of the time", 1 - rate / alone, "", "by difference")
    return rate


def speed(bench: Bench) -> None:
    """The network alone, pictures on the device, against the straightforward path."""
    bench.report.heading("The network, pictures already on the device")
    plain, rate = straightforward_rate(bench), eager_rates(bench)
    bench.report.add("ours, eager, times the straightforward path", rate / plain, "x")
    if bench.options.compile:
        compiled = bench.compiled
        rate = bench.add_rate("ours, compiled", lambda: compiled(bench.pixels).half().cpu(), len(bench.pixels))
        bench.report.add("ours, compiled, times the straightforward path", rate / plain, "x", least=2.5)
    else:
        bench.report.absent("ours, compiled", "--no-compile")
    if not bench.options.small:
        flop, limit = (
            BACKBONE_FLOP + HEAD_FLOP * bench.options.tags,
            matmul_rate(bench.device, bench.half.fc.weight.dtype),
        )
        bench.report.add("ours, share of the matrix product's rate", flop * rate / limit, "")
