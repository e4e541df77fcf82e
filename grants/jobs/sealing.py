"""The sealer: creates a checkpoint every minute and copies it to its anchor. Of several, one creates it."""

from __future__ import annotations

import logging
import signal
import threading

from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.db import ConstraintViolated, db, transaction
from grants.jobs.program import FAULTS
from grants.models import Checkpoint
from grants.outside import keys, signing
from grants.outside.anchors import Anchors
from grants.services.integrity.sealing import anchored, checkpoints, hmac_seals
from grants.services.integrity.sealing.checkpoints import Restored, Statement
from grants.services.integrity.sealing.seals import Evidence

EVERY = 60.0
log = logging.getLogger("grants.jobs.sealing")


class NotSealed(Exception):
    """The sealer refuses to go on; the text gives the reason."""


class NothingLost(Exception):
    """No anchor goes beyond the checkpoints, so that there is no restore to state."""


def anchors(settings: Settings) -> Anchors | None:
    """The place of the anchors; None if none are kept."""
    return Anchors(settings.anchors_url) if settings.anchors_url else None


def evidence(settings: Settings) -> Evidence:
    """What checkpoints are compared with on this machine, with the anchors of now; raises BadKey."""
    hmac_key, kept = keys.known(settings.instance, hmac_seals.KEPT), anchors(settings)
    names = anchored.listed(kept)
    return Evidence(signing.public_keys(settings), hmac_key, kept, names, movable_clock=settings.demo)


class Sealer:
    """Creates checkpoints with the key and the anchors of the settings; raises BadKey."""

    def __init__(self, settings: Settings) -> None:
        self.signer = signing.signer(settings)
        self.public_keys = signing.public_keys(settings)
        if self.signer.key_id not in self.public_keys:
            raise signing.BadKey("its public key is not among GRANTS_SEAL_PUBLIC_KEYS")
        self.anchors = anchors(settings)
        self._anchored: tuple[int, int] | None = None

    def turn(self) -> Checkpoint | None:
        """Create a checkpoint if there are new events, and its anchor; None if there are none or another was quicker.

        A newest checkpoint without an anchor gets it first. Raises NotSealed if checkpoint and anchors disagree, and
        OSError if the anchors cannot be reached; nothing is sealed then.
        """
        with transaction():
            last, waiting = checkpoints.newest(), checkpoints.waiting()
        if waiting or not self._is_anchored(last):
            self._compare(last)
            self._anchor(last)
        row = self._seal(last) if waiting else None
        self._anchor(row)
        return row

    def restart(self, reason: str) -> Checkpoint:
        """Begin an epoch after a restore: sign what it lost, for this reason.

        Raises NothingLost, NotSealed if another sealer was quicker, and OSError if the anchors cannot be reached.
        """
        names = self.anchors.names() if self.anchors is not None else []
        with transaction():
            last = checkpoints.newest()
        if self.anchors is None or not names or (last is not None and names[-1] <= (last.epoch, last.id)):
            raise NothingLost
        newest = self._read(names[-1])
        row = self._seal(last, Restored(reason, newest.epoch, newest.number, newest.digest))
        if row is None:
            raise NotSealed("Another sealer is working. Try again.")
        self._anchor(row)
        return row

    def _seal(self, last: Checkpoint | None, restored: Restored | None = None) -> Checkpoint | None:
        """The checkpoint after the last one; None if there is nothing to seal, or if another sealer was quicker."""
        try:
            with transaction():
                return checkpoints.seal(self.signer, last, restored=restored)
        except ConstraintViolated as error:
            if error.constraint != checkpoints.PRIMARY_KEY:
                raise
            log.info("another sealer was quicker")
            return None

    def _is_anchored(self, row: Checkpoint | None) -> bool:
        return self.anchors is None or row is None or self._anchored == (row.epoch, row.id)

    def _anchor(self, row: Checkpoint | None) -> None:
        if row is not None and row.version == checkpoints.VERSION and self.anchors is not None:
            self.anchors.write(row.epoch, row.id, checkpoints.anchor(row))
            self._anchored = (row.epoch, row.id)

    def _compare(self, last: Checkpoint | None) -> None:
        """Raise NotSealed unless the newest checkpoint is signed and the newest anchor belongs to the checkpoints.

        The anchors are listed first, because another sealer may have added a checkpoint and its anchor meanwhile.
        """
        if last is not None and last.version == checkpoints.VERSION and self._valid(last) is False:
            raise NotSealed(f"The seal of checkpoint {last.id} is invalid.")
        names = self.anchors.names() if self.anchors is not None else []
        if not names:
            return
        epoch, number = names[-1]
        with transaction():
            same = db.session.scalar(select(Checkpoint.digest).filter_by(epoch=epoch, id=number))
            restores = db.session.scalars(select(Checkpoint).where(Checkpoint.reason.is_not(None))).all()
        if same is None and (last is None or (epoch, number) > (last.epoch, last.id)):
            raise NotSealed(
                f"The anchors go up to checkpoint {number} of epoch {epoch}, which the database does not have. If a "
                f"backup was restored, state this with `grants restored`."
            )
        stated = anchored.stated(row for row in restores if self._valid(row))
        known = stated >= (epoch, number) if same is None else same == self._read(names[-1]).digest
        if not known:
            raise NotSealed(f"Checkpoint {number} of epoch {epoch} differs from its anchor.")

    def _valid(self, row: Checkpoint) -> bool | None:
        """Whether the seal is valid; None if its key is not known, as after a change of keys."""
        return self.public_keys.valid(row.key_id or "", Statement.of(row).signed, row.seal)

    def _read(self, name: tuple[int, int]) -> Statement:
        if self.anchors is None:
            raise NotSealed("There are no anchors.")
        try:
            return anchored.read(self.anchors, name, self.public_keys.valid)
        except anchored.Unreadable as error:
            raise NotSealed(str(error)) from error


def run(app: Flask, sealer: Sealer, *, pause: float = EVERY) -> None:
    """Seal at once, then every `pause` seconds, and once more at SIGTERM or SIGINT; log why nothing is sealed.

    The last turn leaves no events behind that `grants verify` would miss a checkpoint of.
    """
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    if sealer.anchors is None:
        log.warning("GRANTS_ANCHORS_URL is not set: deleted checkpoints will not be noticed")
    while True:
        try:
            with app.app_context():
                sealer.turn()
        except (NotSealed, *FAULTS) as error:
            log.warning("nothing was sealed: %s", " ".join(str(error).split())[:400])
        if end.is_set():
            return
        end.wait(pause)
