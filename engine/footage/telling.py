"""What a cut really did: joins that no rule asked for, and of every answer the acts that had room. Decides nothing."""

from __future__ import annotations

from dataclasses import replace

from engine.acts import Act, Cut, Duck, Hold, PunchIn, Shifted, Speed, Zoom
from engine.firing import Fired
from engine.footage.deciding import Decided
from engine.footage.laying import Layout
from engine.rates import frame_at, seconds_of
from engine.rulebook import Rule


def joins(decided: Decided, layout: Layout) -> list[tuple[int, str, str]]:
    """Frame, rule and cause of every join that no rule's cut made: silences that went, files that ended."""
    cut = {(f.rule.name, layout.record(f.event.frame)) for f in decided.fired}
    found = [(layout.record(at), *why) for at, why in zip(layout.starts, decided.plan.reasons, strict=False)]
    return [(at, rule, cause) for at, rule, cause in found if rule and (rule, at) not in cut]


def done(decided: Decided, layout: Layout) -> list[Fired]:
    """The answers that changed something, with the acts that did, at the frames at which the cut shows them."""
    telling = _Telling(decided, layout)
    found = (replace(f, rule=telling.rule(f)) for f in decided.fired)
    return [replace(f, event=replace(f.event, frame=layout.record(f.event.frame))) for f in found if f.rule.do]


class _Telling:
    """Of every act what became of it; None: nothing."""

    def __init__(self, decided: Decided, layout: Layout) -> None:
        self.decided, self.layout, self.rate = decided, layout, layout.material.rate
        self.shown = {
            (effect.rule, effect.kind, clip.start + effect.start): effect.duration
            for clip in layout.picture()
            for effect in clip.effects
        }

    def rule(self, found: Fired) -> Rule:
        acts = (self._act(act, found) for act in found.rule.do)
        return found.rule.model_copy(update={"do": tuple(act for act in acts if act is not None)})

    def _act(self, act: Act, found: Fired) -> Act | None:
        frame = found.event.frame
        match act:
            case Cut():
                return self._cut(act, found)
            case Shifted():
                return act if self.layout.is_moved(frame) else None
            case Speed():
                return act if any(ramp.start == frame for ramp in self.decided.plan.ramps) else None
            case Duck():
                return act if self.decided.ducks else None
            case Hold() | PunchIn() | Zoom():
                return self._lasting(act, found)
            case _:
                return act

    def _cut(self, act: Cut, found: Fired) -> Cut | None:
        """To music it goes elsewhere in the footage; a second `closer` goes back to the whole picture."""
        frame, plan = found.event.frame, self.decided.plan
        view = next((v for v in plan.views if v.frame == frame), None)
        if view is not None:
            return act.model_copy(update={"to": "all"}) if act.to == "closer" and not view.zoom else act
        jumped = (frame, found.rule.name) in zip(self.layout.starts, (rule for rule, _ in plan.reasons), strict=False)
        return act.model_copy(update={"to": "elsewhere"}) if jumped else None

    def _lasting(self, act: Hold | PunchIn | Zoom, found: Fired) -> Act | None:
        """As long as it is seen: it ends at the next cut."""
        length = self.shown.get((found.rule.name, act.act, self.layout.record(found.event.frame)))
        if length is None or not act.seconds or length >= frame_at(act.seconds, self.rate):
            return act if length is not None else None
        return act.model_copy(update={"seconds": round(seconds_of(length, self.rate), 2)})
