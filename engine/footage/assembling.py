"""A decided cut as one timeline: picture, sound at its level, speech, markers, captions. Knows nouns; opens no media."""

from __future__ import annotations

from dataclasses import replace

from engine.acts import Act, Cut, Duck, Shifted, Speed
from engine.firing import Fired
from engine.footage.deciding import Decided
from engine.footage.gaining import levelled
from engine.footage.laying import Layout
from engine.footage.material import Material
from engine.rulebook import Rule
from engine.timeline import Marker, Span, Speech, Timeline


def assemble(material: Material, decided: Decided, *, target_lufs: float | None, notes: dict[str, object]) -> Timeline:
    """The timeline of a plan. `target_lufs` None leaves the sound as loud as it was recorded."""
    layout = Layout(material, decided.plan)
    sound = layout.sound()
    if target_lufs is not None:
        sound = levelled(sound, material, target_lufs)
    return Timeline(
        episode=1,
        rate=material.rate,
        duration=layout.duration,
        picture=layout.picture(),
        speech=_speech(decided, layout),
        markers=_markers(decided, layout),
        hits=tuple(replace(hit, frame=min(layout.duration - 1, layout.record(hit.frame))) for hit in decided.hits),
        spans=_spans(decided, layout),
        notes=dict(notes),
        sources=material.listed(),
        sound=sound,
    )


def _speech(decided: Decided, layout: Layout) -> tuple[Speech, ...]:
    """Passages with a voice in them: what music goes down under."""
    out: list[Speech] = []
    for number, said in enumerate(decided.said, 1):
        start, stop = layout.record(said.start), min(layout.duration, layout.record(said.stop))
        if said.passage.speech and stop > start:
            out.append(Speech(f"p{number:03d}", said.nearest.id if said.nearest else "", start, stop - start))
    return tuple(out)


def _markers(decided: Decided, layout: Layout) -> tuple[Marker, ...]:
    found = (replace(m, frame=layout.record(m.frame)) for m in decided.heard)
    return tuple(m for m in found if m.frame < layout.duration)


def _spans(decided: Decided, layout: Layout) -> tuple[Span, ...]:
    """Stretches of the cut, none past its end."""
    ends = layout.duration
    found = (replace(s, start=layout.record(s.start), stop=min(ends, layout.record(s.stop))) for s in decided.ducks)
    return tuple(s for s in found if s.start < s.stop)


# -- what happened


def joins(decided: Decided, layout: Layout) -> list[tuple[int, str, str]]:
    """Frame, rule and cause of every join that no rule's cut made: silences that went, files that ended."""
    cut = {(f.rule.name, layout.record(f.event.frame)) for f in decided.fired}
    found = [(layout.record(at), *why) for at, why in zip(layout.starts, decided.plan.reasons, strict=False)]
    return [(at, rule, cause) for at, rule, cause in found if rule and (rule, at) not in cut]


def done(decided: Decided, layout: Layout) -> list[Fired]:
    """The answers that changed something, with the acts that did, at the frames at which the cut shows them."""
    found = (replace(f, rule=_as_done(f, decided, layout)) for f in decided.fired)
    return [replace(f, event=replace(f.event, frame=layout.record(f.event.frame))) for f in found if f.rule.do]


def _as_done(found: Fired, decided: Decided, layout: Layout) -> Rule:
    acts = (_act_done(act, found, decided, layout) for act in found.rule.do)
    return found.rule.model_copy(update={"do": tuple(act for act in acts if act is not None)})


def _act_done(act: Act, found: Fired, decided: Decided, layout: Layout) -> Act | None:
    """The act as it was done: a cut to music goes elsewhere in the footage, a second `closer` back to the whole picture.
    None: the sound could not change apart from the picture, a change of speed met a join, there is no music to duck."""
    plan, frame = decided.plan, found.event.frame
    if isinstance(act, Cut):
        view = next((v for v in plan.views if v.frame == frame), None)
        if view is not None:
            went_back = act.to == "closer" and not view.zoom
            return act.model_copy(update={"to": "all"}) if went_back else act
        jumped = (frame, found.rule.name) in zip(layout.starts, (rule for rule, _ in plan.reasons), strict=False)
        return act.model_copy(update={"to": "elsewhere"}) if jumped else None
    if isinstance(act, Shifted):
        return act if layout.is_moved(frame) else None
    if isinstance(act, Speed):
        return act if any(ramp.start == frame for ramp in plan.ramps) else None
    return act if not isinstance(act, Duck) or decided.ducks else None
