"""Pictures of samples, decoded with care: they come from the web, where bytes can be anything.

Only formats whose decoders are part of Pillow are opened: for PostScript, it would start a program. Every exception of
a decoder means that the picture cannot be decoded. 16-bit grey and float pictures are clipped to 8 bits as Pillow does
it (most become white, or black), which is what open_clip sees too; EXIF rotation is not applied, for the same reason.
"""

import io
import warnings

from PIL import Image

from concept_freq.shards.captions import found
from concept_freq.shards.tar import Sample

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
PICTURE_EXTENSIONS = ("jpg", "jpeg", "png", "webp", "jpe", "jfif", "gif", "bmp", "tif", "tiff", "avif", "jp2")
PIXELS = 178_956_970  # Pillow's own limit (twice its MAX_IMAGE_PIXELS)
LONGEST = 1000  # times the shorter side: models enlarge that one to a few hundred pixels, and the other with it


def is_picture(extension: str) -> bool:
    """Whether a file is a picture by its extension, of which the last part tells: ``jpg``, ``input.jpg``."""
    return extension.rpartition(".")[2] in PICTURE_EXTENSIONS


def extension_of(sample: Sample) -> str:
    """Extension of the sample's picture; raises ValueError where there is none, or several that are alike."""
    there = [*sample.files, *(extension for extension, reason in sample.unread.items() if reason)]
    if usual := next((extension for extension in PICTURE_EXTENSIONS if extension in there), None):
        return usual
    pictures = [extension for extension in there if is_picture(extension)]
    if len(pictures) != 1:
        raise ValueError(f"{'several pictures' if pictures else 'no picture'}{found(sample)}")
    return pictures[0]


def decode(data: bytes) -> Image.Image:
    """A picture, RGB, of bytes in one of FORMATS; raises ValueError where it is too large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata; and of sizes, which are checked here
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > PIXELS or max(image.size) > LONGEST * min(image.size):
            raise ValueError(f"picture of {image.width} x {image.height} pixels")
        return image.convert("RGB")


def picture_of(sample: Sample) -> Image.Image:
    """The decoded picture, RGB; raises ValueError with the reason where there is none or it cannot be decoded."""
    extension = extension_of(sample)
    if extension not in sample.files:
        raise ValueError(sample.unread[extension])
    try:
        return decode(sample.files[extension])
    except Exception as error:  # a decoder's exceptions are of any kind
        raise ValueError("picture cannot be decoded") from error


def encode_jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """JPEG bytes of an image."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
