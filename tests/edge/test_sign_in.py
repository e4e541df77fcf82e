"""Guessing passwords: it is slowed down however it is tried, and locks out nobody who knows the password."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from config import Settings
from grants.db import transaction
from grants.jobs import program
from grants.outside.servers import Postgres
from grants.services import sessions
from tests import world as w
from tests.databases import copied, settings_for
from tests.edge.serving import Answered, SignIn, Web, served
from tests.prepared import Prepare

pytestmark = pytest.mark.sweep

RIGHT, OTHER = "the right one", "wrong"
WRONG, TOO_MANY = "The email address or the password is incorrect. Check both, then try again.", "Too many attempts."
PEOPLE = ("olga", "omar", "pia")
HERE = ("127.0.0.1",)
ELSEWHERE = ("192.0.2.0/24",)


def fill() -> None:
    """Three people with the same password."""
    world = w.build(programmes=())
    with transaction():
        for name in PEOPLE:
            world.people[name].password_hash = sessions.hasher(program.settings()).hash(RIGHT)
        w.recorded()


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A database with these people."""
    return prepare("signing_in", fill)


@pytest.fixture(scope="module")
def web(postgres: Postgres, ground: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A server behind a proxy on this machine, for this file: each test has addresses or an account of its own."""
    for name in copied(postgres, ground, f"signing_in_{os.getpid()}"):
        settings = settings_for(postgres, name, tmp_path_factory.mktemp("signing_in"))
        with served(replace(settings, proxies=1, proxy_networks=HERE), processes=2) as found:
            yield found


def tried(web: Web, name: str, address: str, password: str = OTHER) -> Answered:
    """The answer to one try, for which this address stands in the header."""
    return SignIn.of(web).send(f"{name}@example.org", password, X_Forwarded_For=address)


def besieged(web: Web) -> list[Answered]:
    """A hundred and five wrong passwords of one account, five from each of twenty-one addresses."""
    return [tried(web, "olga", f"198.51.100.{number % 21}") for number in range(105)]


def simultaneous(web: Web, name: str, count: int) -> list[Answered]:
    """Wrong passwords of one account from one address, all at the same time."""
    forms = [SignIn.of(web) for _ in range(count)]
    barrier, found = threading.Barrier(count), list[Answered]()

    def send(form: SignIn) -> None:
        barrier.wait()
        found.append(form.send(f"{name}@example.org", OTHER, X_Forwarded_For="198.51.100.99"))

    threads = [threading.Thread(target=send, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def compared(answers: list[Answered]) -> int:
    """How many of these tries were compared with the password."""
    assert {answer.status for answer in answers} == {422}
    assert all((WRONG in answer.text) is not (TOO_MANY in answer.text) for answer in answers)
    return sum(WRONG in answer.text for answer in answers)


def test_an_attack_from_many_addresses_locks_out_nobody(web: Web) -> None:
    assert compared(besieged(web)) >= sessions.ACCOUNT_TRIES

    assert tried(web, "olga", "203.0.113.1", RIGHT).status == 302
    assert [tried(web, "olga", "203.0.113.1", password).status for password in ("mistyped", RIGHT)] == [422, 302]
    assert compared([tried(web, "olga", "203.0.113.2") for _ in range(5)]) == sessions.WARY_TRIES
    assert tried(web, "omar", "198.51.100.1", RIGHT).status == 302


def test_tries_at_the_same_time_are_counted_one_by_one(web: Web) -> None:
    assert compared(simultaneous(web, "omar", 13)) == sessions.TRIES
    assert TOO_MANY in tried(web, "omar", "198.51.100.99", RIGHT).text
    assert tried(web, "omar", "198.51.100.98", RIGHT).status == 302


def test_a_client_that_invents_addresses_before_its_own_is_counted(web: Web) -> None:
    answers = [tried(web, "pia", f"203.0.113.{number}, 198.51.100.60") for number in range(12)]

    assert compared(answers) == sessions.TRIES


def test_addresses_of_one_network_of_version_6_are_one_place(web: Web) -> None:
    answers = [tried(web, "pia", f"2001:db8::{number}") for number in range(12)]

    assert compared(answers) == sessions.TRIES
    assert tried(web, "pia", "2001:db8:0:1::1", RIGHT).status == 302


def test_one_address_may_not_try_many_accounts(web: Web) -> None:
    answers = [tried(web, f"person{number}", "198.51.100.50") for number in range(102)]

    assert compared(answers) == sessions.PLACE_TRIES
    assert tried(web, "olga", "198.51.100.51", RIGHT).status == 302


@pytest.mark.system
def test_the_header_of_a_stranger_is_ignored(settings: Settings) -> None:
    with served(replace(settings, proxies=1, proxy_networks=ELSEWHERE)) as web:
        answers = [tried(web, "olga", f"203.0.113.{number}") for number in range(12)]

    assert compared(answers) == sessions.TRIES


@pytest.mark.system
def test_without_these_guards_each_of_the_attacks_succeeds(settings: Settings) -> None:
    """Counter-test: the header of a stranger is believed, tries are not counted one by one, an account is locked."""
    with served(replace(settings, proxies=1, proxy_networks=ELSEWHERE), "tests.edge.entries:unlimited()") as web:
        invented = [tried(web, "pia", f"203.0.113.{number}") for number in range(12)]
        parallel = (simultaneous(web, name, 40) for name in ("omar", "fay", "fox", "rex"))
        more = any(compared(answers) > sessions.TRIES for answers in parallel)
        besieged(web)
        owner = tried(web, "olga", "203.0.113.1", RIGHT)

    assert compared(invented) == 12
    assert more
    assert owner.status == 422
    assert TOO_MANY in owner.text
