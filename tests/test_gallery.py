"""The series' page: it asks for nothing, runs nothing of a script's, names what is not rendered, links what is too much."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import gallery, gallery_media, gallery_sources
from engine.batching import Silent
from engine.cli import run
from engine.config import load_profile
from engine.core import Series
from engine.gallery_page import digest, document
from engine.manifest import TakeEntry
from engine.store import SeriesFolder
from models.base import Picture, PictureRequest, Rights
from tests.small_delivery import deliver
from tests.small_series import small_series

HOSTILE = '<script>alert("x")</script><img src=http://evil.example/a.png onerror=alert(1)>\'"&'
VOID = {"meta", "img", "track", "br", "link", "input"}


class Reader(HTMLParser):
    """Everything of a page that could reach out, and whether its tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.handlers: list[str] = []
        self.alts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.sources += [told[k] or "" for k in ("src", "poster", "srcset", "data") if k in told]
        self.links += [told["href"] or ""] if "href" in told else []
        self.ids += [told["id"] or ""] if "id" in told else []
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.alts += [told.get("alt")] if tag == "img" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


class Grey:
    """A painter that is done at once."""

    name = "grey"

    def paint(self, requests: list[PictureRequest]) -> list[list[Picture]]:
        pixels = np.full((64, 36, 3), 90, np.uint8)
        return [[Picture(pixels, self.name, r.seed, Rights("a test", "CC0-1.0"))] for r in requests]


@pytest.fixture(autouse=True)
def quick_media(monkeypatch: pytest.MonkeyPatch) -> None:
    """A painter that is done at once, and copies of a master's first second."""
    monkeypatch.setattr(gallery_media, "PROXY_OPTIONS", ("-t", "1", *gallery_media.PROXY_OPTIONS))
    monkeypatch.setattr(gallery, "draft_painter", Grey)


def page_of(root: Path, series: Series, numbers: list[int], out: Path | None = None) -> tuple[Path, str]:
    path, _ = gallery.write_gallery(SeriesFolder(root), series, load_profile("draft"), numbers, out, Silent())
    return path, path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Series, Path]:
    root = tmp_path_factory.mktemp("series")
    series, _ = deliver(root)
    return series, root


def test_the_page_asks_nobody_for_anything(finished: tuple[Series, Path]) -> None:
    series, root = finished
    path, text = page_of(root, series, [1, 2, 3])
    page = read(text)
    assert page.open == []
    assert all(source.startswith("data:") for source in page.sources) and len(page.sources) > 15
    assert (
        "http:" not in text
        and "https:" not in text
        and "//" not in text.split("<script>")[0].replace("data:", "")[:2000]
    )
    assert len(page.ids) == len(set(page.ids))
    assert all(page.alts) and page.handlers == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert (path.parent / next(link for link in page.links if link.endswith(".mp4"))).is_file()


def test_what_is_rendered_plays_and_what_is_not_is_said(finished: tuple[Series, Path]) -> None:
    series, root = finished
    _, text = page_of(root, series, [1, 2, 3])
    assert text.count("<video ") == 1 and text.count("data:video/mp4") == 1 and "data:text/vtt" in text
    assert text.count('<p class="notice">not rendered yet</p>') == 2
    assert "core-s, $0.0001" in text
    for line in series.episodes[2].lines():
        assert line.text.replace("'", "&#x27;") in text


def test_a_second_page_makes_no_copy_and_no_picture_again(
    finished: tuple[Series, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    series, root = finished
    _, first = page_of(root, series, [1])
    monkeypatch.setattr(gallery_media.ffmpeg, "run", lambda *_: pytest.fail("a copy was made again"))
    monkeypatch.setattr(Grey, "paint", lambda *_: pytest.fail("a picture was painted again"))
    assert page_of(root, series, [1])[1] == first


def test_more_than_the_page_holds_becomes_a_link(
    finished: tuple[Series, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    series, root = finished
    monkeypatch.setattr(gallery_media, "MOST_EMBEDDED_BYTES", 1)
    path, text = page_of(root, series, [1], tmp_path / "page.html")
    assert "<video" not in text and "it holds at most" in text
    link = next(link for link in read(text).links if link.endswith("master.mp4"))
    assert (path.parent / link).is_file()


def test_a_planned_series_has_a_useful_page(tmp_path: Path) -> None:
    series = small_series()
    _, text = page_of(tmp_path, series, [1, 2, 3])
    assert "0 of 3 rendered" in text and "no voice rendered yet" in text
    assert all(character.look in text for character in series.bible.characters)
    assert read(text).tags.count("article") == len(series.bible.characters)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    plain = small_series()
    cast = tuple(c.model_copy(update={"name": HOSTILE[:40], "look": HOSTILE}) for c in plain.bible.characters)
    places = tuple(x.model_copy(update={"name": HOSTILE}) for x in plain.bible.locations)
    bible = plain.bible.model_copy(update={"characters": cast, "locations": places, "logline": HOSTILE})
    line = plain.episodes[0].scenes[0].shots[0].lines[0].model_copy(update={"text": HOSTILE, "emotion": HOSTILE})
    shot = (
        plain.episodes[0].scenes[0].shots[0].model_copy(update={"lines": (line,), "action": HOSTILE, "move": HOSTILE})
    )
    scene = plain.episodes[0].scenes[0].model_copy(update={"shots": (shot,)})
    episode = plain.episodes[0].model_copy(update={"title": HOSTILE, "synopsis": HOSTILE, "scenes": (scene,)})
    series = plain.model_copy(
        update={"title": HOSTILE[:80], "bible": bible, "episodes": (episode, *plain.episodes[1:])}
    )
    clean, hostile = read(page_of(tmp_path / "a", plain, [1])[1]), read(page_of(tmp_path / "b", series, [1])[1])
    assert hostile.tags.count("script") == clean.tags.count("script") == 1
    assert hostile.handlers == [] and all(source.startswith("data:") for source in hostile.sources)


def test_only_the_pages_own_script_and_style_may_run(tmp_path: Path) -> None:
    _, text = page_of(tmp_path, small_series(), [1])
    style, script = text.split("<style>")[1].split("</style>")[0], text.split("<script>")[1].split("</script>")[0]
    policy = text.split('Content-Security-Policy" content="')[1].split('"')[0].replace("&#x27;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src '{digest(style)}'" in policy and f"script-src '{digest(script)}'" in policy
    assert "unsafe" not in policy and document.__name__ == "document"


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", ".hidden", "gone.jpg"])
def test_a_manifest_cannot_lead_out_of_the_vault(name: str, tmp_path: Path) -> None:
    show = gallery_sources.Show(SeriesFolder(tmp_path), small_series(), load_profile("draft"), (), Silent())
    entry = TakeEntry(unit="x", stage="framing", file=name, sha256="")
    assert gallery_sources.take_path(show, entry) is None
    assert gallery_sources.take_path(show, entry.model_copy(update={"stage": "..", "file": "series.json"})) is None


def test_the_cut_is_read_shot_by_shot_with_its_effects(finished: tuple[Series, Path]) -> None:
    series, root = finished
    cuts = gallery_sources.read_cuts(root / "renditions" / "draft-en-9x16" / "e001" / "cut.otio", 24)
    assert list(cuts) == [shot.id for _, shot in series.episodes[0].shots()]
    assert [cut.at for cut in cuts.values()] == pytest.approx([n * 46 / 12 for n in range(12)], abs=0.1)
    marker = {"name": "punch_in", "metadata": {"cliffhanger": {"cause": "surge"}}}
    clip = {"name": "a", "markers": [marker, marker], "source_range": {"duration": {"value": 48}}}
    assert gallery_sources.shots_of([clip, clip], 24) == {"a": gallery_sources.Cut(0.0, 4.0, ("punch in on surge",))}


@given(st.recursive(st.none() | st.text() | st.floats(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_a_damaged_cut_is_no_cut(data: object) -> None:
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else ".") / "cliffhanger-test-cut.otio"
    path.write_text(json.dumps({"tracks": {"children": data}}))
    assert gallery_sources.read_cuts(path, 24) == {}
    path.unlink()


def test_a_picture_that_cannot_be_read_is_missing_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    assert gallery_media.picture_uri(tmp_path / "bad.jpg", 100) == "" == gallery_media.picture_uri(None, 100)
    cv2.imwrite(str(tmp_path / "good.jpg"), np.zeros((160, 90, 3), np.uint8))
    assert gallery_media.picture_uri(tmp_path / "good.jpg", 45).startswith("data:image/webp;base64,")


def test_a_folder_is_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = SeriesFolder(tmp_path / "s")
    folder.save(small_series())
    assert run(["gallery", str(folder.root), "-o", str(tmp_path)]) == 2
    assert "is a folder: name the page's file" in capsys.readouterr().err
    assert run(["gallery", str(folder.root), "-o", str(tmp_path / "p.html"), "--episodes", "2"]) == 0
    assert "1 episodes shown, 0 play in the page" in capsys.readouterr().out
