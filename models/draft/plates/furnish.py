"""What stands in places: lamps, lanterns, plants, seats, shelves, tables, pictures. Each lamp also gives its light."""

from __future__ import annotations

from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, Scenery, deep, edge, high
from models.draft.svg import Drawing, mix

BOOKS = ("#c23a4a", "#2f6fb0", "#e0b050", "#3a8a6a", "#7a4aa0", "#e8dcc4", "#d0703a", "#27406e")
LEAF = "#2f8a5a"


def lamp(s: Scenery, x: float, y: float, size: float = 1.0, base: float = 0, cord: float = 0, shade: str = "") -> None:
    """A shaded lamp: hanging on a cord, or on a stem down to `base`."""
    d, tone = s.things, shade or "#ffd9a0"
    metal = "#b98a3e"
    if cord:
        d.rect(x - 3, y - cord, 6, cord, "#2a1a24")
    if base:
        d.rect(x - 5, y + 70 * size, 10, base - y - 70 * size, metal, 1, edge(metal), 2)
        d.ellipse(x, base, 46 * size, 12 * size, metal, 1, edge(metal), 4)
    burning = s.lit or s.indoors
    face = mix(tone, "#fff6dc", 0.55) if burning else tone
    low, top = 78 * size, 44 * size
    paint = d.gradient([(0, mix(face, tone, 0.6), 1), (0.7, face, 1), (1, high(face, 0.6), 1)])
    d.poly(
        [(x - low, y + 96 * size), (x - top, y), (x + top, y), (x + low, y + 96 * size)], paint, 1, edge("#a05a20"), 4
    )
    d.ellipse(x, y + 96 * size, low, 9 * size, "#fffbe8" if burning else deep(tone))
    if burning:
        s.light(x, y + 90 * size, 560 * size**0.5, "#ffb860", 0.95 if s.lit else 0.45)


def sconce(s: Scenery, x: float, y: float, size: float = 1.0) -> None:
    """A wall lamp with its fan of light on the wall."""
    d, metal = s.things, "#c8963c"
    d.rect(x - 7 * size, y, 14 * size, 96 * size, metal, 1, edge(metal), 3, 6)
    d.blob([(x - 40 * size, y - 66 * size), (x + 40 * size, y - 66 * size), (x + 20 * size, y + 10 * size), (x - 20 * size, y + 10 * size)], "#fff0c4", 1, edge(metal), 4)  # fmt: skip
    s.light(x, y - 60 * size, 440 * size**0.5, "#ffb65c", 0.85 if s.lit else 0.4)


def lantern(
    s: Scenery, x: float, y: float, size: float, cord: float = 400, colour: str = "#f2452a", d: Drawing | None = None
) -> None:
    """A round paper lantern with ribs and a tassel, lit from within."""
    front = d is None
    d = d or s.things
    d.group(f"translate({x:.1f} {y:.1f}) scale({size})")
    d.rect(-2.5, -cord, 5, cord, "#2a0a10")
    paint = d.gradient([(0, deep(colour, 0.25), 1), (0.5, mix(colour, "#ffd060", 0.55), 1), (1, colour, 1)])
    d.ellipse(0, 62, 82, 66, paint, 1, edge(colour), 5)
    for rx in (30, 60):
        d.ellipse(0, 62, rx, 66, "none", 0.5, mix(colour, "#ffe08a", 0.5), 4)
    d.ellipse(0, 70, 34, 40, "#fff3b4", 0.75)
    for y0 in (-14, 120):
        d.rect(-34, y0, 68, 16, "#d9a43c", 1, "#5a3208", 3, 3)
    d.path("M-6 136h12l6 84h-24z", "#d8263a", 1, "#5a0a18", 3)
    d.end()
    if front:
        s.light(x, y + 62 * size, 430 * size**0.6, "#ff9a3c", 0.9 if s.lit else 0.35, "lantern")


def candle(s: Scenery, x: float, base: float, h: float = 70) -> None:
    d = s.things
    d.rect(x - 9, base - h, 18, h, "#f6ead0", 1, edge("#c8a878"), 3, 4)
    d.blob(
        [(x, base - h - 40), (x + 11, base - h - 14), (x, base - h), (x - 11, base - h - 14)],
        "#fff2b0",
        1,
        "#ff9a2c",
        3,
    )
    s.light(x, base - h - 18, 220, "#ffa04a", 0.42 if s.lit else 0.25, "candle")


def plant(s: Scenery, x: float, base: float, h: float = 420, pot: str = "#b8603c", d: Drawing | None = None) -> None:
    """A potted plant: broad arching leaves with a light midrib."""
    d = d or s.things
    for k in (-4, 4, -3, 3, -2, 2, -1, 1, 0):
        bend, up = k * h * 0.12, h * (1.0 - abs(k) * 0.11)
        tip = (x + bend * 1.15, base - h * 0.28 - up * 0.66 + abs(k) * h * 0.06)
        leaf = mix(LEAF, ("#8fd06a", "#1c5a5a")[k % 2], 0.28)
        line = [(x, base - h * 0.22), (x + bend * 0.45, base - h * 0.25 - up * 0.5), tip]
        d.ink(line, h * 0.15, edge(leaf), "leaf")
        d.ink(line, h * 0.125, leaf, "leaf")
        d.ink(line, 6, high(leaf, 0.5), "taper", 0.8)
    w = h * 0.15
    paint = d.gradient([(0, deep(pot, 0.3), 1), (0.35, high(pot, 0.3), 1), (1, deep(pot, 0.45), 1)], (1, 0))
    d.poly(
        [(x - w, base - h * 0.26), (x + w, base - h * 0.26), (x + w * 0.72, base), (x - w * 0.72, base)],
        paint,
        1,
        edge(pot),
        4,
    )
    d.rect(x - w * 1.12, base - h * 0.28, w * 2.24, h * 0.06, high(pot, 0.15), 1, edge(pot), 4, 4)


def flowers(s: Scenery, x: float, base: float, size: float, colour: str) -> None:
    """A vase with a bunch of flowers."""
    d = s.things
    for k in range(-3, 4):
        d.ink([(x, base - 70 * size), (x + k * 24 * size, base - 170 * size)], 8 * size, LEAF, "even")
    for _ in range(9):
        a, b = s.rng.uniform(-86, 86) * size, s.rng.uniform(-120, 0) * size
        tone = s.vary(colour, 0.3)
        r = s.rng.uniform(24, 38) * size
        d.ellipse(x + a, base - 170 * size + b + abs(a) * 0.3, r, r * 0.9, tone, 1, edge(colour), 3)
        d.ellipse(x + a - r * 0.1, base - 174 * size + b + abs(a) * 0.3, r * 0.45, r * 0.4, high(tone, 0.5))
    vase = "#5f8fc8"
    d.blob([(x - 26 * size, base - 100 * size), (x + 26 * size, base - 100 * size), (x + 46 * size, base - 40 * size), (x + 26 * size, base), (x - 26 * size, base), (x - 46 * size, base - 40 * size)], d.gradient([(0, deep(vase), 1), (0.35, high(vase, 0.7), 1), (1, deep(vase), 1)], (1, 0)), 1, edge(vase), 4)  # fmt: skip


def shelf(s: Scenery, x: float, y: float, w: float, h: float, rows: int, wood: str) -> None:
    """A bookcase with a lit inside: books, a vase, a box, a trophy."""
    d = s.things
    d.rect(x, y, w, h, wood, 1, edge(wood), 5, 4)
    step = h / rows
    for row in range(rows):
        top = y + row * step
        d.rect(x + 12, top + 12, w - 24, step - 18, d.gradient([(0, "#6a3a1c", 1), (1, deep(wood, 0.62), 1)]))
        at, low = x + 18, top + step - 8
        while at < x + w - 44:
            if s.rng.random() < 0.14:
                r = min(26, step * 0.16)
                d.ellipse(at + 30, low - r * 1.1, r, r * 1.1, s.pick("#e8c060", "#7ac0d0", "#e88a9a"), 1, edge(wood), 3)
                at += 66
                continue
            bw, bh = s.rng.uniform(15, 30), step * s.rng.uniform(0.5, 0.76)
            tone = s.rng.choice(BOOKS)
            d.rect(at, low - bh, bw, bh, tone, 1, edge(tone), 2)
            d.rect(at + 3, low - bh * 0.8, bw - 6, 5, high(tone, 0.6))
            at += bw + (s.rng.uniform(6, 30) if s.rng.random() < 0.2 else 1)
        d.rect(x + 6, low, w - 12, 9, high(wood, 0.25))
    d.rect(x, y, 8, h, high(wood, 0.3))


def picture(s: Scenery, x: float, y: float, w: float, h: float, kind: str, d: Drawing | None = None) -> None:
    """A framed picture: 'abstract', 'hills' or 'portrait'."""
    d = d or s.things
    gold = "#d0a048"
    d.rect(x, y, w, h, gold, 1, edge(gold), 5, 3)
    d.rect(x + 6, y + 6, w - 12, h - 12, "none", 1, high(gold, 0.6), 3)
    x, y, w, h = x + 18, y + 18, w - 36, h - 36
    if kind == "portrait":
        d.rect(x, y, w, h, d.gradient([(0, "#3a2a4a", 1), (1, "#7a4038", 1)]))
        d.blob(
            [
                (x + w * 0.1, y + h),
                (x + w * 0.24, y + h * 0.66),
                (x + w * 0.5, y + h * 0.56),
                (x + w * 0.76, y + h * 0.66),
                (x + w * 0.9, y + h),
            ],
            "#231a3a",
        )
        d.ellipse(x + w * 0.5, y + h * 0.38, w * 0.17, h * 0.17, "#e2b08a")
        d.blob([(x + w * 0.31, y + h * 0.42), (x + w * 0.3, y + h * 0.22), (x + w * 0.5, y + h * 0.14), (x + w * 0.7, y + h * 0.22), (x + w * 0.69, y + h * 0.42), (x + w * 0.62, y + h * 0.28), (x + w * 0.4, y + h * 0.27)], "#2a1620")  # fmt: skip
    elif kind == "hills":
        d.rect(x, y, w, h, d.gradient([(0, "#f0b070", 1), (0.6, "#f6dca8", 1), (1, "#5aa0a8", 1)]))
        d.ellipse(x + w * 0.68, y + h * 0.28, h * 0.1, h * 0.1, "#e8503a")
        d.path(
            f"M{x} {y + h}v{-h * 0.4}l{w * 0.3}-{h * 0.26}l{w * 0.24} {h * 0.22}l{w * 0.2}-{h * 0.12}l{w * 0.26} {h * 0.2}V{y + h}z",
            "#2c5a78",
        )
    else:
        d.rect(x, y, w, h, "#f2e6d4")
        for tone, cx, cy, r in (
            (s.p.accent, 0.36, 0.4, 0.24),
            ("#1f4a7a", 0.62, 0.6, 0.2),
            ("#e8b040", 0.66, 0.26, 0.1),
        ):
            d.ellipse(x + w * cx, y + h * cy, w * r, w * r, tone)
        d.line(x + w * 0.1, y + h * 0.84, x + w * 0.86, y + h * 0.2, "#1a1424", 5)


def sofa(s: Scenery, x: float, y: float, w: float, cloth: str, cushion: str) -> None:
    """A deep sofa seen from the front."""
    d, h = s.things, w * 0.52
    paint = d.gradient([(0, high(cloth, 0.25), 1), (0.5, cloth, 1), (1, deep(cloth, 0.4), 1)])
    d.rect(x, y, w, h, paint, 1, edge(cloth), 5, 40)
    for k in range(2):
        d.rect(x + w * (0.1 + 0.4 * k), y + h * 0.08, w * 0.4, h * 0.5, high(cloth, 0.08), 1, edge(cloth), 4, 26)
        d.rect(x + w * (0.13 + 0.4 * k), y + h * 0.11, w * 0.34, 8, high(cloth, 0.5), 0.8, r=4)
    d.rect(x + w * 0.06, y + h * 0.5, w * 0.88, h * 0.3, high(cloth, 0.14), 1, edge(cloth), 5, 24)
    d.rect(x + w * 0.09, y + h * 0.52, w * 0.82, 9, high(cloth, 0.6), 0.8, r=4)
    for side in (0.0, 0.87):
        d.rect(x + w * side - 14, y + h * 0.26, w * 0.13 + 28, h * 0.72, cloth, 1, edge(cloth), 5, 34)
        d.rect(x + w * side, y + h * 0.29, w * 0.13, 8, high(cloth, 0.55), 0.8, r=4)
    for cx, tone, lean in ((0.24, cushion, -8), (0.68, high(cushion, 0.4), 7)):
        d.group(f"rotate({lean} {x + w * cx:.0f} {y + h * 0.4:.0f})")
        d.rect(x + w * cx - h * 0.2, y + h * 0.18, h * 0.4, h * 0.38, tone, 1, edge(tone), 4, 18)
        d.line(x + w * cx - h * 0.12, y + h * 0.24, x + w * cx + h * 0.12, y + h * 0.24, high(tone, 0.6), 5, 0.8)
        d.end()


def table(s: Scenery, x: float, y: float, w: float, h: float, wood: str) -> None:
    """A table or desk front with a bright top edge and two panels; `y` is its top."""
    d = s.things
    d.rect(x + 22, y + 26, w - 44, h, d.gradient([(0, deep(wood, 0.1), 1), (1, deep(wood, 0.55), 1)]), 1, edge(wood), 5)
    for k in range(3):
        px = x + 40 + k * (w - 80) / 3
        d.rect(px, y + 56, (w - 80) / 3 - 16, h - 56, deep(wood, 0.28), 1, high(wood, 0.3), 3, 5)
    top = d.gradient([(0, high(wood, 0.2), 1), (0.5, high(wood, 0.65), 1), (1, high(wood, 0.2), 1)], (1, 0))
    d.rect(x, y - 10, w, 40, top, 1, edge(wood), 5, 9)


def rug(s: Scenery, y: float, half: float, depth: float, colour: str, trim: str) -> None:
    """An oval rug on the floor."""
    for part, tone in (
        (1.0, edge(colour)),
        (0.985, trim),
        (0.93, colour),
        (0.7, trim),
        (0.67, deep(colour, 0.15)),
        (0.3, trim),
        (0.27, colour),
    ):
        s.shell.ellipse(540, y, half * part, depth * part, tone)


def crate(s: Scenery, x: float, y: float, w: float, wood: str) -> None:
    """A braced wooden crate; (x, y) is its left upper corner."""
    d, h = s.things, w * 0.86
    d.rect(x, y, w, h, d.gradient([(0, high(wood, 0.2), 1), (1, deep(wood, 0.4), 1)]), 1, edge(wood), 6)
    for k in range(1, 5):
        d.line(x, y + h * k / 5, x + w, y + h * k / 5, edge(wood), 4, 0.7)
    for x0, x1 in ((x + 20, x + w - 20), (x + w - 20, x + 20)):
        d.line(x0, y + 24, x1, y + h - 24, edge(wood), 30)
        d.line(x0, y + 24, x1, y + h - 24, deep(wood, 0.06), 22)
    for y0 in (y, y + h - 26):
        d.rect(x, y0, w, 26, high(wood, 0.12), 1, edge(wood), 4)
    for x0 in (x, x + w - 26):
        d.rect(x0, y, 26, h, wood, 1, edge(wood), 4)


def leaves_near(s: Scenery, side: int, colour: str, low: float = BOTTOM) -> None:
    """Big dark leaves at a lower corner, before everything."""
    x = LEFT if side < 0 else RIGHT
    for k in range(6):
        reach = 90 + 44 * (k % 3)
        line = [(x, low), (x - side * reach * 0.5, low - 260 - 40 * k), (x - side * reach, low - 430 - 60 * k)]
        s.near.ink(line, 92, deep(colour, 0.35), "leaf")
        s.near.ink(line, 8, high(colour, 0.3), "taper", 0.6)


def blossoms(s: Scenery, side: int, colours: tuple[str, ...], wood: str = "#3a2030") -> None:
    """A branch in flower from an upper corner."""
    d = s.near

    def at(x: float) -> float:
        return 540 + side * x

    for line, w in (([(at(640), 40), (at(470), 130), (at(330), 120), (at(200), 210)], 44), ([(at(480), 130), (at(440), 280), (at(460), 420)], 26), ([(at(620), 300), (at(540), 430), (at(520), 600)], 24)):  # fmt: skip
        d.ink(line, w, wood, "in")
        for px, py in line[1:]:
            for _ in range(9):
                r = s.rng.uniform(16, 34)
                d.ellipse(
                    px + s.rng.uniform(-80, 80), py + s.rng.uniform(-60, 60), r, r * 0.8, s.rng.choice(colours), 0.92
                )


def glass_near(s: Scenery, side: int, colour: str) -> None:
    """A dark upright with a lit inner edge: a door frame or pillar that we look past."""
    x = LEFT if side < 0 else RIGHT - 112
    s.near.rect(x, TOP, 112, BOTTOM - TOP, deep(colour, 0.55))
    s.near.rect(x + (104 if side < 0 else 0), TOP, 8, BOTTOM - TOP, high(colour, 0.5), 0.8)
