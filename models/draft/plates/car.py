"""The inside of a car."""

from __future__ import annotations

from models.draft.plates.outdoors import bokeh, sky, skyline
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, WIDE, Scenery, deep, edge, high
from models.draft.plates.shell import drops
from models.draft.svg import mix

NEON = ("#ff3f7e", "#2fd8ff", "#ffb02e", "#a65cff", "#4affa0")


def car(s: Scenery) -> None:
    """The back seat of a car: a city of lights streams past the glass, leather, a glowing dashboard."""
    sky(s, 1120, (560, 600), 1.0)
    skyline(s, 1120, (260, 760), "#4a50b0", 0.4, 0.5)
    skyline(s, 1160, (120, 460), "#33307a", 0.1, 0.6, size=1.3)
    f = s.far
    f.rect(
        LEFT - 60,
        1060,
        WIDE + 120,
        1100,
        f.gradient([(0, mix(s.p.sky.edge, "#40406a", 0.5), 1), (0.3, "#34345c", 1), (1, "#20203c", 1)]),
    )
    for k in range(7):
        f.poly([(530, 1066), (550, 1066), (700 + k * 20, 1300), (380 - k * 20, 1300)], "#ffffff", 0.03)
    for _ in range(12):
        y, tone = s.air.uniform(760, 1180), s.air.choice((*NEON, "#fff0c0"))
        x, w = s.air.uniform(LEFT, RIGHT), s.air.uniform(90, 260)
        if s.lit:
            f.ink([(x - w, y), (x, y - 4), (x + w, y)], 16, tone, "taper", 0.75)
    if s.lit:
        bokeh(s, f, 40, (*NEON, "#fff0c0", "#ffc060"), 420, 1160, sides=False)
    _cabin(s)


def _cabin(s: Scenery) -> None:
    d, trim = s.shell, mix(s.pick("#3a2c50", "#4a2c34", "#2c3a50"), s.p.wall, 0.2)
    glass = [
        (120, 270),
        (330, 232),
        (540, 222),
        (750, 232),
        (960, 270),
        (1036, 660),
        (1064, 1050),
        (800, 1100),
        (540, 1112),
        (280, 1100),
        (16, 1050),
        (44, 660),
    ]
    frame = [(LEFT - 40, TOP - 40), (RIGHT + 40, TOP - 40), (RIGHT + 40, BOTTOM + 40), (LEFT - 40, BOTTOM + 40)]
    d.cut(frame, [glass], d.gradient([(0, deep(trim, 0.25), 1), (0.5, trim, 1), (1, deep(trim, 0.4), 1)]))
    ring = "M" + "L".join(f"{x} {y}" for x, y in glass) + "Z"
    for paint, w in ((edge(trim), 26), (high(trim, 0.35), 7)):
        d.path(ring, "none", 1, paint, w)
    for k in (0.2, 0.62):
        d.poly(
            [(120 + 800 * k, 260), (260 + 800 * k, 250), (160 + 760 * k, 1080), (40 + 760 * k, 1060)], "#ffffff", 0.08
        )
    if s.p.weather == "rain":
        drops(s, d, 130, 280, 820, 780)
    d.rect(396, 118, 288, 96, "#1c1830", 1, high(trim, 0.3), 7, 40)
    d.rect(414, 134, 252, 64, d.gradient([(0, s.p.sky.mid, 1), (1, s.p.sky.edge, 1)]), 1, r=28)
    d.rect(532, TOP, 16, 270, "#1c1830")
    for side in (-1, 1):
        d.ink(
            [(540 + side * 620, 180), (540 + side * 560, 700), (540 + side * 600, 1200)],
            30,
            high(trim, 0.2),
            "taper",
            0.7,
        )
    _dashboard(s, trim)
    seat = mix(s.pick("#b0643c", "#8a2c40", "#c8a078"), s.p.accent, 0.1)
    for x in (150, 930):
        _seat(s, x, seat)
    s.light(540, 700, 900, s.p.sky.edge, 0.5, "window")
    s.light(120, 760, 520, NEON[0], 0.55 if s.lit else 0, "neon")
    s.light(980, 820, 520, NEON[1], 0.5 if s.lit else 0, "neon")
    s.near.blob([(LEFT - 20, 1640), (120, 1600), (260, 1760), (300, BOTTOM), (LEFT - 20, BOTTOM)], deep(seat, 0.62))
    s.near.ink([(RIGHT, 60), (1060, 500), (1120, 1100)], 80, deep(trim, 0.5), "even")


def _dashboard(s: Scenery, trim: str) -> None:
    d = s.things
    d.blob([(LEFT - 40, 1130), (200, 1108), (540, 1122), (880, 1108), (RIGHT + 40, 1130), (RIGHT + 40, 1420), (LEFT - 40, 1420)], d.gradient([(0, high(trim, 0.2), 1), (1, deep(trim, 0.5), 1)]), 1, edge(trim), 6)  # fmt: skip
    d.rect(410, 1176, 260, 170, "#14102a", 1, high(trim, 0.3), 6, 18)
    d.rect(426, 1190, 228, 142, d.gradient([(0, "#3a6ae0", 1), (1, "#8a3ad0", 1)], (1, 1)), 1, r=10)
    d.path("M440 1310l60-70l40 30l80-60", "none", 1, "#8ff4ff", 7)
    for x in (330, 750):
        d.ellipse(x, 1240, 44, 36, "#14102a", 1, high(trim, 0.3), 5)
        d.line(x - 26, 1240, x + 26, 1240, "#ff6a5a", 4)
    s.light(540, 1260, 460, "#5a8aff", 0.6, "screen")


def _seat(s: Scenery, x: float, tone: str) -> None:
    d = s.things
    paint = d.gradient([(0, high(tone, 0.3), 1), (0.35, tone, 1), (1, deep(tone, 0.55), 1)])
    for k in (-60, 60):
        d.rect(x + k - 10, 1240, 20, 110, "#b8c0d0", 1, edge(tone), 3)
    d.rect(x - 120, 1090, 240, 180, paint, 1, edge(tone), 6, 66)
    d.rect(x - 210, 1320, 420, 800, paint, 1, edge(tone), 6, 90)
    for k in (-110, 110):
        d.path(f"M{x + k} 1360Q{x + k * 0.8} 1600 {x + k} {BOTTOM}", "none", 1, high(tone, 0.5), 5)
    for k in range(4):
        d.path(f"M{x - 90} {1420 + k * 110}q90 34 180 0", "none", 0.8, edge(tone), 5)
