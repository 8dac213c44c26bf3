"""How each mood is played: who plays which notes of the chord on which beats. Knows patterns, no sound and no seconds."""

from __future__ import annotations

from dataclasses import dataclass

Pattern = tuple[tuple[float, int, float], ...]
"""(beat of four, voice of the chord from the bass up, velocity)."""


@dataclass(frozen=True)
class Texture:
    """One mood's playing. `figure` is the chord's broken form by the genre's own player or by `player`; `pulse` a low
    ostinato of short strings; `drums` (beat, velocity); `pad` and `cutoff` multiply the bed's level and brightness.

    `early` is how much sooner than usual (in intensity) a layer comes in; what is in `never` does not play.
    `colours` are extra voices: cello, brass, bell, cluster, swell, shimmer."""

    pad: float
    cutoff: float
    figure: Pattern
    drums: tuple[tuple[float, float], ...] = ()
    pulse: Pattern = ()
    player: str = ""
    early: tuple[tuple[str, float], ...] = ()
    never: frozenset[str] = frozenset()
    colours: tuple[str, ...] = ()


def _even(beats: float, voices: tuple[int, ...], velocity: float) -> Pattern:
    """Notes every `beats`, accented on whole bars and halves.

    >>> _even(2, (0, 1), 0.5)
    ((0, 0, 0.5), (2, 1, 0.5))
    """
    count = round(4 / beats)
    return tuple(
        (n * beats, voices[n % len(voices)], velocity * (1 if n * beats % 2 == 0 else 0.85)) for n in range(count)
    )


TEXTURES = {
    "tension": Texture(
        1.0, 1.0, _even(1, (1, 2, 3, 2), 0.7), ((0, 0.85), (2.5, 0.55)), _even(0.5, (0,), 0.7),
        early=(("ostinato", 0.3),),
    ),
    "tender": Texture(
        0.75, 1.3, _even(0.5, (1, 2, 3, 2, 3, 2, 1, 2), 0.5), never=frozenset({"sub", "drum", "ostinato"}),
        early=(("lead", 0.15),), colours=("shimmer",),
    ),
    "dread": Texture(
        0.9, 0.7, ((0, 0, 0.7), (2.5, 1, 0.45)), ((0, 0.7), (0.45, 0.4)), player="piano",
        early=(("drum", 0.15),), never=frozenset({"ostinato"}), colours=("cluster", "cello", "swell"),
    ),
    "triumph": Texture(
        1.0, 1.5, _even(0.5, (0, 1, 2, 3, 2, 3, 2, 1), 0.75), ((0, 0.9), (1.5, 0.5), (2, 0.75), (3.5, 0.5)),
        early=(("drum", 0.15), ("lead", 0.1)), never=frozenset({"ostinato"}), colours=("brass",),
    ),
    "grief": Texture(
        0.7, 0.85, _even(2, (3, 1), 0.5), player="piano", early=(("lead", 0.15),),
        never=frozenset({"drum", "ostinato"}), colours=("cello",),
    ),
    "mystery": Texture(
        0.65, 0.8, ((0.5, 3, 0.5), (1.75, 2, 0.4), (3.25, 3, 0.45)), ((0, 0.5),), player="bell",
        never=frozenset({"ostinato"}), colours=("shimmer",),
    ),
    "action": Texture(
        0.6, 1.2, ((0, 1, 0.8), (1.5, 2, 0.7), (3, 3, 0.75)),
        ((0, 0.95), (1, 0.5), (1.5, 0.65), (2.5, 0.8), (3, 0.5), (3.5, 0.6)), _even(0.25, (0, 0, 1, 0), 0.75),
        early=(("drum", 0.3), ("ostinato", 0.35)), colours=("brass",),
    ),
}  # fmt: skip
"""By the words of models.base.MOODS."""
PLAIN = Texture(1.0, 1.0, _even(1, (1, 2, 3, 2), 0.7))
"""A texture that changes nothing."""
