"""Content credentials (C2PA) with the Content Authenticity Initiative's own library.

Nothing is fetched from the network: neither manifests stored elsewhere nor revocation lists. Only a
time-stamp authority is asked, where the settings name one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any

import c2pa

from gator_engine.adapters.provenance.certificates import (
    DEVELOPMENT,
    anchors,
    signing_certificate,
)
from gator_engine.config import Settings
from gator_engine.domain.provenance import (
    Claim,
    CredentialAction,
    CredentialIngredient,
    Credentials,
    CredentialState,
    Parent,
)
from gator_engine.errors import ConfigError, Rejected, Transient

PROVIDER = "C2PA"
# c2pa-rs writes these safely; it knows more (documents, fonts) that Gator never makes.
SIGNED_TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "video/mp4",
        "audio/wav",
        "audio/mpeg",
        "audio/mp4",
    }
)
_LONGEST = 500
_CREATED = "c2pa.created"
_STATES = {
    "Trusted": CredentialState.TRUSTED,
    "Valid": CredentialState.VALID,
    "Invalid": CredentialState.INVALID,
}


class C2paSigning:
    """Signs with the studio's certificate; reads anybody's credentials."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def signs(self, mime: str) -> bool:
        """Whether signing is switched on and the type can hold credentials."""
        return self._settings.content_credentials and mime in SIGNED_TYPES

    def sign(self, data: bytes, mime: str, claim: Claim, parents: Sequence[Parent] = ()) -> bytes:
        """The file with credentials inside.

        Raises ConfigError for a certificate that cannot sign, Rejected for a broken file, Transient
        when the time-stamp authority does not answer.
        """
        certificate = signing_certificate(self._settings)
        info = c2pa.C2paSignerInfo(
            alg=certificate.algorithm.encode("ascii"),
            sign_cert=certificate.chain.encode("ascii"),
            private_key=certificate.key.encode("ascii"),
            ta_url=self._timestamps.encode("ascii") or None,
        )
        out = BytesIO()
        try:
            with (
                c2pa.Signer.from_info(info) as signer,
                c2pa.Context.from_dict(self._rules()) as context,
                c2pa.Builder(_manifest(claim, mime, parents), context) as builder,
            ):
                for number, parent in enumerate(parents):
                    about = _ingredient(number, parent, claim)
                    builder.add_ingredient(about, parent.mime, BytesIO(parent.data))
                builder.sign(signer, mime, BytesIO(data), out)
        except c2pa.C2paError as error:
            said = str(error)[:_LONGEST]
            if self._timestamps and _is_of_time(said):
                text = f"the time-stamp authority {self._timestamps} gave no time stamp: {said}"
                raise Transient(PROVIDER, "sign", text) from error
            raise Rejected(PROVIDER, "sign", said) from error
        return out.getvalue()

    @property
    def _timestamps(self) -> str:
        """The address of the time-stamp authority; "" for none. Raises ConfigError."""
        address = self._settings.c2pa_timestamp_url.strip()
        if address and not (address.isascii() and address.startswith(("http://", "https://"))):
            problem = f"{address!r} is no web address."
            fix = "Name an http(s) address of a time-stamp authority, or leave it empty."
            raise ConfigError("GATOR_C2PA_TIMESTAMP_URL", problem, fix)
        return address

    def read(self, data: bytes, mime: str) -> Credentials:
        """What credentials say and whether they hold; NONE for types that hold none."""
        try:
            with (
                c2pa.Context.from_dict(self._rules()) as context,
                c2pa.Reader(mime, BytesIO(data), context=context) as reader,
            ):
                return _credentials(json.loads(reader.json()))
        except c2pa.C2paError.ManifestNotFound:
            return Credentials()
        except (c2pa.C2paError.NotSupported, c2pa.C2paError.Io):
            return Credentials()
        except (c2pa.C2paError, ValueError) as error:
            problem = f"unreadable: {str(error)[:_LONGEST]}"
            return Credentials(CredentialState.INVALID, problems=(problem,))

    def _rules(self) -> dict[str, Any]:
        """How to sign and validate: whom to trust, and that the network is left alone."""
        known = anchors(self._settings)
        return {
            "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
            "trust": {"user_anchors": known} if known else {},
            "builder": {"thumbnail": {"enabled": False}},
        }


def _is_of_time(said: str) -> bool:
    """Whether an error of the library is about the time stamp."""
    words = said.casefold()
    return "http" in words or ("time" in words and "stamp" in words)


def _manifest(claim: Claim, mime: str, parents: Sequence[Parent]) -> dict[str, Any]:
    """One action for what happened; a file with a parent is opened before it is changed, and what
    goes into a new one is placed in it."""
    last: dict[str, Any] = {"action": claim.action}
    if claim.source_type:
        last["digitalSourceType"] = claim.source_type
    if claim.software:
        last["softwareAgent"] = {"name": claim.software[:_LONGEST]}
    placed = [
        {"action": "c2pa.placed", "parameters": {"ingredientIds": [f"parent-{number}"]}}
        for number in range(len(parents))
    ]
    if claim.action == _CREATED:
        actions = [last, *placed]
    elif parents:
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent-0"]}}
        actions = [opened, *placed[1:], last]
    else:
        actions = [last]
    return {
        "claim_generator_info": [{"name": "Gator", **_version()}],
        "title": claim.title[:_LONGEST],
        "format": mime,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _ingredient(number: int, parent: Parent, claim: Claim) -> dict[str, Any]:
    opened = number == 0 and claim.action != _CREATED
    return {
        "title": parent.title[:_LONGEST],
        "relationship": "parentOf" if opened else "componentOf",
        "label": f"parent-{number}",
    }


def _credentials(store: Mapping[str, Any]) -> Credentials:
    """The active manifest of a store, in our words."""
    manifest = store.get("manifests", {}).get(store.get("active_manifest"), {})
    signature = manifest.get("signature_info") or {}
    generators = manifest.get("claim_generator_info") or [{}]
    signer = _said(signature.get("common_name"))
    return Credentials(
        state=_STATES.get(str(store.get("validation_state")), CredentialState.INVALID),
        signer=signer,
        issuer=_said(signature.get("issuer")),
        signed_at=_said(signature.get("time")),
        tool=" ".join(_said(generators[0].get(name)) for name in ("name", "version")).strip()
        or _said(manifest.get("claim_generator")),
        title=_said(manifest.get("title")),
        development=signer == DEVELOPMENT,
        actions=tuple(_actions(manifest)),
        ingredients=tuple(map(_found_ingredient, manifest.get("ingredients") or ())),
        problems=tuple(_problems(store)),
    )


def _actions(manifest: Mapping[str, Any]) -> list[CredentialAction]:
    found = []
    for assertion in manifest.get("assertions") or ():
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        for action in (assertion.get("data") or {}).get("actions") or ():
            agent = action.get("softwareAgent") or ""
            found.append(
                CredentialAction(
                    action=_said(action.get("action")),
                    source_type=_said(action.get("digitalSourceType")),
                    software=_said(agent.get("name") if isinstance(agent, dict) else agent),
                    when=_said(action.get("when")),
                )
            )
    return found


def _found_ingredient(about: Mapping[str, Any]) -> CredentialIngredient:
    title, relationship = _said(about.get("title")), _said(about.get("relationship"))
    return CredentialIngredient(title, relationship, signed=bool(about.get("active_manifest")))


def _problems(store: Mapping[str, Any]) -> list[str]:
    results = (store.get("validation_results") or {}).get("activeManifest") or {}
    return list(dict.fromkeys(_said(one.get("code")) for one in results.get("failure") or ()))


def _version() -> dict[str, str]:
    """Ours; nothing when Gator runs from its source without being installed."""
    try:
        return {"version": version("gator")}
    except PackageNotFoundError:
        return {}


def _said(value: object) -> str:
    return "" if value is None else str(value)[:_LONGEST]
