"""Pictures that are signed (C2PA, "Content Credentials"): what made them, and that nobody changed them since.

With a certificate of the user's, or one that this computer makes itself: readers then call the file sound and its
signer unknown. c2pa-python is an extra: 70 MB, and nothing else needs it. Nothing is asked of a network.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vtuber_studio import __version__
from vtuber_studio.core.errors import StudioError
from vtuber_studio.core.files import make_folder, read_file, write_atomically
from vtuber_studio.core.paths import data_dir
from vtuber_studio.export.marking import SOURCE

Sign = Callable[[bytes, str], bytes]  # a file's bytes and its media type -> the signed file's

_LIMIT = 100_000  # bytes of a certificate's file
_YEARS = 10
_UNUSED = (
    "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only",
)  # fmt: skip
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}


def signing(wanted: bool, certificate: str) -> Sign:
    """What signs a file, or leaves it as it is where that is not wanted.

    ``certificate``: a PEM file with a certificate, those above it and its private key; empty for this computer's own.
    StudioError when c2pa-python is missing, or the file cannot be used.
    """
    if not wanted:
        return lambda data, media: data
    try:
        import c2pa
    except ImportError as error:
        raise StudioError("Signing needs c2pa-python.", 'Install it: pip install "vtuber-studio[c2pa]".') from error
    pem = read_file(Path(certificate).expanduser(), _LIMIT) if certificate else _own()
    try:
        chain, key, algorithm = _taken_apart(pem)
        info = c2pa.C2paSignerInfo(getattr(c2pa.C2paSigningAlg, algorithm), chain, key, None)  # no time stamp's server
        c2pa.Signer.from_info(info).close()
    except Exception as error:  # of many types, in both libraries
        raise StudioError(
            f"{certificate or 'The certificate'} cannot sign pictures.",
            "Give a PEM file with the certificate, those above it, and its private key without a password.",
        ) from error
    settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})

    def sign(data: bytes, media: str) -> bytes:
        signed = io.BytesIO()
        try:
            with (
                c2pa.Signer.from_info(info) as signer,
                c2pa.Context(settings) as context,
                c2pa.Builder(json.dumps(_claim(media)), context) as builder,
            ):
                builder.sign(signer, media, io.BytesIO(data), signed)
        except c2pa.C2paError as error:
            raise StudioError(f"The picture could not be signed: {error}.", "Use another certificate.") from error
        return signed.getvalue()

    return sign


def _claim(media: str) -> dict[str, Any]:
    """Nothing of the user: what the program is, and that a generator painted the picture."""
    agent = {"name": "VTuber Studio", "version": __version__}
    made = {"action": "c2pa.created", "digitalSourceType": SOURCE, "softwareAgent": agent}
    return {
        "claim_generator_info": [agent],
        "format": media,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
    }


def _taken_apart(pem: bytes) -> tuple[bytes, bytes, str]:
    """(certificates, the key, C2PA's name of the algorithm); errors of many types for what has neither."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    chain = x509.load_pem_x509_certificates(pem)
    begin = next(found.start() for found in re.finditer(b"-----BEGIN [A-Z ]*PRIVATE KEY-----", pem))
    key = serialization.load_pem_private_key(pem[begin:], None)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = _CURVES[key.curve.name]
    else:
        algorithm = "PS256" if isinstance(key, rsa.RSAPrivateKey) else "ED25519"
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain), plain, algorithm


def _own() -> bytes:
    """This computer's own certificate, the one above it, and the key: made when it is first asked for, and when it has
    run out. C2PA takes none that signs itself, so the one above it, whose key is thrown away, signs it."""
    from cryptography import x509

    path = data_dir() / "signing" / "certificate.pem"
    if path.is_file():
        pem = read_file(path, _LIMIT)
        try:
            if x509.load_pem_x509_certificate(pem).not_valid_after_utc > datetime.datetime.now(datetime.UTC):
                return pem
        except ValueError:
            pass  # damaged: a new one takes its place
    pem = _made()
    os.chmod(make_folder(path.parent), 0o700)
    write_atomically(path, pem)
    os.chmod(path, 0o600)
    return pem


def _made() -> bytes:
    """A certificate for signing (C2PA specification, "Certificate profile"), the one that issued it, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)

    def named(name: str) -> x509.Name:
        rows = ((NameOID.ORGANIZATION_NAME, "VTuber Studio, on this computer"), (NameOID.COMMON_NAME, name))
        return x509.Name([x509.NameAttribute(kind, text) for kind, text in rows])

    def certificate(name: str, key: ec.EllipticCurvePrivateKey, issues: bool) -> x509.Certificate:
        uses = dict.fromkeys(_UNUSED, False) | {
            "digital_signature": not issues, "key_cert_sign": issues, "crl_sign": issues,
        }  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("Issuer"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
            .add_extension(x509.BasicConstraints(issues, None), critical=True)
            .add_extension(x509.KeyUsage(**uses), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
        )
        if not issues:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return made.sign(above, hashes.SHA256())

    chain = certificate("Pictures", own, False), certificate("Issuer", above, True)
    key = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain) + key
