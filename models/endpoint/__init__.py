"""The voice of an OpenAI-compatible speech endpoint (`POST .../audio/speech`) on the local network: lines in, 48 kHz takes
out, without words or visemes. Standard library; no weights, no torch. Used only where a profile has a section [endpoint]."""

from models.endpoint.voice import Endpoint, EndpointVoice

__all__ = ["Endpoint", "EndpointVoice"]
