"""A topic that was just made, asked of a broker that has not heard of it yet: of three, any may be asked."""

from typing import Any

import pytest

from backbone.kafka import topics
from backbone.kafka.topics import CLUSTER, TopicProblem, ensure_topics, partner_topics

SPECS = partner_topics("politie-amsterdam", CLUSTER)


class Late:
    """An administrator's connection to a cluster of which some brokers are late. late: how often a new topic is unknown yet; settings_late:
    how often its settings are."""

    def __init__(self, late: int, settings_late: int = 0) -> None:
        self.late, self.settings_late, self.made = late, settings_late, dict[str, dict[str, Any]]()

    def create_topics(self, wanted: dict[str, dict[str, Any]], **_: object) -> None:
        self.made |= wanted

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        unknown = not self.made or self.late > 0
        self.late -= bool(self.made)
        nodes = [1, 2, 3]
        return [
            {"name": name, "error_code": 3, "partitions": []}
            if unknown
            else {"name": name, "error_code": 0, "partitions": [{"replica_nodes": nodes}]}
            for name in names
        ]

    def alter_configs(self, orders: list[Any]) -> dict[str, Any]:
        """As kafka-python, which asks what may be set of whichever broker it asks."""
        raise ValueError(f"Unrecognized configs: {set(orders[0].configs)}")

    def describe_configs(self, asked: list[Any], **_: object) -> dict[str, Any]:
        self.settings_late -= 1
        if self.settings_late >= 0:
            return {}
        return {
            "topic": {
                name: {key: {"value": value} for key, value in made["configs"].items()}
                for name, made in self.made.items()
            }
        }


def test_it_is_waited_for() -> None:
    admin = Late(3)
    changes = ensure_topics(admin, SPECS)  # type: ignore[arg-type]
    assert changes.created == [spec.name for spec in SPECS]
    assert admin.late < 0


def test_so_are_its_settings_and_nothing_is_called_put_right() -> None:
    admin = Late(0, settings_late=2)
    changes = ensure_topics(admin, SPECS)  # type: ignore[arg-type]
    assert (changes.created, changes.repaired) == ([spec.name for spec in SPECS], [])
    assert admin.settings_late < 0


def test_one_that_never_shows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "_VISIBLE_WITHIN_S", 0)
    with pytest.raises(TopicProblem, match=r"made schakel.in.politie-amsterdam, .* does not show them after 0 s"):
        ensure_topics(Late(1_000), SPECS)  # type: ignore[arg-type]
