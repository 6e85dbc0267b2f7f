"""Writes the figures of the last run into docs/performance.md, between its two marks; the reading of them is written by hand."""

import json
from collections.abc import Callable
from typing import Any

from bench import stand

PAGE = stand.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{figures()}{END}{after}", encoding="utf-8")


def figures() -> str:
    """A Markdown table of what was asked and what was found, and one of the machine."""
    rows = ["| figure | wanted | found | met | command |", "|---|---|---|---|---|"]
    found: dict[str, dict[str, Any]] = {}
    for name, rows_of in ROWS.items():
        path = stand.HOME / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
            rows += rows_of(found[name])
    machine = next(iter(found.values()))["machine"]
    loads = ", ".join(f"{name} {result['machine']['load_before']}" for name, result in found.items())
    facts = ", ".join(f"{name} {value}" for name, value in machine.items() if name != "load_before")
    return "\n".join(rows) + f"\n\nMachine: {facts}. Load at the end of each (one minute): {loads}.\n"


def _latency(result: dict[str, Any]) -> list[str]:
    unit, took, ratio = result["bare_round_trip_ms"], result["delivered_ms"], result["in_round_trips"]
    load = f"{result['rate_per_s']} reports/s, {result['seconds']} s"
    return [
        _row(
            "bare aiokafka round trip, p50 / p99",
            "the unit",
            f"{unit['p50']:.2f} / {unit['p99']:.2f} ms",
            None,
            "latency",
        ),
        _row(
            f"report → delivered, p50 ({load})",
            "≤ 15 round trips",
            f"{took['p50']:.0f} ms = {ratio['p50']:.0f}",
            ratio["p50"] <= 15,
            "latency",
        ),
        _row(
            f"report → delivered, p99 ({load})",
            "≤ 100 round trips",
            f"{took['p99']:.0f} ms = {ratio['p99']:.0f}",
            ratio["p99"] <= 100,
            "latency",
        ),
        *(
            _row(
                f"… at {rate} reports/s, p50 / p99",
                "—",
                f"{light['p50']:.0f} / {light['p99']:.0f} ms; p50 = {light['p50_in_round_trips']:.0f} round trips",
                None,
                "latency",
            )
            for rate, light in result.get("light", {}).items()
        ),
    ]


def _reading(result: dict[str, Any]) -> list[str]:
    took, ratio = result["read_ms"], result["in_round_trips"]
    return [
        _row(
            f"read by reference, p50 ({result['reads']} reads)",
            "≤ 15 round trips",
            f"{took['p50']:.0f} ms = {ratio['p50']:.0f}",
            ratio["p50"] <= 15,
            "reading",
        )
    ]


def _year(result: dict[str, Any]) -> list[str]:
    events = f"{result['reports']:,} reports, {result['ledger_events']:,} ledger events"
    used = ", ".join(f"{name} {seconds:.0f}" for name, seconds in result["cpu_s"].items())
    return [
        _row(
            f"national year: {events}",
            "≤ 90 s, stretch 45",
            f"{result['seconds']:.0f} s = {result['events_per_s']:,.0f} events/s",
            result["seconds"] <= 90 and result["ledger_events"] >= 300_000,
            "year",
        ),
        _row("… processor seconds by process", "—", used, None, "year"),
    ]


def _service(result: dict[str, Any]) -> list[str]:
    ours = result["cases"]
    rows = []
    for name, words, wanted in (
        ("quixstreams", "quixstreams, stateful pass-through", 1.0),
        ("plain_faust", "plain Faust agent, awaited sends", 5.0),
    ):
        if name in result:
            times = result[f"times_{name}_events_per_s"]
            rows.append(
                _row(
                    f"one service (`cases`) against {words}",
                    f"≥ {wanted} ×",
                    f"{times:.2f} × ({_spread(ours['events_per_s'])} against {_spread(result[name]['events_per_s'])} events/s; "
                    f"{result[f'times_{name}_events_per_cpu_s']:.2f} × a CPU second)",
                    times >= wanted,
                    "service",
                )
            )
    a_core = ours["events_per_cpu_s"]
    rows.append(
        _row(
            f"rebuild of an empty database from the ledger ({ours['records']:,} events)",
            "≥ 30,000 events/s a core",
            f"{_spread(a_core)} events a CPU second",
            a_core["median"] >= 30_000,
            "service",
        )
    )
    return rows


def _tree(result: dict[str, Any]) -> list[str]:
    appended = f"{result['appended_a_cpu_second']:,} events a CPU second"
    memory = f"{result['memory_mb_at_a_tenth']} MB at a tenth, {result['memory_mb_at_the_end']} MB at the end"
    proof = f"p50 {result['inclusion_ms_p50']} ms, p99 {result['inclusion_ms_p99']} ms"
    size = f"{result['leaves']:,} leaves"
    return [
        _row(
            "the ledger's tree: events hashed, added, kept",
            "≥ 50,000 a core",
            appended,
            result["appended_a_cpu_second"] >= 50_000,
            "tree",
        ),
        _row(
            f"… memory over {size}",
            "flat",
            memory,
            result["memory_mb_at_the_end"] < 1.2 * result["memory_mb_at_a_tenth"],
            "tree",
        ),
        _row(f"… inclusion proof at {size}", "≤ 5 ms", proof, result["inclusion_ms_p99"] <= 5, "tree"),
    ]


def _gate(result: dict[str, Any]) -> list[str]:
    took = result["microseconds"]
    found = f"{took['permit']['median']:.1f} µs for a yes, {took['hold']['median']:.1f} µs for a no"
    wanted = max(took[name]["median"] for name in ("permit", "hold")) <= 20
    return [_row(f"one decision of the gate at {result['grants']} grants", "≤ 20 µs", found, wanted, "gate")]


def _auditing(result: dict[str, Any]) -> list[str]:
    proofs, events = result["digests_per_s"], result["events_per_s"]
    return [
        _row(
            "the auditor verifies an export, digests a CPU second",
            "≥ 50,000",
            f"{proofs:,}",
            proofs >= 50_000,
            "auditing",
        ),
        _row("… with every re-check, events a CPU second", "≥ 10,000", f"{events:,}", events >= 10_000, "auditing"),
    ]


def _sealing(result: dict[str, Any]) -> list[str]:
    per_s = result["per_s"]
    fields = f"{result['fields_an_event']} fields an event, {result['events_a_batch']} events a batch"
    rows = [
        _row(f"fields {done} a second and core", "≥ 20,000", _spread(per_s[name]), enough, "sealing")
        for done, name in (
            ("sealed", "fields sealed"),
            ("opened", "fields opened"),
            (f"sealed by intake, keys made and durable ({fields}),", "fields by intake"),
        )
        for enough in [per_s[name]["median"] >= 20_000]
    ]
    reads = f"{_spread(per_s['reads'])}, so {per_s['fields by the gateway']['median']:,.0f} fields"
    rows.append(
        _row("… reads of a person's fields by the gateway, keys looked up and unwrapped", "—", reads, None, "sealing")
    )
    rows.append(_row("… JWEs of partners opened at the door (P-256)", "—", _spread(per_s["door"]), None, "sealing"))
    return rows


def _erasure(result: dict[str, Any]) -> list[str]:
    took = result["seconds"]
    found = f"{took['median'] * 1000:.0f} ms [{took['lowest'] * 1000:.0f}–{took['highest'] * 1000:.0f}], two trips through Kafka not in it"
    figure = f"erasure of one person among {result['cases']:,} cases, to the key's end"
    return [_row(figure, "≤ 1 s", found, took["highest"] <= 1, "erasure")]


def _clocks(result: dict[str, Any]) -> list[str]:
    """Follow-up alone, without a broker: the page says what is not in it."""
    clocks, burst, lag, batch = (
        f"{result['clocks']:,} open clocks",
        result["burst"],
        result["lag_ms_of_500_a_second"],
        result["batch_of_20_ms"],
    )
    slower, memory, cost = (
        batch["in_the_burst"]["p99"] / batch["calm"]["p99"],
        result["memory_mb"],
        result["evaluation_us"],
    )
    each = cost["a_case_event"]
    return [
        _row(
            f"{clocks}, follow-up alone: watermark to breaches, p99 (500 due/s)",
            "—",
            f"{lag['p99']:.0f} ms",
            None,
            "clocks",
        ),
        _row(
            f"… {burst['due_at_once']:,} due at once",
            "≥ 2,000/s",
            f"{burst['concluded_per_s']:,}/s; read back too {burst['with_reading_back_per_s']:,}/s, "
            f"{burst['with_reading_back_per_cpu_s']:,} a CPU second",
            burst["with_reading_back_per_s"] >= 2_000,
            "clocks",
        ),
        _row("… 20 told events meanwhile, p99 against calm", "≤ 2 ×", f"{slower:.1f} ×", slower <= 2, "clocks"),
        _row("… memory of follow-up", "≤ 300 MB", f"{memory['after']:.0f} MB", memory["after"] <= 300, "clocks"),
        *(_evaluation(name, cost[name]) for name in ("followup", "routing")),
        _row("… all that both decide, by each event of the case", "≤ 100 µs", f"{each:.0f} µs", each <= 100, "clocks"),
    ]


def _evaluation(service: str, cost: dict[str, Any]) -> str:
    """Of one service, behind whatever it looks at in a whole life; the dearest look beside the mean."""
    found = f"{cost['mean']:.0f} µs (p99 {cost['p99']:.0f}, behind {cost['most_behind']})"
    figure = f"one evaluation of a case by {service}, under the versions that the chains bind"
    return _row(figure, "≤ 100 µs", found, cost["mean"] <= 100, "clocks")


def _conformance(result: dict[str, Any]) -> list[str]:
    took = result["conformance_s"]
    figure = f"conformance of a national year: {result['cases']:,} cases, {result['events']:,} events"
    found = (
        f"{took:.0f} s: {result['read_and_fold_s']:.0f} s to read and fold ({result['processes']} processes, "
        f"{result['read_and_fold_cpu_s']:.0f} s of processor time), {result['judge_s'] + result['shares_s']:.0f} s to judge"
    )
    return [_row(figure, "≤ 60 s", found, took <= 60, "conformance")]


def _scrape(result: dict[str, Any]) -> list[str]:
    took, beside, cpu = result["scrape_ms"], result["scrape_while_reading_ms"], result["scrape_cpu_ms"]
    found = f"{took['median']:.0f} ms (p99 {took['p99']:.0f}; tally read {beside['median']:.0f}; processor {cpu['median']:.0f})"
    clocks = f"`/metrics` of `cases` with {result['open_clocks']:,} open clocks"
    return [
        _row(f"{clocks}: a scrape", "≤ 50 ms", found, took["median"] <= 50, "scrape"),
        _row("… series", "≤ 2,000 a service", f"{result['series']:,}", result["series"] <= 2_000, "scrape"),
    ]


def _returning(result: dict[str, Any]) -> list[str]:
    away, back = result["away_s"]["all"], result["back_after_a_freeze_s"]["all"]
    found = f"{away['median']:.1f} s [{away['lowest']:.1f}–{away['highest']:.1f}], {away['runs']} kills"
    thawed = f"{back['median']:.2f} s [{back['lowest']:.2f}–{back['highest']:.2f}], {back['runs']} freezes"
    return [
        _row("a killed service is ready again", "≤ 2 s (static member)", found, away["median"] <= 2.0, "returning"),
        _row(
            "… frozen past its session, what waited is delivered", "≤ 8 s", thawed, back["median"] <= 8.0, "returning"
        ),
    ]


def _spread(values: dict[str, float]) -> str:
    return f"{values['median']:,.0f} [{values['lowest']:,.0f}–{values['highest']:,.0f}]"


def _travel(result: dict[str, Any]) -> list[str]:
    took = f"median {result['median_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms"
    return [
        _row(
            f"a case of {result['events']} events at any moment",
            "≤ 50 ms",
            took,
            result["p99_ms"] <= result["wanted_ms"],
            "travel",
        )
    ]


def _row(figure: str, wanted: str, found: str, met: bool | None, name: str) -> str:
    verdict = "" if met is None else "yes" if met else "**no**"
    return f"| {figure} | {wanted} | {found} | {verdict} | `python -m bench.{name}` |"


def _brokers(result: dict[str, Any]) -> list[str]:
    away, one, three = result["receipts_resume_s"], result["one_reports_per_s"], result["three_reports_per_s"]
    found = f"{away['median']:.1f} s [{away['lowest']:.1f}–{away['highest']:.1f}], {away['runs']} kills"
    load = f"{result['rate_per_s']} reports/s"
    ratio = f"{result['three_to_one']:.2f} × ({_spread(three)} against {_spread(one)} reports/s)"
    return [
        _row(f"three brokers, one killed ({load}): receipts resume", "≤ 5 s", found, away["highest"] <= 5, "brokers"),
        _row("throughput with three copies against one, on the same cores", "—", ratio, None, "brokers"),
    ]


def _overview(result: dict[str, Any]) -> list[str]:
    took = result["cpu_s"]
    figure = f"overviews of a national year: {result['reports']:,} reports, {result['issues']} issues"
    parts = f"{result['asking_cpu_s']['median']:.1f} s to ask, {result['issuing_cpu_s']['median']:.1f} s to issue"
    found = f"{took['median']:.1f} s [{took['lowest']:.1f}–{took['highest']:.1f}] of processor time: {parts}"
    return [_row(figure, "≤ 2 s", found, took["median"] <= 2, "overview")]


def _drill(result: dict[str, Any]) -> list[str]:
    """What an operator needs for an RTO; nobody set a number to reach."""
    count, out, back = result["records"], result["export"], result["restore"]
    found = f"{back['records_per_s']:,.0f} a second, {back['records_per_cpu_s']:,.0f} a processor second"
    return [
        _row(f"a ledger put back ({count:,} records on all topics)", "—", found, None, "drill"),
        _row("… carried off, records a second", "—", f"{out['records_per_s']:,.0f}", None, "drill"),
        _row("… until every service is ready", "—", f"{result['ready_s']:.0f} s", None, "drill"),
    ]


def _burst(result: dict[str, Any]) -> list[str]:
    """A whole backbone, with Kafka between: the page says what else ran."""
    calm, burst = result["receipt_ms"]["calm"], result["receipt_ms"]["in_the_burst"]
    found = (
        f"{result['p99_times']:.1f} × ({calm['p99']:,.0f} ms of {calm['reports']}, {burst['p99']:,.0f} of {burst['reports']}); "
        f"p50 {result['p50_times']:.1f} × ({calm['p50']:,.0f}, {burst['p50']:,.0f})"
    )
    figure = f"{result['due_at_once']:,} clocks due at once, all services: receipts' p99 against calm"
    said = f"{result['breaches_per_s']:,.0f}/s, the last after {result['last_breach_s']:.0f} s"
    return [
        _row(figure, "≤ 2 ×", found, result["p99_times"] <= 2, "burst"),
        _row("… breaches that stand in the ledger", "—", said, None, "burst"),
    ]


def _lag(result: dict[str, Any]) -> list[str]:
    lag = result["lag_ms"]
    found = f"{lag['p99']:,.0f} ms (p50 {lag['p50']:,.0f}, most {lag['most']:,.0f})"
    figure = f"{result['due_per_s']:.0f} clocks due a second, {result['due']:,} of them, all services: moment to breach in the ledger, p99"
    return [_row(figure, "≤ 2 s", found, lag["p99"] <= 2_000, "lag")]


ROWS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "latency": _latency,
    "reading": _reading,
    "year": _year,
    "service": _service,
    "gate": _gate,
    "tree": _tree,
    "drill": _drill,
    "auditing": _auditing,
    "sealing": _sealing,
    "erasure": _erasure,
    "clocks": _clocks,
    "lag": _lag,
    "burst": _burst,
    "returning": _returning,
    "brokers": _brokers,
    "scrape": _scrape,
    "conformance": _conformance,
    "overview": _overview,
    "travel": _travel,
}
"""The rows of each program's figures, in the order of the page."""


if __name__ == "__main__":
    main()
