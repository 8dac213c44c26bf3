"""Colours of places: what hour, weather, genre and mood do to a plate and to the light on a face."""

from __future__ import annotations

from dataclasses import dataclass

from models.draft.svg import mix

Tint = tuple[float, float, float]


@dataclass(frozen=True)
class Sky:
    """Top, middle, low and horizon colours, the colour of lamps and of the key light, and how dark it is (0..1)."""

    top: str
    mid: str
    low: str
    edge: str
    lamp: str
    light: str
    dark: float


SKIES = {
    "day": Sky("#2478d4", "#62b4f2", "#b4e2fb", "#fff0cc", "#ffdf9c", "#fff2c8", 0.06),
    "dusk": Sky("#261c62", "#8c2f86", "#f0606a", "#ffc06a", "#ffb95c", "#ff9a62", 0.45),
    "night": Sky("#050822", "#101a56", "#2a3590", "#5a4cae", "#ffb55a", "#8fb0ff", 0.80),
    "dawn": Sky("#3c4a9c", "#9484cc", "#f8a4a2", "#ffe0a0", "#ffcf8c", "#ffc49a", 0.26),
}
AMBIENT: dict[str, Tint] = {
    "day": (0.86, 0.90, 0.98), "dusk": (0.62, 0.46, 0.66), "night": (0.34, 0.40, 0.74), "dawn": (0.76, 0.68, 0.80),
}  # fmt: skip
"""What falls on every surface under the open sky; its shadows are never grey."""
INDOORS: dict[str, Tint] = {
    "day": (0.92, 0.91, 0.94), "dusk": (0.66, 0.50, 0.58), "night": (0.46, 0.40, 0.56), "dawn": (0.78, 0.70, 0.76),
}  # fmt: skip
KEY = {"day": 0.34, "dusk": 0.62, "night": 0.44, "dawn": 0.46}
"""How strongly the sun or moon stands behind the head."""
AIR: dict[str, Tint] = {
    "clear": (1.0, 1.0, 1.0), "rain": (0.80, 0.90, 1.06), "snow": (0.94, 1.0, 1.12), "mist": (0.94, 0.98, 1.04),
}  # fmt: skip
CLOUDED = {"rain": ("#23406e", 0.62), "mist": ("#93a8c8", 0.55), "snow": ("#8fb0de", 0.55)}
NIGHT_CLOUD = 0.28  # the part of a cloud's own colour that is seen by night
ACCENTS = {
    "romance": ("#f08a86", "#ffd88a"), "revenge": ("#e9354a", "#f0e0d0"), "palace": ("#e2a83e", "#fff0b0"),
    "xianxia": ("#9fb4ff", "#f4ffff"), "thriller": ("#3fb8e8", "#ffe0b0"), "horror": ("#7ac88a", "#d8e8d0"),
    "fantasy": ("#b48cff", "#ffe8b0"), "family": ("#ffb060", "#ffe8c8"), "action": ("#ff7a3c", "#ffd0a0"),
}  # fmt: skip
WALLS = {
    "romance": "#6a3f7c", "revenge": "#7a2440", "palace": "#8e2222", "xianxia": "#23708c", "thriller": "#254a7c",
    "horror": "#1f5a50", "fantasy": "#5040a0", "family": "#a05a34", "action": "#8a3a2a",
}  # fmt: skip
MOOD_TINTS: dict[str, tuple[Tint, float]] = {
    "tension": ((0.96, 0.96, 1.02), 1.06), "tender": ((1.06, 1.00, 0.96), 1.10), "dread": ((0.88, 0.97, 0.96), 1.0),
    "triumph": ((1.08, 1.02, 0.90), 1.16), "grief": ((0.82, 0.92, 1.06), 0.96), "mystery": ((0.90, 0.91, 1.08), 1.08),
    "action": ((1.08, 0.96, 0.88), 1.16),
}  # fmt: skip
EMOTION_TINTS: dict[str, Tint] = {
    "rage": (1.02, 0.90, 0.93), "anger": (1.02, 0.93, 0.94), "grief": (0.92, 0.96, 1.03), "tears": (0.92, 0.96, 1.03),
    "cold": (0.97, 0.94, 0.98), "tender": (1.03, 1.00, 0.99), "fear": (0.93, 0.96, 1.02), "shock": (0.97, 0.98, 1.02),
}  # fmt: skip
EMOTION_RIMS = {
    "rage": "#ff7850", "anger": "#ff8a60", "grief": "#8cc8ff", "tears": "#8cc8ff", "fear": "#9fb8ff",
    "tender": "#fff0dc", "triumph": "#ffd890", "cold": "#a8a0ff",
}  # fmt: skip
TIME_TINTS: dict[str, Tint] = {
    "day": (1.0, 1.0, 1.0), "dusk": (1.0, 0.94, 0.95), "night": (0.92, 0.90, 1.03), "dawn": (1.0, 0.97, 0.97),
}  # fmt: skip
LEAST_GREEN, MOST_GREEN, MOST_BLUE = 0.96, 1.0, 1.01
"""What light on a face may make of its red: less green turns skin purple; and of its green: more blue turns it grey."""
FACE_SATURATION = 1.06


@dataclass(frozen=True)
class Palette:
    """The colours that a plate is drawn with."""

    sky: Sky
    accent: str
    glow: str
    wall: str
    time: str
    weather: str
    shade: float  # how much the hour darkens surfaces, 0..1

    def tone(self, colour: str, depth: float = 0.0) -> str:
        """A surface's own colour as this hour lights it; depth 0..1 sinks it into the distance."""
        lit = mix(mix(colour, self.sky.top, 0.55 * self.shade), "#0a0418", 0.18 * self.shade)
        return mix(lit, self.haze, depth)

    @property
    def haze(self) -> str:
        """The colour of far air."""
        return mix(self.sky.low, self.sky.edge, 0.35)

    @property
    def lamps_lit(self) -> bool:
        return self.sky.dark > 0.25 or self.weather in ("rain", "mist")

    def ambient(self, indoors: bool) -> Tint:
        """What falls on every surface; the weather counts half inside."""
        base = (INDOORS if indoors else AMBIENT)[self.time]
        air = AIR[self.weather]
        red, green, blue = (b * ((1 + a) / 2 if indoors else a) for b, a in zip(base, air, strict=True))
        return red, green, blue

    @property
    def key(self) -> float:
        """The strength of the light behind the head."""
        return KEY[self.time] * (1.0 if self.weather == "clear" else 0.62)


def palette_of(time: str, weather: str, genre: str) -> Palette:
    """The palette; an unknown word is refused by name."""
    if time not in SKIES:
        raise ValueError(f"unknown time {time!r}: choose from {', '.join(SKIES)}")
    if weather not in AIR:
        raise ValueError(f"unknown weather {weather!r}: choose from {', '.join(AIR)}")
    sky = SKIES[time]
    if weather in CLOUDED:
        cloud, part = CLOUDED[weather]
        part = NIGHT_CLOUD if time == "night" else part
        sky = Sky(
            mix(sky.top, cloud, part), mix(sky.mid, cloud, part), mix(sky.low, mix(cloud, "#ffffff", 0.25), part),
            mix(sky.edge, mix(cloud, "#ffffff", 0.45), part), sky.lamp, mix(sky.light, "#b8d8ff", 0.5), min(0.85, sky.dark + 0.12),
        )  # fmt: skip
    accent, glow = ACCENTS.get(genre, ACCENTS["thriller"])
    return Palette(sky, accent, glow, WALLS.get(genre, WALLS["thriller"]), time, weather, sky.dark)


def figure_tint(emotion: str, time: str, weather: str, mood: str) -> tuple[Tint, float]:
    """Light on a face: hour times half the mood times emotion; saturation. Skin stays warm: never grey or purple."""
    (mr, mg, mb), saturation = MOOD_TINTS.get(mood, MOOD_TINTS["tension"])
    base = TIME_TINTS.get(time, TIME_TINTS["day"])
    feel = EMOTION_TINTS.get(emotion, (1.0, 1.0, 1.0))
    wet = (0.95, 0.98, 1.02) if weather == "rain" else (1.0, 1.0, 1.0)
    red, green, blue = (b * f * w * (1 + m) / 2 for b, f, w, m in zip(base, feel, wet, (mr, mg, mb), strict=True))
    green = min(max(green, LEAST_GREEN * red), MOST_GREEN * red)
    blue = min(blue, MOST_BLUE * green)
    return (red, green, blue), max(1.0, (1 + saturation) / 2) * FACE_SATURATION


def rim_colour(emotion: str, time: str, weather: str, genre: str) -> str:
    """The colour of the light behind a figure."""
    if emotion in EMOTION_RIMS:
        return EMOTION_RIMS[emotion]
    if weather == "rain":
        return "#8cc8ff"
    if time == "night":
        return mix("#ff96be", ACCENTS.get(genre, ACCENTS["thriller"])[0], 0.5)
    return mix(SKIES.get(time, SKIES["day"]).light, "#ffffff", 0.3)
