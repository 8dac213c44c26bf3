"""Places drawn as code: every kind at every hour and weather, in layers that may move apart; light that keeps skin alive."""

from __future__ import annotations

import colorsys
from functools import lru_cache
from itertools import product

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.base import PLATES, TIMES, WEATHERS
from models.draft import plates, raster
from models.draft.figures.palette import SKIN_TONES
from models.draft.palette import ACCENTS, EMOTION_TINTS, MOOD_TINTS, figure_tint, palette_of
from models.draft.plates.photograph import placed
from models.draft.svg import rgb

SAMPLES = [
    (kind, ("dusk", "dawn")[i % 2], WEATHERS[i // 2 % 4], tuple(ACCENTS)[i % len(ACCENTS)])
    for i, kind in enumerate(PLATES)
]
"""Days and nights of every kind are drawn too."""
FACE = (slice(350, 1200), slice(200, 880))
"""Rows and columns of a 1080x1920 frame where faces are."""
SHIFT = 90


@lru_cache(maxsize=4)
def layers(kind: str, time: str = "night", weather: str = "clear", genre: str = "thriller", seed: int = 1):
    return plates.draw_plate(kind, time, weather, genre, seed)


def whole(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return raster.resize(image, plates.WIDTH // 2, plates.HEIGHT // 2)


def composed(parts) -> NDArray[np.uint8]:
    out = whole(parts["far"]).copy()
    raster.over(out, whole(parts["mid"]))
    return out


def in_frame(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    full = raster.resize(image, plates.WIDTH, plates.HEIGHT)
    return full[plates.MARGIN_Y : plates.HEIGHT - plates.MARGIN_Y, plates.MARGIN_X : plates.WIDTH - plates.MARGIN_X]


def luma(image: NDArray[np.uint8]) -> float:
    return float((image[..., :3] @ raster.LUMA).mean())


@pytest.mark.parametrize(("kind", "time", "weather", "genre"), [SAMPLES[4], SAMPLES[9]])
def test_layers_come_in_their_promised_sizes_premultiplied_and_far_is_opaque(kind, time, weather, genre):
    parts = layers(kind, time, weather, genre)
    assert set(parts) == {"far", "mid", "near"}
    for name, image in parts.items():
        share = plates.DETAIL[name]
        assert image.dtype == np.uint8
        assert image.shape == (round(plates.HEIGHT * share), round(plates.WIDTH * share), 4)
        assert (image[..., :3] <= image[..., 3:]).all(), f"{name} is not premultiplied"
    assert parts["far"][..., 3].min() == 255


def test_the_same_words_give_the_same_pixels_and_another_seed_another_room():
    first, again = layers("office"), plates.draw_plate("office", "night", "clear", "thriller", 1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    plain = composed(first)[..., :3].astype(int)
    others = [composed(plates.draw_plate("office", "night", "clear", "thriller", seed)) for seed in (2, 4)]
    assert min(np.abs(other[..., :3] - plain).mean() for other in others) > 8


def test_a_room_keeps_its_furniture_when_the_hour_and_the_weather_change():
    night, _ = plates.built("office", "night", "clear", "thriller", 1)
    day, _ = plates.built("office", "day", "rain", "thriller", 1)
    assert night.rng.getstate() == day.rng.getstate()


def lights_in(*words):
    """The lights of a plate where a mirrored one has them."""
    place, mirror = plates.built(*words)
    return placed(place.lights, mirror)


def test_day_is_brighter_than_night_and_lamps_burn_by_night():
    assert luma(composed(layers("street", "day"))) > luma(composed(layers("street"))) + 30
    burning = {light.kind: light.power for light in lights_in("street", "night", "clear", "thriller", 1)}
    dim = {light.kind: light.power for light in lights_in("street", "day", "clear", "thriller", 1)}
    assert burning["neon"] > dim["neon"]


def test_lights_lie_on_the_plate_where_it_is_bright():
    lights = lights_in("palace", "night", "clear", "thriller", 1)
    picture = cv2.blur(in_frame(composed(layers("palace"))), (25, 25))
    lanterns = [light for light in lights if light.kind == "lantern"]
    assert lanterns
    for light in lanterns:
        assert picture[int(light.y), int(light.x), 2] > 150


@pytest.mark.parametrize("word", [("moon", "day", "clear"), ("office", "noon", "clear"), ("office", "day", "hail")])
def test_an_unknown_word_is_refused_by_name(word):
    with pytest.raises(ValueError, match="moon|noon|hail"):
        plates.draw_plate(*word, "thriller", 1)


def test_far_stays_behind_every_hole_when_it_moves_apart_from_mid():
    """A shift by SHIFT shows at most the columns that the margin lacks; stretched from far's edge they are no seam."""
    parts = layers("penthouse")
    hole = raster.resize(parts["mid"], plates.WIDTH, plates.HEIGHT)[..., 3] < 40
    assert hole.mean() > 0.15
    far = raster.resize(parts["far"], plates.WIDTH, plates.HEIGHT)
    lacking = SHIFT - plates.MARGIN_X
    inside = far[:, plates.MARGIN_X : plates.WIDTH - plates.MARGIN_X]
    for dx, zoom in product((-SHIFT, SHIFT), (1.0, 1.3)):
        middle = plates.WIDTH / 2
        matrix = np.array([[zoom, 0, middle * (1 - zoom) + dx], [0, zoom, plates.HEIGHT / 2 * (1 - zoom)]])
        moved = cv2.warpAffine(far, matrix, (plates.WIDTH, plates.HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        frame = moved[:, plates.MARGIN_X : plates.WIDTH - plates.MARGIN_X].astype(int)
        edge = frame[:, :lacking] if dx > 0 else frame[:, -lacking:]
        next_to_it = frame[:, lacking : 2 * lacking] if dx > 0 else frame[:, -2 * lacking : -lacking]
        assert frame[..., 3].min() == 255
        assert np.abs(edge - next_to_it).mean() < inside.std() / 2


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "time", "weather", "genre"), SAMPLES)
def test_every_place_is_rich_and_leaves_the_face_free(kind, time, weather, genre):
    parts = layers(kind, time, weather, genre)
    assert_rich(parts)
    assert (in_frame(parts["near"])[FACE][..., 3] > 60).mean() < 0.04, "the near layer covers the face"
    assert (parts["near"][..., 3] > 60).mean() > 0.02, "nothing frames the picture"


@pytest.mark.slow
@pytest.mark.parametrize("kind", PLATES)
def test_every_wall_has_holes_and_day_is_brighter_than_night_everywhere(kind):
    day, night = layers(kind, "day", "clear"), layers(kind, "night", "clear")
    if kind != "palace":
        assert (day["mid"][..., 3] < 90).mean() > (0.0005 if kind == "dungeon" else 0.02)
        assert luma(composed(day)) > luma(composed(night)) + 12
    assert_rich(day)
    assert_rich(night)


def assert_rich(parts):
    """It fills the frame and is neither flat, washed out nor blown out, with the wall before it and without."""
    grey = parts["far"][..., :3].mean(axis=2)
    assert parts["far"][..., 3].min() == 255 and 6 < grey.mean() < 225 and grey.std() > 3
    picture = composed(parts)
    assert 18 < luma(picture) < 205
    hsv = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_BGR2HSV)
    assert hsv[..., 1].mean() > 45, "washed out"
    assert picture[..., :3].std() > 22, "flat"


@pytest.mark.slow
@pytest.mark.parametrize("kind", PLATES)
def test_every_kind_builds_at_every_hour_in_every_weather(kind):
    for time, weather in product(TIMES, WEATHERS):
        place, _ = plates.built(kind, time, weather, "xianxia", 5)
        assert place.far.body() and place.shell.body() and place.things.body() and place.near.body()
        assert place.lights


@pytest.mark.parametrize("weather", WEATHERS)
def test_surfaces_are_never_lit_by_grey_light(weather):
    for time in TIMES:
        red, _, blue = palette_of(time, weather, "romance").ambient(indoors=False)
        assert abs(red - blue) > 0.03


def saturation(colour: NDArray[np.float64]) -> float:
    return colorsys.rgb_to_hsv(*np.clip(colour / 255, 0, 1))[1]


@pytest.mark.parametrize("mood", [*MOOD_TINTS, "unheard of"])
def test_skin_stays_warm_and_lively_in_every_light(mood):
    for skin, emotion, time, weather in product(SKIN_TONES, [*EMOTION_TINTS, "neutral"], TIMES, WEATHERS):
        plain = np.array(rgb(SKIN_TONES[skin].base), np.float64)
        tint, share = figure_tint(emotion, time, weather, mood)
        pixel = np.array([[[*plain[::-1], 255]]], np.uint8)
        red, green, blue = raster.tint(pixel, tint, share)[0, 0, :3][::-1].astype(float)
        lit = np.array([red, green, blue])
        assert saturation(lit) >= 0.75 * saturation(plain), (skin, emotion, time, weather)
        assert red > green > blue, "skin is orange light: grey and purple are not"
