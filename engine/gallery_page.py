"""The gallery's HTML: one page that asks nobody for anything. Knows markup; media come as data URIs, text as text.

Every string of a script is escaped; the page's policy allows its own style and script by their hashes and media from
data URIs, and nothing else, so that not even a hole in the escaping could run."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

from engine.config import data_folder

SCRIPT = """
const players = [...document.querySelectorAll("video, audio")];
for (const player of players)
  player.addEventListener("play", () => players.forEach((other) => other !== player && other.pause()));
for (const button of document.querySelectorAll("button[data-player]"))
  button.addEventListener("click", () => {
    const player = document.getElementById(button.dataset.player);
    player.currentTime = Number(button.dataset.at);
    player.scrollIntoView({ block: "nearest" });
    player.play();
  });
"""


@dataclass(frozen=True)
class Fact:
    """A name and what it is, for a list of facts."""

    name: str
    value: str


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    heading: str
    facts: tuple[Fact, ...]
    portrait: str
    sheet: str
    sample: str
    sample_text: str


@dataclass(frozen=True)
class Place:
    name: str
    detail: str
    picture: str


@dataclass(frozen=True)
class Words:
    """A spoken line: who, how, what."""

    speaker: str
    manner: str
    text: str


@dataclass(frozen=True)
class ShotCard:
    """`at` is where the shot begins in the master, in seconds; below 0 when nothing is rendered."""

    id: str
    framing: str
    action: str
    picture: str
    at: float
    seconds: float
    words: tuple[Words, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class EpisodeCard:
    """`proxy` is a small copy to play in the page; `notice` says why there is none."""

    number: int
    title: str
    synopsis: str
    state: str
    hook: str
    cliff: str
    question: str
    turn: str
    cost: str
    seconds: float
    master: str
    proxy: str
    notice: str
    track: str
    covers: tuple[str, ...]
    shots: tuple[ShotCard, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Page:
    title: str
    language: str
    logline: str
    promise: str
    facts: tuple[Fact, ...]
    hero: tuple[str, ...]
    cast: tuple[Person, ...]
    places: tuple[Place, ...]
    arc: tuple[EpisodeCard, ...]
    episodes: tuple[EpisodeCard, ...]


def document(page: Page) -> str:
    """The whole page."""
    style = (data_folder("gallery") / "page.css").read_text(encoding="utf-8")
    policy = (
        "default-src 'none'; img-src data:; media-src data:; "
        f"style-src '{digest(style)}'; script-src '{digest(SCRIPT)}'; base-uri 'none'; form-action 'none'"
    )
    body = "\n".join(
        [
            header(page),
            cast(page),
            places(page),
            arc(page),
            *(episode(card, page) for card in page.episodes),
            checks(page),
        ]
    )
    return f"""<!doctype html>
<html lang="{escape(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(page.title)}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the series</a>
<main id="main">
{body}
</main>
<script>{SCRIPT}</script>
</body>
</html>
"""


def digest(text: str) -> str:
    """A Content Security Policy source that allows exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def header(page: Page) -> str:
    links = [("cast", "Cast"), ("places", "Places"), ("arc", "Arc"), ("checks", "Checks")]
    numbers = "".join(f'<a href="#e{c.number:03d}">{c.number}</a>' for c in page.episodes)
    covers = "".join(picture(uri, f"Cover {n} of {page.title}", "cover") for n, uri in enumerate(page.hero, 1))
    return f"""<header>
<div class="lead"><h1>{escape(page.title)}</h1>
<p class="logline">{escape(page.logline)}</p>
<p>{escape(page.promise)}</p>
{facts(page.facts, "figures")}</div>
<div class="fan">{covers}</div>
<nav aria-label="Parts of the page">{"".join(f'<a href="#{id}">{name}</a>' for id, name in links)}
<span class="numbers"><span>Episodes</span>{numbers}</span></nav>
</header>"""


def facts(items: tuple[Fact, ...], name: str) -> str:
    rows = "".join(f"<div><dt>{escape(f.name)}</dt><dd>{escape(f.value)}</dd></div>" for f in items if f.value)
    return f'<dl class="{name}">{rows}</dl>'


def picture(uri: str, alt: str, name: str) -> str:
    if not uri:
        return f'<span class="{name} missing">not rendered yet</span>'
    return f'<img class="{name}" src="{escape(uri)}" alt="{escape(alt)}" decoding="async">'


def cast(page: Page) -> str:
    return section("cast", "Cast", f'<div class="people">{"".join(person(p) for p in page.cast)}</div>')


def section(id: str, title: str, body: str) -> str:
    return f'<section id="{id}" aria-labelledby="{id}-h"><h2 id="{id}-h">{escape(title)}</h2>{body}</section>'


def person(who: Person) -> str:
    sample = '<p class="quiet">no voice rendered yet</p>'
    if who.sample:
        label = escape(f"{who.name}'s voice: {who.sample_text}")
        sample = f'<p class="said">“{escape(who.sample_text)}”</p>'
        sample += f'<audio controls preload="none" aria-label="{label}" src="{escape(who.sample)}"></audio>'
    return f"""<article class="person"><div class="pictures">
{picture(who.portrait, f"Portrait of {who.name}", "portrait")}{picture(who.sheet, f"Expressions of {who.name}", "sheet")}</div>
<div class="told"><h3>{escape(who.name)}</h3><p class="quiet">{escape(who.heading)}</p>{facts(who.facts, "facts")}{sample}</div>
</article>"""


def places(page: Page) -> str:
    cards = "".join(
        f"<figure>{picture(p.picture, p.name, 'plate')}<figcaption><b>{escape(p.name)}</b><br>"
        f"{escape(p.detail)}</figcaption></figure>"
        for p in page.places
    )
    return section("places", "Places", f'<div class="plates">{cards}</div>')


def arc(page: Page) -> str:
    shown = {card.number for card in page.episodes}
    rows: list[str] = []
    for card in page.arc:
        title = escape(card.title)
        link = f'<a href="#e{card.number:03d}">{title}</a>' if card.number in shown else title
        turn = f'<span class="turn">{escape(card.turn)}</span>' if card.turn else ""
        rows.append(
            f'<tr><th scope="row">{card.number}</th><td>{link}{turn}</td><td>{escape(card.hook)}</td>'
            f"<td>{escape(card.question)} <small>{escape(card.cliff)}</small></td>"
            f'<td class="{card.state.split()[0]}">{escape(card.state)}</td><td>{escape(card.cost)}</td></tr>'
        )
    names = ("Episode", "Title", "Hook", "Cliffhanger", "State", "Cost")
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    return section("arc", "Arc", table)


def episode(card: EpisodeCard, page: Page) -> str:
    id = f"e{card.number:03d}"
    covers = "".join(
        picture(uri, f"Cover {n} of episode {card.number}", "cover") for n, uri in enumerate(card.covers, 1)
    )
    board = "".join(shot(item, id if card.proxy else "") for item in card.shots)
    cost = f'<p class="quiet">{escape(card.cost)}</p>' if card.cost else ""
    body = f"""<p class="logline">{escape(card.synopsis)}</p>
<div class="episode"><div class="side">{player(card, page)}{cost}<div class="covers">{covers}</div></div>
<ol class="board">{board}</ol></div>"""
    return section(id, f"{card.number}. {card.title}", body)


def player(card: EpisodeCard, page: Page) -> str:
    link = f'<p><a href="{escape(card.master)}">Full master</a></p>' if card.master else ""
    if not card.proxy:
        return f'<p class="notice">{escape(card.notice)}</p>{link}'
    poster = f' poster="{escape(card.covers[0])}"' if card.covers else ""
    track = ""
    if card.track:
        track = f'<track kind="subtitles" label="Subtitles" srclang="{escape(page.language)}" src="{escape(card.track)}" default>'
    return (
        f'<video id="{f"e{card.number:03d}"}-player" controls playsinline preload="none"{poster} '
        f'aria-label="{escape(f"Episode {card.number}: {card.title}")}" src="{escape(card.proxy)}">{track}</video>{link}'
    )


def shot(item: ShotCard, player_of: str) -> str:
    thumb = picture(item.picture, item.action or item.id, "thumb")
    if player_of and item.at >= 0:
        label = escape(f"Play from {item.at:.1f} s: {item.action or item.id}")
        thumb = (
            f'<button data-player="{player_of}-player" data-at="{item.at:.3f}" aria-label="{label}">{thumb}</button>'
        )
    timing = f"{item.seconds:.1f} s" if item.at < 0 else f"{item.at:.1f} s, for {item.seconds:.1f} s"
    said = "".join(
        f'<p class="said"><b>{escape(w.speaker)}</b> <i>{escape(w.manner)}</i> {escape(w.text)}</p>' for w in item.words
    )
    cuts = "".join(f"<li>{escape(effect)}</li>" for effect in item.effects)
    cuts = f'<ul class="cuts" aria-label="What the cut does">{cuts}</ul>' if cuts else ""
    return (
        f'<li class="shot">{thumb}<div><p class="quiet">{escape(item.id)}<br>{escape(item.framing)}<br>{timing}</p>'
        f"<p>{escape(item.action)}</p>{said}{cuts}</div></li>"
    )


def checks(page: Page) -> str:
    """Per episode what its manifest says of its checks."""
    blocks: list[str] = []
    for card in page.episodes:
        items = "".join(mark(check) for check in card.checks) or '<li class="quiet">not rendered yet</li>'
        blocks.append(f'<h3>Episode {card.number}</h3><ul class="checks">{items}</ul>')
    return section("checks", "Checks", "".join(blocks))


def mark(check: Check) -> str:
    if not check.faults:
        return f'<li class="good">✓ {escape(check.name)}</li>'
    return f'<li class="bad">✗ {escape(check.name)}: {escape("; ".join(check.faults))}</li>'
