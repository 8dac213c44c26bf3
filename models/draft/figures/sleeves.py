"""What covers an arm: which cloth each outfit has on it, and how a bent limb wears it. Knows no poses and no hands.

An arm is given by its shoulder, elbow and wrist; cloth hangs straight down from a wide sleeve's wrist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, Points, clipped, ink, path, polygon, spline
from models.draft.figures.limbs import Tube, tube, tube_art
from models.draft.figures.palette import GOLD, LINEN, SILVER, STEEL, Tone, accent, cloth, mix
from models.draft.figures.tailoring import darker

LEATHER = Tone("#2a2022", "#161012", "#5c4a4c", "#080506")
SHORT_TO = 0.78
"""A short sleeve covers this share of the upper arm."""
FALL = 430.0
"""How far a wide sleeve hangs below the wrist."""


@dataclass(frozen=True)
class Sleeve:
    """The cloth of one outfit's arms. `reach` 0: bare, SHORT_TO: to above the elbow, 2: to the wrist."""

    tone: Tone
    loose: float = 0.0
    reach: float = 2.0
    cuff: Tone | None = None
    stripe: str = ""
    bracer: Tone | None = None
    border: Tone | None = None  # a wide hanging sleeve with a border of this cloth
    brocade: Tone | None = None


def faded(tone: Tone) -> Tone:
    """The washed-out cloth of a hospital."""
    return Tone(
        mix(tone.base, "#ffffff", 0.82), mix(tone.shade, "#ffffff", 0.62), "#ffffff", mix(tone.ink, tone.base, 0.35)
    )


def _gown(who: Subject, tone: Tone) -> Sleeve:
    return Sleeve(tone, reach=0.0) if who.body.female else Sleeve(tone)


def _hanfu(who: Subject, tone: Tone) -> Sleeve:
    gilt = SILVER if who.look.outfit_colour == "gold" else GOLD
    return Sleeve(tone, border=darker(tone, 0.55), brocade=gilt)


def _armour(who: Subject, tone: Tone) -> Sleeve:
    colour = who.look.outfit_colour
    silk = accent(colour) if colour in ("gold", "grey", "white") else tone
    return Sleeve(darker(silk, 0.25), 12, bracer=GOLD if colour == "gold" else STEEL)


def _hospital(who: Subject, tone: Tone) -> Sleeve:
    return Sleeve(faded(tone), 26, stripe=mix(tone.base, "#ffffff", 0.38))


def _school(who: Subject, tone: Tone) -> Sleeve:
    return Sleeve(LINEN, 16) if who.look.sex == "male" else Sleeve(LINEN, 26, cuff=tone)


def _dress(who: Subject, tone: Tone) -> Sleeve:
    if not who.body.female:
        return Sleeve(LINEN, 16)
    return Sleeve(tone, 56, SHORT_TO, accent(who.look.outfit_colour))


_SLEEVES: dict[str, Callable[[Subject, Tone], Sleeve]] = {
    "suit": lambda who, tone: Sleeve(tone, cuff=LINEN),
    "blazer": lambda who, tone: Sleeve(tone),
    "gown": _gown,
    "hanfu": _hanfu,
    "armour": _armour,
    "street": lambda who, tone: Sleeve(tone, 34, cuff=darker(tone, 0.15)),
    "hospital": _hospital,
    "school": _school,
    "uniform": lambda who, tone: Sleeve(tone, cuff=darker(tone, 0.25)),
    "robe": lambda who, tone: Sleeve(tone, border=darker(tone, 0.5)),
    "coat": lambda who, tone: Sleeve(tone, 22),
    "dress": _dress,
}


def sleeve_of(who: Subject) -> Sleeve:
    return _SLEEVES[who.look.outfit](who, cloth(who.look.outfit_colour))


def skin_sleeve(who: Subject) -> Tone:
    skin = who.skin
    return Tone(skin.base, skin.shade, skin.glow, mix(skin.line, skin.ink, 0.45))


@dataclass(frozen=True)
class Limb:
    """One arm in place. `whole`: seen at once, else the forearm lies before the body and the upper arm behind it."""

    shoulder: Point
    elbow: Point
    wrist: Point
    girth: float

    @property
    def yoke(self) -> Point:
        """Inside the shoulder, where the arm comes out from under the torso."""
        side = 1 if self.shoulder[0] > 0 else -1
        return self.shoulder[0] - side * self.girth * 0.80, self.shoulder[1] - self.girth * 0.02


def _way(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _folds(shape: Tube, tone: Tone, spots: tuple[tuple[float, float, float], ...]) -> str:
    """Tapered creases: from the share of length `at`, running `slant` along, reaching `deep` across."""
    out = ""
    for at, slant, reach in spots:
        (a, b), (c, d) = shape.across(at), shape.across(min(0.98, max(0.02, at + slant)))
        start, stop = (a, _way(c, d, reach)) if reach > 0 else (b, _way(d, c, -reach))
        middle = _way(_way(start, stop, 0.5), _way(a, b, 0.5), 0.16)
        out += ink([start, middle, stop], 11, tone.ink, "in", 0.75, 12)
        out += ink([_way(start, stop, 0.1), (middle[0] + 6, middle[1] + 12), stop], 20, tone.shade, "taper", 0.9, 12)
    return out


def _cloth(shape: Tube, tone: Tone, line: float = 5.5, share: float = 0.36, root: float = 0.0) -> str:
    out = tube_art(shape, tone, line, share, root)
    return out + ink(shape.gleam(0.14, 0.16, 0.86), 10, tone.light, "taper", 0.55, 16)


def _stripes(shape: Tube, colour: str) -> str:
    bars = ""
    for k in (0.2, 0.5, 0.8):
        run = [
            _way((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), k)
            for a, b in zip(shape.left[::3], shape.right[::3], strict=True)
        ]
        bars += path(spline(run), "none", colour, 13)
    return bars


def _cuff(shape: Tube, tone: Tone, at: float = 0.93) -> str:
    (a, b), (c, d) = shape.across(at), shape.across(0.999)
    return path(
        polygon([_way(b, a, 1.06), _way(d, c, 1.06), _way(c, d, 1.06), _way(a, b, 1.06)]), tone.base, tone.ink, 4.5
    )


def _bracer(shape: Tube, metal: Tone) -> str:
    (a, b), (c, d) = shape.across(0.36), shape.across(0.95)
    plate = [_way(b, a, 1.12), _way(d, c, 1.12), _way(c, d, 1.12), _way(a, b, 1.12)]
    out = path(polygon(plate), metal.base, metal.ink, 5)
    out += path(polygon([_way(a, b, 0.62), _way(c, d, 0.62), plate[2], plate[3]]), metal.shade, opacity=0.85)
    for at in (0.46, 0.84):
        e, f = shape.across(at)
        out += path(f"M{e[0]:.1f} {e[1]:.1f}L{f[0]:.1f} {f[1]:.1f}", "none", LEATHER.base, 20)
        out += path(f"M{e[0]:.1f} {e[1]:.1f}L{f[0]:.1f} {f[1]:.1f}", "none", GOLD.base, 4)
    return out + ink([_way(a, b, 0.24), _way(c, d, 0.24)], 14, metal.light, "taper", 0.85, 10)


def _worn(shape: Tube, sleeve: Sleeve, folds: tuple[tuple[float, float, float], ...], root: float = 0.0) -> str:
    """A tube of the sleeve's cloth with its stripes and folds."""
    out = _cloth(shape, sleeve.tone, root=root)
    if sleeve.stripe:
        out += clipped(polygon(shape.outline), _stripes(shape, sleeve.stripe))
    return out + _folds(shape, sleeve.tone, folds)


def upper_arm(who: Subject, sleeve: Sleeve, limb: Limb) -> str:
    """From the shoulder to the elbow."""
    points = [limb.yoke, limb.shoulder, _way(limb.shoulder, limb.elbow, 0.5), limb.elbow]
    girth = limb.girth + sleeve.loose * 0.8
    if sleeve.reach < 2:
        g = limb.girth
        bare = tube_art(tube(points, (g * 0.7, g * 0.88, g * 0.84, g * 0.76), 20), skin_sleeve(who), 5)
        return bare + (_short(sleeve, limb) if sleeve.reach else "")
    shape = tube(points, (girth * 0.72, girth * 1.02, girth * 1.06, girth * 0.98), 24)
    return _worn(shape, sleeve, ((0.8, 0.1, 0.6), (0.9, -0.08, -0.5)))


def _short(sleeve: Sleeve, limb: Limb) -> str:
    """A puffed sleeve with a band."""
    end = _way(limb.shoulder, limb.elbow, SHORT_TO)
    girth = limb.girth + sleeve.loose
    shape = tube(
        [limb.yoke, limb.shoulder, _way(limb.shoulder, end, 0.5), end],
        (girth * 0.7, girth * 1.06, girth * 1.2, girth * 0.94),
        20,
        0.1,
    )
    out = _cloth(shape, sleeve.tone) + _folds(
        shape, sleeve.tone, ((0.4, 0.26, 0.34), (0.36, 0.3, -0.3), (0.92, -0.24, 0.4))
    )
    return out + _cuff(shape, sleeve.cuff or sleeve.tone, 0.86)


def forearm(who: Subject, sleeve: Sleeve, limb: Limb) -> str:
    """From the elbow to the wrist, lying over what is behind it."""
    if sleeve.border:
        return wide_forearm(sleeve, limb)
    girth = limb.girth + sleeve.loose * 0.8
    points = [limb.elbow, _way(limb.elbow, limb.wrist, 0.5), limb.wrist]
    if sleeve.reach < 2:
        bare = tube(points, (limb.girth * 0.8, limb.girth * 0.76, limb.girth * 0.6), 16, 0.1)
        return tube_art(bare, skin_sleeve(who), 5, tip=False)
    shape = tube(points, (girth * 1.02, girth * 0.94, girth * 0.76 + sleeve.loose * 0.1), 18, 0.14)
    r = girth * 0.505
    x, y = limb.elbow
    bend = path(f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0Z", sleeve.tone.base, sleeve.tone.ink, 5.5)  # fmt: skip
    out = bend + _worn(shape, sleeve, ((0.08, 0.16, 0.7), (0.22, 0.12, -0.5), (0.62, 0.1, 0.4)), 0.1)
    if sleeve.bracer:
        return out + _bracer(shape, sleeve.bracer)
    return out + (_cuff(shape, sleeve.cuff) if sleeve.cuff else "")


def hanging_arm(who: Subject, sleeve: Sleeve, limb: Limb) -> str:
    """A whole arm at rest, in one piece of cloth."""
    if sleeve.border:
        return wide_hanging(sleeve, limb)
    g, girth = limb.girth, limb.girth + sleeve.loose * 0.8
    points = [limb.yoke, limb.shoulder, _way(limb.shoulder, limb.elbow, 0.55), limb.elbow]
    points += [_way(limb.elbow, limb.wrist, 0.5), limb.wrist]
    if sleeve.reach < 2:
        bare = tube(points, (g * 0.7, g * 0.88, g * 0.84, g * 0.76, g * 0.74, g * 0.6), 35, 0.1)
        return tube_art(bare, skin_sleeve(who), 5, tip=False) + (_short(sleeve, limb) if sleeve.reach else "")
    wide = (girth * 0.72, girth * 1.02, girth * 1.08, girth * 0.98, girth * 0.92, girth * 0.78 + sleeve.loose * 0.12)
    shape = tube(points, wide, 35, 0.12)
    spots = ((0.53, 0.05, 0.62), (0.59, 0.04, 0.5), (0.64, -0.05, -0.5), (0.79, 0.05, 0.36), (0.9, -0.04, -0.4))
    out = _worn(shape, sleeve, spots)
    if sleeve.bracer:
        lower = tube(points[3:], (girth * 0.98, girth * 0.9, girth * 0.8), 18, 0.12)
        return out + _bracer(lower, sleeve.bracer)
    return out + (_cuff(shape, sleeve.cuff, 0.955) if sleeve.cuff else "")


CURL = "M-40 14C-44-14-10-26 4-8C14 6-6 18-10 6M4-8C12-34 50-28 48 0C46 20 22 20 24 6M-40 14C-20 30 30 28 48 0"


def clouds(spots: Points, size: float, tone: Tone, inside: str) -> str:
    """Embroidered cloud curls, seen inside a piece of cloth only."""
    out = ""
    for x, y in spots:
        out += (
            f'<g transform="translate({x:.1f} {y:.1f}) scale({size:.2f})">{path(CURL, "none", tone.base, 5.5, 0.8)}</g>'
        )
    return clipped(inside, out)


def _wide_piece(sleeve: Sleeve, top: Points, hem: Points, under: Points, opening: Points, shade: Points) -> str:
    """A hanging sleeve: outline along the arm, along the hem and back, with a border along the opening."""
    tone, border = sleeve.tone, sleeve.border or sleeve.tone
    data = spline(top) + spline(hem, start=False) + spline(under, start=False) + "Z"
    out = path(data, tone.base) + clipped(data, path(spline(shade, closed=True), tone.shade))
    if sleeve.brocade:
        mid = _way(top[len(top) // 2], hem[len(hem) // 2], 0.5)
        spots = [mid, _way(mid, hem[0], 0.62), _way(mid, hem[-1], 0.6), _way(mid, top[0], 0.5)]
        out += clouds(spots, 1.5, sleeve.brocade, data)
    out += path(data, "none", tone.ink, 5.5)
    edge = spline(opening)
    out += path(edge, "none", tone.ink, 66) + path(edge, "none", border.base, 58)
    gilt = sleeve.brocade or Tone(tone.light, tone.base, tone.light, tone.ink)
    return out + path(edge, "none", gilt.base, 5, 0.8)


def wide_hanging(sleeve: Sleeve, limb: Limb) -> str:
    """A wide sleeve on an arm that hangs: it opens before the thigh."""
    s = 1 if limb.shoulder[0] > 0 else -1
    (sx, sy), (ex, ey), (wx, wy) = limb.shoulder, limb.elbow, limb.wrist
    g = limb.girth
    top = [(sx - s * g * 0.5, sy - g * 0.5), (sx + s * g * 0.40, sy - g * 0.2), (ex + s * g * 0.9, ey - 120), (wx + s * g * 1.5, wy - 40), (wx + s * g * 1.5, wy + 240)]  # fmt: skip
    hem = [top[-1], (wx + s * g * 0.3, wy + 320), (wx - s * g * 1.5, wy + 150)]
    under = [hem[-1], (wx - s * g * 1.75, wy - 190), (ex - s * g * 0.9, ey - 60), (sx - s * g * 0.5, sy + 190)]
    shade = [
        (sx + g * 0.1, sy + 60),
        (ex + g * 0.25, ey),
        (wx + g * 0.4, wy + 340),
        (wx + g * 2.4, wy + 340),
        (wx + g * 2, sy),
    ]
    out = _wide_piece(
        sleeve,
        top,
        hem,
        under,
        [(hem[1][0], hem[1][1] - 26), (hem[-1][0] + s * 8, hem[-1][1] - 26), (under[1][0] + s * 14, under[1][1] + 30)],
        shade,
    )
    for dx, low in ((0.1, 180), (-0.5, 150), (-1.0, 90)):
        run = [(sx + s * g * dx * 0.4, sy + 330), (ex + s * g * dx, ey + 160), (wx + s * g * dx, wy + low)]
        out += ink(run, 12, sleeve.tone.ink, "taper", 0.7, 18)
        out += ink([(x + 14, y) for x, y in run], 26, sleeve.tone.shade, "taper", 0.8, 18)
    return out + ink([(x - s * 26, y + 20) for x, y in top[1:-1]], 14, sleeve.tone.light, "taper", 0.55, 18)


def wide_forearm(sleeve: Sleeve, limb: Limb) -> str:
    """A wide sleeve on a raised arm: cloth falls from the forearm."""
    (ex, ey), (wx, wy), g = limb.elbow, limb.wrist, limb.girth
    s = 1 if wx > ex else -1
    fall = FALL + 0.25 * max(0.0, ey - wy)
    over = [
        (ex - s * g * 0.5, ey - g * 0.1),
        _way((ex - s * g * 0.2, ey - g * 0.62), (wx, wy - g * 0.5), 0.5),
        (wx, wy - g * 0.48),
    ]
    hem = [(wx + s * g * 0.1, wy + g * 0.5), (wx - s * 10, wy + fall * 0.6), (wx - s * 60, wy + fall)]
    low = [hem[-1], _way(hem[-1], (ex, ey + 340), 0.5), (ex - s * g * 0.4, ey + 300)]
    under = [(low[-1][0], low[-1][1]), (ex - s * g * 0.86, ey + 120), over[0]]
    mid = _way((ex, ey), (wx, wy), 0.4)
    shade = [
        (ex - s * g, ey + g * 0.35),
        (mid[0], mid[1] + g * 0.5),
        (wx + s * 10, wy + g * 0.42),
        (wx - s * 40, wy + fall * 0.55),
        (mid[0], mid[1] + fall * 0.62),
        (ex - s * g, ey + fall * 0.4),
    ]
    out = _wide_piece(sleeve, [*over, hem[0]], [*hem[1:], low[1]], [low[-1], *under[1:]], hem, shade)
    for share in (0.3, 0.55, 0.8):
        x, y = _way((ex, ey), (wx, wy), share)
        run = [(x, y + g * 0.3), (x - s * 16, y + 150), (x - s * 4, y + fall * 0.72)]
        out += ink(run, 12, sleeve.tone.ink, "taper", 0.7, 16)
    return out + ink(
        [_way(over[0], over[1], 0.3), over[1], (wx - s * 20, wy - g * 0.34)], 14, sleeve.tone.light, "taper", 0.6, 16
    )
