"""What is seen outside: skies, skylines, hills, trees, water. Knows a scenery, no place.

Everything here is drawn in its final colours: far air lightens it, and the lamps of a room do not reach it."""

from __future__ import annotations

from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TALL, TOP, WIDE, Scenery, deep, edge, high
from models.draft.svg import Drawing, Point, mix

WINDOWS = ("#ffd070", "#ffb04a", "#ffe9b4", "#8fd4ff", "#ff9a5a")


def sky(s: Scenery, horizon: float = 1320, at: Point = (540, 620), size: float = 1.0) -> None:
    """The hour's sky with its sun or moon at `at`, clouds, stars; the whole far layer."""
    d, k = s.far, s.p.sky
    line = (horizon - TOP) / TALL
    stops = [(0, k.top, 1), (line * 0.45, k.mid, 1), (line * 0.8, k.low, 1), (line, k.edge, 1), (1, k.edge, 1)]
    d.rect(LEFT - 60, TOP - 60, WIDE + 120, TALL + 120, d.gradient(stops))
    clear = s.p.weather == "clear"
    if s.p.time == "night" and s.p.weather != "mist":
        _stars(s, horizon, 90 if clear else 24)
    if clear or s.p.time == "night":
        _disc(s, at, size, 1.0 if clear else 0.3)
    else:
        d.glow(*at, 620, 560, high(k.edge, 0.6), 0.7)
    clouds(s, horizon)
    s.light(*at, 1500, k.light, s.p.key * (0.5 if s.indoors else 1), "moon" if s.p.time == "night" else "sun")


def _stars(s: Scenery, horizon: float, num: int) -> None:
    for op, part in ((0.9, 1), (0.5, 2)):
        data = ""
        for _ in range(num * part // 2):
            x, y, r = s.air.uniform(LEFT, RIGHT), s.air.uniform(TOP, horizon - 300), s.air.uniform(1.2, 3.4) / part
            data += f"M{x - r:.1f} {y:.1f}l{r:.1f}{-r * 1.3:.1f}l{r:.1f} {r * 1.3:.1f}l{-r:.1f} {r * 1.3:.1f}z"
        s.far.path(data, "#fdf6ff", op)


def _disc(s: Scenery, at: Point, size: float, op: float) -> None:
    d, (x, y), r = s.far, at, 104 * size
    k = s.p.sky
    d.glow(x, y, r * 6.4, r * 6.4, k.light, 0.62 * op)
    d.glow(x, y, r * 2.5, r * 2.5, "#fff6dc", 0.7 * op)
    if s.p.time == "night":
        d.ellipse(x, y, r, r, "#fff8e2", op)
        for dx, dy, part in ((-0.3, -0.24, 0.2), (0.3, 0.36, 0.26), (0.12, -0.5, 0.1), (-0.42, 0.36, 0.12)):
            d.ellipse(x + dx * r, y + dy * r, part * r, part * r, "#e6dcc4", 0.8 * op)
    else:
        d.ellipse(x, y, r * 0.9, r * 0.9, "#fffbe6", op)


def clouds(s: Scenery, horizon: float) -> None:
    """Heaped clouds by day, long lit streaks at the edges of the day, a heavy deck in bad weather."""
    clear = s.p.weather == "clear"
    if s.p.time == "day" and clear:
        for _ in range(4):
            _cumulus(s, s.air.uniform(LEFT, RIGHT), s.air.uniform(260, horizon - 260), s.air.uniform(0.8, 1.7))
        return
    k = s.p.sky
    for i in range(9 if clear else 15):
        y = s.air.uniform(40, horizon - 160)
        t = y / horizon
        body = mix(mix(k.mid, k.top, 0.4 - 0.4 * t), k.edge, t * 0.45)
        _streak(
            s,
            s.air.uniform(LEFT, RIGHT),
            y,
            s.air.uniform(200, 480),
            mix(body, "#1c1040", 0.12 if i % 2 else 0),
            k.edge,
        )


def _cumulus(s: Scenery, x: float, y: float, size: float) -> None:
    for dy, tone in ((16, mix(s.p.sky.mid, "#ffffff", 0.45)), (0, "#ffffff")):
        data = f"M{x - 190 * size:.0f} {y:.0f}"
        puffs = ((50, 44), (80, 76), (96, 92), (90, 64), (64, 40))
        for w, h in puffs:
            data += f"a{w * size * 0.6:.0f} {h * size * 0.62:.0f} 0 0 1 {w * size:.0f} 0"
        s.far.path(data + f"q-20 {30 * size:.0f} -190 {26 * size:.0f}t-190-{26 * size:.0f}z", tone, 0.9 if dy else 0.86)
        y -= 16 * size


def _streak(s: Scenery, x: float, y: float, w: float, body: str, rim: str) -> None:
    h = s.air.uniform(16, 40)
    shape = [(x - w, y + 6), (x - w * 0.4, y - h * 0.6), (x, y - h), (x + w * 0.5, y - h * 0.5), (x + w, y), (x + w * 0.4, y + h * 0.5), (x - w * 0.3, y + h * 0.4)]  # fmt: skip
    s.far.blob(shape, body, 0.6)
    s.far.ink(
        [(x - w * 0.8, y + h * 0.2), (x - w * 0.1, y + h * 0.55), (x + w * 0.8, y + h * 0.16)], 9, rim, "taper", 0.6
    )


def skyline(
    s: Scenery, base: float, rise: tuple[float, float], colour: str, depth: float, lit: float, d: Drawing | None = None,
    x0: float = LEFT - 60, x1: float = RIGHT + 60, size: float = 1.0,
) -> None:  # fmt: skip
    """A row of towers; depth 0..1 sinks it into the air, `lit` of the windows burn."""
    d = d or s.far
    tone = s.p.tone(colour, depth)
    x = x0 - s.rng.uniform(0, 40)
    windows: dict[str, list[str]] = {}
    while x < x1:
        w, h = s.rng.uniform(84, 170) * size, s.rng.uniform(*rise)
        _tower(s, d, x, base - h, w, s.vary(tone, 0.06))
        _windows(s, windows, x, base - h, w, h, lit, size)
        x += w + s.rng.uniform(-6, 18) * size
    for key, data in windows.items():
        bright = key if s.lit else mix(tone, "#ffffff", 0.3)
        d.path("".join(data), mix(bright, s.p.haze, depth * 0.45), 0.95)


def _tower(s: Scenery, d: Drawing, x: float, y: float, w: float, face: str) -> None:
    kind = s.rng.randrange(4)
    low = BOTTOM - y + 60
    d.rect(x, y, w, low, face)
    d.rect(x, y, w * 0.2, low, mix(face, s.p.sky.light, 0.22))
    d.rect(x + w * 0.84, y, w * 0.16, low, deep(face, 0.22))
    if kind == 0:
        d.poly([(x + w * 0.3, y + 2), (x + w * 0.5, y - w * 0.9), (x + w * 0.7, y + 2)], face)
    elif kind == 1:
        d.rect(x + w * 0.2, y - w * 0.35, w * 0.6, w * 0.36, face)
        d.rect(x + w * 0.47, y - w * 1.1, w * 0.06, w * 0.8, face)
        if s.lit:
            d.glow(x + w * 0.5, y - w * 1.1, 26, 26, "#ff4a4a", 0.95)
    elif kind == 2:
        d.poly([(x, y + 2), (x, y - w * 0.4), (x + w, y + 2)], face)


def _windows(
    s: Scenery, out: dict[str, list[str]], x: float, y: float, w: float, h: float, lit: float, size: float
) -> None:
    across, down = 23 * size, 30 * size
    shape = f"h{11 * size:.0f}v{16 * size:.0f}h-{11 * size:.0f}z"
    whole = s.air.choice(WINDOWS)
    for row in range(int(min(h, 900) - 40) // int(down)):
        for col in range(int((w - 20 * size) // across)):
            if s.air.random() < lit:
                colour = whole if s.air.random() < 0.7 else s.air.choice(WINDOWS)
                out.setdefault(colour, []).append(
                    f"M{x + 12 * size + col * across:.0f} {y + 26 * size + row * down:.0f}{shape}"
                )


def city(s: Scenery, base: float, near_rise: float = 620, hue: str = "") -> None:
    """Three rows of towers with glowing air between them."""
    hue = hue or s.pick("#4a4fb0", "#3a5aa8", "#5a3fa0", "#2f5f96")
    glow = mix(s.p.sky.edge, s.p.glow, 0.35)
    day = not s.lit
    skyline(
        s, base, (near_rise * 0.6, near_rise * 1.15), mix(hue, "#8a9ad8", 0.4), 0.62, 0.10 if day else 0.16, size=0.75
    )
    s.far.glow(540, base - 60, 900, 480, glow, 0.5)
    skyline(s, base + 30, (near_rise * 0.34, near_rise * 0.86), hue, 0.34, 0.16 if day else 0.34, size=0.95)
    s.far.glow(540, base + 60, 900, 300, glow, 0.42)
    skyline(s, base + 80, (near_rise * 0.10, near_rise * 0.5), deep(hue, 0.3), 0.10, 0.2 if day else 0.5, size=1.25)


def hills(
    s: Scenery, base: float, rise: float, colour: str, depth: float, d: Drawing | None = None, jag: bool = False
) -> None:
    """A ridge from edge to edge, paler at its foot; `jag` makes it rock with lit flanks."""
    d = d or s.far
    points: list[Point] = [(LEFT - 80, base)]
    x = float(LEFT - 80)
    while x < RIGHT + 80:
        points.append((x, base - s.rng.uniform(0.3, 1) * rise))
        x += s.rng.uniform(90, 190) if jag else s.rng.uniform(190, 320)
    points += [(RIGHT + 90, base - rise * 0.5), (RIGHT + 90, BOTTOM + 60), (LEFT - 90, BOTTOM + 60)]
    tone = s.p.tone(colour, depth)
    span = (base + rise * 0.2 - (base - rise)) / (BOTTOM + 60 - (base - rise))
    paint = d.gradient([(0, mix(tone, s.p.sky.light, 0.12), 1), (span, mix(tone, s.p.haze, 0.55), 1), (1, s.p.haze, 1)])
    (d.poly if jag else d.blob)(points, paint)
    if jag:
        for i in range(1, len(points) - 4):
            (ax, ay), (bx, by) = points[i], points[i + 1]
            if ay < by:
                d.poly([(ax, ay), (bx, by), (ax + (bx - ax) * 0.4, by + rise * 0.25)], deep(tone, 0.25), 0.55)


def pine(d: Drawing, x: float, base: float, h: float, colour: str, lit: str) -> None:
    """A layered fir with light on its left."""
    d.rect(x - h * 0.02, base - h * 0.2, h * 0.04, h * 0.2, deep(colour, 0.6))
    for k in range(6):
        y, w = base - h * (0.10 + 0.145 * k), h * (0.26 - 0.038 * k)
        shape = [(x, y - h * 0.22), (x + w * 0.5, y - h * 0.07), (x + w, y + h * 0.015), (x + w * 0.3, y - h * 0.005), (x - w * 0.3, y + h * 0.015), (x - w, y), (x - w * 0.5, y - h * 0.07)]  # fmt: skip
        d.blob(shape, mix(colour, lit, 0.05 * k))
        d.ink([(x - w * 0.9, y), (x - w * 0.45, y - h * 0.07), (x, y - h * 0.2)], 7, lit, "taper", 0.35)


def crown(s: Scenery, d: Drawing, x: float, y: float, r: float, colour: str, lit: str, num: int = 11) -> None:
    """Leaves of a broad tree: ragged clumps, dark below, lit above."""
    for part, tone, shift in ((1.0, deep(colour, 0.4), 0.12), (0.86, colour, 0.0), (0.6, mix(colour, lit, 0.4), -0.22)):
        data = ""
        for _ in range(num):
            a, b = s.rng.uniform(-1, 1) * r * part, s.rng.uniform(-0.62, 0.55) * r * part + shift * r
            q = r * s.rng.uniform(0.2, 0.36) * (0.6 + 0.4 * part)
            px, py = x + a, y + b
            data += f"M{px - q:.0f} {py:.0f}q0-{q * 0.9:.0f} {q:.0f}-{q * 0.9:.0f}q{q * 1.1:.0f} 0 {q:.0f} {q:.0f}l-{q * 0.36:.0f}-{q * 0.1:.0f}l-{q * 0.2:.0f} {q * 0.36:.0f}l-{q * 0.4:.0f}-{q * 0.2:.0f}l-{q * 0.36:.0f} {q * 0.4:.0f}l-{q * 0.24:.0f}-{q * 0.44:.0f}z"
        d.path(data, tone)


def water(s: Scenery, top: float, at: float) -> None:
    """Still water in the far layer with the light's road on it."""
    d, k = s.far, s.p.sky
    stops = [
        (0, mix(k.edge, k.low, 0.35), 1),
        (0.22, mix(k.low, k.mid, 0.5), 1),
        (0.6, mix(k.mid, k.top, 0.5), 1),
        (1, deep(k.top, 0.3), 1),
    ]
    d.rect(LEFT - 60, top, WIDE + 120, BOTTOM - top + 60, d.gradient(stops))
    for op, num, spread in ((0.75, 60, 0.28), (0.35, 70, 1.0)):
        data = ""
        for _ in range(num):
            t = s.air.random() ** 1.6
            y = top + 6 + t * (1960 - top)
            x = at + s.air.gauss(0, 0.5) * (60 + t * 420) * (spread * 2)
            w, h = s.air.uniform(20, 80) * (0.35 + t * 1.4), 2 + 6 * t
            data += f"M{x - w:.0f} {y:.0f}q{w:.0f}-{h * 1.6:.0f} {2 * w:.0f} 0q-{w:.0f} {h * 1.6:.0f}-{2 * w:.0f} 0z"
        d.path(data, mix(k.light, "#ffffff", 0.5 if spread < 1 else 0.15), op)


def bokeh(
    s: Scenery,
    d: Drawing,
    num: int,
    colours: tuple[str, ...],
    top: float = 100,
    bottom: float = 1500,
    sides: bool = True,
) -> None:
    """Out-of-focus lights with brighter rims; beside the face only, when they stand in front."""
    for _ in range(num):
        x = s.air.choice((s.air.uniform(LEFT, 150), s.air.uniform(930, RIGHT))) if sides else s.air.uniform(LEFT, RIGHT)
        r, c = s.air.choice((26, 40, 58)), s.air.choice(colours)
        d.ellipse(x, s.air.uniform(top, bottom), r, r, c, 0.34, high(c, 0.5), 4)


def grasses(s: Scenery, d: Drawing, x0: float, x1: float, base: float, height: float, colour: str, num: int) -> None:
    """Blades that lean with the wind."""
    for tone in (deep(colour, 0.4), colour, high(colour, 0.25)):
        data = ""
        for _ in range(num // 3):
            x, h, lean = s.rng.uniform(x0, x1), height * s.rng.uniform(0.5, 1), s.rng.uniform(-0.3, 0.5) * height
            low = base + s.rng.uniform(-90, 90)
            data += f"M{x - 7:.0f} {low:.0f}q{lean * 0.2:.0f}-{h * 0.6:.0f} {lean + 7:.0f}-{h:.0f}q{-lean * 0.6:.0f} {h * 0.5:.0f} {8 - lean:.0f} {h:.0f}z"
        d.path(data, tone)


def rain_air(s: Scenery, d: Drawing, num: int = 70) -> None:
    """Faint streaks of rain in the distance."""
    if s.p.weather != "rain":
        return
    data = ""
    for _ in range(num):
        x, y, h = s.air.uniform(LEFT, RIGHT), s.air.uniform(TOP, 1500), s.air.uniform(70, 190)
        data += f"M{x:.0f} {y:.0f}l{-h * 0.14:.0f} {h:.0f}"
    d.path(data, "none", 0.22, "#e2f0ff", 3)


def tree_line(s: Scenery, base: float, height: float, colour: str, depth: float) -> None:
    """A far wood: a ragged band of crowns."""
    tone = s.p.tone(colour, depth)
    data, x = f"M{LEFT - 60} {BOTTOM}V{base:.0f}", float(LEFT - 60)
    while x < RIGHT + 60:
        w, h = s.rng.uniform(40, 90), s.rng.uniform(0.5, 1) * height
        data += f"l{w * 0.3:.0f}-{h:.0f}l{w * 0.2:.0f} {h * 0.2:.0f}l{w * 0.2:.0f}-{h * 0.1:.0f}L{x + w:.0f} {base:.0f}"
        x += w
    s.far.path(
        data + f"V{BOTTOM}z",
        s.far.gradient([(0, tone, 1), (0.5, mix(tone, s.p.haze, 0.5), 1), (1, s.p.haze, 1)]),
        1,
        edge(tone),
        0,
    )
