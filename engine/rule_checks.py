"""Rules that can never fire, or say what they cannot have: refused when loaded. Knows rules; no styles, events or media.

Refused in any rule:
- a word of the other kind: footage has no drawn acts, script events or shot sizes; episodes have no angles or passages
- a share of the minute that its own cooldown does not let it reach
- `strength` under 1 for events that always have 1 (DRAWN_EVENTS, `time`, `end`)
- a whoosh, split panels or held looks in a style that allows none, or fewer
- more than one cut, more effects over the picture than are read, split panels beside anything
- a cut's sound shifted without a cut, both ways, or by more than a clip; two speeds, or a speed of a held picture
Refused in an episode's rule:
- `since_cut` over the longest episode; or any on events that are themselves a cut (`shot`, `freeze`), and cuts there
- what a kind of event never is: a `line` that is the cliffhanger or not spoken, a `freeze` that is spoken, ...
- a new speaker or the last line while nobody speaks; arousal that is not 0.5 then
- a position that the freeze never has
Refused in a footage rule:
- a new speaker in what is no speech; the `end` before the last passage; a cut at the `end`, which is no clip from it
- anything closer than the style's `most_zoom`
Empty ranges, positions outside 0..1, a chance of 0 and no events at all are refused by the nouns themselves."""

from __future__ import annotations

from collections.abc import Iterable

from engine.acts import (
    DRAWN_ACTS,
    DRAWN_TARGETS,
    FOOTAGE_ACTS,
    FOOTAGE_TARGETS,
    MOST_OVERLAYS,
    OVERLAYS,
    SHARED_ACTS,
    SHARED_TARGETS,
    Cut,
    Hold,
    Impact,
    Panels,
    PunchIn,
    Shifted,
    Speed,
    Zoom,
)
from engine.firing import MINUTE, Limits, frozen, whooshes
from engine.rulebook import (
    DRAWN_ASKED,
    DRAWN_EVENTS,
    FOOTAGE_ASKED,
    FOOTAGE_EVENTS,
    SHARED_ASKED,
    SHARED_EVENTS,
    Faulty,
    Key,
    Rule,
    When,
)

Fault = tuple[Key, str]
"""Where in the rule, and why."""
ALWAYS_ONE = {*DRAWN_EVENTS, "time", "end"}
"""Events whose strength is always 1."""
ON_CUTS = {"shot", "freeze"}
UNMOVED = 0.5
"""The arousal of a moment at which nobody speaks, in an episode."""


def check_drawn(rule: Rule, at: int, limits: Limits, longest: float, freezes: tuple[float, float]) -> None:
    """Faulty for an episode's rule (`rules.at`) that is impossible. `longest` episode in seconds; `freezes`: where the
    last look may freeze, as shares of the episode."""
    faults = (
        *_foreign_in_drawn(rule),
        *_common(rule, limits),
        *_drawn(rule.when, longest, freezes),
        *_drawn_cuts(rule),
    )
    _raise(faults, at)


def check_footage(rule: Rule, at: int, limits: Limits, most_zoom: float) -> None:
    """Faulty for a footage rule (`rules.at`) that is impossible."""
    _raise((*_foreign_in_footage(rule), *_common(rule, limits), *_footage(rule, most_zoom)), at)


def _raise(faults: Iterable[Fault], at: int) -> None:
    for key, reason in faults:
        raise Faulty(reason, ("rules", at, *key))


# -- words of the other kind


def _foreign_in_drawn(rule: Rule) -> Iterable[Fault]:
    acts, events = (*SHARED_ACTS, *DRAWN_ACTS), (*SHARED_EVENTS, *DRAWN_EVENTS)
    yield from _foreign(rule, "an episode", acts, events, FOOTAGE_ASKED, (*DRAWN_TARGETS, *SHARED_TARGETS))


def _foreign_in_footage(rule: Rule) -> Iterable[Fault]:
    acts, events = (*SHARED_ACTS, *FOOTAGE_ACTS), (*SHARED_EVENTS, *FOOTAGE_EVENTS)
    yield from _foreign(rule, "footage", acts, events, DRAWN_ASKED, (*FOOTAGE_TARGETS, *SHARED_TARGETS))


def _foreign(
    rule: Rule, what: str, acts: tuple[str, ...], events: tuple[str, ...], unasked: tuple[str, ...],
    targets: tuple[str, ...],
) -> Iterable[Fault]:  # fmt: skip
    for n, kind in enumerate(rule.when.on):
        if kind not in events:
            yield ("when", "on", n), f"{what} has no '{kind}' events: choose from {', '.join(events)}"
    for key in unasked:
        if key in rule.when.model_fields_set:
            asked = [k for k in (*SHARED_ASKED, *DRAWN_ASKED, *FOOTAGE_ASKED) if k not in unasked]
            yield ("when", key), f"{what} cannot be asked for '{key}': choose from {', '.join(asked)}"
    for n, act in enumerate(rule.do):
        if act.act not in acts:
            yield ("do", n, "act"), f"{what} cannot have '{act.act}': choose from {', '.join(acts)}"
        if isinstance(act, Cut) and act.to not in targets:
            yield ("do", n, "to"), f"{what} has no '{act.to}' to cut to: choose from {', '.join(targets)}"


# -- any rule


def _common(rule: Rule, limits: Limits) -> Iterable[Fault]:
    if rule.per_minute * rule.cooldown > MINUTE and "per_minute" in rule.model_fields_set:
        reason = f"{rule.per_minute:g} a minute cannot be reached with a cooldown of {rule.cooldown:g} s"
        yield ("per_minute",), reason
    if ALWAYS_ONE.issuperset(rule.when.on) and rule.when.strength[1] < 1:
        yield ("when", "strength"), f"{_listed(rule.when.on)} always has a strength of 1"
    yield from _unaffordable(rule, limits)
    yield from _together(rule)
    yield from _sound_shifted(rule, limits)
    yield from _paced(rule)


def _unaffordable(rule: Rule, limits: Limits) -> Iterable[Fault]:
    if whooshes(rule) and not limits.whooshes_per_minute:
        yield ("do",), "a whoosh, and the style allows none (whooshes_per_minute)"
    if any(rule.acts(Panels)) and not limits.panels_per_minute:
        yield ("do",), "split panels, and the style allows none (panels_per_minute)"
    held = frozen(rule)
    if held and limits.held + held > limits.most_held:
        yield ("do",), f"holds {held:g} s, and the style leaves {limits.most_held - limits.held:g} s for held looks"


def _together(rule: Rule) -> Iterable[Fault]:
    if sum(1 for _ in rule.acts(Cut)) > 1:
        yield ("do",), "one rule can cut only once at one place"
    over = [act for act in rule.do if isinstance(act, OVERLAYS)]
    if len(over) > MOST_OVERLAYS + any(isinstance(act, Impact) for act in over):
        yield ("do",), f"{len(over)} effects over the picture at once, at most {MOST_OVERLAYS} are read"
    if any(rule.acts(Panels)) and (len(over) > 1 or any(rule.acts(Cut))):
        yield ("do",), "split panels stand alone: no other effect and no cut in their rule"


def _sound_shifted(rule: Rule, limits: Limits) -> Iterable[Fault]:
    shifts = list(rule.acts(Shifted))
    if shifts and not any(rule.acts(Cut)):
        yield ("do",), f"'{shifts[0].act}' shifts the sound of a cut, and the rule has none"
    if len(shifts) > 1:
        yield ("do",), "the sound of one cut changes once: either 'lead' or 'lag'"
    for act in shifts:
        if act.seconds >= limits.clip:
            yield ("do", rule.do.index(act), "seconds"), f"{act.seconds:g} s is no less than a clip ({limits.clip:g} s)"


def _paced(rule: Rule) -> Iterable[Fault]:
    speeds = sum(1 for _ in rule.acts(Speed))
    if speeds > 1:
        yield ("do",), "two speeds at once"
    if speeds and any(rule.acts(Hold)):
        yield ("do",), "a held picture has no speed: either 'hold' or 'speed'"


# -- episodes


def _drawn(when: When, longest: float, freezes: tuple[float, float]) -> Iterable[Fault]:
    on: set[str] = set(when.on)
    if when.since_cut >= longest:
        yield ("when", "since_cut"), f"no shot lasts {when.since_cut:g} s: an episode lasts {longest:g} s at most"
    if on <= ON_CUTS and when.since_cut > 0:
        yield ("when", "since_cut"), f"{_listed(when.on)} is itself a cut: 0 s have passed since"
    least, most = when.position
    if on == {"freeze"} and (most < freezes[0] or least > freezes[1]):
        yield ("when", "position"), f"the freeze comes between {freezes[0]:.3f} and {freezes[1]:.3f}"
    yield from _never_said(when, on)
    yield from _unspoken(when)


def _never_said(when: When, on: set[str]) -> Iterable[Fault]:
    """What the script's events never are."""
    if on <= {"line", "freeze"} and when.cliffhanger:
        yield ("when", "cliffhanger"), f"{_listed(when.on)} is never the last line: answer 'cliffhanger' instead"
    if on == {"cliffhanger"} and when.cliffhanger is False:
        yield ("when", "cliffhanger"), "the cliffhanger is always the last line"
    if on <= {"line", "cliffhanger"} and when.speaking is False:
        yield ("when", "speaking"), f"at {_listed(when.on)} somebody always speaks"
    if on == {"freeze"} and when.speaking:
        yield ("when", "speaking"), "nobody speaks at the freeze"


def _unspoken(when: When) -> Iterable[Fault]:
    """What cannot be while nobody speaks."""
    frozen = set(when.on) == {"freeze"}
    if when.speaking is not False and not frozen:
        return
    for key in ("speaker_change", "cliffhanger"):
        if getattr(when, key):
            yield ("when", key), f"{key} = true cannot hold while nobody speaks"
    if not when.arousal[0] <= UNMOVED <= when.arousal[1]:
        yield ("when", "arousal"), f"arousal is {UNMOVED:g} while nobody speaks"


def _drawn_cuts(rule: Rule) -> Iterable[Fault]:
    if set(rule.when.on) <= ON_CUTS and any(rule.acts(Cut)):
        yield ("do",), f"{_listed(rule.when.on)} is itself a cut: there is no room for another"


# -- footage


def _footage(rule: Rule, most_zoom: float) -> Iterable[Fault]:
    when, on = rule.when, set(rule.when.on)
    if when.speech is False and when.speaker_change:
        yield ("when", "speaker_change"), "speaker_change = true cannot hold where nobody speaks (speech = false)"
    if when.speaker_change and "passage" not in on:
        yield ("when", "speaker_change"), "who speaks changes at a 'passage' only"
    if on == {"end"} and when.cliffhanger is False:
        yield ("when", "cliffhanger"), "the end always belongs to the last passage"
    if on == {"end"} and any(rule.acts(Cut)):
        yield ("do",), "there is no room for a cut at the end"
    for n, act in enumerate(rule.do):
        if isinstance(act, PunchIn | Zoom | Cut) and _comes_closer(act) and act.zoom > most_zoom:
            yield ("do", n, "zoom"), f"{act.zoom:g} is closer than the style's most_zoom = {most_zoom:g}"


def _comes_closer(act: PunchIn | Zoom | Cut) -> bool:
    return not isinstance(act, Cut) or act.to == "closer"


def _listed(words: Iterable[str]) -> str:
    return " or ".join(f"'{word}'" for word in words)
