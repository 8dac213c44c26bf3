"""Chinese premise grammar: X的REL, 被/把, 叫X and the hundred surnames, 其实/竟是, clocks. Patterns only: no casting."""

from __future__ import annotations

import re

from engine.story.lexicon import Lexicon, Match
from engine.story.reading import INVERSE, Deed, Entity, Reading, choose_lead, fits, merge_inverses

GONE = ("已故", "亡", "死去的", "去世的", "病逝的")
OWNED_BY_NEIGHBOUR = ("child", "sibling", "young", "enemy", "employee")  # 首富女儿, 师父仇人: the first owns the second
NAMED = re.compile(r"(?:名叫|叫做|叫|名为)([一-龥]{2,3})(?=[，。、；！？\s的是在被]|$)")
AFTER_NAME = "是被的，、。为在和与竟重发必误从带回得决到遭将成意却因嫁爱"
CLOCK = re.compile(
    r"([一二两三四五六七八九十百\d]+)(?:个)?(分钟|小时|时辰|天|日|夜|周|月|年)(?:之内|以内|内|后|之后)?"
    r"|(午夜|子时|天亮|黎明|日落|天黑|今晚|明早|婚礼|寿宴|大婚)(?:之前|以前|前)"
)
DUE = {
    "分钟": "午夜",
    "小时": "午夜",
    "时辰": "子时",
    "夜": "天亮",
    "天": "第三天天亮",
    "日": "第三天天亮",
    "周": "星期五",
}


def read_chinese(text: str, lexicon: Lexicon) -> Reading:
    """People, deeds, names, twist, goal and clock of a Chinese text."""
    reading = Reading()
    reading.entities = [_entity(text, match, lexicon) for match in lexicon.people.find(text) if _is_person(text, match)]
    _names(text, lexicon, reading)
    reading.entities.sort(key=lambda e: e.start)
    _once(reading)
    _neighbours(text, reading)
    _deeds(text, lexicon, reading)
    reading.lead = choose_lead(reading)
    _implied(text, reading)
    _opening_pronoun(text, reading)
    _pronoun_sex(text, reading)
    _loves(text, reading)
    _bare_kin(text, reading)
    for entity in reading.entities:
        entity.saved = bool(
            re.search(r"(?:救|保护|治好|医治|找回)(?:回|出|活)?(?:她|他|自己)?的?[一-龥]{0,2}$", text[: entity.start])
        )
    _predicates(text, reading)
    merge_inverses(reading)
    reading.twist = _twist(text, lexicon)
    reading.goal = _goal(text, lexicon)
    reading.clock = clock_chinese(text)
    return reading


def _is_person(text: str, match: Match) -> bool:
    """'夫人' inside a longer word is left alone; '孩子气' is no child."""
    return not (match.word.text == "孩子" and text[match.stop : match.stop + 1] == "气")


def _entity(text: str, match: Match, lexicon: Lexicon) -> Entity:
    word = match.word
    status: list[str] = []
    before = re.split(r"[，。、；！？\s]", text[max(0, match.start - 8) : match.start])[-1]
    found = list(lexicon.status.find(before))
    end = len(before)
    for part in reversed(found):
        if before[part.stop : end] not in ("", "的"):
            break
        status.insert(0, part.word.text)
        end = part.start
    noun = {"之女": "女儿", "之子": "儿子"}.get(word.text, word.text)
    entity = Entity(noun, match.start, match.stop, word.sex, word.lean, word.kind, status)
    if word.text.startswith("私生") or word.text.startswith("亲生"):
        status.append(word.text[:2])
    entity.occupation = word.text if not word.kind or word.text in lexicon.roles else ""
    entity.gone = entity.dead = before.endswith(GONE) or word.text.startswith("亡")
    clause = re.split(r"[，。、；！？\s]", text[: match.start])[-1]
    entity.beside = bool(word.kind and re.match(r"为了?", clause))
    return entity


def _names(text: str, lexicon: Lexicon, reading: Reading) -> None:
    """叫X, or a surname with one or two characters that no word table claims, before a verb or 的/是."""
    for found in NAMED.finditer(text):
        _give_name(text, reading, found[1], found.start(), found.end())
    taken = [*reading.entities]
    tables = (lexicon.threats, lexicon.objects, lexicon.places, lexicon.eras, lexicon.tones, lexicon.powers)
    spans = [(m.start, m.stop) for t in tables for m in t.find(text) if m.stop - m.start > 1]
    spans += [(e.start, e.stop) for e in taken]
    for at in range(len(text)):
        name = _name_at(text, at, lexicon, taken)
        if name and not any(at < stop and start < at + len(name) for start, stop in spans):
            if not lexicon.real.first(name):
                _give_name(text, reading, name, at, at + len(name))
            spans.append((at, at + len(name)))


def _name_at(text: str, at: int, lexicon: Lexicon, people: list[Entity]) -> str:
    """A whole name that starts at a clause head or straight after a person noun, '' when there is none."""
    opens = at == 0 or text[at - 1] in "，。、；！？：和与“\n " or any(e.stop == at for e in people)
    if not opens:
        return ""
    surname = next((c for c in lexicon.compound if text.startswith(c, at)), "")
    surname = surname or (text[at] if text[at] in lexicon.surnames else "")
    if not surname:
        return ""
    for size in (2, 1):
        stop = at + len(surname) + size
        given = text[at + len(surname) : stop]
        if re.fullmatch(r"[一-龥]+", given) and not set(given) & set("的是被了在") and _name_ends(text, stop, people):
            return surname + given
    return ""


def _name_ends(text: str, stop: int, people: list[Entity]) -> bool:
    return stop < len(text) and (text[stop] in AFTER_NAME or any(e.start == stop for e in people))


def _give_name(text: str, reading: Reading, name: str, start: int, stop: int) -> None:
    if any(e.name == name for e in reading.entities):
        return
    for entity in reading.entities:
        near = entity.stop <= start and text[entity.stop : start] in ("", "，")
        renamed = stop <= entity.start and re.fullmatch(r"是(?:一[名个位])?[一-龥]{0,4}?的?", text[stop : entity.start])
        if (near or renamed) and not entity.name:
            entity.name, entity.start, entity.stop = name, min(start, entity.start), max(stop, entity.stop)
            return
    reading.entities.append(Entity("", start, stop, name=name, lean="lead"))


def _once(reading: Reading) -> None:
    """The same noun again is the same person."""
    kept: list[Entity] = []
    for entity in reading.entities:
        if not any(e.noun == entity.noun and entity.noun and not entity.kind and not entity.name for e in kept):
            kept.append(entity)
    reading.entities = kept


def _neighbours(text: str, reading: Reading) -> None:
    """总裁的私生女, 首富女儿: an owner; 总裁父亲: one person."""
    index = 1
    while index < len(reading.entities):
        left, right = reading.entities[index - 1], reading.entities[index]
        gap = text[left.stop : right.start]
        owned = re.fullmatch(r"的[一-龥]{0,6}", gap) and right.kind
        if owned or (gap == "" and right.kind in OWNED_BY_NEIGHBOUR):
            left.owner_only = True
            _tie(right, index - 1)
        elif gap == "" or (re.fullmatch(r"(?:其实|竟|就)?是(?:一[个名位])?(?:杀父|灭门)?", gap) and not right.name):
            _join(left, right)
            del reading.entities[index]
            continue
        index += 1


def _join(left: Entity, right: Entity) -> None:
    """总裁父亲: keep the kin noun as the tie and the post as the occupation."""
    left.occupation = left.occupation or right.occupation
    if right.kind and not left.kind:
        left.noun, left.kind = right.noun, right.kind
    left.status += right.status
    left.sex, left.name, left.stop = left.sex or right.sex, left.name or right.name, right.stop


def _tie(entity: Entity, owner: int) -> None:
    if entity.kind in INVERSE and not entity.ties:
        entity.ties.append((owner, entity.kind, entity.noun))


def _implied(text: str, reading: Reading) -> None:
    """闪婚老公竟是首富，她...: a spouse without an owner is the lead's, and the lead is unsaid."""
    if reading.lead is None:
        return
    first = reading.entities[reading.lead]
    counted = re.search(r"一[个名位][一-龥]{0,4}$", text[: first.start])
    if first.kind in ("spouse", "lover", "ex") and not first.ties and not counted and not first.name:
        other = {"male": "female", "female": "male"}.get(first.sex, "")
        first.lean = "ally" if first.kind != "ex" else first.lean
        _tie(first, reading.imply_lead(other))


def _opening_pronoun(text: str, reading: Reading) -> None:
    """她与仇人签下契约，只为救弟弟: she who opens the premise leads it, though only others are named."""
    found = re.match(r"[^一-龥]*([她他])(?!们|的|[一-龥]{0,3}是)", text)
    lead = reading.entities[reading.lead] if reading.lead is not None else None
    if found and lead is not None and lead.noun and not lead.name:
        reading.imply_lead("female" if found[1] == "她" else "male")


def _predicates(text: str, reading: Reading) -> None:
    """自己才是真千金: no new person; what it says is the lead's."""
    for index, entity in enumerate(reading.entities):
        found = re.search(r"(?:自己|[她他])(?:才|竟|竟然|就|其实|原来)*是(?:一[个名位])?$", text[: entity.start])
        if found and reading.lead is not None and index != reading.lead:
            lead = reading.entities[reading.lead]
            lead.noun, lead.occupation = lead.noun or entity.noun, lead.occupation or entity.occupation
            lead.status.append("真正")
            entity.gone = True


def _pronoun_sex(text: str, reading: Reading) -> None:
    found = re.search(r"[她他]", text)
    if reading.lead is not None and not reading.entities[reading.lead].sex and found:
        reading.entities[reading.lead].sex = "female" if found[0] == "她" else "male"


def _loves(text: str, reading: Reading) -> None:
    """爱上X, 嫁给X: the head of the next noun phrase is a lover."""
    found = re.search(r"爱上|相恋|嫁给|迎娶|喜欢上|娶了", text)
    index = reading.next(found.end()) if found else None
    if index is None:
        return
    while reading.entities[index].owner_only and index + 1 < len(reading.entities):
        index += 1
    if index != reading.lead:
        reading.entities[index].kind, reading.entities[index].lean = "lover", "ally"


def _bare_kin(text: str, reading: Reading) -> None:
    """被父亲的死对头: a kin noun without an owner belongs to the lead."""
    lead = reading.lead
    for index, entity in enumerate(reading.entities):
        if lead is None or index == lead or entity.ties or not entity.kind:
            continue
        possessed = re.search(r"[她他](?:的)?$", text[: entity.start])
        sex = {"她": "female", "他": "male"}.get(possessed[0][0], "") if possessed else ""
        if fits(reading.entities[lead].sex, sex):
            _tie(entity, lead)


def _deeds(text: str, lexicon: Lexicon, reading: Reading) -> None:
    for match in lexicon.threats.find(text):
        if any(e.start <= match.start < e.stop for e in reading.entities):
            continue
        deed = Deed(match.word.kind, match.word.text, match.start)
        clause_at = max((text.rfind(mark, 0, match.start) for mark in "，。；！？"), default=-1) + 1
        head = text[clause_at : match.start]
        passive, ba = head.rfind("被"), max(head.rfind("把"), head.rfind("将"))
        if passive >= 0:
            deed.on, deed.passive = _subject(reading, clause_at + passive), True
            deed.by = _head_between(reading, clause_at + passive, match.start)
            if deed.on is None or deed.on == deed.by:  # 被X害死的Y
                deed.on = _sufferer(text, reading, match.stop)
        elif ba >= 0:
            deed.by, deed.on = _subject(reading, clause_at + ba), _head_between(reading, clause_at + ba, match.start)
        else:
            deed.by, deed.on = _plain(reading, clause_at, match)
        reading.deeds.append(deed)
        if deed.passive:
            _accomplice(text, reading, deed)


def _plain(reading: Reading, clause_at: int, match: Match) -> tuple[int | None, int | None]:
    """'X绑架Y': X does it to Y. 'X含冤而死': with nobody after it, the subject suffers."""
    subject, follower = _subject(reading, match.start), reading.next(match.stop)
    if follower is not None and reading.entities[follower].start - match.stop <= 6:
        while reading.entities[follower].owner_only and follower + 1 < len(reading.entities):
            follower += 1
        return subject, follower
    return None, subject if clause_at >= 0 else None


def _sufferer(text: str, reading: Reading, position: int) -> int | None:
    """The head noun behind 被...V的."""
    return reading.next(position) if text.startswith("的", position) else None


def _subject(reading: Reading, position: int) -> int | None:
    before = [i for i, e in enumerate(reading.entities) if e.stop <= position and not e.owner_only and not e.gone]
    return before[-1] if before else reading.nearest(position)


def _head_between(reading: Reading, start: int, stop: int) -> int | None:
    inside = [i for i, e in enumerate(reading.entities) if e.start >= start and e.stop <= stop and not e.owner_only]
    return inside[0] if inside else None


def _accomplice(text: str, reading: Reading, deed: Deed) -> None:
    """被丈夫和闺蜜背叛: the second name is an accomplice."""
    if deed.by is None or deed.by + 1 >= len(reading.entities):
        return
    one, two = reading.entities[deed.by], reading.entities[deed.by + 1]
    if two.stop <= deed.start and re.fullmatch(r"[和与、][一-龥]{0,4}?", text[one.stop : two.start]):
        reading.deeds.append(Deed(deed.kind, deed.verb, deed.start, deed.by + 1, deed.on, True))


def _twist(text: str, lexicon: Lexicon) -> str:
    turns = "|".join(sorted((turn for turn in lexicon.turns if turn != "可"), key=len, reverse=True))
    found = re.search(rf"(?:{turns}|(?<=，)可)，?([^。！？；]+)", text)
    return found[1].strip("，") if found else ""


def _goal(text: str, lexicon: Lexicon) -> str:
    match = lexicon.goals.first(text)
    tail = re.split(r"[，。；！？、\s]", text[match.stop :])[0] if match else ""
    return re.sub(r"^在[^救]{1,8}?[内前]", "", tail)[:16]


def clock_chinese(text: str) -> str:
    """A point in time for the slot {C}.

    >>> clock_chinese("三天内必须还债"), clock_chinese("午夜之前交出玉佩")
    ('第三天天亮', '午夜')
    """
    found = CLOCK.search(text)
    if not found:
        return ""
    return found[3] or DUE.get(found[2], "月底")
