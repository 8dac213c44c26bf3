"""From a drawn place to its three layers of pixels: draws the parts, lights them, mirrors, snows. Knows no place."""

from __future__ import annotations

import numpy as np

from models.draft import raster
from models.draft.plates import lighting
from models.draft.plates.lighting import Field, Map
from models.draft.plates.scenery import VANISH_X, Light, Scenery
from models.draft.raster import Image
from models.draft.svg import Drawing, mix

WIDTH, HEIGHT = 1242, 2208
MARGIN_X, MARGIN_Y = 81, 144
"""Overscan on each side of the 1080x1920 frame."""
DETAIL = {"far": 0.45, "mid": 0.6, "near": 0.25}
"""The share of (HEIGHT, WIDTH) that a layer comes in: drawing costs by its pixels, and blur needs fewer."""
VIEW = Field(-MARGIN_X, -MARGIN_Y, WIDTH, HEIGHT)
SINK = {"day": 0.20, "dawn": 0.28, "dusk": 0.34, "night": 0.40}
"""How much darker the ends of the picture are than its middle."""
RIM = 5.0  # pixels of light on the edges of things
RIM_STRENGTH = 0.5
NEAR_LIGHT = 0.8


def shoot(place: Scenery, mirror: bool, seed: int) -> dict[str, Image]:
    """Layers 'far', 'mid' and 'near' as `draw_plate` promises them."""
    lights = placed(place.lights, mirror)
    ambient = np.array(place.p.ambient(place.indoors)[::-1], np.float32)
    gain = lighting.gains(lights, ambient, VIEW, SINK[place.p.time])
    far = _far(place, mirror, gain, seed)
    shell, things = drawn(place.shell, mirror, DETAIL["mid"]), drawn(place.things, mirror, DETAIL["mid"])
    mid = _mid(place, (far, shell, things), gain, mirror, seed)
    air = lighting.haze(lights, [b._replace(outline=_flipped(b.outline, mirror)) for b in place.beams], VIEW)
    mid = _weathered(place, lighting.laid(mid, air), seed)
    near = lighting.lit(drawn(place.near, mirror, DETAIL["near"]), gain * NEAR_LIGHT, noise=False)
    return {"far": far, "mid": mid, "near": near}


def placed(lights: list[Light], mirror: bool) -> list[Light]:
    """The lights where a mirrored place has them."""
    return [light._replace(x=2 * VANISH_X - light.x) for light in lights] if mirror else lights


def _flipped(outline: tuple[tuple[float, float], ...], mirror: bool) -> tuple[tuple[float, float], ...]:
    return tuple((2 * VANISH_X - x, y) for x, y in outline) if mirror else outline


def drawn(drawing: Drawing, mirror: bool, share: float) -> Image:
    """A drawing's pixels at a share of the full size."""
    body = drawing.body()
    if mirror:
        body = f'<g transform="matrix(-1 0 0 1 {2 * VANISH_X} 0)">{body}</g>'
    view = (VIEW.x, VIEW.y, VIEW.width, VIEW.height)
    return raster.render(body, view, round(WIDTH * share), round(HEIGHT * share))


def _far(place: Scenery, mirror: bool, gain: Map, seed: int) -> Image:
    """The distance: in its final colours, or under the room's light where it belongs to the room."""
    image = drawn(place.far, mirror, DETAIL["far"])
    image = lighting.lit(image, gain if place.far_lit else np.ones_like(gain))
    if place.p.weather in ("mist", "snow", "rain") and not place.far_lit:
        power = {"mist": 0.85, "snow": 0.30, "rain": 0.16}[place.p.weather]
        image = lighting.laid(image, lighting.misted(VIEW, place.p.haze, 1180, power, seed))
    image[..., 3] = 255
    return image


def _mid(place: Scenery, parts: tuple[Image, Image, Image], gain: Map, mirror: bool, seed: int) -> Image:
    """Shell and things in one, lit, the floor mirroring what is behind it."""
    far, shell, things = parts
    shell = lighting.lit(shell, lighting.shade_under(gain, things))
    edge = raster.edge_light(np.ascontiguousarray(things[..., 3]), RIM * DETAIL["mid"], RIM * 0.8 * DETAIL["mid"], 1.2)
    things = raster.rim(lighting.lit(things, gain), edge, _rim(place), RIM_STRENGTH)
    if place.p.weather == "snow" and not place.indoors:
        ground = place.floor.top if place.floor else None
        shell = lighting.snowed(shell, DETAIL["mid"], ground, VIEW)
        things = lighting.snowed(things, DETAIL["mid"], None, VIEW)
    if place.floor is not None and not (place.p.weather == "snow" and not place.indoors):
        h, w = shell.shape[:2]
        scene = raster.resize(far, w, h)
        raster.blend(scene, shell)
        raster.blend(scene, things)
        floor = place.floor._replace(outline=_flipped(place.floor.outline, mirror))
        shell = lighting.mirrored(shell, scene, floor, VIEW, seed)
    raster.blend(shell, things)
    return lighting.bounded(shell)


def _rim(place: Scenery) -> tuple[int, int, int]:
    colour = mix(place.p.sky.light, "#fff4e0", 0.3)
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _weathered(place: Scenery, mid: Image, seed: int) -> Image:
    """Mist over the ground: the weather's and the place's own."""
    power = max(place.mist, 0.0 if place.indoors or place.p.weather != "mist" else 0.75)
    if place.indoors and place.p.weather == "mist":
        power = max(power, 0.12)
    if not power:
        return mid
    return lighting.laid(mid, lighting.misted(VIEW, mix(place.p.haze, "#ffffff", 0.1), 1360, power, seed + 1))
