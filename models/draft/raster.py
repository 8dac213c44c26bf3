"""Pixels: SVG text to premultiplied BGRA, blurs, colour matrices and blends. Knows no plates, figures or shots.

Every image here is uint8 (height, width, 4), blue-green-red-alpha, colours already multiplied by alpha, so that
laying one over another is `under * (255 - alpha) / 255 + over`, and an image with alpha 0 adds light."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

Image = NDArray[np.uint8]
LUMA = np.array([0.114, 0.587, 0.299])
"""Rec. 601 luma of blue, green, red."""

cv2.setNumThreads(1)


def render(
    body: str, view: tuple[float, float, float, float], width: int, height: int, fonts: Sequence[Path] = ()
) -> Image:
    """Draw SVG elements `body` seen through `view` (x, y, width, height in its units) at `width` x `height` pixels."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="{view[0]} {view[1]} {view[2]} {view[3]}" preserveAspectRatio="none">{body}</svg>'
    )
    files = [str(path) for path in fonts]
    data = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=files or None)
    return premultiply(decode(bytes(data)))


def decode(data: bytes) -> Image:
    """A PNG as BGRA, as stored. ValueError when it is not a picture with four channels."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3 or image.shape[2] != 4:
        raise ValueError("not a PNG with four channels")
    return image.astype(np.uint8, copy=False)


def premultiply(image: Image) -> Image:
    """Straight alpha to premultiplied alpha."""
    alpha = cv2.cvtColor(image[..., 3], cv2.COLOR_GRAY2BGRA)
    out = cv2.multiply(image, alpha, scale=1 / 255)
    out[..., 3] = image[..., 3]
    return out


def blur(image: Image, sigma: float) -> Image:
    """Gaussian blur; a wide one is done at half or quarter size, where it looks the same and costs a tenth."""
    if sigma < 0.3:
        return image
    shrink = 4 if sigma >= 10 else 2 if sigma >= 4 else 1
    if shrink == 1:
        return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    h, w = image.shape[:2]
    small = cv2.resize(image, (max(1, w // shrink), max(1, h // shrink)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


def resize(image: Image, width: int, height: int) -> Image:
    """The image at another size, smoothly."""
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)


def over(under: Image, image: Image, x: int = 0, y: int = 0) -> None:
    """Lay `image` on `under` with its left upper corner at (x, y), in place; parts outside are cut off."""
    h, w = under.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(w, x + image.shape[1]), min(h, y + image.shape[0])
    if x0 < x1 and y0 < y1:
        blend(under[y0:y1, x0:x1], image[y0 - y : y1 - y, x0 - x : x1 - x])


def blend(under: Image, image: Image) -> None:
    """Lay `image` on `under` of the same size, in place, alpha included."""
    keep = cv2.bitwise_not(cv2.extractChannel(image, 3))
    mask = cv2.merge([keep, keep, keep, keep])
    cv2.add(cv2.multiply(under, mask, scale=1 / 255), image, dst=under)


def fade(image: Image, opacity: float) -> Image:
    """The image at a part of its opacity."""
    return cv2.convertScaleAbs(image, alpha=opacity)


def tint(image: Image, multiply: tuple[float, float, float], saturation: float = 1.0) -> Image:
    """Multiply red, green, blue after scaling saturation; exact on premultiplied pixels, because both are linear."""
    grey = np.tile(LUMA, (3, 1))
    mix = saturation * np.eye(3) + (1 - saturation) * grey
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = np.array(multiply[::-1])[:, None] * mix
    alpha = cv2.extractChannel(image, 3)
    return cv2.min(cv2.transform(image, matrix), cv2.merge([alpha] * 4))


def edge_light(alpha: NDArray[np.uint8], dx: float, dy: float, soft: float) -> NDArray[np.uint8]:
    """The edge of a shape that faces (-dx, -dy): alpha minus shifted alpha, softened."""
    shifted = cv2.warpAffine(alpha, np.array([[1, 0, dx], [0, 1, dy]], np.float32), alpha.shape[::-1])
    return cv2.GaussianBlur(cv2.subtract(alpha, shifted), (0, 0), soft)  # pyright: ignore[reportReturnType]


def rim(image: Image, edge: NDArray[np.uint8], colour: tuple[int, int, int], strength: float = 0.9) -> Image:
    """Lerp the image to `colour` (red, green, blue) where `edge`, of its size, is lit."""
    alpha = cv2.extractChannel(image, 3)
    lit = cv2.multiply(edge, alpha, scale=strength / 255)
    clear = np.zeros_like(edge)
    light = cv2.merge([*(cv2.convertScaleAbs(lit, alpha=c / 255) for c in colour[::-1]), clear])
    keep = cv2.bitwise_not(lit)
    mask = cv2.merge([keep, keep, keep, cv2.bitwise_not(clear)])
    return cv2.add(cv2.multiply(image, mask, scale=1 / 255), light)


def shade(image: Image, gain: NDArray[np.float32]) -> Image:
    """Multiply colours by a gain map (height, width), alpha untouched: vignettes and light pools."""
    out = image.copy()
    gains = cv2.merge([gain.astype(np.float32)] * 3)
    out[..., :3] = cv2.multiply(np.ascontiguousarray(image[..., :3]), gains, dtype=cv2.CV_8U)
    return out


def bloom(image: Image, amount: float, threshold: int = 150) -> Image:
    """Let bright parts glow: a quarter-size blur of what exceeds `threshold`, added."""
    h, w = image.shape[:2]
    small = cv2.resize(image, (w // 4, h // 4), interpolation=cv2.INTER_AREA)
    bright = cv2.subtract(small, np.full(4, threshold, np.uint8).astype(np.float64))
    glow = cv2.GaussianBlur(bright, (0, 0), w / 160)
    glow = cv2.resize(glow, (w, h), interpolation=cv2.INTER_LINEAR)
    glow[..., 3] = 0
    return cv2.add(image, cv2.convertScaleAbs(glow, alpha=amount * 4))


def vignette(width: int, height: int, strength: float, cx: float = 0.5, cy: float = 0.46) -> NDArray[np.float32]:
    """A gain map (height, width), 1 in the middle, about 1 - strength in the corners."""
    y = ((np.arange(height, dtype=np.float32) / height - cy) / 0.72) ** 2
    x = ((np.arange(width, dtype=np.float32) / width - cx) / 0.75) ** 2
    return (1 - strength * np.clip(y[:, None] + x[None, :] - 0.2, 0, 1.2)).astype(np.float32)


def trim(image: Image) -> tuple[Image, int, int]:
    """Cut to the pixels that are drawn: (image, x, y); a blank image becomes one blank pixel."""
    points = cv2.boundingRect(cv2.transform(image, np.array([[0.25, 0.25, 0.25, 1]], np.float32)))
    x, y, w, h = points
    if w == 0 or h == 0:
        return np.zeros((1, 1, 4), np.uint8), 0, 0
    return np.ascontiguousarray(image[y : y + h, x : x + w]), x, y


def encode(image: Image) -> bytes:
    """A PNG at the fastest level that still packs flat colour well; one filter for all rows costs half of five."""
    fast = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
    ok, data = cv2.imencode(".png", image, fast)
    if not ok:
        raise ValueError("the picture could not be encoded")
    return data.tobytes()


def frozen(image: Image) -> Image:
    """The same pixels, read-only."""
    image.setflags(write=False)
    return image
