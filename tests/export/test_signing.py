"""Signed pictures, verified by C2PA's own reader: what made them, and whether anybody changed them."""

from __future__ import annotations

import datetime
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.export.conftest import SHOT
from vtuber_studio.core.carried import carried_look
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.paths import data_dir
from vtuber_studio.export import EXPORTERS, Render
from vtuber_studio.export.marking import SOURCE

KINDS = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}
UNKNOWN = "signingCredential.untrusted"  # what readers say of a certificate that is on no list of theirs


def written(kind: str, render: Render, path: Path, **options: Any) -> bytes:
    row = EXPORTERS[kind]
    list(row.export(render, SHOT, row.options(size=96, **options), path))
    return path.read_bytes()


def read(data: bytes, media: str) -> tuple[str, set[str], dict[str, Any]]:
    """(state, what the reader objects to, the manifest)."""
    c2pa = pytest.importorskip("c2pa")
    with c2pa.Reader(media, io.BytesIO(data)) as reader:
        said = json.loads(reader.json())
    problems = {row["code"] for row in said.get("validation_status", [])}
    return said["validation_state"], problems, said["manifests"][said["active_manifest"]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_picture_is_sound_until_it_is_changed(kind: str, render: Render, tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    extra = {"look": SHOT.look} if kind == "png" else {}
    plain, signed = (written(kind, render, tmp_path / f"{on}", signed=on, **extra) for on in (False, True))
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(signed)) as after:
        assert np.array_equal(np.array(before), np.array(after))
    assert b"c2pa" not in plain and 500 < len(signed) - len(plain) < 20_000
    state, problems, manifest = read(signed, KINDS[kind])
    assert state == "Valid" and problems <= {UNKNOWN}
    assert manifest["claim_generator_info"][0]["name"] == "VTuber Studio"
    [actions] = [row for row in manifest["assertions"] if row["label"].startswith("c2pa.actions")]
    [action] = actions["data"]["actions"]
    assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", SOURCE)
    changed = bytearray(signed)
    changed[-40] ^= 1  # of the pixels, or of what ends the file
    try:
        state, problems, _ = read(bytes(changed), KINDS[kind])
    except Exception as error:  # not even a file any more
        assert "C2pa" in type(error).__name__
    else:
        assert state == "Invalid" and problems - {UNKNOWN}
    if kind == "png":
        assert carried_look(signed) == SHOT.look


def test_the_computers_own_certificate_is_made_once_and_kept_private(render: Render, tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    names = set()
    for _ in range(2):
        _, _, manifest = read(written("png", render, tmp_path / "a", signed=True), "image/png")
        names.add((manifest["signature_info"]["issuer"], manifest["signature_info"]["cert_serial_number"]))
    path = data_dir() / "signing" / "certificate.pem"
    assert len(names) == 1 and "on this computer" in names.pop()[0]
    assert os.name == "nt" or (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)
    path.write_bytes(b"damaged")
    state, _, _ = read(written("png", render, tmp_path / "a", signed=True), "image/png")
    assert state == "Valid" and b"PRIVATE KEY" in path.read_bytes()


@pytest.mark.parametrize("kind", ["P-384", "Ed25519", "RSA"])
def test_a_certificate_of_the_users(kind: str, render: Render, tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    (tmp_path / "mine.pem").write_bytes(certificate(kind))
    data = written("webp", render, tmp_path / "a", signed=True, certificate=str(tmp_path / "mine.pem"))
    state, problems, manifest = read(data, "image/webp")
    assert (state, problems) == ("Valid", {UNKNOWN}) and manifest["signature_info"]["issuer"] == "Hana"


def certificate(kind: str) -> bytes:
    """A key first, then its certificate and the one above it, as a user may have put them together."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    make = {
        "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate,
        "RSA": lambda: rsa.generate_private_key(65537, 2048),
    }[kind]
    own, above, now = make(), ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    made = []
    for name, key, issues in (("Hana", own, False), ("Above", above, True)):
        uses = {word: False for word in ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only")}
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Above")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(issues, None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not issues, key_cert_sign=issues, crl_sign=issues, content_commitment=False,
                    decipher_only=False, **uses,
                ),
                critical=True,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )  # fmt: skip
        if not issues:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        made.append(builder.sign(above, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8 if kind == "Ed25519" else serialization.PrivateFormat.TraditionalOpenSSL
    key = own.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return b"".join([key, *made])


def test_what_cannot_sign_is_said_before_anything_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> np.ndarray:
        raise AssertionError("drawn")

    def refused(**options: Any) -> StudioError:
        with pytest.raises(StudioError) as caught:
            list(EXPORTERS["png"].export(never, SHOT, EXPORTERS["png"].options(signed=True, **options), tmp_path / "a"))
        return caught.value

    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "c2pa", None)
        assert "pip install" in refused().hint
    pytest.importorskip("c2pa")
    good, bad = certificate("P-384"), tmp_path / "bad.pem"
    begin = good.index(b"-----BEGIN CERTIFICATE-----")
    for data in (b"nonsense", good[begin:], good[:begin], good.replace(b"KEY", b"TREE"), certificate("RSA")[:-900]):
        bad.write_bytes(data)
        assert "cannot sign" in refused(certificate=str(bad)).message
    assert "There is no file" in refused(certificate=str(tmp_path / "none.pem")).message
    assert not (tmp_path / "a").exists()
