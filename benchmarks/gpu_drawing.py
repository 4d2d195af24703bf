"""A text-to-image network of Stable Diffusion 1.x's shape: pictures a second, memory, halving of batches."""

import torch
from gpu_bench import GIB, Bench
from gpu_jobs import short_of_memory
from stable_diffusion import CONTEXT, TOKENS, Decoder, UNet, draw
from torch import Tensor

from concept_freq.tags.base import Tagger
from concept_freq.tags.fitting import Fitted

SMALL, SMALL_DECODER = ((32, 32, 64, 64), 32), (32, 32, 32, 32)


def networks(bench: Bench) -> tuple[UNet, Decoder]:
    """Denoiser and decoder with random weights, on the device."""
    torch.manual_seed(0)
    with bench.device:
        pair = (UNet(*SMALL), Decoder(SMALL_DECODER)) if bench.options.small else (UNet(), Decoder())
    half = torch.float16 if bench.gpu else torch.float32
    return tuple(model.to(half, memory_format=torch.channels_last).eval().requires_grad_(False) for model in pair)


def as_computed_by_the_cpu(bench: Bench, unet: UNet, context: int, side: int) -> None:
    """One denoising step against the CPU's in single precision."""
    generator = torch.Generator().manual_seed(0)
    latents, prompt = (torch.randn(1, *shape, generator=generator) for shape in ((4, side, side), (TOKENS, context)))
    time, dtype = torch.full((1,), 500), unet.enter.weight.dtype
    found = unet(*(x.to(bench.device) for x in (latents.to(dtype), time, prompt.to(dtype)))).float().cpu()
    wanted = UNet(*(SMALL if bench.options.small else ())).eval()
    wanted.load_state_dict(unet.state_dict())
    wanted = wanted(latents, time, prompt)
    off = ((found - wanted).norm() / wanted.norm()).item()
    bench.report.add("one step, off the CPU's fp32 by", off, "", "norm of the difference, relative", most=0.01)


@torch.no_grad()
def drawing(bench: Bench) -> None:
    """Draw whole pictures; then with too little memory."""
    side, context = (8, 32) if bench.options.small else (64, CONTEXT)
    steps, n = (2, 2) if bench.options.small else (50, 16)
    bench.report.heading(f"Text to image, Stable Diffusion 1.x's shape: {8 * side} px, {steps} guided steps, eager")
    unet, decoder = networks(bench)
    as_computed_by_the_cpu(bench, unet, context, side)
    dtype = unet.enter.weight.dtype
    prompts = torch.randn(n, TOKENS, context, device=bench.device, dtype=dtype)
    noise = torch.randn(n, 4, side, side, device=bench.device, dtype=dtype)

    def pictures(noise: Tensor) -> Tensor:
        return draw(unet, decoder, noise, prompts[: len(noise)], steps)

    for batch in (1, n):
        bench.add_rate(f"drawing, batch {batch}", lambda batch=batch: pictures(noise[:batch]), batch, repeats=1)
    halved_drawing(bench, pictures, noise)


def halved_drawing(bench: Bench, pictures, noise: Tensor) -> None:
    """The same with 60 % of the memory that the batch takes beyond the weights."""
    if bench.gpu:
        held, peak = (f() / GIB for f in (torch.cuda.memory_allocated, torch.cuda.max_memory_allocated))
        bench.cap_memory(held + 0.6 * (peak - held))
    else:
        pictures = short_of_memory(pictures, len(noise) - 1)
    fitted = Fitted(Tagger(None, pictures, bench.device))
    try:
        drawn = fitted.probability(noise)
        note = f"of {len(noise)}; all {'finite' if drawn.isfinite().all() else 'NOT FINITE'}"
        bench.report.add(
            "drawing, largest batch that fits", fitted.size, "pictures", note, least=1, most=len(noise) - 1
        )
    finally:
        if bench.gpu:
            bench.cap_memory(None)
