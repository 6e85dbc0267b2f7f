"""What selects pods by their labels selects those it is about: a label that differs is refused by no schema, and protects nothing."""

from typing import Any

import pytest

from backbone.supervisor.up import SERVICES
from tests.deployment.test_files import of_kind


def labels() -> dict[str, dict[str, str]]:
    """Of the pods of each Deployment and each Job. Those of Kafka and PostgreSQL are made by their operators, with labels of their own."""
    made = {**of_kind("Deployment"), **of_kind("Job")}
    return {name: one["spec"]["template"]["metadata"]["labels"] for name, one in made.items()}


def selected(selector: dict[str, Any]) -> set[str]:
    """Whose pods a selector means; one that is empty means all of them."""
    assert selector.keys() <= {"matchLabels"}
    wanted = selector.get("matchLabels", {}).items()
    return {name for name, has in labels().items() if wanted <= has.items()}


def jobs() -> set[str]:
    return set(of_kind("Job"))


def test_nobody_speaks_to_a_pod_unless_a_policy_says_so() -> None:
    policy = of_kind("NetworkPolicy")["schakel-default-deny"]["spec"]
    assert selected(policy["podSelector"]) == labels().keys() == {*SERVICES} | jobs()
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert policy.keys() == {"podSelector", "policyTypes"}, "it allows nothing"


def test_each_policy_is_of_the_pods_that_it_is_named_after() -> None:
    policies = {name.removeprefix("schakel-"): one["spec"] for name, one in of_kind("NetworkPolicy").items()}
    (job,) = jobs()
    of = {name: selected(spec["podSelector"]) for name, spec in policies.items() if name != "default-deny"}
    assert of == {name: {name} for name in SERVICES} | {"apply": {job}}
    assert all(policies[name]["policyTypes"] == ["Ingress", "Egress"] for name in of)


@pytest.mark.parametrize("kind", ["Deployment", "PodDisruptionBudget", "Service"])
def test_each_service_has_its_own_pods_selected(kind: str) -> None:
    found = {
        name: selected(one["spec"]["selector"] if kind != "Service" else {"matchLabels": one["spec"]["selector"]})
        for name, one in of_kind(kind).items()
    }
    assert found == {name: {name} for name in SERVICES}


def test_every_container_says_what_it_needs() -> None:
    """Without it the scheduler takes it to need nothing, and its pod is among the first to be evicted."""
    for name, one in {**of_kind("Deployment"), **of_kind("Job")}.items():
        pod = one["spec"]["template"]["spec"]
        for container in (*pod["containers"], *pod["initContainers"]):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, (name, container["name"])


def test_a_label_that_differs_is_noticed() -> None:
    right = of_kind("PodDisruptionBudget")["intake"]["spec"]["selector"]["matchLabels"]
    assert selected({"matchLabels": right}) == {"intake"}
    for label in right:
        assert selected({"matchLabels": {**right, label: "other"}}) == set()
