"""One POST to one host: where it may be, how long and how much it may answer, when it is asked again. Bytes in, bytes out.

It connects to the configured host alone: the name is looked up, its addresses are checked to be private (unless `public`)
and then connected to; no proxy, no redirects. A key comes from the environment (CLIFFHANGER_SPEECH_KEY) and is never
written, nor shown in an error."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

KEY = "CLIFFHANGER_SPEECH_KEY"
MOST_BYTES = 64 * 1024**2
MOST_ERROR = 4_096
"""Bytes of a refusal that are read for its reason."""
TYPES = (
    "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav", "application/octet-stream",
)  # fmt: skip
TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds between tries: the first doubles each time; what the endpoint asks for (Retry-After) counts up to the longest."""
PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fe80::/10", "fc00::/7",
    )
)  # fmt: skip
"""Loopback, RFC 1918, link-local (RFC 3927, 4291), unique local (RFC 4193). Names in .local lead to such addresses."""


# -- where


@dataclass(frozen=True)
class Place:
    """What a url says: where to connect and what to ask for."""

    url: str
    secure: bool
    host: str
    port: int
    path: str


def place_of(url: str) -> Place:
    """ValueError for anything but a plain http or https url of a host; 'audio/speech' is added where it is not there.

    >>> place_of("http://speech.local:8880/v1/").path
    '/v1/audio/speech'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"the endpoint's url cannot be read: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"the endpoint's url must be such as http://192.168.1.20:8880/v1, not {parts.scheme or 'nothing'}"
        )
    if "@" in parts.netloc:
        raise ValueError(f"the endpoint's url holds a password: give the key in {KEY}")
    if parts.query or parts.fragment or re.search(r"[^!-~]", url):
        raise ValueError(f"the endpoint's url holds more than a host and a path: {url!r}")
    path = parts.path.rstrip("/")
    path = path if path.endswith("/audio/speech") else f"{path}/audio/speech"
    secure = parts.scheme == "https"
    return Place(
        f"{parts.scheme}://{parts.netloc}{path}", secure, parts.hostname, port or (443 if secure else 80), path
    )


def address_of(place: Place, public: bool) -> str:
    """The address to connect to. ValueError when there is none, or one of the name's is not private and `public` is not
    set."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ValueError(f"the name {place.host} is not found: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    open_ones = [] if public else [each for each in addresses if not is_private(each)]
    if open_ones:
        raise ValueError(f"{place.host} is {open_ones[0]}, a public address: that needs `public = true` in [endpoint]")
    return addresses[0]


def is_private(address: str) -> bool:
    """Whether an IP address lies in PRIVATE. One written as IPv6 for an IPv4 one counts as that."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in net for net in PRIVATE if net.version == ip.version)


# -- asking


class Refused(ValueError):
    """The endpoint did not answer with sound. `again`: it may if asked again, after `wait` seconds if it says so."""

    def __init__(self, words: str, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(words)
        self.again = again
        self.wait = min(wait, LONGEST_WAIT)


@dataclass
class Clock:
    """Ends a connection when its time is up, however little by little the other side answers."""

    seconds: float
    rang: bool = False
    _socket: socket.socket | None = None
    _timer: threading.Timer | None = field(default=None, repr=False)

    def watch(self, connection: socket.socket) -> None:
        """Starts with the first connection; a later one (the same, wrapped) takes its place."""
        self._socket = connection
        if self._timer is None:
            self._timer = threading.Timer(self.seconds, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self.rang = True
        if self._socket is not None:
            try:
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # not TLS' own, which a reader would trip over
            except OSError:
                self._socket.close()  # it has ended by itself in the meantime

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def ask(place: Place, body: bytes, timeout: float, public: bool) -> bytes:
    """The bytes of the WAV. Asks up to TRIES times when the endpoint is busy, fails or breaks off."""
    for attempt in range(1, TRIES + 1):
        try:
            return ask_once(place, body, timeout, public)
        except Refused as error:
            if not error.again:
                raise
            if attempt == TRIES:
                raise Refused(f"{error} ({TRIES} tries)") from error
            pause(max(error.wait, FIRST_WAIT * 2 ** (attempt - 1)))
    raise AssertionError("unreachable")


def pause(seconds: float) -> None:
    time.sleep(seconds)


def ask_once(place: Place, body: bytes, timeout: float, public: bool) -> bytes:
    """One request. Refused says what came instead of a WAV."""
    key = _key(place, public)
    address = address_of(place, public)
    clock = Clock(timeout)
    connection = http.client.HTTPConnection(place.host, place.port, timeout=timeout)
    try:
        connection.sock = _connect(place, address, clock)
        connection.request("POST", place.path, body, _headers(key))
        with connection.getresponse() as response:
            if response.status != 200:
                raise _refusal(response, key)
            return _sound(response, clock)
    except (OSError, http.client.HTTPException) as error:
        if clock.rang or isinstance(error, TimeoutError):
            raise Refused(f"no whole answer within {timeout:g} s") from error
        refused = isinstance(error, ConnectionRefusedError | ssl.SSLError)
        raise Refused(
            f"the connection failed: {_plain(str(error) or type(error).__name__, key)}", not refused
        ) from error
    finally:
        clock.stop()
        connection.close()


def _connect(place: Place, address: str, clock: Clock) -> socket.socket:
    """A connection to the address that was checked: the name is not looked up again."""
    plain = socket.create_connection((address, place.port), timeout=clock.seconds)
    clock.watch(plain)
    if not place.secure:
        return plain
    try:
        wrapped = ssl.create_default_context().wrap_socket(
            plain, server_hostname=place.host, do_handshake_on_connect=False
        )
    except OSError:
        plain.close()
        raise
    clock.watch(wrapped)
    try:
        wrapped.do_handshake()
    except OSError:
        wrapped.close()
        raise
    return wrapped


def _key(place: Place, public: bool) -> str:
    key = os.environ.get(KEY, "")
    if key and re.search(r"[^!-~]", key):
        raise Refused(f"{KEY} holds characters that no key has")
    if key and public and not place.secure:
        raise Refused(f"{KEY} would travel in the clear: use https for a public endpoint")
    return key


def _headers(key: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "audio/wav", "Connection": "close"}
    return {**headers, "Authorization": f"Bearer {key}"} if key else headers


def _refusal(response: http.client.HTTPResponse, key: str) -> Refused:
    status = response.status
    if 300 <= status < 400:
        target = _plain(response.headers.get("Location", "elsewhere"), key)
        return Refused(f"it redirects to {target}, which is not followed: give that url in the profile if it is right")
    reason = _plain(_reason(response.read(MOST_ERROR)), key)
    asked = response.headers.get("Retry-After", "")
    wait = float(asked) if re.fullmatch(r"\d{1,5}", asked) else 0.0
    return Refused(f"HTTP {status}{': ' + reason if reason else ''}", status == 429 or status >= 500, wait)


def _reason(body: bytes) -> str:
    """What a refusal says: {"error": {"message": ...}}, {"error": ...}, {"detail": ...}; '' for anything else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    error = told.get("error", told.get("detail", told.get("message", "")))
    message = error.get("message", "") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""


def _plain(words: str, key: str) -> str:
    """One short line, without the key."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return (line.replace(key, "***") if key else line)[:200]


def _sound(response: http.client.HTTPResponse, clock: Clock) -> bytes:
    """The whole body, within its limits."""
    kind = response.headers.get_content_type()
    if kind not in TYPES:
        raise Refused(f"it answered {_plain(kind, '')}, where audio/wav is needed")
    length = response.length  # None where the answer does not say
    if length is not None and length > MOST_BYTES:
        raise Refused(f"it answers with {length} bytes, where {MOST_BYTES} are the most")
    data = bytearray()
    while piece := response.read(65536):
        data += piece
        if len(data) > MOST_BYTES:
            raise Refused(f"it answers with more than {MOST_BYTES} bytes")
    if clock.rang:
        raise TimeoutError
    if length is not None and len(data) < length:
        raise Refused(f"the answer broke off after {len(data)} of {length} bytes", True)
    return bytes(data)
