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
    "day": Sky("#4a86c8", "#7fb4dc", "#b8d8ea", "#e6ecdc", "#fff2d0", "#fff4de", 0.10),
    "dusk": Sky("#2a2a64", "#7a3f86", "#d86a78", "#ffb27a", "#ffc878", "#ffb48c", 0.45),
    "night": Sky("#0a0e2a", "#1a1c4c", "#34306e", "#6a4a8e", "#ffc878", "#b4c4ff", 0.80),
    "dawn": Sky("#3a4a86", "#7c7ab4", "#e0a0a4", "#ffd8a8", "#ffe0b0", "#ffd8b8", 0.30),
}
ACCENTS = {
    "romance": ("#f08a86", "#ffd88a"), "revenge": ("#e9354a", "#f0e0d0"), "palace": ("#e2a83e", "#fff0b0"),
    "xianxia": ("#9fb4ff", "#f4ffff"), "thriller": ("#3fb8e8", "#ffe0b0"), "horror": ("#7ac88a", "#d8e8d0"),
    "fantasy": ("#b48cff", "#ffe8b0"), "family": ("#ffb060", "#ffe8c8"), "action": ("#ff7a3c", "#ffd0a0"),
}  # fmt: skip
WALLS = {
    "romance": "#4a3a66", "revenge": "#4a2430", "palace": "#6a2020", "xianxia": "#2c5468", "thriller": "#2c3c54",
    "horror": "#2c3c38", "fantasy": "#40386c", "family": "#5c4638", "action": "#4a3630",
}  # fmt: skip
MOOD_TINTS: dict[str, tuple[Tint, float]] = {
    "tension": ((0.96, 0.95, 1.00), 0.98), "tender": ((1.05, 1.00, 0.97), 1.05), "dread": ((0.82, 0.88, 0.96), 0.80),
    "triumph": ((1.06, 1.01, 0.92), 1.10), "grief": ((0.84, 0.92, 1.03), 0.76), "mystery": ((0.90, 0.92, 1.06), 0.95),
    "action": ((1.06, 0.95, 0.90), 1.10),
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
        night = mix(colour, self.sky.top, 0.55 * self.shade)
        lit = mix(night, "#000000", 0.30 * self.shade)
        return mix(lit, self.haze, depth)

    @property
    def haze(self) -> str:
        return mix(self.sky.low, "#8a94a4", 0.45 if self.weather in ("rain", "mist", "snow") else 0.0)

    @property
    def lamps_lit(self) -> bool:
        return self.sky.dark > 0.25 or self.weather in ("rain", "mist")


def palette_of(time: str, weather: str, genre: str) -> Palette:
    """The palette; an unknown word is refused by name."""
    if time not in SKIES:
        raise ValueError(f"unknown time {time!r}: choose from {', '.join(SKIES)}")
    sky = SKIES[time]
    if weather in ("rain", "mist", "snow"):
        grey = {"rain": "#3a4a60", "mist": "#8a98a4", "snow": "#93a2b6"}[weather]
        part = 0.55 if time != "night" else 0.22
        sky = Sky(
            mix(sky.top, grey, part), mix(sky.mid, grey, part), mix(sky.low, mix(grey, "#ffffff", 0.2), part),
            mix(sky.edge, mix(grey, "#ffffff", 0.35), part), sky.lamp, mix(sky.light, "#b8d0f0", 0.5), min(0.85, sky.dark + 0.12),
        )  # fmt: skip
    accent, glow = ACCENTS.get(genre, ACCENTS["thriller"])
    return Palette(sky, accent, glow, WALLS.get(genre, WALLS["thriller"]), time, weather, sky.dark)


def figure_tint(emotion: str, time: str, weather: str, mood: str) -> tuple[Tint, float]:
    """Light on a face: hour times half the mood times emotion; saturation."""
    (mr, mg, mb), saturation = MOOD_TINTS.get(mood, MOOD_TINTS["tension"])
    base = TIME_TINTS.get(time, TIME_TINTS["day"])
    feel = EMOTION_TINTS.get(emotion, (1.0, 1.0, 1.0))
    wet = (0.95, 0.98, 1.02) if weather == "rain" else (1.0, 1.0, 1.0)
    tint = tuple(b * f * w * (1 + m) / 2 for b, f, w, m in zip(base, feel, wet, (mr, mg, mb), strict=True))
    return (tint[0], tint[1], tint[2]), (1 + saturation) / 2


def rim_colour(emotion: str, time: str, weather: str, genre: str) -> str:
    """The colour of the light behind a figure."""
    if emotion in EMOTION_RIMS:
        return EMOTION_RIMS[emotion]
    if weather == "rain":
        return "#8cc8ff"
    if time == "night":
        return mix("#ff96be", ACCENTS.get(genre, ACCENTS["thriller"])[0], 0.5)
    return mix(SKIES.get(time, SKIES["day"]).light, "#ffffff", 0.3)
