"""Run by another Python, in which pm4py is installed: opens an event log as XES and as OCEL, and says as JSON what it discovers in them.

`python rediscover.py LOG.xes LOG.jsonocel`. pm4py is AGPL: it is a tool of this test, and nothing of ours imports it.
"""

import json
import sys
import warnings
from typing import Any

warnings.filterwarnings("ignore")

import pm4py  # noqa: E402

STATIONS = ("referral.proposed", "referral.released", "referral.delivered", "referral.accepted", "referral.completed")
ROUTE = ("report.received", "case.opened", "referral.proposed", "referral.delivered", "referral.accepted")


def of_xes(path: str) -> dict[str, Any]:
    """Where cases begin, which steps there are, what follows what, and a model of the route that the log fits."""
    log = pm4py.read_xes(path)
    route = log[log["concept:name"].map(lambda name: name.partition(" ")[0] in ROUTE)]
    graph, start, _ = pm4py.discover_dfg(log)
    tree = pm4py.discover_process_tree_inductive(route)
    net = pm4py.convert_to_petri_net(tree)
    fits = pm4py.fitness_token_based_replay(route, *net)
    return {
        "cases": int(log["case:concept:name"].nunique()),
        "events": len(log),
        "starts": sorted(start),
        "follows": sorted([first, second] for first, second in graph),
        "eventually": sorted([first, second] for first, second in pm4py.discover_eventually_follows_graph(route)),
        "leaves": sorted({leaf.label for leaf in leaves(tree) if leaf.label}),
        "fitness": float(fits["log_fitness"]),
    }


def leaves(tree: Any) -> list[Any]:
    return [tree] if not tree.children else [leaf for child in tree.children for leaf in leaves(child)]


def of_ocel(path: str) -> dict[str, Any]:
    """The life of a referral, whatever case it is in: the log is flattened on the referrals."""
    ocel = pm4py.read_ocel2_json(path)
    flat = pm4py.ocel_flattening(ocel, "referral")
    stations = flat[flat["concept:name"].isin(STATIONS)]
    graph, start, _ = pm4py.discover_dfg(stations)
    most: dict[str, str] = {}
    for (first, second), times in sorted(graph.items(), key=lambda edge: edge[1]):
        if first != second:
            most[first] = second if times else first
    return {
        "object_types": sorted(pm4py.ocel_get_object_types(ocel)),
        "events": len(ocel.events),
        "starts": sorted(start),
        "most_often_next": most,
    }


if __name__ == "__main__":
    json.dump({"xes": of_xes(sys.argv[1]), "ocel": of_ocel(sys.argv[2])}, sys.stdout)
