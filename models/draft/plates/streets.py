"""Places in the city: street, alley, rooftop."""

from __future__ import annotations

from models.draft.plates.furnish import crate, glass_near, lamp, lantern, plant
from models.draft.plates.outdoors import bokeh, city, rain_air, sky
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TALL, TOP, WIDE, Scenery, deep, edge, high, ray
from models.draft.svg import Point, mix

NEON = ("#ff3f7e", "#2fd8ff", "#ffb02e", "#a65cff", "#4affa0")


def street(s: Scenery) -> None:
    """Shops with awnings and neon down both sides, towers at the end, a crossing, a lamp, wires."""
    sky(s, 1290, (540, 560), 1.15)
    city(s, 1290, 900)
    rain_air(s, s.far)
    s.far.glow(540, 1180, 420, 420, mix(s.p.sky.edge, s.p.glow, 0.4), 0.7)
    _road(s)
    for side in (-1, 1):
        _shops(s, side)
    _wires(s)
    _street_lamp(s, 900)
    glass_near(s, -1, mix(s.p.wall, "#20304a", 0.5))
    if s.lit:
        bokeh(s, s.near, 16, NEON)
    else:
        for k in range(3):
            s.near.ink(
                [(RIGHT, 100 + k * 90), (1060, 180 + k * 120), (960, 160 + k * 170)], 90, deep("#2f8a5a", 0.2), "leaf"
            )


def _road(s: Scenery) -> None:
    d = s.shell
    asphalt, walk = "#5a5a80", s.pick("#a890a0", "#98a0b8")
    a, b = (388, 1296), (692, 1296)
    outer = [(LEFT, 1290), (RIGHT, 1290), (RIGHT, BOTTOM), (LEFT, BOTTOM)]
    d.poly(outer, d.gradient([(0, high(walk, 0.2), 1), (1, deep(walk, 0.4), 1)]))
    d.poly(
        [a, b, (2900, BOTTOM), (-1820, BOTTOM)], d.gradient([(0, high(asphalt, 0.25), 1), (1, deep(asphalt, 0.35), 1)])
    )
    for side in (-1, 1):
        d.line(540 + side * 152, 1296, 540 + side * 1200, 1990, high(walk, 0.5), 9)
    for y, h in ((1316, 8), (1346, 14), (1392, 22), (1460, 34), (1560, 52), (1710, 84), (1930, 120)):
        half = (y - 1270) * 1.25
        d.poly(
            [(540 - half, y), (540 + half, y), (540 + half + h * 1.2, y + h), (540 - half - h * 1.2, y + h)],
            "#f4f0ff",
            0.72,
        )
    s.ground(1296, gloss=0.55 if s.lit else 0.12, puddles=s.p.weather == "rain")


def _shops(s: Scenery, side: int) -> None:
    """One side of the street, three houses deep."""

    def at(x: float, y: float, reach: float = 1.0) -> Point:
        px, py = ray(540 + x, y, reach)
        return (px, py) if side > 0 else (1080 - px, py)

    reaches = (1.0, 1.46, 2.2, 3.8)
    for k in range(3):
        near, far = reaches[3 - k], reaches[2 - k]
        tone = s.pick("#6a4a7a", "#8a4a4a", "#3f5f8a", "#4a6a6a", "#8a6a4a")
        roof = s.rng.uniform(330, 720) + 120 * k
        d = s.shell
        front = [at(180, roof, far), at(180, roof, near), at(180, 1300, near), at(180, 1300, far)]
        d.poly(front, d.gradient([(0, deep(tone, 0.12), 1), (1, deep(tone, 0.45), 1)], (1, 0)), 1, edge(tone), 4)
        d.line(*front[0], *front[1], high(tone, 0.4), 12)
        _upper(s, at, (near, far), roof)
        _shop(s, at, (near, far), s.rng.choice(NEON))
        _sign(s, at(168, 0, (near + far) / 2)[0], 560 + 130 * k, 0.75 + 0.4 * (2 - k), s.rng.choice(NEON))


def _upper(s: Scenery, at, reach: tuple[float, float], roof: float) -> None:  # type: ignore[no-untyped-def]
    """Windows over a shop."""
    near, far = reach
    for row in range(4):
        y = roof + 50 + row * 110
        if y > 1060:
            return
        for col in range(2):
            a, b = far + (near - far) * (0.12 + col * 0.46), far + (near - far) * (0.42 + col * 0.46)
            on = s.rng.random() < 0.6
            pane = s.pick("#ffd070", "#ffb45a", "#8fd8ff") if on and s.lit else "#8ab4dc" if not s.lit else "#242c58"
            s.shell.poly([at(180, y, a), at(180, y, b), at(180, y + 70, b), at(180, y + 70, a)], pane, 1, "#241a3a", 4)


def _shop(s: Scenery, at, reach: tuple[float, float], colour: str) -> None:  # type: ignore[no-untyped-def]
    """A lit window with goods, and a striped awning."""
    near, far = reach
    d = s.things
    inside = s.pick("#ffc860", "#8fdcf4", "#ffae84") if s.lit else "#b8dcf0"
    window = [at(180, 1130, far), at(180, 1130, near), at(180, 1276, near), at(180, 1276, far)]
    d.poly(window, d.gradient([(0, inside, 1), (1, mix(inside, colour, 0.35), 1)]), 1, "#2a1c34", 6)
    for y in (1196, 1274):
        d.line(*at(180, y, far), *at(180, y, near), deep(colour, 0.45), 6)
        for k in range(7):
            goods = s.pick("#e8506a", "#3f8ad0", "#f0c050", "#4ab08a", "#a868d0")
            x, foot = at(180, y, far + (near - far) * (0.08 + 0.135 * k))
            h, w = s.rng.uniform(22, 44) * near * 0.8, 14 * near
            d.rect(x - w / 2, foot - h, w, h, goods, 1, edge(goods), 2, s.rng.choice((2, w / 2)))
    for k in range(6):
        a, b = (far + (near - far) * (k + j) / 6 for j in (0, 1))
        cloth = [at(180, 1082, a), at(180, 1082, b), at(150, 1146, b * 0.99), at(150, 1146, a * 0.99)]
        d.poly(cloth, colour if k % 2 else "#fff4e4", 1, edge(colour), 3)
    x, y = at(170, 1200, (near + far) / 2)
    s.light(x, y, 260 * near**0.5, inside, 0.46 if s.lit else 0.15, "lamp")


def _sign(s: Scenery, x: float, y: float, size: float, colour: str) -> None:
    """An upright box of neon strokes that spell nothing."""
    d = s.things
    d.group(f"translate({x:.0f} {y:.0f}) scale({size:.2f})")
    bright = colour if s.lit else mix(colour, "#e8e0f0", 0.25)
    d.rect(-34, -6, 68, 300, "#1c1434", 1, edge(colour), 14, 10)
    d.rect(-34, -6, 68, 300, "#1c1434", 1, bright, 7, 10)
    for k in range(4):
        y0 = 20 + k * 70
        shape = (
            "h34m-17-8v52m-17-30h34m-38 30h42",
            "m17-8v10m-19 0h38v20h-38zm19 20l-20 22m20-22l20 22",
            "m6 0l-10 16m0-10h36m-26 14v28m-10-14h34m-6 0v14",
            "h34m-30 12h26m-32 12h38m-19 0l-16 22m16-22l16 22",
        )[(k + int(x)) % 4]
        d.path(f"M-17 {y0}{shape}", "none", 1, high(bright, 0.45), 6)
    d.end()
    s.light(x, y + 140 * size, 300 * size, colour, 0.7 if s.lit else 0.1, "neon")


def _wires(s: Scenery) -> None:
    for k in range(4):
        y = 240 + k * 96
        s.things.path(f"M{LEFT} {y - 60}Q540 {y + 170} {RIGHT} {y - 90 + k * 30}", "none", 0.8, "#1c1434", 4)
    if s.lit:
        for k in range(9):
            t = k / 8
            x, y = LEFT + WIDE * t, 180 + 460 * t * (1 - t)
            lantern(s, x, y, 0.34, 10) if k % 2 else s.light(x, y, 120, "#ffb050", 0.4, "lantern")


def _street_lamp(s: Scenery, x: float) -> None:
    d, post = s.things, "#2c2a4a"
    d.rect(x - 10, 470, 20, 1090, post, 1, edge(post), 3)
    d.rect(x - 26, 1480, 52, 90, post, 1, edge(post), 3, 6)
    d.path(f"M{x} 480C{x} 400 {x - 60} 372 {x - 130} 378", "none", 1, post, 16)
    d.poly(
        [(x - 184, 376), (x - 86, 376), (x - 104, 412), (x - 166, 412)],
        "#fff4cc" if s.lit else "#d8e0ec",
        1,
        edge(post),
        5,
    )
    if s.lit:
        s.light(x - 135, 420, 520, "#ffc060", 0.9)
        s.beam([(x - 170, 410), (x - 100, 410), (x + 130, 1700), (x - 420, 1700)], "#ffc870", 0.16)


def alley(s: Scenery) -> None:
    """Brick walls that close in, washing and lanterns overhead, a fire escape, steam, neon on wet ground."""
    sky(s, 1290, (540, 420), 1.1)
    city(s, 1290, 760)
    rain_air(s, s.far)
    s.far.glow(540, 1100, 300, 520, mix(s.p.sky.edge, s.p.glow, 0.5), 0.8)
    d = s.shell
    stone = "#54547a"
    d.rect(LEFT, 1330, WIDE, BOTTOM - 1330, d.gradient([(0, high(stone, 0.2), 1), (1, deep(stone, 0.45), 1)]))
    for k in range(-6, 7):
        d.line(540 + k * 30, 1330, 540 + k * 340, BOTTOM, edge(stone), 4, 0.5)
    for y in (1350, 1384, 1440, 1530, 1670, 1880):
        d.line(LEFT, y, RIGHT, y, edge(stone), 4, 0.4)
    s.ground(1330, gloss=0.66 if s.lit else 0.4, puddles=True)
    hue = s.rng.choice((("#a04a4a", "#7a4468"), ("#8a5a3c", "#4a5480"), ("#5a4a86", "#94505a")))
    for side in (-1, 1):
        _brick(s, side, hue[side > 0])
    _escape(s)
    colours = [s.rng.choice(NEON) for _ in range(3)]
    for x, y, size, colour in ((250, 560, 1.0, colours[0]), (846, 700, 0.9, colours[1]), (336, 860, 0.62, colours[2])):
        _sign(s, x, y, size, colour)
    for x, y, size in ((430, 500, 0.5), (540, 540, 0.56), (650, 500, 0.5)):
        lantern(s, x, y, size, 10)
    s.things.path("M330 440Q540 560 760 430", "none", 1, "#1c1434", 5)
    lamp(s, 760, 960, 0.62, cord=20)
    _bins(s)
    s.mist = 0.22
    glass_near(s, 1, "#5a3a4a")


def _brick(s: Scenery, side: int, tone: str) -> None:
    d = s.shell

    def at(x: float, y: float) -> Point:
        return 540 + side * x, y

    shape = [at(900, TOP - 500), at(200, 300), at(200, 1336), at(900, 1480 + 60)]
    shape = [at(*((800, TOP - 300))), at(200, 300), at(200, 1336), at(800, 1480)]
    d.poly(shape, d.gradient([(0, deep(tone, 0.5), 1), (0.55, tone, 1), (1, deep(tone, 0.45), 1)]), 1, edge(tone), 6)
    rows, bricks = "", ""
    for k in range(24):
        t = k / 24
        y0, y1 = TOP - 300 + (1480 - TOP + 300) * t, 300 + 1036 * t
        rows += f"M{540 + side * 800} {y0:.0f}L{540 + side * 200} {y1:.0f}"
        for j in range(5):
            u = ((j + 0.5 * (k % 2)) / 5) ** 1.3
            x = 540 + side * (800 - 600 * u)
            y = y0 + (y1 - y0) * u
            bricks += f"M{x:.0f} {y:.0f}v{70 - 28 * u:.0f}"
    d.path(rows + bricks, "none", 0.42, edge(tone), 4)
    for k, (x0, x1, y) in enumerate(
        ((640, 520, 120), (470, 380, 330), (640, 520, 660), (350, 290, 480), (470, 380, 760))
    ):
        on = s.rng.random() < 0.65
        pane = "#ffc860" if on and s.lit else "#2a2c58" if s.lit else "#8ab8dc"
        shift = (800 - x0) * 0.3
        quad = [at(x0, y + shift * 0.3), at(x1, y + 36), at(x1, y + 200), at(x0, y + 236)]
        d.poly(quad, pane, 1, edge(tone), 9)
        d.line(quad[0][0] / 2 + quad[1][0] / 2, y + 24, quad[0][0] / 2 + quad[1][0] / 2, y + 216, edge(tone), 6)
        if on and s.lit:
            s.light(quad[0][0] / 2 + quad[1][0] / 2, y + 120, 230, "#ffb850", 0.45, "window" if k else "lamp")


def _escape(s: Scenery) -> None:
    d, iron = s.things, "#2c2444"
    for k in range(3):
        y = 240 + k * 330
        d.poly([(-90, y - 70), (210, y), (210, y + 22), (-90, y - 44)], iron, 1, edge(iron), 3)
        rails = "".join(f"M{-80 + j * 42} {y - 160 + j * 10}v96" for j in range(7))
        d.path(f"M-90 {y - 170}L210 {y - 96}V{y}{rails}", "none", 1, iron, 8)
        d.path(
            f"M10 {y - 40}L190 {y + 290}M50 {y - 40}L226 {y + 270}"
            + "".join(f"M{24 + j * 26} {y + j * 46 - 10}l36-8" for j in range(6)),
            "none",
            1,
            iron,
            8,
        )
    for x, tone in ((-30, "#d8506a"), (50, "#f0e0c8"), (120, "#4a8ac0")):
        d.poly([(x, 1000), (x + 60, 1012), (x + 54, 1110), (x + 2, 1100)], tone, 1, edge(tone), 4)


def _bins(s: Scenery) -> None:
    d = s.things
    for x, y, w, h, tone in ((890, 1330, 220, 300, "#2f8a74"), (800, 1400, 110, 170, "#c8643c")):
        d.rect(
            x,
            y,
            w,
            h,
            d.gradient([(0, high(tone, 0.25), 1), (0.4, tone, 1), (1, deep(tone, 0.5), 1)], (1, 0)),
            1,
            edge(tone),
            5,
            10,
        )
        d.rect(x - 10, y - 24, w + 20, 34, high(tone, 0.25), 1, edge(tone), 5, 8)
        for k in range(1, 4):
            d.line(x + w * k / 4, y + 30, x + w * k / 4, y + h - 20, edge(tone), 4, 0.6)
    crate(s, 30, 1440, 190, "#a8703c")
    plant(s, 250, 1560, 250)


def rooftop(s: Scenery) -> None:
    """A parapet over the whole city, a lit sign and a tank in outline, a door hut with a lamp, strings of lights."""
    sky(s, 1330, (s.rng.uniform(480, 600), 560), 1.35)
    city(s, 1340, 560)
    rain_air(s, s.far)
    d, tone = s.shell, s.pick("#7a6a9a", "#9a7468", "#5f7a94")
    d.rect(LEFT, 1440, WIDE, BOTTOM - 1440, d.gradient([(0, high(tone, 0.15), 1), (1, deep(tone, 0.4), 1)]))
    for k in range(-7, 8):
        d.line(540 + k * 110, 1440, 540 + k * 480, BOTTOM, edge(tone), 4, 0.5)
    for y in (1480, 1550, 1660, 1830):
        d.line(LEFT, y, RIGHT, y, edge(tone), 4, 0.4)
    s.ground(1440, gloss=0.34 if s.lit else 0.14)
    rail = "".join(f"M{LEFT + k * 90} 1170v150" for k in range(15))
    for paint, w in ((edge(tone), 16), (high(deep(tone, 0.3), 0.2), 9)):
        d.path(f"M{LEFT} 1168H{RIGHT}M{LEFT} 1240H{RIGHT}{rail}", "none", 1, paint, w)
    d.rect(LEFT, 1310, WIDE, 136, d.gradient([(0, high(tone, 0.25), 1), (1, deep(tone, 0.35), 1)]), 1, edge(tone), 5)
    d.rect(LEFT, 1296, WIDE, 30, high(tone, 0.45), 1, edge(tone), 4)
    _hut(s, mix(tone, "#b0605a", 0.3))
    _tank(s)
    for k in range(8):
        t = k / 7
        x, y = 60 + 760 * t, 640 + 900 * t * (1 - t) * 0.7
        s.things.ellipse(x, y, 13, 17, "#fff0b8" if s.lit else "#f4e8d0", 1, "#c8702c", 4)
        s.light(x, y, 150, "#ffb850", 0.5 if s.lit else 0.1, "lantern")
    s.things.path("M60 634Q440 950 820 634", "none", 1, "#1c1434", 4)
    for x in (330, 720):
        plant(s, x, 1560, 230)
    s.near.poly([(LEFT, 1800), (250, 1960), (420, BOTTOM), (LEFT, BOTTOM)], deep(tone, 0.6))
    s.near.rect(RIGHT - 70, TOP, 70, TALL, deep(tone, 0.6))


def _hut(s: Scenery, tone: str) -> None:
    d = s.things
    d.rect(
        820, 800, 420, 700, d.gradient([(0, high(tone, 0.2), 1), (1, deep(tone, 0.45), 1)], (1, 0)), 1, edge(tone), 5
    )
    d.rect(796, 770, 470, 42, high(tone, 0.3), 1, edge(tone), 5)
    bricks = "".join(f"M{840 + j % 4 * 90 + (j // 4) % 2 * 40} {850 + j // 4 * 52}h56" for j in range(48))
    d.path(bricks, "none", 0.4, edge(tone), 5)
    d.rect(880, 1010, 210, 490, "#2f6a7a", 1, edge("#2f6a7a"), 7, 4)
    d.rect(912, 1050, 146, 150, "#ffd884" if s.lit else "#a8d8ec", 1, edge("#2f6a7a"), 5)
    d.ellipse(1058, 1270, 13, 13, "#f0c860", 1, INKY, 3)
    lamp(s, 985, 876, 0.72)


INKY = "#2a1634"


def _tank(s: Scenery) -> None:
    d, wood = s.things, "#9a5a3c"
    d.path("M70 1010L40 1310M260 1010L290 1310M165 1010V1310M52 1180H280M60 1290L270 1030", "none", 1, edge(wood), 18)
    paint = d.gradient([(0, deep(wood, 0.5), 1), (0.6, high(wood, 0.25), 1), (1, deep(wood, 0.35), 1)], (1, 0))
    d.rect(24, 700, 282, 320, paint, 1, edge(wood), 6, 8)
    for k in range(1, 7):
        d.line(24 + k * 40, 706, 24 + k * 40, 1014, edge(wood), 4, 0.6)
    for y in (770, 860, 950):
        d.rect(18, y, 294, 14, deep(wood, 0.5), 1, edge(wood), 3)
    d.poly([(4, 706), (165, 570), (326, 706)], deep(wood, 0.25), 1, edge(wood), 6)
