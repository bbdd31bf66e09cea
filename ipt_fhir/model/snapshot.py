"""An episode as bytes and back, for the app's encrypted store. Not an exchange format: that is FHIR."""

from __future__ import annotations

import msgspec

from ipt_fhir.model.episode import Episode

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Episode)


def dump(episode: Episode) -> bytes:
    """Write every field, local ones too."""
    return _ENCODER.encode(episode)


def load(snapshot: bytes) -> Episode:
    """Read a snapshot; raises msgspec.ValidationError when it is not one of ours."""
    return _DECODER.decode(snapshot)
