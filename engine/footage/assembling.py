"""A decided cut as one timeline: picture, sound at its level, speech, markers, captions. Knows nouns; opens no media."""

from __future__ import annotations

from dataclasses import replace

from engine.acts import Act, Cut, Duck, Shifted
from engine.firing import Fired
from engine.footage.deciding import Decided
from engine.footage.events import markers_of
from engine.footage.gaining import levelled
from engine.footage.keeping import Clock
from engine.footage.laying import Layout, Plan
from engine.footage.material import Material
from engine.rulebook import Rule
from engine.timeline import Marker, SoundClip, Source, Span, Speech, Timeline


def assemble(material: Material, decided: Decided, *, target_lufs: float | None, notes: dict[str, object]) -> Timeline:
    """The timeline of a plan. `target_lufs` None leaves the sound as loud as it was recorded."""
    layout = Layout(material, decided.plan)
    sound = layout.sound()
    if target_lufs is not None:
        sound = levelled(sound, material, target_lufs)
    clock = Clock(decided.plan.stretches)
    return Timeline(
        episode=1,
        rate=material.rate,
        duration=layout.duration,
        picture=layout.picture(),
        speech=_speech(decided, layout),
        markers=_markers(material, clock, layout),
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


def _markers(material: Material, clock: Clock, layout: Layout) -> tuple[Marker, ...]:
    found = (replace(m, frame=layout.record(m.frame)) for m in markers_of(material, clock))
    return tuple(m for m in found if m.frame < layout.duration)


def _spans(decided: Decided, layout: Layout) -> tuple[Span, ...]:
    found = (replace(s, start=layout.record(s.start), stop=layout.record(s.stop)) for s in decided.ducks)
    return tuple(s for s in found if s.start < s.stop <= layout.duration)


def with_effects(timeline: Timeline, path: str) -> Timeline:
    """The timeline with the sound of its hits, a file as long as itself, on FX."""
    source = Source("FX1", path, timeline.duration, has_picture=False, has_sound=True)
    clip = SoundClip("FX", source.id, 0, timeline.duration)
    return replace(timeline, sources=(*timeline.sources, source), sound=(*timeline.sound, clip))


def explained(decided: Decided, material: Material) -> Decided:
    """The same answers at the frames at which the cut shows them."""
    layout = Layout(material, decided.plan)
    done = (replace(f, rule=_as_done(f, decided.plan, layout, material)) for f in decided.fired)
    moved = (replace(f, event=replace(f.event, frame=layout.record(f.event.frame))) for f in done if f.rule.do)
    return replace(decided, fired=tuple(moved))


def _as_done(found: Fired, plan: Plan, layout: Layout, material: Material) -> Rule:
    """The rule with the acts that happened: a second `closer` went back, sound leads at joins alone, music must be there."""
    frame = found.event.frame
    went_back = any(view.frame == frame and not view.zoom for view in plan.views)
    shifted = frame in layout.starts and layout.starts.index(frame) in plan.leads
    done: list[Act] = []
    for act in found.rule.do:
        if isinstance(act, Cut) and act.to == "closer" and went_back:
            done.append(act.model_copy(update={"to": "all"}))
        elif not (isinstance(act, Shifted) and not shifted) and not (isinstance(act, Duck) and material.music is None):
            done.append(act)
    return found.rule.model_copy(update={"do": tuple(done)})
