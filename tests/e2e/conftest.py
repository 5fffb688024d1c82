"""One clone in which `make run` has run once: minutes of work that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout, cloned, copied
from tests.e2e.cluster import Bench, bench, go_live

MakeCopy = Callable[[], Checkout]


@dataclass(frozen=True)
class FirstRun:
    """The clone, and what its first `make run` printed."""

    checkout: Checkout
    said: str


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstRun]:
    """Two commands of a newcomer, `git clone` and `make run`, in a folder with a space in its name."""
    with cloned(tmp_path_factory.mktemp("two words") / "clone") as checkout:
        yield FirstRun(checkout, checkout.make("run"))


@pytest.fixture(scope="session")
def checkout(first_run: FirstRun) -> Checkout:
    """The clone with both models in production. Whoever changes something in it changes it back."""
    return first_run.checkout


@pytest.fixture
def trained(first_run: FirstRun, tmp_path: Path) -> Iterator[Checkout]:
    """A copy of one's own with all that was built, and nothing in production yet."""
    with copied(first_run.checkout, tmp_path / "a copy") as checkout:
        yield checkout


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two namespaces, and a first release in production."""
    with bench(tmp_path_factory.mktemp("project")) as there:
        go_live(there, there.build("first", 0.1))
        yield there


@pytest.fixture(scope="module")
def second(there: Bench) -> Path:
    """Another good release."""
    return there.build("second", 0.2)
