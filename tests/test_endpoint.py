"""The speech endpoint's voice against a small server in this process: what is asked, what comes back, and every way to fail."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, Literal, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from models.base import Utterance, VoiceProfile
from models.endpoint import EndpointVoice, asking
from models.endpoint.asking import Place, address_of, is_private, place_of
from models.endpoint.sound import parse_wav
from models.settings import Backing, Part


class Settings(Part):
    """The section [endpoint] of a profile."""

    url: str
    model: str = "tts-1"
    voices: dict[Literal["female", "male"], tuple[str, ...]] = Field(
        default={"female": ("nova", "shimmer"), "male": ("onyx", "echo")}
    )
    languages: tuple[str, ...] = ("en", "zh")
    timeout_seconds: float = 5.0
    parallel: int = 4
    public: bool = False
    commercial_use: bool = False


def wav(samples: np.ndarray, rate: int = 24_000, channels: int = 1, kind: int = 1, size: int | None = None) -> bytes:
    """A WAV of int16 (kind 1) or float32 (kind 3) samples; `size` is the length it gives for its data."""
    data = samples.astype("<i2" if kind == 1 else "<f4").tobytes()
    width = 2 if kind == 1 else 4
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * width, channels * width, width * 8)
    length = len(data) if size is None else size
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", length) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 0xFFFF_FFFF)) + body


def tone(seconds: float = 0.25, pitch: float = 440.0, rate: int = 24_000) -> np.ndarray:
    return 16_000 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate)


Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Server(ThreadingHTTPServer):
    """Answers as `answer` says; keeps what was asked."""

    answer: Answer
    asked: list[dict[str, Any]]
    headers: list[dict[str, str]]
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast(Server, self.server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append({"path": self.path, **body})
        server.headers.append({k.lower(): v for k, v in self.headers.items()})
        server.answer(self, body)

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    running.asked, running.headers, running.answer = [], [], answering(wav(tone()))
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
    monkeypatch.delenv(asking.KEY, raising=False)
    return running


def reply(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, kind: str = "audio/wav", **more: str
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in {"Content_Length": str(len(body)), **more}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def answering(body: bytes, status: int = 200, kind: str = "audio/wav", **more: str) -> Answer:
    return lambda handler, _: reply(handler, body, status, kind, **more)


def url_of(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def voice_of(server: Server, **changes: Any) -> EndpointVoice:
    settings = Settings(url=url_of(server)).model_copy(update=changes)
    return EndpointVoice(Backing({}, cast(Any, SimpleNamespace(endpoint=settings))))


def line(number: int = 0, **changes: Any) -> Utterance:
    return Utterance(**{"unit": f"u{number}", "text": "Leave, now.", "language": "en", "voice": "nova", **changes})


def refusal(server: Server, **changes: Any) -> str:
    """What the voice says when it cannot speak; it names the unit and the url, in one line."""
    with pytest.raises(ValueError) as error:
        voice_of(server, **changes).speak([line()])
    words = str(error.value)
    assert words.startswith(f"u0: {url_of(server)}/audio/speech: ") and "\n" not in words
    return words


# -- what works


def test_a_line_is_asked_for_as_the_api_wants_and_comes_back_at_48_khz(server: Server) -> None:
    take = voice_of(server).speak([line(pace=1.2)])[0]
    assert server.asked == [
        {"path": "/v1/audio/speech", "model": "tts-1", "input": "Leave, now.", "voice": "nova",
         "response_format": "wav", "speed": 1.2},
    ]  # fmt: skip
    assert "authorization" not in server.headers[0] and server.headers[0]["content-type"] == "application/json"
    assert take.sample_rate == 48_000 and take.samples.shape == (12_000,) and take.samples.dtype == np.float32
    spectrum = np.abs(np.fft.rfft(take.samples))
    assert abs(spectrum.argmax() * 48_000 / 12_000 - 440) < 5 and 0.4 < take.samples.max() < 0.6
    assert take.words == () and take.visemes == () and take.recipe["rate"] == 24_000
    assert take.rights.source == f"{url_of(server)}/audio/speech, model tts-1"
    assert take.rights.licence == "as the endpoint's operator declares" and not take.rights.commercial_use


def test_lines_run_side_by_side_and_come_back_in_their_order(server: Server) -> None:
    together = threading.Barrier(4, timeout=5)

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        together.wait()  # breaks unless four are here at once
        number = int(body["input"].split()[-1])
        time.sleep(0.01 * (8 - number))
        reply(handler, wav(tone(0.05 * (number + 1))))

    server.answer = answer
    takes = voice_of(server).speak([line(n, text=f"Line {n}") for n in range(8)])
    assert [len(t.samples) for t in takes] == [2400 * (n + 1) for n in range(8)]
    assert voice_of(server).speak([]) == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (wav(np.repeat(tone(), 2), channels=2), 12_000),
        (wav(tone() / 32768, kind=3), 12_000),
        (wav(tone(rate=44_100), rate=44_100), 12_000),
        (wav(tone(rate=48_000), rate=48_000), 12_000),
        (wav(tone(), size=0xFFFF_FFFF), 12_000),
    ],
    ids=["stereo", "float", "44100", "48000", "a stream"],
)
def test_the_usual_kinds_of_wav_are_read(server: Server, body: bytes, count: int) -> None:
    server.answer = answering(body, kind="audio/x-wav; charset=binary")
    samples = voice_of(server).speak([line()])[0].samples
    assert abs(len(samples) - count) <= 2 and 0.4 < samples.max() < 0.6


def test_an_endpoint_that_fails_or_is_busy_is_asked_again(server: Server) -> None:
    answers = [answering(b"", 500, "text/plain"), answering(b"{}", 429, Retry_After="0"), answering(wav(tone()))]
    server.answer = lambda handler, body: answers[len(server.asked) - 1](handler, body)
    assert len(voice_of(server).speak([line()])) == 1
    assert len(server.asked) == 3


def test_the_key_travels_in_its_header_and_is_never_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(asking.KEY, "sk-secret-1")
    take = voice_of(server).speak([line()])[0]
    assert server.headers[0]["authorization"] == "Bearer sk-secret-1"
    assert "sk-secret-1" not in repr(take)
    server.answer = answering(b'{"error": {"message": "bad key sk-secret-1"}}', 401, "application/json")
    assert refusal(server).endswith("HTTP 401: bad key ***")
    monkeypatch.setenv(asking.KEY, "sk-secret\n1")
    assert "sk-secret" not in refusal(server)
    monkeypatch.setenv(asking.KEY, "sk-secret-1")
    assert "in the clear" in refusal(server, public=True)


# -- what does not


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answering(b"ID3", kind="audio/mpeg"), "it answered audio/mpeg, where audio/wav is needed"),
        (answering(b"<html>" * 9), "the answer is no WAV file"),
        (answering(b""), "the answer is no WAV file"),
        (answering(wav(tone())[:200]), "the WAV is cut"),
        (answering(wav(np.array([]))), "up to 600 s, and more than nothing"),
        (answering(wav(np.array([0.1, np.nan]), kind=3)), "samples that are not numbers"),
        (answering(wav(tone(), rate=100)), "1 channels at 100 Hz"),
        (answering(wav(tone(), kind=1, channels=40)), "40 channels"),
        (answering(b'{"error": {"message": "no such\\nvoice"}}', 400, "application/json"), "HTTP 400: no such voice"),
        (answering(b'{"detail": "gone"}', 404, "application/json"), "HTTP 404: gone"),
        (answering(b"{not json", 422, "application/json"), "HTTP 422"),
        (answering(b'{"error": ["odd"]}', 400, "application/json"), "HTTP 400"),
        (answering(b"[" * 4096, 400, "application/json"), "HTTP 400"),
    ],
)
def test_an_answer_that_is_no_sound_is_refused_at_once(server: Server, answer: Answer, words: str) -> None:
    server.answer = answer
    assert words in refusal(server)
    assert len(server.asked) == 1


def test_an_answer_that_is_too_large_is_refused_before_and_while_it_is_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_BYTES", 5_000)
    assert "bytes, where 5000 are the most" in refusal(server)

    def endless(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/wav")
        handler.end_headers()
        handler.wfile.write(b"RIFF" * 5_000)

    server.answer = endless
    assert "more than 5000 bytes" in refusal(server)


def test_an_endpoint_that_is_slow_or_dribbles_is_given_up(server: Server) -> None:
    over = threading.Event()

    def dribble(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/wav")
        handler.end_headers()
        try:
            while not over.wait(0.02):
                handler.wfile.write(b"R")
        except OSError:
            return

    began = time.monotonic()
    for answer in (lambda *_: over.wait(3) and None, dribble):
        server.answer = answer
        assert refusal(server, timeout_seconds=0.2).endswith("no whole answer within 0.2 s")
    over.set()
    assert time.monotonic() - began < 2.5 and len(server.asked) == 2


def test_an_answer_that_breaks_off_is_asked_for_again_and_then_refused(server: Server) -> None:
    server.answer = lambda handler, _: reply(handler, wav(tone())[:500], Content_Length="12044")
    assert refusal(server).endswith("the answer broke off after 500 of 12044 bytes (3 tries)")
    assert len(server.asked) == 3


def test_an_endpoint_that_keeps_failing_is_named_with_its_reason(server: Server) -> None:
    server.answer = answering(b'{"error": "out of memory"}', 503, "application/json")
    assert refusal(server).endswith("HTTP 503: out of memory (3 tries)")


def test_a_redirect_is_never_followed(server: Server) -> None:
    server.answer = answering(b"", 307, Location="http://example.com/v1/audio/speech")
    assert "it redirects to http://example.com/v1/audio/speech, which is not followed" in refusal(server)
    assert len(server.asked) == 1


def test_what_is_not_http_at_all_is_a_clear_error(server: Server) -> None:
    server.answer = lambda handler, _: handler.wfile.write(b"SSH-2.0-x\r\n") and None
    assert "the connection failed" in refusal(server)
    nobody = Settings(url="http://127.0.0.1:9/v1")
    for url in (nobody.url, url_of(server).replace("http:", "https:")):
        voice = EndpointVoice(Backing({}, cast(Any, SimpleNamespace(endpoint=Settings(url=url)))))
        with pytest.raises(ValueError, match="the connection failed") as error:
            voice.speak([line()])
        assert "\n" not in str(error.value) and url in str(error.value)


def test_the_rest_is_not_asked_for_once_a_line_is_refused(server: Server) -> None:
    server.answer = answering(b"{}", 400, "application/json")
    with pytest.raises(ValueError, match="u0: "):
        voice_of(server, parallel=1).speak([line(n) for n in range(50)])
    assert len(server.asked) < 10


# -- where it may be


def test_a_public_address_needs_a_word_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(*addresses: str) -> Callable[..., list[Any]]:
        return lambda *_, **__: [(0, 0, 0, "", (a, 80)) for a in addresses]

    place = place_of("http://speech.example/v1")
    for found in (("93.184.216.34",), ("192.168.1.4", "93.184.216.34"), ("2606:2800::1",)):
        monkeypatch.setattr(asking.socket, "getaddrinfo", looked_up(*found))
        with pytest.raises(ValueError, match="a public address: that needs `public = true`"):
            address_of(place, public=False)
        assert address_of(place, public=True) == found[0]
    monkeypatch.setattr(asking.socket, "getaddrinfo", looked_up("192.168.1.4"))
    assert address_of(place, public=False) == "192.168.1.4"


def test_the_address_that_was_checked_is_the_one_connected_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is looked up again gains nothing."""
    port = server.server_address[1]
    seen: list[str] = []

    def once(host: str, *_: Any, **__: Any) -> list[Any]:
        seen.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asking, "socket", SimpleNamespace(**{**vars(asking.socket), "getaddrinfo": once}))
    settings = Settings(url=f"http://speech.local:{port}/v1")
    EndpointVoice(Backing({}, cast(Any, SimpleNamespace(endpoint=settings)))).speak([line()])
    assert seen == ["speech.local"] and server.headers[0]["host"] == f"speech.local:{port}"


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True), ("10.1.2.3", True), ("172.31.0.1", True), ("172.32.0.1", False), ("192.168.0.9", True),
        ("169.254.3.4", True), ("8.8.8.8", False), ("0.0.0.0", False), ("100.64.0.1", False), ("::1", True),
        ("fe80::1%eth0", True), ("fd00::1", True), ("2001:4860::8888", False), ("::ffff:8.8.8.8", False),
        ("::ffff:10.0.0.1", True),
    ],
)  # fmt: skip
def test_which_addresses_are_private(address: str, private: bool) -> None:
    assert is_private(address) is private


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "must be such as"),
        ("speech.local:8880/v1", "must be such as"),
        ("", "not nothing"),
        ("http://user:word@10.0.0.1/v1", "holds a password"),
        ("http://10.0.0.1/v1?key=1", "more than a host and a path"),
        ("http://10.0.0.1/v1\r\nX: y", "more than a host and a path"),
        ("http://10.0.0.1:99999/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
    ],
)
def test_only_a_plain_http_url_of_a_host_is_taken(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        place_of(url)
    assert "word@" not in str(error.value)


def test_a_url_leads_to_the_speech_path_of_its_host() -> None:
    assert place_of("http://127.0.0.1:8880/v1/") == Place(
        "http://127.0.0.1:8880/v1/audio/speech", False, "127.0.0.1", 8880, "/v1/audio/speech"
    )
    assert place_of("https://[fd00::2]/api/audio/speech") == Place(
        "https://[fd00::2]/api/audio/speech", True, "fd00::2", 443, "/api/audio/speech"
    )


# -- casting and lines


def test_each_of_a_cast_gets_a_voice_of_their_sex_and_no_two_the_same(server: Server) -> None:
    voice = voice_of(server)
    people = [VoiceProfile(name, sex, 30) for name, sex in (("a", "female"), ("b", "male"), ("c", "female"))]
    assert voice.cast(people, "en") == ["nova", "onyx", "shimmer"] == voice.cast(people, "zh")
    with pytest.raises(ValueError, match=r"no female voice left for 'd': the profile's \[endpoint\] names 2"):
        voice.cast([*people, VoiceProfile("d", "female", 40)], "en")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"language": "fr"}, "u0: the endpoint is not set up for 'fr': choose from en, zh"),
        ({"voice": "alloy"}, "u0: unknown voice 'alloy': .* nova, shimmer, onyx, echo"),
        ({"text": " 😀… "}, "u0: nothing in the text can be spoken"),
        ({"text": "word " * 1000}, "u0: 4999 characters in one line, where the endpoint takes 4096"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_sent(
    server: Server, change: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        voice_of(server).speak([line(1), line(**change)])
    assert server.asked == []


def test_without_its_section_the_voice_is_off() -> None:
    with pytest.raises(ValueError, match=r"needs a section \[endpoint\] in the profile"):
        EndpointVoice(Backing({}, cast(Any, SimpleNamespace())))


@given(st.binary(max_size=120))
def test_bytes_are_a_wav_or_a_clear_error(data: bytes) -> None:
    for body in (data, b"RIFF\x00\x00\x00\x00WAVE" + data, wav(tone(0.001))[:44] + data):
        try:
            samples, rate = parse_wav(body)
        except ValueError as error:
            assert "\n" not in str(error)
        else:
            assert samples.ndim == 1 and np.isfinite(samples).all() and 8_000 <= rate <= 192_000
