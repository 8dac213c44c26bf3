"""Clothes of a place: street, hospital, school, officer's uniform. Knows hoods, stripes and badges."""

from __future__ import annotations

from models.draft.figures.anatomy import Subject
from models.draft.figures.arms import arms_from_behind
from models.draft.figures.geometry import Point, clipped, ellipse, pair, path, spline
from models.draft.figures.palette import CLOTHS, GOLD, LINEN, STEEL, Tone, accent, cloth, mix
from models.draft.figures.sleeves import faded
from models.draft.figures.tailoring import KNEE, SIDES, WAIST, OutfitArt, Tailor, across, darker
from models.draft.figures.western import LEATHER, jacket, mirrored_pair, shirt, tie

DENIM = Tone("#41587f", "#2a3b5c", "#6f8ab4", "#101828")


def street(who: Subject) -> OutfitArt:
    """A hooded jacket, half open over a plain shirt, jeans."""
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    n = tailor.neck
    lower = tailor.trousers(DENIM if who.look.outfit_colour != "navy" else CLOTHS["grey"], LINEN)
    under = CLOTHS["white"] if who.look.outfit_colour not in ("white", "cream") else CLOTHS["black"]
    front = lower + tailor.bodice(under, [(0, 812), (n * 0.6, 780), (n, 726)], 1800)
    front += tailor.seam([(-n * 0.9, 742), (-n * 0.5, 806), (0, 834), (n * 0.5, 806), (n * 0.9, 742)], under)
    front += jacket(tailor, tone, 1920, 1070, 6)
    for side in SIDES:
        hood = [(n - 14, 664), (n + 50, 690), (n + 120, 790), (n + 96, 900), (n + 16, 1010), (30, 1060)]
        front += tailor.piece(tone, across(hood, side), across([(24, 1040), (n * 0.6, 900), (n - 10, 780)], side))
        front += tailor.crease(across([(n + 20, 700), (n + 70, 800), (n + 40, 920)], side), tone, 20)
        cord = tailor.turn(across([(n * 0.62, 940), (n * 0.7, 1080), (n * 0.62, 1200 + 30 * side)], side))
        front += path(spline(cord), "none", tone.ink, 13) + path(spline(cord), "none", LINEN.base, 8)
        pocket = [(40, 1500), (150, 1490), (tailor.waist * 0.86, 1700), (tailor.waist * 0.86, 1790), (40, 1790)]
        front += tailor.seam(across(pocket[1:4], side), tone, 5)
    front += tailor.band([(-tailor.hip, 1900), (0, 1916), (tailor.hip, 1900)], 60, darker(tone, 0.15))
    front += tailor.seam([(0, 1070), (4, 1500), (0, 1900)], tone, 6)
    rear = lower + arms_from_behind(who) + tailor.nape(tone, 1920)
    hood = [(-n - 90, 740), (-n, 690), (0, 676), (n, 690), (n + 90, 740), (n + 40, 900), (0, 1000), (-n - 40, 900)]
    rear += tailor.piece(tone, [*hood, hood[0]], shade=[(10, 660), (0, 1010)])
    return OutfitArt(front, "", rear + tailor.fold([(-n, 760), (0, 800), (n, 760)], tone))


def _stripes(tailor: Tailor, outline: str, colour: str, low: float) -> str:
    bars, w = "", tailor.wide + 80
    for k in range(-9, 10):
        x = k * w / 9
        line = tailor.turn([(x, 690), (x * 1.02, 1200), (x, low)])
        bars += path(spline(line), "none", colour, 13)
    return clipped(outline, bars)


def hospital(who: Subject) -> OutfitArt:
    """Striped patient's pyjamas with an open collar."""
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    pale = faded(tone)
    stripe, n = mix(tone.base, "#ffffff", 0.38), tailor.neck
    lower = tailor.trousers(pale, LINEN)
    neck = [(0, 1000), (50, 880), (n + 4, 732)]
    flank, shoulder = tailor.flank(1980), tailor.shoulder_line()
    outline = tailor.outline(mirrored_pair(neck), shoulder, flank, across(flank[::-1], -1), across(shoulder[::-1], -1))
    front = lower + tailor.bodice(pale, neck, 1980, 4) + _stripes(tailor, outline, stripe, 1990)
    front += tailor.seam([(0, 1000), (6, 1300), (0, 1980)], pale, 5)
    front += "".join(tailor.button(14, y, 10, LINEN) for y in (1090, 1270, 1450, 1630, 1810))
    for side in SIDES:
        flap = [(n - 10, 706), (n + 50, 760), (n + 52, 884), (n + 4, 900), (12, 996), (n * 0.5, 860)]
        front += tailor.flat(
            pale if side < 0 else Tone(pale.shade, pale.shade, pale.light, pale.ink), across(flap, side), 4
        )
    w = tailor.wide
    tag = tailor.flat(LINEN, [(w * 0.36, 1110), (w * 0.66, 1100), (w * 0.67, 1180), (w * 0.37, 1190)], 3)
    rear = lower + arms_from_behind(who) + tailor.nape(pale, 1980) + _stripes(tailor, outline, stripe, 1990)
    return OutfitArt(front + tag, "", rear)


def _vest(tailor: Tailor, tone: Tone, trim: Tone) -> OutfitArt:
    n, hip = tailor.neck, tailor.hip
    lower = tailor.trousers(darker(tone), LEATHER)
    neck = [(0, 1130), (60, 990), (n + 30, 750)]
    piping = [(0, 1164), (60, 1024), (n + 34, 790)]
    front = lower + shirt(tailor) + tie(tailor, trim)
    front += tailor.bodice(tone, neck, 1880, sleeveless=True)
    front += tailor.band(mirrored_pair(neck), 24, LINEN) + tailor.band(mirrored_pair(piping), 10, trim, 2)
    front += tailor.button(tailor.wide * 0.46, 1080, 22, GOLD)
    front += tailor.band([(-hip, 1850), (0, 1866), (hip, 1850)], 44, darker(tone, 0.15))
    return OutfitArt(front, "", lower + arms_from_behind(tailor.who) + tailor.nape(tone, 1880))


def _line(tailor: Tailor, points: list[Point], colour: str, width: float) -> str:
    return path("M" + "L".join(pair(p) for p in tailor.turn(points)), "none", colour, width)


def _sailor_collar(tailor: Tailor, tone: Tone, trim: Tone) -> str:
    n, w = tailor.neck, tailor.wide
    flap: list[Point] = [
        (n - 10, 704), (n + 46, 752), (w * 0.72, 850), (w * 0.66, 960), (n + 40, 1000), (6, 1120), (16, 1040), (n * 0.66, 880),
    ]  # fmt: skip
    stripe = [(w * 0.64, 876), (w * 0.60, 930), (n + 30, 964), (22, 1084)]
    wing = [(0, 1100), (70, 1060), (130, 1080), (124, 1160), (60, 1140)]
    end = [(6, 1120), (60, 1200), (84, 1320), (30, 1300), (4, 1180)]
    out = ""
    for side in SIDES:
        out += tailor.flat(tone, across(flap, side)) + _line(tailor, across(stripe, side), LINEN.base, 7)
        out += tailor.piece(trim, across(wing, side), line=4) + tailor.piece(trim, across(end, side), line=4)
    return out + tailor.button(0, 1114, 24, trim)


def _sailor(tailor: Tailor, tone: Tone, trim: Tone) -> OutfitArt:
    n, w = tailor.neck, tailor.wide
    lower = tailor.legs(LINEN, LEATHER) + tailor.skirt(tone, KNEE - 240, tailor.hip * 1.35, pleats=9)
    front = tailor.bodice(LINEN, [(0, 1060), (50, 940), (n + 8, 740)], WAIST + 120, 4)
    front += tailor.flat(LINEN, [(-44, 960), (44, 960), (0, 1060)], 3)
    front += tailor.seam([(-40, 980), (0, 990), (40, 980)], tone, 6) + _sailor_collar(tailor, tone, trim)
    cape = mirrored_pair([(0, 706), (n, 716), (w * 0.66, 790), (w * 0.6, 1060)])
    stripe = [(-w * 0.6, 800), (-w * 0.54, 1020), (w * 0.54, 1020), (w * 0.6, 800)]
    rear = (
        lower
        + arms_from_behind(tailor.who)
        + tailor.nape(LINEN, WAIST + 120)
        + tailor.flat(tone, cape)
        + _line(tailor, stripe, LINEN.base, 8)
    )
    return OutfitArt(front, lower, rear)


def school(who: Subject) -> OutfitArt:
    """A sailor blouse with a ribbon and pleated skirt, or shirt, tie and knitted vest."""
    tone, trim = cloth(who.look.outfit_colour), accent(who.look.outfit_colour)
    return _vest(Tailor(who), tone, trim) if who.look.sex == "male" else _sailor(Tailor(who), tone, trim)


def _epaulette(tailor: Tailor, side: int, tone: Tone) -> str:
    w = tailor.wide
    board = [(w * 0.48, 782), (w * 0.90, 816), (w * 0.98, 862), (w * 0.84, 874), (w * 0.47, 832)]
    out = tailor.flat(tone, across(board, side), 4)
    for k in range(5):
        x = w * (0.80 + 0.05 * k)
        out += tailor.fold(across([(x, 862 + k * 4), (x + 8, 930 + k * 6)], side), tone, 9, 1)
        out += tailor.gleam(across([(x, 864 + k * 4), (x + 6, 920 + k * 6)], side), tone, 6, 1)
    return out + tailor.button(side * w * 0.54, 812, 11, tone)


def _tunic(tailor: Tailor, tone: Tone, metal: Tone) -> str:
    """The buttoned front with its stand collar and breast pockets."""
    n, w = tailor.neck, tailor.wide
    out = tailor.bodice(tone, [(0, 800), (n * 0.7, 776), (n, 722)], 2000)
    out += tailor.band([(-n + 4, 668), (-n * 0.62, 730), (0, 762), (n * 0.62, 730), (n - 4, 668)], 84, tone)
    out += tailor.seam([(0, 804), (6, 1200), (0, 2000)], tone, 5)
    pocket = [(w * 0.26, 1060), (w * 0.62, 1046), (w * 0.62, 1104), (w * 0.44, 1130), (w * 0.26, 1112)]
    for side in SIDES:
        out += tailor.button(side * n * 0.44, 742, 13, metal) + tailor.flat(tone, across(pocket, side), 4)
        out += tailor.button(side * w * 0.44, 1092, 10, metal)
    return out + "".join(tailor.button(0, y, 15, metal) for y in (870, 1000, 1130, 1260, 1390))


def _badge(tailor: Tailor, metal: Tone, heart: Tone) -> str:
    at = tailor.turn([(tailor.wide * 0.44, 980)])[0]
    out = ellipse(at, 26, 30, metal.base, extra=f'stroke="{metal.ink}" stroke-width="4"')
    return out + ellipse(at, 12, 14, heart.base, extra=f'stroke="{metal.ink}" stroke-width="2.5"')


def uniform(who: Subject) -> OutfitArt:
    """A buttoned tunic with a stand collar, epaulettes, belt and badge."""
    tailor, tone = Tailor(who), cloth(who.look.outfit_colour)
    n, w = tailor.neck, tailor.wide
    metal = GOLD if who.look.outfit_colour not in ("gold", "cream") else STEEL
    lower = tailor.trousers(darker(tone, 0.2), LEATHER)
    belt = [(-tailor.waist - 6, WAIST), (0, WAIST + 22), (tailor.waist + 6, WAIST)]
    strap = tailor.band(belt, 84, LEATHER)
    boards = "".join(_epaulette(tailor, side, metal) for side in SIDES)
    front = lower + _tunic(tailor, tone, metal)
    front += tailor.band([(-w * 0.62, 800), (-60, 1120), (tailor.waist * 0.9, WAIST - 10)], 30, LEATHER) + strap
    front += tailor.flat(metal, [(-44, WAIST - 26), (44, WAIST - 26), (44, WAIST + 66), (-44, WAIST + 66)])
    front += boards + _badge(tailor, metal, accent(who.look.outfit_colour))
    rear = lower + arms_from_behind(who) + tailor.nape(tone, 2000) + strap
    return OutfitArt(front, "", rear + tailor.band([(-n, 730), (0, 706), (n, 730)], 84, tone) + boards)
