"""Keys of checkpoints: what one signs, only its public key accepts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from config import Settings
from grants.cli import main
from grants.outside import signing
from grants.outside.signing import BadKey, PublicKeys, Signer

SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
EMPTY = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
    "d25bf5f0595bbe24655141438e7a100b"
)
"""The first test vector of RFC 8032, 7.1: the key, its public key and the signature of no bytes."""


def test_the_signature_is_that_of_the_standard() -> None:
    assert Signer(SEED).public == PUBLIC
    assert Signer(SEED).sign(b"") == EMPTY


def test_only_the_message_that_was_signed_is_valid() -> None:
    keys, signer = PublicKeys([PUBLIC]), Signer(SEED)

    assert keys.valid(signer.key_id, b"", EMPTY) is True
    assert keys.valid(signer.key_id, b"other", EMPTY) is False
    assert keys.valid(signer.key_id, b"", EMPTY[:-1] + "0") is False
    assert keys.valid(signer.key_id, b"", "not hexadecimal") is False


def test_an_unknown_key_is_neither_valid_nor_invalid() -> None:
    assert PublicKeys([]).valid(Signer(SEED).key_id, b"", EMPTY) is None


@pytest.mark.parametrize("text", ["", "short", "*" * 43, "é" * 43, SEED[:-1], SEED + "AA"])
def test_a_text_that_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        Signer(text)


def test_the_setting_is_the_key_or_the_path_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    path.write_text(f"{SEED}\n")

    for text in (SEED, str(path)):
        settings = Settings(instance=tmp_path, seal_key=text)
        assert signing.signer(settings).public == PUBLIC
        assert signing.id_of(PUBLIC) in signing.public_keys(settings)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match=str(tmp_path / "none")):
        signing.signer(Settings(seal_key=str(tmp_path / "none")))


def test_without_a_setting_the_instance_keeps_a_key(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    assert Signer(SEED).key_id not in signing.public_keys(settings)
    assert not (tmp_path / "secrets.json").exists()

    first = signing.signer(settings)

    assert signing.signer(settings).public == first.public
    assert first.key_id in signing.public_keys(settings)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_public_keys_of_the_settings_replace_that_of_the_instance(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    own = signing.signer(settings).key_id

    known = signing.public_keys(replace(settings, seal_public_keys=(PUBLIC,)))

    assert (own in known, signing.id_of(PUBLIC) in known) == (False, True)


def test_the_public_key_in_use_is_printed(tmp_path: Path) -> None:
    none = CliRunner().invoke(main, ["key", "--current"], env={"GRANTS_INSTANCE": str(tmp_path)})
    public = signing.signer(Settings(instance=tmp_path)).public

    kept = CliRunner().invoke(main, ["key", "--current"], env={"GRANTS_INSTANCE": str(tmp_path)})
    given = CliRunner().invoke(main, ["key", "--current"], env={"GRANTS_SEAL_KEY": SEED})

    assert none.output == "Error: This host has no key. The sealer generates one when it starts.\n"
    assert kept.output == f"GRANTS_SEAL_PUBLIC_KEYS={public}\n"
    assert given.output == f"GRANTS_SEAL_PUBLIC_KEYS={PUBLIC}\n"


def test_a_new_key_is_printed_with_its_public_key() -> None:
    done = CliRunner().invoke(main, ["key"])

    private, public = (line.partition("=")[2] for line in done.output.splitlines())
    assert Signer(private).public == public
    assert CliRunner().invoke(main, ["key"]).output != done.output
