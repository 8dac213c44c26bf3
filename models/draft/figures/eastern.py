"""Clothes of the court and the mountain: hanfu, robe, armour. Knows crossed collars: the wearer's left lies on top."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.arms import arms_from_behind
from models.draft.figures.geometry import Point, clipped, path, sample
from models.draft.figures.palette import CLOTHS, GOLD, LINEN, SILVER, STEEL, Tone, accent, cloth, mix
from models.draft.figures.sleeves import CURL
from models.draft.figures.tailoring import FLOOR, HIP, SIDES, WAIST, OutfitArt, Tailor, across, darker
from models.draft.figures.western import LEATHER, mirrored_pair

_DIAMOND = "M0-13L9 0L0 13L-9 0Z"


def _collar_way(tailor: Tailor, off: float, side: int) -> list[Point]:
    """One collar band; the one from the viewer's right runs across the chest on top and makes the letter y."""
    n = tailor.neck - 12 + off
    if side > 0:
        return [
            (n, 684 + off * 0.7),
            (n + 26, 768 + off * 0.4),
            (44 + off * 0.62, 940),
            (-70 + off * 0.62, 1090),
            (-150 + off * 0.6, 1240),
            (-192 + off * 0.55, 1385),
        ]
    return [(-n, 684 + off * 0.7), (-n - 26, 768 + off * 0.4), (-46 - off * 0.62, 930), (-8 - off * 0.5, 1000)]


def _collars(tailor: Tailor, rows: tuple[tuple[float, float, Tone], ...], studs: Tone | None) -> str:
    """Bands from inside out; on each the left one first, so that the wearer's left lies over the right."""
    out = ""
    for width, off, tone in rows:
        for side in SIDES:
            way = _collar_way(tailor, off, side)
            out += tailor.band(way, width, tone)
            if studs and off == rows[-1][1]:
                for x, y in sample(tailor.turn(way), 12)[1:-1]:
                    gem = path(_DIAMOND, studs.base, studs.ink, 1.8)
                    out += f'<g transform="translate({x:.1f} {y:.1f})">{gem}</g>'
    return out


def _clouds(tailor: Tailor, points: list[tuple[float, float, float]], tone: Tone, outline: str = "") -> str:
    """Embroidered cloud curls at (x, y, size)."""
    out = ""
    for x, y, size in points:
        tx, ty = tailor.turn([(x, y)])[0]
        out += f'<g transform="translate({tx:.1f} {ty:.1f}) scale({size})">{path(CURL, "none", tone.base, 5, 0.75)}</g>'
    return clipped(outline, out) if outline else out


def _sash(tailor: Tailor, tone: Tone, metal: Tone) -> str:
    w = tailor.waist
    out = tailor.band([(-w - 8, WAIST - 40), (0, WAIST - 12), (w + 8, WAIST - 40)], 168, tone)
    out += tailor.band([(-w - 8, WAIST - 40), (0, WAIST - 12), (w + 8, WAIST - 40)], 26, metal, 3)
    out += tailor.flat(tone, [(-46, WAIST + 70), (46, WAIST + 70), (66, 2760), (0, 2830), (-66, 2760)])
    out += tailor.band([(-62, 2660), (0, 2676), (62, 2660)], 22, metal, 3)
    return (
        out
        + tailor.button(0, WAIST - 8, 34, metal)
        + tailor.button(0, WAIST - 8, 16, Tone("#3f9a72", "#1e5a44", "#a8f0cc", "#0c2a20"))
    )


def hanfu(who: Subject) -> OutfitArt:
    tailor, tone, trim = Tailor(who), cloth(who.look.outfit_colour), accent(who.look.outfit_colour)
    w = tailor.wide
    metal = GOLD if who.look.outfit_colour != "gold" else SILVER
    brocade = darker(tone, 0.55)
    skirt = tailor.skirt(tone, FLOOR - 10, 720, pleats=8) + tailor.band(
        [(-712, FLOOR - 44), (-360, FLOOR - 14), (0, FLOOR), (360, FLOOR - 14), (712, FLOOR - 44)], 70, brocade
    )
    skirt += _clouds(tailor, [(-330, 3560, 2.2), (-70, 3640, 2.0), (250, 3570, 2.2), (480, 3640, 1.8)], metal)
    neck = [(0, 1040), (60, 900), (tailor.neck, 722)]
    rows = ((62, 0, LINEN), (56, 26, trim), (74, 60, brocade))
    front = tailor.bodice(tone, neck, WAIST + 60)
    front += _clouds(
        tailor, [(-w * 0.62, 960, 1.1), (w * 0.64, 1000, 1.1), (w * 0.4, 1230, 1.0), (-w * 0.5, 1260, 0.9)], metal
    )
    front += _collars(tailor, rows, metal) + _sash(tailor, trim, metal)
    rear = skirt + arms_from_behind(who) + tailor.nape(tone, WAIST + 60) + _sash(tailor, trim, metal)
    rear += tailor.band([(-tailor.neck - 20, 744), (0, 712), (tailor.neck + 20, 744)], 74, brocade)
    rear += _clouds(tailor, [(-130, 1010, 1.9), (120, 1130, 1.7)], metal)
    return OutfitArt(front, skirt, rear)


def _over_robe(tailor: Tailor, tone: Tone, band: Tone, low: float = FLOOR) -> str:
    """The two halves of an open robe, from the shoulders down to `low`."""
    w, n, out = tailor.wide, tailor.neck, ""
    hanging = low >= FLOOR
    foot = [(tailor.hip * 1.16, HIP), (600, 3000), (690, FLOOR - 20)] if hanging else [(w * 0.92, low)]
    inside = [(330, FLOOR), (w * 0.56, 2600)] if hanging else [(w * 0.46, low)]
    for side in SIDES:
        shoulder = [(n + 26, 738), *tailor.shoulder_line()[1:]]
        outer = [shoulder[-1], (w * 0.84, 1000), (w * 0.88, 1240), *foot]
        edge = [*inside, (w * 0.46, WAIST), (n + 90, 980), (n + 26, 738)]
        shade = [(w * 0.72, 800), (w * 0.72, WAIST), (w * 1.1, FLOOR + 20)]
        dark = across(shade, side) if side > 0 else ()
        out += tailor.piece(
            tone, across(shoulder, side), across(outer, side), across(edge, side), line=5 if hanging else 0, shade=dark
        )
        out += tailor.band(across(edge, side), 58, band)
        if hanging:
            out += tailor.crease(across([(w * 0.82, 1700), (w * 1.0, 2700), (470, 3880)], side), tone, 54)
            out += tailor.fold(across([(w * 0.8, 1700), (w * 0.96, 2700), (440, 3880)], side), tone, 12)
            out += tailor.fold(across([(w * 0.92, 2100), (w * 1.24, 2900), (590, 3860)], side), tone, 12)
        else:
            out += tailor.seam(across([*shoulder, *outer[1:]], side), tone, 5)
            out += tailor.fold(across([(w * 0.84, 1010), (w * 0.74, 1150), (w * 0.66, 1390)], side), tone, 9)
    return out


def robe(who: Subject) -> OutfitArt:
    """A plain crossed robe under a long open over-robe: elders, hermits, masters."""
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    n = tailor.neck
    inner = Tone(mix(tone.base, "#f4efe8", 0.72), mix(tone.shade, "#cfc6cc", 0.6), "#ffffff", tone.ink)
    band = darker(tone, 0.5)
    lower = tailor.skirt(inner, FLOOR - 30, 470, pleats=6) + _over_robe(tailor, tone, band)
    front = tailor.bodice(inner, [(0, 1040), (60, 900), (n, 722)], WAIST + 60)
    front += _collars(tailor, ((60, 0, LINEN), (66, 34, band)), None)
    front += tailor.band([(-tailor.waist, WAIST), (0, WAIST + 20), (tailor.waist, WAIST)], 110, band)
    cord = [[(6, WAIST + 60), (24, 1900), (10, 2300)], [(-6, WAIST + 60), (-26, 1880), (-20, 2240)]]
    for line in cord:
        front += tailor.band(line, 12, GOLD, 3) + tailor.button(line[-1][0], line[-1][1], 18, GOLD)
    front += _over_robe(tailor, tone, band, WAIST + 130)
    rear = tailor.skirt(tone, FLOOR - 10, 640, pleats=5) + arms_from_behind(who) + tailor.nape(tone, WAIST + 100)
    return OutfitArt(front, lower, rear + tailor.band([(-n - 20, 744), (0, 712), (n + 20, 744)], 70, band))


def _scales(tailor: Tailor, top: float, low: float, wide: float, metal: Tone) -> str:
    """Rows of lamellar plates across the trunk."""
    out, rows = "", max(1, round((low - top) / 74))
    for r in range(rows):
        y = top + r * (low - top) / rows
        for k in range(-3, 4):
            x = (k + (r % 2) * 0.5) * wide / 3.4
            if abs(x) > wide:
                continue
            half = wide / 7.4
            plate = [(x - half, y), (x + half, y), (x + half, y + 62), (x, y + 84), (x - half, y + 62)]
            out += tailor.flat(
                metal if x < wide * 0.4 else Tone(metal.shade, metal.shade, metal.light, metal.ink), plate, 3
            )
            out += tailor.gleam([(x - half * 0.6, y + 12), (x + half * 0.2, y + 12)], metal, 6, 0.8)
    return out


def _pauldron(tailor: Tailor, side: int, metal: Tone, trim: Tone) -> str:
    w, out = tailor.wide, ""
    for k in (2, 1, 0):
        dy, dx = k * 78, k * 22
        top = [
            (w * 0.60 + dx, 764 + dy),
            (w * 0.86 + dx, 764 + dy),
            (w * 1.08 + dx, 836 + dy),
            (w * 1.18 + dx, 968 + dy),
        ]
        low = [(w * 1.18 + dx, 968 + dy), (w * 0.98 + dx, 930 + dy), (w * 0.66 + dx, 880 + dy)]
        tone = metal if side < 0 else Tone(mix(metal.base, metal.shade, 0.45), metal.shade, metal.light, metal.ink)
        out += tailor.piece(tone, across(top, side), across(low, side))
        out += tailor.gleam(
            across([(w * 0.70 + dx, 796 + dy), (w * 0.90 + dx, 808 + dy), (w * 1.06 + dx, 870 + dy)], side),
            metal,
            12,
            0.8,
        )
    return out + tailor.button(side * w * 0.80, 830, 26, trim)


def _breastplate(tailor: Tailor, metal: Tone, trim: Tone) -> str:
    """Plate, straps, gold ribs, the mirror on the chest and the belt."""
    w, n, waist = tailor.wide, tailor.neck, tailor.waist
    plate = [(0, 850), (n + 40, 836), (w * 0.70, 880), (w * 0.76, 1060), (waist * 0.94, WAIST - 40)]
    foot = [(waist * 0.94, WAIST - 40), (0, WAIST + 10), (-waist * 0.94, WAIST - 40)]
    shade = [(w * 0.34, 840), (w * 0.36, 1200), (w * 0.2, WAIST)]
    out = tailor.piece(metal, mirrored_pair(plate), foot, shade=shade)
    rib = [(w * 0.12, 900), (w * 0.40, 1180), (waist * 0.80, WAIST - 50)]
    for side in SIDES:
        out += tailor.band(across(rib, side), 24, trim, 3)
        out += tailor.fold(across([(w * 0.62, 980), (w * 0.56, 1200), (waist * 0.7, 1380)], side), metal, 8)
        out += tailor.band(across([(n + 10, 716), (n + 50, 800), (w * 0.5, 900)], side), 56, LEATHER)
        out += tailor.gleam(across([(w * 0.2, 900), (w * 0.5, 880)], side), metal, 14, 0.8)
    out += tailor.button(0, 1130, 96, trim) + tailor.button(0, 1130, 74, metal)
    out += tailor.gleam([(-40, 1150), (-20, 1090), (30, 1080)], metal, 12)
    out += tailor.band([(-waist - 8, WAIST + 30), (0, WAIST + 60), (waist + 8, WAIST + 30)], 96, LEATHER)
    return out + tailor.button(0, WAIST + 54, 58, trim) + tailor.button(0, WAIST + 54, 30, metal)


def _cape(tailor: Tailor, tone: Tone) -> str:
    w = tailor.wide
    spread = [(w * 0.8, 790), (w + 90, 1000), (w + 170, 2000), (720, FLOOR - 40)]
    hem = [(720, FLOOR - 40), (0, FLOOR - 20), (-720, FLOOR - 40)]
    out = tailor.piece(
        tone, spread, hem, across(spread[::-1], -1), shade=[(w * 0.7, 780), (w * 0.9, 2000), (430, FLOOR)]
    )
    for side in SIDES:
        for k in (1.0, 1.14, 1.28):
            out += tailor.fold(across([(w * k * 0.9, 1300), (w * k * 1.06, 2400), (w * k * 1.3, 3860)], side), tone, 14)
    return out


def armour(who: Subject) -> OutfitArt:
    """A general's lamellar armour with shoulder plates, a mirror on the chest and a cape."""
    tailor, colour = Tailor(who), who.look.outfit_colour
    n = tailor.neck
    metal, trim = (GOLD, SILVER) if colour == "gold" else (STEEL, GOLD)
    silk = accent(colour) if colour in ("gold", "grey", "white") else cloth(colour)
    under, cape = darker(silk, 0.25), _cape(tailor, silk)
    lower = tailor.trousers(CLOTHS["black"], LEATHER) + tailor.skirt(under, 2760, tailor.hip * 1.25, pleats=5)
    lower += _scales(tailor, WAIST + 80, 2360, tailor.hip * 1.06, metal)
    plates = "".join(_pauldron(tailor, side, metal, trim) for side in SIDES)
    front = lower + tailor.bodice(under, [(0, 800), (n * 0.7, 780), (n, 722)], WAIST + 100)
    front += _breastplate(tailor, metal, trim)
    front += tailor.band([(-n - 60, 772), (-n * 0.5, 830), (0, 852), (n * 0.5, 830), (n + 60, 772)], 66, silk) + plates
    rear = lower + arms_from_behind(who) + tailor.nape(under) + cape
    for k in (-2, -1, 0, 1, 2):
        rear += tailor.fold([(k * 90, 900), (k * 130, 2000), (k * 190, 3800)], silk, 14)
    return OutfitArt(front, cape, rear + plates)
