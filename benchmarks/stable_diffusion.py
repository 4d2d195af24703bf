"""A text-to-image network of Stable Diffusion 1.x's shape with random weights, to time what drawing costs.

The denoiser has the published one's 859,520,964 parameters and the picture decoder's 49,490,199, layer by layer; the
text tower, a thousandth of the work, is left out: prompts are random embeddings.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS, CONTEXT, HEADS, TOKENS = (320, 640, 1280, 1280), 768, 8, 77
DECODER_WIDTHS, LATENT_SCALE, GUIDANCE = (512, 512, 256, 128), 0.18215, 7.5


class Residual(nn.Module):
    """Two convolutions on normalised input, told the time where there is one, added to the input."""

    def __init__(self, width: int, out: int, time: int = 0, eps: float = 1e-5) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, width, eps), nn.Conv2d(width, out, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(32, out, eps), nn.Conv2d(out, out, 3, padding=1)
        self.time = nn.Linear(time, out) if time else None
        self.shortcut = nn.Identity() if width == out else nn.Conv2d(width, out, 1)

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """(batch, width, side, side) to (batch, out, side, side)."""
        seen = self.conv1(functional.silu(self.norm1(x)))
        if self.time is not None:
            seen = seen + self.time(functional.silu(time))[:, :, None, None]
        return self.shortcut(x) + self.conv2(functional.silu(self.norm2(seen)))


class Attention(nn.Module):
    """Attention of tokens to a context, or to each other."""

    def __init__(self, width: int, context: int, heads: int, bias: bool = False) -> None:
        super().__init__()
        self.heads, self.query, self.out = heads, nn.Linear(width, width, bias), nn.Linear(width, width)
        self.key, self.value = nn.Linear(context, width, bias), nn.Linear(context, width, bias)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """Tokens (batch, n, width) and what they attend to (batch, m, context)."""
        parts = (self.query(x), self.key(context), self.value(context))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
        return self.out(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Transformer(nn.Module):
    """Pixels attend to each other, then to the prompt, then a gated perceptron; each added to its input."""

    def __init__(self, width: int, context: int, heads: int) -> None:
        super().__init__()
        self.norm, self.enter, self.leave = nn.GroupNorm(32, width, 1e-6), *(nn.Conv2d(width, width, 1) for _ in "12")
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own, self.cross = Attention(width, width, heads), Attention(width, context, heads)
        self.gate, self.shrink = nn.Linear(width, 8 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """(batch, width, side, side) to the same."""
        side, tokens = x.shape[-1], self.enter(self.norm(x)).flatten(2).transpose(1, 2)
        normal = self.norms[0](tokens)
        tokens = tokens + self.own(normal, normal)
        tokens = tokens + self.cross(self.norms[1](tokens), context)
        value, gate = self.gate(self.norms[2](tokens)).chunk(2, dim=-1)
        tokens = tokens + self.shrink(value * functional.gelu(gate))
        return x + self.leave(tokens.transpose(1, 2).unflatten(2, (side, side)))


class Step(nn.Module):
    """A residual, and a transformer after it where ``context`` is given."""

    def __init__(self, width: int, out: int, time: int, context: int) -> None:
        super().__init__()
        self.residual = Residual(width, out, time)
        self.transformer = Transformer(out, context, HEADS) if context else None

    def forward(self, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        """(batch, width, side, side) to (batch, out, side, side)."""
        x = self.residual(x, time)
        return x if self.transformer is None else self.transformer(x, context)


class UNet(nn.Module):
    """The denoiser: noise in latents (batch, 4, side, side) of times (batch,) and prompts (batch, tokens, CONTEXT)."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, context: int = CONTEXT) -> None:
        super().__init__()
        self.first, time = widths[0], 4 * widths[0]
        self.time = nn.Sequential(nn.Linear(widths[0], time), nn.SiLU(), nn.Linear(time, time))
        self.enter, kept, width = nn.Conv2d(4, widths[0], 3, padding=1), [widths[0]], widths[0]
        self.down, self.up, last = nn.ModuleList(), nn.ModuleList(), len(widths) - 1
        for level, out in enumerate(widths):
            for _ in range(2):
                self.down.append(Step(width, out, time, context if level < last else 0))
                width = out
                kept.append(out)
            if level < last:
                self.down.append(nn.Conv2d(out, out, 3, stride=2, padding=1))
                kept.append(out)
        self.middle, self.end = Step(width, width, time, context), Residual(width, width, time)
        for level, out in reversed(list(enumerate(widths))):
            for _ in range(3):
                self.up.append(Step(width + kept.pop(), out, time, context if level < last else 0))
                width = out
            if level:
                self.up.append(nn.Conv2d(out, out, 3, padding=1))
        self.norm, self.leave = nn.GroupNorm(32, width), nn.Conv2d(width, 4, 3, padding=1)

    def forward(self, x: Tensor, times: Tensor, context: Tensor) -> Tensor:
        """Noise of the same shape as ``x``."""
        waves = torch.exp(
            -9.21 * torch.arange(self.first // 2, device=x.device) / (self.first // 2)
        )  # 9.21: log 10,000
        angles = times[:, None].float() * waves
        time = self.time(torch.cat([angles.cos(), angles.sin()], dim=1).to(x.dtype))
        x = self.enter(x)
        kept = [x]
        for step in self.down:
            x = step(x, time, context) if isinstance(step, Step) else step(x)
            kept.append(x)
        x = self.end(self.middle(x, time, context), time)
        for step in self.up:
            if isinstance(step, Step):
                x = step(torch.cat([x, kept.pop()], dim=1), time, context)
            else:
                x = step(functional.interpolate(x, scale_factor=2.0))
        return self.leave(functional.silu(self.norm(x)))


class Decoder(nn.Module):
    """Latents (batch, 4, side, side) to pictures (batch, 3, 8 side, 8 side)."""

    def __init__(self, widths: tuple[int, ...] = DECODER_WIDTHS) -> None:
        super().__init__()
        width, layers = widths[0], []
        self.quant, self.enter = nn.Conv2d(4, 4, 1), nn.Conv2d(4, width, 3, padding=1)
        self.begin, self.end = Residual(width, width, eps=1e-6), Residual(width, width, eps=1e-6)
        self.norm_tokens, self.attention = nn.GroupNorm(32, width, 1e-6), Attention(width, width, 1, bias=True)
        for level, out in enumerate(widths):
            layers += [Residual(width if i == 0 else out, out, eps=1e-6) for i in range(3)]
            width = out
            if level < len(widths) - 1:
                layers += [nn.Upsample(scale_factor=2.0), nn.Conv2d(out, out, 3, padding=1)]
        layers += [nn.GroupNorm(32, width, 1e-6), nn.SiLU(), nn.Conv2d(width, 3, 3, padding=1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, latents: Tensor) -> Tensor:
        """Pictures, about -1 to 1."""
        x = self.begin(self.enter(self.quant(latents)))
        tokens = self.norm_tokens(x).flatten(2).transpose(1, 2)
        x = x + self.attention(tokens, tokens).transpose(1, 2).unflatten(2, x.shape[2:])
        return self.layers(self.end(x))


Denoise = Callable[[Tensor, Tensor, Tensor], Tensor]


@torch.no_grad()
def draw(denoise: Denoise, decoder: Decoder, noise: Tensor, prompts: Tensor, steps: int = 50) -> Tensor:
    """Pictures (n, 3, ...) from noise (n, 4, side, side) by DDIM, each step guided: with the prompt and without."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, device=noise.device) ** 2
    kept = torch.cat([torch.ones(1, device=noise.device), (1 - betas).cumprod(0)])  # share of signal before each time
    context, x, stride = torch.cat([torch.zeros_like(prompts), prompts]), noise, 1000 // steps
    for time in range((steps - 1) * stride + 1, 0, -stride):
        times = torch.full((2 * len(x),), time, device=x.device)
        without, with_ = denoise(torch.cat([x, x]), times, context).chunk(2)
        error = without + GUIDANCE * (with_ - without)
        now, then = kept[time].to(x.dtype), kept[max(time - stride, 0)].to(x.dtype)
        clean = (x - (1 - now).sqrt() * error) / now.sqrt()
        x = then.sqrt() * clean + (1 - then).sqrt() * error
    return decoder(x / LATENT_SCALE)
