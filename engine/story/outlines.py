"""A plan as plain text for a language model to write over: cast, season, one episode. Words out; no prompts, no rules."""

from __future__ import annotations

from engine.core import Character, Episode, Line, Series, Shot
from engine.story.overlays import parts
from models.words import LIMITS, count

SHOWN_WORDS = {"en": "words", "zh": "characters with punctuation"}
LANGUAGES = {"en": "English", "zh": "Chinese (Simplified, full-width punctuation)"}


def cast_text(series: Series) -> str:
    """Everybody, every place and every thing, with ids, as they stand."""
    rows = [f"Title: {series.title}", f"Genre: {series.genre}", f"Promise: {series.bible.promise}"]
    rows += [f"Logline: {series.bible.logline}", "", "People:"]
    rows += [row for who in series.bible.characters for row in _person(series, who)]
    rows += ["Places:"]
    rows += [f"- {x.id}: {x.name} ({x.plate}, {x.time}, {x.weather}); {x.look}" for x in series.bible.locations]
    rows += ["Things:"]
    rows += [f"- {p.id}: {p.name} (a {p.kind}); {p.look}" for p in series.bible.props]
    return "\n".join(rows)


def _person(series: Series, who: Character) -> list[str]:
    names = {c.id: c.name for c in series.bible.characters}
    design = who.design
    drawn = [design.hair_colour, design.hair, "hair;", design.eye_colour, "eyes;", design.outfit_colour, design.outfit]
    ties = ", ".join(f"{names.get(r.to, r.to)} ({r.kind})" for r in who.relations)
    told = (
        ("occupation", who.occupation), ("drawn as", " ".join([*drawn, *design.accessories]).replace("_", " ")),
        ("look", who.look), ("wardrobe", who.wardrobe), ("want", who.want), ("wound", who.wound),
        ("secret", who.secret), ("voice", who.voice_notes), ("speech", who.quirk), ("ties", ties),
        ("must never change", "; ".join(who.forbidden)),
    )  # fmt: skip
    head = f"- {who.id}: {who.name} ({who.full_name}), {who.role}, {who.sex}, {who.age}"
    return [head, *(f"    {label}: {text}" for label, text in told if text)]


def season_text(series: Series) -> str:
    """The season's question, and of each episode title, synopsis, what turns and the question that its end leaves."""
    rows = [f"The season asks: {series.arc.question}"]
    turns = {t.episode: t.summary for t in series.arc.turns}
    for e in series.episodes:
        turn = f" Turns: {turns[e.number]}" if turns.get(e.number, e.synopsis) != e.synopsis else ""
        rows.append(f"{e.number}. {e.title}: {e.synopsis}{turn} Ends on: {e.cliffhanger.question}")
    return "\n".join(rows)


def events_text(series: Series) -> str:
    """What happens in each episode and cannot be changed."""
    rows = (f"{e.number}. " + "; ".join(c.event for c in e.changes) for e in series.episodes)
    return "\n".join(rows)


def episode_text(series: Series, number: int) -> str:
    """Shots and lines of one episode under the keys of the answer, with the plan's own words to write over."""
    episode = next(e for e in series.episodes if e.number == number)
    places = {shot.id: scene.location for scene, shot in episode.shots()}
    rows = [f"Episode {number}: {episode.title}", f"Synopsis: {episode.synopsis}"]
    spoken = sum(count(line.text, series.language) for line in episode.lines())
    rows.append(f"Spoken now: {spoken}; at most {LIMITS[series.language]} {SHOWN_WORDS[series.language]}")
    rows += [f"Happens: {c.event}{_carried(episode, c.line)}" for c in episode.changes]
    last = ""
    for key, part in parts(episode):
        if isinstance(part, Line):
            rows.append(f"  {key}: {_line(series, part)}")
            continue
        if places[part.id] != last:
            last = places[part.id]
            rows.append(f"At {series.location(last).name}:")
        rows.append(f"{key}: {_shot(series, part)}")
    cliff = episode.cliffhanger
    rows.append(f"question: the last line leaves this open ({cliff.kind}): {cliff.question}")
    return "\n".join(rows)


def _carried(episode: Episode, line: int | None) -> str:
    spoken = len(list(episode.lines()))
    return f" (said in l{line + 1})" if line is not None and 0 <= line < spoken else ""


def _shot(series: Series, shot: Shot) -> str:
    who = ", ".join(series.character(id).name for id in shot.characters) or "nobody"
    prop = f", {series.prop(shot.prop).name}" if shot.prop else f", {shot.shows}" if shot.shows else ""
    return f"[{shot.size}; {who}{prop}; {shot.beat}] {shot.action}"


def _line(series: Series, line: Line) -> str:
    how = "" if line.delivery == "voice" else f", {line.delivery}"
    task = f", to {line.function}" if line.function else ""
    return f"{series.character(line.speaker).name} ({line.emotion}{how}{task}): {line.text}"
