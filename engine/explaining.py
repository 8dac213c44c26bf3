"""Why the cut is as it is: one line for every answer of the rules, with what lost against it. Words only."""

from __future__ import annotations

from collections.abc import Iterable

from engine.acts import Act, Blur, Cut, Duck, HitSound, PunchIn, Shake, Speed, Stop, Whip, Zoom
from engine.firing import Fired
from engine.rates import Rate, timecode

TARGETS = {
    "next_angle": "the next angle",
    "reaction": "whoever does not speak",
    "closer": "a closer framing",
    "all": "the whole picture",
    "elsewhere": "another place in the footage",
    "speaker": "the speaker",
    "listener": "the listener",
}
MOST_LOST = 3
"""Rules named as having lost; the rest are counted."""


def explain(fired: Iterable[Fired], rate: Rate) -> list[str]:
    """One line an answer, in order: timecode, what was done, by which rule, on what, and which rules lost and why.

    >>> explain([], 24)
    []
    """
    return [
        f"{timecode(found.event.frame, rate)}  {_done(found)}  by {found.rule.name} (priority {found.rule.priority}) "
        f"on {_told(found)}{_lost(found)}"
        for found in fired
    ]


def _done(found: Fired) -> str:
    return ", ".join(_act(act) for act in found.rule.do)


def _act(act: Act) -> str:
    """An act and how much of it: `cut to a closer framing`, `punch_in 0.18`, `blur 60 px 3 times`."""
    match act:
        case Cut():
            return f"cut to {TARGETS[act.to]}"
        case PunchIn() | Zoom():
            return f"{act.act} {act.zoom:g}{_for(act.seconds)}"
        case Shake() | Whip() | Blur():
            return f"{act.act} {act.pixels:g} px" + (f" {act.times} times" if isinstance(act, Blur) else "")
        case HitSound():
            return f"hit {act.kind}"
        case Stop():
            return f"stop{_for(act.before + act.after)}"
        case Speed():
            return f"speed x{act.factor:g}{_for(act.seconds)}"
        case Duck():
            return f"duck {act.db:g} dB{_for(act.seconds)}"
        case _:
            return f"{act.act}{_for(getattr(act, 'seconds', 0.0))}"


def _for(seconds: float) -> str:
    return f" for {seconds:g} s" if seconds else ""


def _told(found: Fired) -> str:
    """`surge 0.82 (+9 dB)`: what says its own kind does not say it twice."""
    event = found.event
    reason = event.cause.removeprefix(event.kind).strip(" :")
    return f"{event.kind} {event.strength:.2f}" + (f" ({reason})" if reason else "")


def _lost(found: Fired) -> str:
    names = [f"{lost.rule.name} ({lost.why})" for lost in found.lost[:MOST_LOST]]
    more = len(found.lost) - len(names)
    return f"; not {', '.join(names)}{f' and {more} more' if more else ''}" if names else ""
