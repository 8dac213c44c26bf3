"""The place behind a shot as layers: painted once, blurred and graded for the shot. Knows plates, no figures or time."""

from __future__ import annotations

import numpy as np

from models.draft import raster
from models.draft.cache import Art, ArtCache
from models.draft.camera import HEIGHT
from models.draft.compositor import Layer, Matrix
from models.draft.palette import MOOD_TINTS, TIME_TINTS
from models.draft.plates import HEIGHT as PLATE_HEIGHT
from models.draft.plates import MARGIN_X, MARGIN_Y, draw_plate
from models.draft.plates import WIDTH as PLATE_WIDTH
from models.draft.raster import Image
from models.draft.scene import Scene

VIGNETTE = 0.30
SOFT_BLUR = 3.5  # pixels of blur from which a background needs no interpolation
NEAR_BLUR = 11.0
NEAR_GROWS = 1.08  # so that its edge stays outside when it moves more than the rest
STILL_MOVES = ("hold", "handheld", "whip")
"""Moves that show no depth, or too fast to: far and mid are one picture then."""


def set_layers(scene: Scene, art: ArtCache) -> list[tuple[str, Layer]]:
    """(depth, layer), farthest first, without the near one."""
    images = _backdrop(scene, art)
    soft = scene.backdrop.blur >= SOFT_BLUR
    out = [("far", Layer.of(images["far"], endless=True, soft=soft))]
    if "mid" in images:
        out.append(("mid", Layer.of(images["mid"], soft=soft)))
    return out


def near_layer(scene: Scene, art: ArtCache) -> Layer | None:
    """What stands between camera and figures, if the shot shows it."""
    return Layer.of(_near(scene, art), soft=True) if scene.backdrop.near else None


def stand(scene: Scene, width: int, height: int, near: bool = False) -> Matrix:
    """Where the plate lies in the frame while the camera rests."""
    back, scale = scene.backdrop, height / HEIGHT
    if near:
        fit = max(scale, width / 1080) * NEAR_GROWS
        return np.array(
            [[fit, 0, width / 2 - (540 + MARGIN_X) * fit], [0, fit, height / 2 - (HEIGHT / 2 + MARGIN_Y) * fit]]
        )
    fit = max(scale, width / 1080) * back.zoom
    ox = width / 2 - (back.x * 1080 + MARGIN_X) * fit
    oy = (back.y + back.lift) * height - (back.y * HEIGHT + MARGIN_Y) * fit
    return np.array([[fit, 0, ox], [0, fit, oy]])


def _words(scene: Scene) -> tuple[str, str, str, str, int]:
    back = scene.backdrop
    return back.plate, back.time, back.weather, back.genre, back.seed


def _plate(scene: Scene, art: ArtCache) -> dict[str, Image]:
    """The painted plate, all layers at full size."""
    words = _words(scene)
    layers = art.get("plate", words, lambda: Art(draw_plate(*words)), keep=False).images
    return {name: raster.resize(image, PLATE_WIDTH, PLATE_HEIGHT) for name, image in layers.items()}


def _backdrop(scene: Scene, art: ArtCache) -> dict[str, Image]:
    """Graded for the shot: 'far' and 'mid', or both in 'far' when the camera shows no depth."""
    back = scene.backdrop
    flat = scene.move.kind in STILL_MOVES

    def paint() -> Art:
        layers = _plate(scene, art)
        if flat:
            raster.over(layers["far"], layers["mid"])
        kept = ("far",) if flat else ("far", "mid")
        images = {name: raster.bloom(raster.blur(layers[name], back.blur / back.zoom), 0.12) for name in kept}
        return Art({name: _graded(image, scene, name == "far") for name, image in images.items()})

    look = [back.mood, round(back.blur, 1), round(back.light, 2), flat]
    return dict(art.get("backdrop", [_words(scene), look], paint).images)


def _near(scene: Scene, art: ArtCache) -> Image:
    look = [scene.backdrop.mood, round(scene.backdrop.light, 2)]

    def paint() -> Art:
        near = raster.blur(_plate(scene, art)["near"], NEAR_BLUR)
        return Art({"near": _lit(near, scene)})

    return art.get("near", [_words(scene), look], paint).images["near"]


def _lit(image: Image, scene: Scene) -> Image:
    back = scene.backdrop
    (r, g, b), saturation = MOOD_TINTS.get(back.mood, MOOD_TINTS["tension"])
    hour = TIME_TINTS.get(back.time, (1.0, 1.0, 1.0))
    gain = back.light
    return raster.tint(image, (r * hour[0] * gain, g * hour[1] * gain, b * hour[2] * gain), saturation)


def _graded(image: Image, scene: Scene, opaque: bool) -> Image:
    out = _lit(image, scene)
    out = raster.shade(out, raster.vignette(out.shape[1], out.shape[0], VIGNETTE))
    if opaque:
        out[..., 3] = 255
    return out
