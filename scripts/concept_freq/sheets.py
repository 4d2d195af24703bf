"""Sheets of pictures: what a dataset and its tags look like."""

from matplotlib.axes import Axes

from concept_freq.shards import Sample, picture_of


def draw_picture(axes: Axes, sample: Sample) -> None:
    """A sample's picture without ticks; where it cannot be decoded, the reason."""
    try:
        axes.imshow(picture_of(sample), interpolation="lanczos")
    except ValueError as reason:
        place = {"ha": "center", "va": "center", "wrap": True, "transform": axes.transAxes}
        axes.text(0.5, 0.5, str(reason), **place)
    axes.set_xticks([])
    axes.set_yticks([])
