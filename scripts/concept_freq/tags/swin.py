"""Swin transformer (Liu et al., 2021) for inference: the image backbone of RAM++, in plain torch.

Attention of a whole feature map is one call: windows and heads share the head axis, and position bias and shift mask
are prepared once as the mask of that call.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def relative_position_index(window: int) -> Tensor:
    """Row of the bias table for each pair of tokens of a window. (window², window²)."""
    place = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
    dy, dx = place[:, :, None] - place[:, None, :] + window - 1
    return dy * (2 * window - 1) + dx


def to_windows(x: Tensor, window: int) -> Tensor:
    """Cut (batch, side, side, width) into (batch, window², windows, width), row by row."""
    batch, side, _, width = x.shape
    x = x.view(batch, side // window, window, side // window, window, width)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(batch, window**2, (side // window) ** 2, width)


def from_windows(x: Tensor, window: int, side: int) -> Tensor:
    """Undo to_windows."""
    batch, per_side = len(x), side // window
    x = x.view(batch, window, window, per_side, per_side, -1)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(batch, side, side, -1)


def shift_mask(side: int, window: int, shift: int) -> Tensor:
    """-100 between tokens that a cyclic shift brought together from different regions. (windows, window², window²)."""
    region = torch.zeros(side)
    region[-window:-shift], region[-shift:] = 1, 2
    regions = to_windows((3 * region[:, None] + region[None, :])[None, :, :, None], window)[0, :, :, 0].T
    return -100.0 * (regions[:, :, None] != regions[:, None, :]).float()


class WindowAttention(nn.Module):
    """Self-attention within windows, shifted by ``shift`` where it is not 0."""

    def __init__(self, width: int, heads: int, side: int, window: int, shift: int) -> None:
        super().__init__()
        self.heads, self.side, self.window, self.shift = heads, side, window, shift
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.register_buffer("mask", None, persistent=False)

    def prepare(self) -> None:
        """Build the attention mask from the loaded bias table. (1, windows * heads, window², window²)."""
        index = relative_position_index(self.window)
        bias = self.relative_position_bias_table[index].permute(2, 0, 1)
        windows = (self.side // self.window) ** 2
        shifted = shift_mask(self.side, self.window, self.shift) if self.shift else torch.zeros(windows, 1, 1)
        # contiguous, for the fused kernels refuse a mask of other strides and a slow one would take over unasked
        self.mask = (shifted[:, None] + bias).flatten(0, 1)[None].detach().contiguous()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, side, side, width) to the same."""
        if self.shift:
            x = x.roll((-self.shift, -self.shift), (1, 2))
        x = to_windows(x, self.window)
        batch, tokens, windows, _ = x.shape
        # three products, for the parts of one would have to be copied before windows and heads could share an axis
        parts = zip(self.qkv.weight.chunk(3), self.qkv.bias.chunk(3), strict=True)
        q, k, v = (
            functional.linear(x, weight, bias).view(batch, tokens, windows * self.heads, -1).transpose(1, 2)
            for weight, bias in parts
        )
        x = functional.scaled_dot_product_attention(q, k, v, attn_mask=self.mask)
        x = self.proj(x.transpose(1, 2).reshape(batch, tokens, windows, -1))
        x = from_windows(x, self.window, self.side)
        return x.roll((self.shift, self.shift), (1, 2)) if self.shift else x


class Block(nn.Module):
    """Window attention and a perceptron, each on normalised input and added to it."""

    def __init__(self, width: int, heads: int, side: int, window: int, shift: int, eps: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.attn = WindowAttention(width, heads, side, window, shift)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, side, side, width) to the same."""
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(functional.gelu(self.fc1(self.norm2(x))))


class Merge(nn.Module):
    """Join each square of four patches, halving the side and doubling the width."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.norm, self.reduction = nn.LayerNorm(4 * width, eps), nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, side, side, width) to (batch, side/2, side/2, 2 width); down before right, as trained."""
        square = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(square, dim=-1)))


class Swin(nn.Module):
    """Images to tokens: the mean of the normalised patch tokens, then these, row by row."""

    def __init__(
        self, image_size: int, patch: int, window: int, width: int, depths: list[int], heads: list[int], eps: float
    ) -> None:
        super().__init__()
        self.proj, self.patch_norm = nn.Conv2d(3, width, patch, patch), nn.LayerNorm(width, eps)
        side, stages = image_size // patch, []
        for stage, (depth, n_heads) in enumerate(zip(depths, heads, strict=True)):
            own = min(window, side)
            shifts = [0 if side <= window or i % 2 == 0 else own // 2 for i in range(depth)]
            blocks = [Block(width, n_heads, side, own, shift, eps) for shift in shifts]
            last = stage == len(depths) - 1
            stages.append(nn.Sequential(*blocks, *([] if last else [Merge(width, eps)])))
            side, width = (side, width) if last else (side // 2, 2 * width)
        self.stages, self.norm = nn.Sequential(*stages), nn.LayerNorm(width, eps)

    def embed(self, images: Tensor) -> Tensor:
        """The convolution of patches, as a product: a GPU convolves single precision in TF32 unless told otherwise."""
        side = self.proj.stride[0]
        patches = images.unfold(2, side, side).unfold(3, side, side)
        return functional.linear(
            patches.permute(0, 2, 3, 1, 4, 5).flatten(3), self.proj.weight.flatten(1), self.proj.bias
        )

    def forward(self, images: Tensor) -> Tensor:
        """Images (batch, 3, size, size) to tokens (batch, 1 + patches, width)."""
        x = self.patch_norm(self.embed(images))
        patches = self.norm(self.stages(x)).flatten(1, 2)
        return torch.cat([patches.mean(dim=1, keepdim=True), patches], dim=1)
