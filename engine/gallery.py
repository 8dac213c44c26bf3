"""A series folder -> one HTML page to show: cast, places, arc, storyboards, episodes that play, checks and cost.

Reads what the series says and what was rendered; what it has made itself (sheets, plates, small copies, voice samples)
are takes like any other, so a second page is soon there. What is not rendered yet is said, not left out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from engine import gallery_page
from engine.backends import draft_painter
from engine.batching import Progress
from engine.config import Profile
from engine.core import Character, Line, Scene, Series, Shot
from engine.covering import place_request
from engine.gallery_media import (
    MOST_EMBEDDED,
    MOST_EMBEDDED_BYTES,
    SAMPLE_OPTIONS,
    STAGE,
    data_uri,
    make_copy,
    make_proxies,
    paint,
    picture_uri,
)
from engine.gallery_page import Check, EpisodeCard, Fact, Page, Person, Place, ShotCard, Words
from engine.gallery_sources import Cut, Show, Shown, look_at, takes_of
from engine.manifest import COVERS, Manifest
from engine.painting import look_of
from engine.store import SeriesFolder, unit_seed
from engine.vault import Take, write_text
from models.base import Figure, Painter, PictureRequest

NAME = "gallery.html"
PICTURE_SIZE = (540, 960)
PORTRAIT_WIDTH, PLATE_WIDTH, COVER_WIDTH, THUMB_WIDTH = 480, 300, 360, 200


def write_gallery(
    folder: SeriesFolder, series: Series, profile: Profile, numbers: Sequence[int], out: Path | None, progress: Progress
) -> tuple[Path, int]:
    """Writes the page; returns its path and how many of the episodes play in it. The caller holds the series lock."""
    target = out or folder.rendition(profile, series.language) / NAME
    show = Show(folder, series, profile, tuple(look_at(folder, series, profile, e) for e in series.episodes), progress)
    proxies = make_proxies(show, [s for s in show.shown if s.episode.number in set(numbers)])
    cards = {s.episode.number: episode_card(show, s, proxies, target, s.episode.number in numbers) for s in show.shown}
    picked = tuple(cards[n] for n in numbers if n in cards)
    painter = draft_painter()
    cast = people(show, painter)
    faces = tuple(person.portrait for person in cast[:3] if person.portrait)
    page = Page(
        title=series.title,
        language={"en": "en", "zh": "zh-Hans"}[series.language],
        logline=series.bible.logline,
        promise=series.bible.promise,
        facts=header_facts(show),
        hero=next((card.covers for card in picked if card.covers), faces),
        cast=cast,
        places=places(show, painter),
        arc=tuple(cards.values()),
        episodes=picked,
    )
    write_text(target, gallery_page.document(page))
    return target, len(proxies)


# -- cast and places


def base_request(show: Show, location: int, unit: str) -> PictureRequest:
    series = show.series
    request = place_request(series, series.bible.locations[location], "tender", show.profile)
    return replace(request, unit=unit, size=PICTURE_SIZE, seed=unit_seed(series.seed, STAGE, unit, {}))


def people(show: Show, painter: Painter) -> tuple[Person, ...]:
    """Every character of the bible with portrait, expressions and voice."""
    requests: list[PictureRequest] = []
    for character in show.series.bible.characters:
        figure = Figure(character.id, look_of(character))
        base = replace(
            base_request(show, 0, f"{character.id}_portrait"),
            description=f"{character.name}: {character.look}, {character.wardrobe}", shot_size="mcu", figures=(figure,),
        )  # fmt: skip
        requests += [base, replace(base, unit=f"{character.id}_sheet", kind="sheet")]
    paths = paint(show, painter, requests)
    return tuple(person(show, character, paths) for character in show.series.bible.characters)


def person(show: Show, who: Character, paths: Mapping[str, Path]) -> Person:
    line, sample, voice = voice_sample(show, who.id)
    return Person(
        id=who.id,
        name=who.name,
        heading=", ".join(part for part in (who.full_name, who.role, who.sex, str(who.age), who.occupation) if part),
        facts=(
            Fact("Look", who.look), Fact("Wardrobe", who.wardrobe), Fact("Voice", who.voice_notes or who.voice.timbre),
            Fact("Cast as", voice), Fact("Wants", who.want), Fact("Hides", who.secret),
        ),
        portrait=picture_uri(paths.get(f"{who.id}_portrait"), PORTRAIT_WIDTH),
        sheet=picture_uri(paths.get(f"{who.id}_sheet"), PORTRAIT_WIDTH),
        sample=sample,
        sample_text=line.text if line else "",
    )  # fmt: skip


def voice_sample(show: Show, character: str) -> tuple[Line | None, str, str]:
    """(line, audio, voice) of the longest line that a character speaks in the first episode where a take of it is."""
    for shown in show.shown:
        takes = takes_of(show, shown, "voicing")
        spoken = [line for line in shown.episode.lines() if line.speaker == character and line.id in takes]
        if spoken:
            line = max(spoken, key=lambda item: len(item.text))
            copy = make_copy(show, f"{character}_voice", takes[line.id], ".m4a", SAMPLE_OPTIONS)
            entries = shown.manifest.takes if shown.manifest else ()
            voice = next((e.voice for e in entries if e.unit == line.id and e.voice), "")
            return line, data_uri("audio/mp4", copy.path.read_bytes()), voice
    return None, "", ""


def places(show: Show, painter: Painter) -> tuple[Place, ...]:
    locations = show.series.bible.locations
    requests = [replace(base_request(show, n, f"{loc.id}_plate"), kind="plate") for n, loc in enumerate(locations)]
    paths = paint(show, painter, requests)
    return tuple(
        Place(loc.name, ", ".join(p for p in (loc.plate, loc.time, loc.weather, loc.look) if p),
              picture_uri(paths.get(f"{loc.id}_plate"), PLATE_WIDTH))
        for loc in locations
    )  # fmt: skip


# -- episodes


def header_facts(show: Show) -> tuple[Fact, ...]:
    """What a person asks first: what it is, how much is done, what it cost."""
    series = show.series
    done = [shown.manifest for shown in show.shown if shown.manifest is not None]
    core, gpu = sum(m.cost.core_seconds for m in done), sum(m.cost.gpu_seconds for m in done)
    dollars = sum(m.cost.dollars for m in done)
    minutes = sum(m.frames / m.rate for m in done) / 60
    each = f"${dollars / len(done):.4f}" if done else ""
    return (
        Fact("Genre", series.genre), Fact("Language", {"en": "English", "zh": "Mandarin"}[series.language]),
        Fact("Episodes", f"{len(done)} of {series.length} rendered"), Fact("Minutes", f"{minutes:.1f}" if done else ""),
        Fact("Profile", show.profile.name), Fact("Core-seconds", f"{core:,.0f}" if done else ""),
        Fact("GPU-seconds", f"{gpu:,.0f}" if done else ""), Fact("Cost", f"${dollars:.4f}" if done else ""),
        Fact("An episode", each),
    )  # fmt: skip


def episode_card(show: Show, shown: Shown, proxies: Mapping[int, Take], page: Path, whole: bool) -> EpisodeCard:
    """`whole`: with pictures and sound, not only for the arc's table."""
    episode, manifest = shown.episode, shown.manifest
    proxy = proxies.get(episode.number) if whole else None
    lines = list(episode.lines())
    turns = [turn.summary for turn in show.series.arc.turns if turn.episode == episode.number]
    return EpisodeCard(
        number=episode.number,
        title=episode.title,
        synopsis=episode.synopsis,
        state=shown.state,
        hook=lines[0].text if lines else "",
        cliff=episode.cliffhanger.kind,
        question=episode.cliffhanger.question,
        turn=turns[0] if turns else "",
        cost=cost_words(manifest) if manifest else "",
        seconds=manifest.frames / manifest.rate if manifest else 0.0,
        master=master_link(shown, page),
        proxy=data_uri("video/mp4", proxy.path.read_bytes()) if proxy else "",
        notice="" if proxy else notice(shown),
        track=track(shown) if proxy else "",
        covers=tuple(picture_uri(shown.folder / name, COVER_WIDTH) for name in covers(shown)) if whole else (),
        shots=shot_cards(show, shown) if whole else (),
        checks=tuple(Check(c.check, () if c.passed else c.faults or ("failed",)) for c in manifest.checks) if manifest else (),
    )  # fmt: skip


def cost_words(manifest: Manifest) -> str:
    cost = manifest.cost
    gpu = f", {cost.gpu_seconds:,.0f} GPU-s" if cost.gpu_seconds else ""
    return f"{cost.core_seconds:,.0f} core-s{gpu}, ${cost.dollars:.4f}"


def covers(shown: Shown) -> list[str]:
    """Its posters; of an episode from before there were three, the one cover."""
    there = [name for name in COVERS if (shown.folder / name).is_file()]
    return there or [name for name in ("cover.jpg",) if (shown.folder / name).is_file()]


def notice(shown: Shown) -> str:
    """Why an episode does not play here."""
    if shown.manifest is None:
        return "not rendered yet"
    if not (shown.folder / "master.mp4").is_file():
        return "the master is missing: render the episode again"
    return (
        f"not in this page: it holds at most {MOST_EMBEDDED} episodes and {MOST_EMBEDDED_BYTES // 1_000_000} MB of them"
    )


def master_link(shown: Shown, page: Path) -> str:
    """A relative link that survives moving the series folder with the page in it."""
    master = shown.folder / "master.mp4"
    if not master.is_file():
        return ""
    return quote(Path(os.path.relpath(master.resolve(), page.resolve().parent)).as_posix())


def track(shown: Shown) -> str:
    path = shown.folder / "subtitles.vtt"
    return data_uri("text/vtt", path.read_bytes()) if path.is_file() else ""


def shot_cards(show: Show, shown: Shown) -> tuple[ShotCard, ...]:
    pictures = takes_of(show, shown, "framing")
    return tuple(shot_card(show, shown, scene, shot, pictures) for scene, shot in shown.episode.shots())


def shot_card(show: Show, shown: Shown, scene: Scene, shot: Shot, pictures: Mapping[str, Path]) -> ShotCard:
    cut = shown.cuts.get(shot.id, Cut(-1.0, shot.seconds, ()))
    place = show.series.location(scene.location)
    return ShotCard(
        id=shot.id,
        framing=", ".join((shot.size, shot.move, scene.mood, place.name)),
        action=shot.action,
        picture=picture_uri(pictures.get(shot.id), THUMB_WIDTH),
        at=cut.at,
        seconds=cut.seconds,
        words=tuple(words(show, line) for line in shot.lines),
        effects=cut.effects,
    )


def words(show: Show, line: Line) -> Words:
    names = {character.id: character.name for character in show.series.bible.characters}
    manner = line.emotion if line.delivery == "voice" else f"{line.emotion}, {line.delivery}"
    return Words(names.get(line.speaker, line.speaker), manner, line.text)
