"""Draw every word that the draft can draw on labelled contact sheets, through the product's own painter and player.

python scripts/art.py FOLDER [--only cast,plates]     one JPEG a page, and the seconds that each took"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.fonts import font_file
from models import base
from models.base import ClipRequest, Figure, FrameCue, Look, PictureRequest
from models.draft import lettering
from models.draft.animator import DraftAnimator
from models.draft.figures import EYE_STATES, MOUTHS, Sitter, draw_figure
from models.draft.layout import faces
from models.draft.painter import DraftPainter
from models.draft.palette import ACCENTS
from models.draft.plates import draw_plate
from models.draft.player import DraftPlayer
from models.draft.posters import LAYOUTS, Words, poster
from models.draft.raster import over

Picture = NDArray[np.uint8]
SMALL, MIDDLE, LARGE = (135, 240), (202, 360), (270, 480)
QUALITY = 88
STRIP = 18
PAPER = (58, 52, 48)
BODIES = {
    "woman": Look("female", 25, "long", "chestnut", "cat", "amber", "fair", "dress", "crimson"),
    "man": Look("male", 30, "layered", "raven", "narrow", "steel", "male", "suit", "navy"),
    "elder woman": Look("female", 66, "granny_bun", "silver", "hooded", "jade", "old", "robe", "violet", ("pendant",)),
    "elder man": Look("male", 66, "slick", "silver", "hooded", "amber", "old", "coat", "grey", ("beard",)),
    "girl": Look("female", 9, "twin_tails", "auburn", "round", "jade", "pale", "school", "sky"),
    "boy": Look("male", 10, "curtain", "brown_black", "round", "steel", "fair", "street", "gold"),
}
CLIP_FRAMES = 36


@dataclass(frozen=True)
class Tile:
    label: str
    picture: Picture


Page = Iterator[Tile]
painter, animator, player = DraftPainter(), DraftAnimator(), DraftPlayer()


def shot(label: str, figures: Sequence[Figure], size: tuple[int, int] = MIDDLE, **words: str) -> PictureRequest:
    """A keyframe request; what is not said is an evening in an office."""
    said = {"plate": "office", "time": "dusk", "mood": "mystery", "genre": "thriller", "shot_size": "mcu", **words}
    return PictureRequest(label, "keyframe", label, size, sum(map(ord, label)), figures=tuple(figures), **said)  # pyright: ignore[reportArgumentType]


def painted(label: str, request: PictureRequest) -> Tile:
    return Tile(label, painter.paint([request])[0][0].pixels)


def played(request: PictureRequest, cues: Iterable[FrameCue], move: str = "hold", **changes: object) -> list[Picture]:
    """Frames of a clip as conform asks for them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = ClipRequest("clip", request, folder / "none", CLIP_FRAMES, 24, move, 0.9, **changes)  # pyright: ignore[reportArgumentType]
        made = animator.animate([clip], folder)[0]
        return [frame.copy() for frame in player.play(made.path, list(cues), request.size)]


def who(body: str, **words: object) -> Figure:
    return Figure(body, BODIES[body], **words)  # pyright: ignore[reportArgumentType]


def pair(**words: object) -> tuple[Figure, Figure]:
    """Two who talk, the second to the first."""
    return who("woman", yaw=10.0, speaking=True, **words), who("man", yaw=-10.0, x=0.66)


# -- the pages


def cast() -> Page:
    """Hair by outfit, women and men in turn, each with the next colour and accessory."""
    wheel = itertools.cycle(base.COLOURS)
    things = itertools.cycle(("", *base.ACCESSORIES))
    for row, hair in enumerate(base.HAIR_STYLES):
        for column, outfit in enumerate(base.OUTFITS):
            body = BODIES["woman" if (row + column) % 2 else "man"]
            worn = next(things)
            colour = base.HAIR_COLOURS[(row * 2 + column) % len(base.HAIR_COLOURS)]
            look = replace(
                body, hair=hair, outfit=outfit, outfit_colour=next(wheel), hair_colour=colour,
                eyes=base.EYES[column % len(base.EYES)], skin=base.SKINS[row % len(base.SKINS)],
                accessories=(worn,) if worn else (),
            )  # fmt: skip
            label = f"{hair} {outfit} {worn}"
            figure = Figure(label, look, yaw=8.0 if column % 2 else -8.0)
            yield painted(label, shot(label, [figure], SMALL, plate="penthouse"))


def expressions() -> Page:
    for body, emotion in itertools.product(BODIES, base.EMOTIONS):
        label = f"{body} {emotion}"
        yield painted(label, shot(label, [who(body, emotion=emotion)], SMALL, shot_size="cu"))


def faces_close() -> Page:
    """Every mouth, then every state of the eyes, of four bodies and every shape of eyes."""
    for body in ("woman", "man", "elder man", "girl"):
        for mouth in MOUTHS:
            yield Tile(f"{body} {mouth}", face(BODIES[body], mouth=mouth))
    for shape, state in itertools.product(base.EYES, EYE_STATES):
        look = replace(BODIES["woman" if shape in ("cat", "round") else "man"], eyes=shape)
        yield Tile(f"{shape} {state}", face(look, eye=state))


def face(look: Look, eye: str = "open", mouth: str = "rest") -> Picture:
    drawn = draw_figure(look, "neutral", 8, 210)
    eyes = {eye: Sitter(look, 210).eyes("neutral", 8, eye)}  # gazes are drawn only when asked for
    drawn = replace(drawn, head=replace(drawn.head, eyes=eyes))
    sheet = np.zeros((drawn.place.size[1], drawn.place.size[0], 4), np.uint8)
    sheet[:] = (*PAPER, 255)
    for sprite in drawn.layers(eye, mouth):
        over(sheet, sprite.pixels, sprite.x, sprite.y)
    x, y = (round(v) for v in drawn.place.face)
    return np.ascontiguousarray(sheet[max(0, y - 150) : y + 130, max(0, x - 120) : x + 120, :3])


def poses() -> Page:
    for outfit, pose in itertools.product(base.OUTFITS, base.POSES):
        body = "woman" if outfit in ("gown", "hanfu", "dress", "blazer", "school", "hospital") else "man"
        figure = replace(who(body, pose=pose), look=replace(BODIES[body], outfit=outfit))
        yield painted(f"{outfit} {pose}", shot(pose, [figure], SMALL, shot_size="two"))


def plates() -> Page:
    for plate in base.PLATES:
        for when in base.TIMES:
            request = replace(shot(plate, (), SMALL, plate=plate, time=when), kind="plate")
            yield painted(f"{plate} {when}", request)
        for weather in base.WEATHERS[1:]:
            request = replace(shot(plate, (), SMALL, plate=plate, time="night", weather=weather), kind="plate")
            yield painted(f"{plate} night {weather}", request)


def layers() -> Page:
    for plate in base.PLATES:
        for name, image in draw_plate(plate, "dusk", "clear", "thriller", 3).items():
            yield Tile(f"{plate} {name}", on_paper(image, SMALL))


def on_paper(image: Picture, size: tuple[int, int]) -> Picture:
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return (small[..., :3] + np.array(PAPER, np.float32) * (1 - small[..., 3:] / 255)).astype(np.uint8)


def effects() -> Page:
    """What the cut does to a frame, then what every mood and weather lets fall, then the aura and split panels."""
    request = shot("effects", [who("woman", emotion="rage")], LARGE, plate="street", time="night")
    places = faces(replace(request, size=LARGE))
    x, y, head = places["woman"]
    at = FrameCue(12, focus_x=x, focus_y=y, head=head, tick=12)
    cues = {
        "plain": at, "zoom": replace(at, zoom=1.5), "smear": replace(at, blur=60.0),
        "smear up": replace(at, blur=60.0, blur_angle=90.0), "flash": replace(at, flash=0.7),
        "dark": replace(at, flash=-0.6), "speed lines": replace(at, speed_lines=True),
        "focus lines": replace(at, focus_lines=True), "radial": replace(at, radial=0.8),
        "light leak": replace(at, leak=0.8), "screentone": replace(at, tone=0.8),
        **{f"impact {n}": replace(at, impact=n) for n in (1, 2)},
    }  # fmt: skip
    yield from (Tile(*row) for row in zip(cues, played(request, cues.values()), strict=True))
    talk = shot("panels", pair(emotion="anger"), LARGE, shot_size="two")
    spots = tuple(faces(talk).values())
    sliding = [replace(at, panels=spots, panel_slide=slide) for slide in (0.35, 1.0)]
    yield from (Tile("panels", frame) for frame in played(talk, sliding))
    yield painted("aura", shot("aura", [who("woman", aura=True)], LARGE, genre="xianxia"))
    for mood in base.MOODS:
        yield Tile(mood, played(shot(mood, [who("man")], LARGE, plate="lakeside", mood=mood), [at])[0])
    for weather in base.WEATHERS:
        there = shot(weather, [who("man")], LARGE, plate="rooftop", time="night", weather=weather)
        yield Tile(weather, played(there, [at])[0])


def shots() -> Page:
    """Every size in several compositions, by the shot's seed."""
    for size in base.SHOT_SIZES:
        for seed in range(6):
            figures = pair() if size in ("two", "ots", "wide") else (who("woman" if seed % 2 else "man"),)
            request = replace(shot(f"{size} {seed}", figures, MIDDLE, shot_size=size, plate="mansion"), seed=seed)
            yield painted(f"{size} {seed}", replace(request, prop="watch" if size == "insert" else ""))
    family = tuple(Figure(name, look, yaw=10.0 - 7 * n) for n, (name, look) in enumerate(BODIES.items()))
    for number in (3, 4):
        yield painted(f"wide of {number}", shot(f"row {number}", family[:number], shot_size="wide", plate="lakeside"))


def moves() -> Page:
    """Each camera move at five moments; then walking in, turning poses and a look around."""
    moments = [FrameCue(f, tick=f) for f in np.linspace(0, CLIP_FRAMES - 1, 5).round().astype(int).tolist()]
    for move in base.CAMERA_MOVES:
        there = shot(move, [who("man")], SMALL, plate="warehouse")
        yield from (Tile(f"{move} {n}", f) for n, f in enumerate(played(there, moments, move)))
    walk = shot("enters", [who("woman", enters=True)], SMALL, shot_size="wide", plate="palace", genre="palace")
    yield from (Tile(f"enters {n}", f) for n, f in enumerate(played(walk, moments)))
    acting = {"poses": ((9, 0, "point"), (24, 0, "crossed")), "gazes": ((0, 0, "left"), (18, 0, "down"))}
    acted = played(shot("acting", [who("man")], SMALL, plate="school", time="day"), moments, **acting)
    yield from (Tile(f"pose and gaze {n}", f) for n, f in enumerate(acted))


def props() -> Page:
    for prop in base.PROPS:
        yield painted(prop, replace(shot(prop, (), MIDDLE, shot_size="insert", plate="bedroom"), prop=prop))


def cards() -> Page:
    """Cards over a picture and every cover layout, in both languages."""
    font = font_file()
    ground = painter.paint([shot("ground", [who("woman", emotion="resolve")], LARGE)])[0][0].pixels
    for words in (("The Watch Knows", "Episode 3", "Who signed?"), ("手表知道一切", "第3集", "谁签了这份契约？")):
        title, episode, question = words
        drawn = {
            "title": lettering.title_card(title, episode, LARGE, font),
            "end": lettering.end_card("To be continued" if title.isascii() else "未完待续", question, LARGE, font),
            "label": lettering.label("AI-generated" if title.isascii() else "AI生成", LARGE, font),
            "recap": lettering.recap(question, LARGE, font),
        }
        for name, card in drawn.items():
            frame = cv2.cvtColor(ground, cv2.COLOR_BGR2BGRA)
            for part in card if isinstance(card, tuple) else (card,):
                over(frame, part.pixels, part.x, part.y)
            yield Tile(name, frame[..., :3])
        yield from covers(Words(title, episode, question), font)


def covers(words: Words, font: Path) -> Page:
    asked = [shot("one", [who("woman", emotion="anger")], LARGE, shot_size="cu"), shot("two", [who("man")], LARGE)]
    pictures = [p[0].pixels for p in painter.paint(asked)]
    spots = [next(iter(faces(request).values())) for request in asked]
    for layout, plan in LAYOUTS.items():
        many = max(1, len(plan.faces))
        for genre in tuple(ACCENTS)[:3]:
            yield Tile(f"{layout} {genre}", poster(layout, pictures[:many], spots[:many], words, genre, LARGE, font))


PAGES: dict[str, tuple[Callable[[], Page], int]] = {
    "cast": (cast, len(base.OUTFITS)), "expressions": (expressions, len(base.EMOTIONS)),
    "faces": (faces_close, len(MOUTHS)), "poses": (poses, len(base.POSES)), "plates": (plates, 14),
    "layers": (layers, 12), "effects": (effects, 8), "shots": (shots, 9), "moves": (moves, 10), "props": (props, 8),
    "cards": (cards, 8),
}  # fmt: skip
"""Page -> what draws its tiles, and how many stand in a row."""


# -- paper


def page(tiles: Sequence[Tile], columns: int) -> Picture:
    """Labelled tiles in rows."""
    high = max(t.picture.shape[0] for t in tiles) + STRIP
    wide = max(t.picture.shape[1] for t in tiles) + 4
    out = np.full((high * -(-len(tiles) // columns), wide * columns, 3), 24, np.uint8)
    for number, tile in enumerate(tiles):
        y, x = number // columns * high, number % columns * wide
        out[y + STRIP : y + STRIP + tile.picture.shape[0], x : x + tile.picture.shape[1]] = tile.picture
        place = (x + 3, y + STRIP - 5)
        cv2.putText(out, tile.label, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (235, 235, 235), 1, cv2.LINE_AA)
    return out


def write_pages(folder: Path, only: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in only:
        started = time.process_time()
        draw, columns = PAGES[name]
        tiles = list(draw())
        path = folder / f"{name}.jpg"
        if not cv2.imwrite(str(path), page(tiles, columns), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]):
            raise OSError(f"{path} could not be written")
        print(f"{path}  {len(tiles)} drawings, {time.process_time() - started:.0f} core-s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw every word that the draft can draw.")
    parser.add_argument("folder", type=Path, help="where the pages go")
    parser.add_argument("--only", default=",".join(PAGES), help=f"some of {','.join(PAGES)}")
    chosen = parser.parse_args()
    names = chosen.only.split(",")
    if unknown := [name for name in names if name not in PAGES]:
        parser.error(f"unknown page {unknown[0]!r}: choose from {', '.join(PAGES)}")
    cv2.setNumThreads(1)
    write_pages(chosen.folder, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
