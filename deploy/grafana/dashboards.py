"""The dashboards, as a program: `python deploy/grafana/dashboards.py` writes `deploy/grafana/dashboards/*.json`, which Grafana provisions.

A figure of the tally (`schakel_clocks`, `schakel_flow`, ...) is of the whole service and shown by each of its workers: `max by` takes
it once. What a worker counts of its own (`schakel_receipt_seconds`, ...) is summed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BigValueGraphMode, LegendPlacement, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import Dashboard, DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

HOME = Path(__file__).resolve().parent / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="schakel-prometheus")
"""As `provisioning/datasources/prometheus.yaml` names it."""
WIDTH = 24

EACH = "protocol, clock"
ENDED = 'max by (protocol, clock, outcome) (increase(schakel_clocks_ended_total{{outcome=~"{outcomes}"}}[{within}]))'
KEPT = f"sum by ({EACH}) ({ENDED.format(outcomes='met|late_paperwork', within='RANGE')})"
TAKEN_BACK = f"sum by ({EACH}) ({ENDED.format(outcomes='late_paperwork|start_corrected', within='RANGE')})"
BROKEN = f"clamp_min(max by ({EACH}) (increase(schakel_clocks_breached_total[RANGE])) - on ({EACH}) {TAKEN_BACK}, 0)"
"""A breach that was taken back was no broken promise: the work was done in time, or should not have been asked."""


def kept_share(within: str, *, all_together: bool = False) -> str:
    """Promises kept, of those that were kept or broken in this time; nothing where there were none."""
    kept, broken = (f"sum({one})" if all_together else one for one in (KEPT, BROKEN))
    return f"{kept} / ({kept} + {broken} > 0)".replace("RANGE", within)


def quantile(share: float, metric: str, by: str = "", *, own: bool = True, where: str = "", within: str = "5m") -> str:
    """own: each worker counts its own; else the figure is of the whole service."""
    labels = f"le, {by}" if by else "le"
    if own:
        return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{where}[{within}])))"
    return f"histogram_quantile({share}, max by ({labels}) (increase({metric}_bucket{where}[{within}])))"


def query(expr: str, legend: str = "", *, instant: bool = False, ref: str = "A") -> prometheus.Dataquery:
    one = prometheus.Dataquery().datasource(SOURCE).expr(expr).ref_id(ref)
    if legend:
        one = one.legend_format(legend)
    return (
        one.instant().format(PromQueryFormat.TABLE if not legend else PromQueryFormat.TIME_SERIES)
        if instant
        else one.range()
    )


def number(title: str, says: str, expr: str, unit: str = "short", width: int = 6) -> stat.Panel:
    panel = (
        stat.Panel()
        .graph_mode(BigValueGraphMode.NONE)
        .title(title)
        .description(says)
        .unit(unit)
        .datasource(SOURCE)
        .span(width)
        .height(4)
    )
    return panel.with_target(query(expr, "now", instant=True))


def lines(title: str, says: str, *queries: tuple[str, str], unit: str = "short", width: int = 12) -> timeseries.Panel:
    panel = timeseries.Panel().title(title).description(says).unit(unit).datasource(SOURCE).span(width).height(8).min(0)
    panel = panel.legend(common.VizLegendOptions().show_legend(True).placement(LegendPlacement.BOTTOM))
    panel = panel.tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    for ref, (expr, legend) in zip("ABCDEFGH", queries, strict=False):
        panel = panel.with_target(query(expr, legend, ref=ref))
    return panel


def rows(title: str, says: str, expr: str, unit: str = "short", width: int = 12) -> table.Panel:
    panel = (
        table.Panel()
        .show_header(True)
        .title(title)
        .description(says)
        .unit(unit)
        .datasource(SOURCE)
        .span(width)
        .height(8)
    )
    return panel.with_target(query(expr, instant=True))


def board(uid: str, title: str, says: str, since: str, panels: list[object]) -> Dashboard:
    made = dashboard.Dashboard(title).uid(uid).description(says).tags(["schakel"]).readonly()
    made = made.time(since, "now").refresh("30s").timezone("Europe/Amsterdam")
    for panel in panels:
        made = made.with_panel(panel)
    return made.build()


def sla() -> Dashboard:
    clocks = 'max by (protocol, clock) (schakel_clocks{state="%s"})'
    return board(
        "schakel-sla",
        "SLA today",
        "Which promises are about to be broken, in time to keep them; and which were. Only what a protocol promised or a chain chose has "
        "a limit; what is only measured is never late. Drills and imported history are left out.",
        "now-7d",
        [
            number(
                "Overdue now", "Clocks past their due moment on which nobody acted yet.", f"sum({clocks % 'overdue'})"
            ),
            number("Due within 24 hours", "To the hour.", f"sum({clocks % 'due_soon'})"),
            number(
                "Promises kept",
                "In the time shown: of those kept or broken. Late paperwork was kept.",
                kept_share("$__range", all_together=True),
                "percentunit",
            ),
            number(
                "Age of these figures",
                "They are read every 5 seconds; of the oldest.",
                "max(schakel_tally_age_seconds)",
                "s",
            ),
            rows("Due within 24 hours, by clock", "What to do first.", f"{clocks % 'due_soon'} > 0"),
            rows("Overdue, by clock", "Late, and still to be done.", f"{clocks % 'overdue'} > 0"),
            rows(
                "Promises kept, by clock and protocol",
                "In the time shown. A clock without a promise that came to its end is not here.",
                kept_share("$__range"),
                "percentunit",
            ),
            lines(
                "Late work and late paperwork, a day",
                "Late work: done after its due moment. Late paperwork: done in time and written down late. They ask for different things.",
                (
                    f"sum by (outcome) ({ENDED.format(outcomes='late_work|late_paperwork', within='1d')})",
                    "{{outcome}}",
                ),
            ),
            lines("Due within 24 hours, over time", "By clock.", (clocks % "due_soon", "{{protocol}} {{clock}}")),
            lines("Overdue, over time", "By clock.", (clocks % "overdue", "{{protocol}} {{clock}}")),
            lines(
                "All open clocks",
                "Suspended: they stand still with a reason. Measured: without a limit.",
                ("sum by (state) (max by (protocol, clock, state) (schakel_clocks))", "{{state}}"),
                width=WIDTH,
            ),
        ],
    )


def flow() -> Dashboard:
    lead = "schakel_lead_seconds"
    step = "sum by (step) (max by (chain, step) (increase(schakel_flow_total[%s])))"
    return board(
        "schakel-flow",
        "Flow",
        "From report to help. Who reports little shows little here: the figures say what was reported, not what happened.",
        "now-30d",
        [
            number("Reports", "Let in, in the time shown.", "max(increase(schakel_reports_total[$__range]))"),
            number("Open cases", "Of all chains.", "sum(max by (chain) (schakel_cases_open))"),
            number(
                "Half are contacted within",
                "From the report to the first contact with the victim, over 30 days.",
                quantile(0.5, lead, "lead", own=False, where='{lead="report_to_contact"}', within="30d"),
                "s",
            ),
            number(
                "A receipt comes within",
                "For 99 of 100 messages in the last hour.",
                quantile(0.99, "schakel_receipt_seconds", where='{outcome="accepted"}', within="1h"),
                "s",
            ),
            rows(
                "Steps by chain",
                "In the time shown: reported, proposed, delivered, accepted, declined, completed, contact.",
                "max by (chain, step) (increase(schakel_flow_total[$__range])) > 0",
            ),
            lines("Steps a day", "All chains.", (step % "1d", "{{step}}")),
            lines(
                "Lead times, half",
                "Half were faster, over 7 days, by the ledger's clock.",
                (quantile(0.5, lead, "lead", own=False, within="7d"), "{{lead}}"),
                unit="s",
            ),
            lines(
                "Lead times, nine in ten",
                "Nine in ten were faster, over 7 days.",
                (quantile(0.9, lead, "lead", own=False, within="7d"), "{{lead}}"),
                unit="s",
            ),
            lines("Open cases by chain", "Over time.", ("max by (chain) (schakel_cases_open)", "{{chain}}")),
            lines(
                "Messages of partners",
                "Accepted and refused, a minute.",
                ("sum by (outcome) (rate(schakel_submissions_total[5m])) * 60", "{{outcome}}"),
            ),
        ],
    )


def gate() -> Dashboard:
    where = "max by (role, state, reason, waits_for) (schakel_referrals%s)"
    held = where % '{state="held"}'
    return board(
        "schakel-gate",
        "Gate",
        "What waits for consent, and for whom. A no is no backlog: what waits for nobody is as she wants it.",
        "now-7d",
        [
            number("Held now", "Referrals that may not go out now.", f"sum({held})"),
            number(
                "Held because nobody asked her",
                "A desk has to ask.",
                "sum(%s) or vector(0)" % (where % '{state="held",reason="not_asked"}'),
            ),
            number(
                "Delivered, not answered",
                "With a partner that has not said yes or no.",
                "sum(%s) or vector(0)" % (where % '{state="delivered"}'),
            ),
            number(
                "Reads denied",
                "In the time shown.",
                'sum(max by (answer) (increase(schakel_gate_reads_total{answer!="permitted"}[$__range]))) or vector(0)',
            ),
            rows(
                "Held, by whom it waits for",
                "A role that has to ask; the person; the other side; nobody.",
                f"sum by (waits_for, reason) ({held})",
            ),
            rows(
                "Delivered and not answered, by role",
                "Who has it before them.",
                "sum by (role) (%s)" % (where % '{state="delivered"}'),
            ),
            lines("Held, by reason", "Now.", (f"sum by (reason) ({held})", "{{reason}}")),
            lines("Held, by the receiver's role", "Now.", (f"sum by (role) ({held})", "{{role}}")),
            lines(
                "Held and released, a day",
                "What the gate said; one referral may be held more than once.",
                ("sum(max by (role, reason) (increase(schakel_gate_held_total[1d])))", "held"),
                (
                    "sum by (mode) (max by (role, mode) (increase(schakel_gate_released_total[1d])))",
                    "released {{mode}}",
                ),
                ("sum by (reason) (max by (reason) (increase(schakel_gate_revoked_total[1d])))", "revoked {{reason}}"),
            ),
            lines(
                "Reads, an hour",
                "What the gate answered who asked to read.",
                ("max by (answer) (increase(schakel_gate_reads_total[1h]))", "{{answer}}"),
            ),
        ],
    )


def health() -> Dashboard:
    return board(
        "schakel-health",
        "Health",
        "Whether the backbone itself works. Every alert has a page in docs/runbooks.",
        "now-6h",
        [
            number(
                "Workers that answer",
                "Of those that are looked at.",
                'sum(up{job="schakel"}) / count(up{job="schakel"})',
                "percentunit",
            ),
            number(
                "Workers that are ready",
                "Caught up, and nothing away.",
                "sum(schakel_ready) / count(schakel_ready)",
                "percentunit",
            ),
            number("Parked records", "Wait for an operator.", "sum(max by (service) (schakel_parked_records))"),
            number("Oldest record that waits", "Of any partition.", "max(schakel_lag_seconds)", "s"),
            lines(
                "Lag, in time",
                "How long the oldest record has been waiting.",
                ("max by (service, topic) (schakel_lag_seconds) > 0", "{{service}} {{topic}}"),
                unit="s",
            ),
            lines("Lag, in records", "", ("sum by (service) (schakel_lag_records)", "{{service}}")),
            lines(
                "What can be reached",
                "1: the last attempt worked. Kafka (broker, outbox, topic) and databases.",
                ("min by (service, what) (schakel_reachable)", "{{service}} {{what}}"),
            ),
            lines(
                "Rebalances and rebuilding",
                "Partitions given to workers in 15 minutes; partitions whose history is read anew.",
                ("sum by (service) (increase(schakel_rebalances_total[15m]))", "{{service}} given"),
                ("sum by (service) (schakel_rebuilding_partitions)", "{{service}} rebuilding"),
            ),
            lines(
                "From message to receipt",
                "Half, and 99 of 100.",
                (quantile(0.5, "schakel_receipt_seconds", "outcome"), "half, {{outcome}}"),
                (quantile(0.99, "schakel_receipt_seconds", "outcome"), "99 %, {{outcome}}"),
                unit="s",
            ),
            lines(
                "Records a second",
                "Handled, each once.",
                ("sum by (service) (rate(schakel_records_processed_total[5m]))", "{{service}}"),
            ),
            lines(
                "Transactions",
                "99 of 100 take less.",
                (quantile(0.99, "schakel_transaction_seconds", "service"), "{{service}}"),
                unit="s",
            ),
            lines(
                "Publishing",
                "99 of 100 rounds take less; attempts that failed.",
                (quantile(0.99, "schakel_publish_seconds", "service"), "{{service}}"),
                ("sum by (service) (increase(schakel_publish_failures_total[5m]))", "{{service}} failed"),
                unit="s",
            ),
            lines(
                "Outbox and parked",
                "Records that wait to be published, or to be looked at.",
                ("max by (service) (schakel_outbox_records)", "{{service}} outbox"),
                ("max by (service) (schakel_parked_records)", "{{service}} parked"),
            ),
            lines(
                "Erasures not final yet",
                "Late, due within two days, or with time left; each waits until the keys of its time are destroyed.",
                ("max by (state) (schakel_erasures)", "{{state}}"),
            ),
            lines(
                "Age of the oldest key",
                "Of the door, and key-encryption keys of data; whoever is erased waits for it, no longer than the term.",
                ("max by (family) (schakel_oldest_key_age_seconds)", "{{family}}"),
                ("max(schakel_erasure_term_seconds)", "term"),
                unit="s",
            ),
            lines(
                "Starts",
                "Starts of processes in the last hour.",
                ('sum by (service) (changes(process_start_time_seconds{job="schakel"}[1h]))', "{{service}}"),
            ),
            lines(
                "Memory",
                "Resident.",
                ('sum by (service) (process_resident_memory_bytes{job="schakel"})', "{{service}}"),
                unit="bytes",
            ),
            lines(
                "Reading these figures",
                "How long Prometheus waits for a worker.",
                ('max by (service) (scrape_duration_seconds{job="schakel"})', "{{service}}"),
                unit="s",
            ),
        ],
    )


BOARDS = {"sla": sla, "flow": flow, "gate": gate, "health": health}


def written() -> Iterator[tuple[Path, str]]:
    """Each file with what it should hold."""
    for name, make in BOARDS.items():
        yield HOME / f"{name}.json", JSONEncoder(sort_keys=True, indent=1).encode(make()) + "\n"


if __name__ == "__main__":
    HOME.mkdir(exist_ok=True)
    for path, text in written():
        json.loads(text)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
