"""A decided cut as one timeline: picture, sound at its level, speech, markers, captions. Knows nouns; opens no media."""

from __future__ import annotations

from dataclasses import replace

from engine.footage.deciding import Decided
from engine.footage.gaining import levelled
from engine.footage.laying import Layout
from engine.footage.material import Material
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
