"""Numbers that change with the frame, as ffmpeg expressions. Knows no pictures.

An expression of hundreds of terms in a row is too deep for ffmpeg's parser, so a choice among pieces is a balanced tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Step = tuple[int, str]
"""From this frame on, this expression."""


def tree(steps: Sequence[Step], variable: str = "n") -> str:
    """The expression of the last step whose frame has come. `steps` in order; before the first one: the first.

    >>> tree([(0, "1"), (10, "2"), (20, "1")])
    'if(lt(n,10),1,if(lt(n,20),2,1))'
    """
    if len(steps) == 1:
        return steps[0][1]
    middle = len(steps) // 2
    return f"if(lt({variable},{steps[middle][0]}),{tree(steps[:middle], variable)},{tree(steps[middle:], variable)})"


def ranges_of(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Rising frame numbers as ranges [start, stop)."""
    out: list[tuple[int, int]] = []
    for frame in frames:
        if out and out[-1][1] == frame:
            out[-1] = (out[-1][0], frame + 1)
        else:
            out.append((frame, frame + 1))
    return out


def inside(ranges: Sequence[tuple[int, int]], variable: str = "n") -> str:
    """1 inside any of the frame ranges [start, stop), else 0. `ranges` in order, apart or touching."""
    steps: list[Step] = [(-1, "0")]
    for start, stop in ranges:
        if steps[-1] == (start, "0"):
            steps.pop()
        else:
            steps.append((start, "1"))
        steps.append((stop, "0"))
    return tree(steps, variable)


def changes(steps: Iterable[Step]) -> list[Step]:
    """Without those that say what the one before says."""
    out: list[Step] = []
    for step in steps:
        if not out or out[-1][1] != step[1]:
            out.append(step)
    return out


def steps_of(values: Sequence[float], start: int, tolerance: float, variable: str = "n") -> list[Step]:
    """Straight pieces through one value a frame from frame `start` on, nowhere further off than `tolerance`."""
    out: list[Step] = []
    at = 0
    while at < len(values):
        slope = values[at + 1] - values[at] if at + 1 < len(values) else 0.0
        end = at + 1
        while end < len(values) and abs(values[at] + slope * (end - at) - values[end]) <= tolerance:
            end += 1
        if end == at + 1:
            slope = 0.0
        out.append((start + at, _line(values[at], slope, start + at, variable)))
        at = end
    return out


def _line(value: float, slope: float, start: int, variable: str) -> str:
    return number(value) if abs(slope) < 1e-9 else f"{number(value)}+({slope:.9f})*({variable}-{start})"


def number(value: float) -> str:
    """Without an exponent, and no negative zero."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
