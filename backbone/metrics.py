"""Every metric of the backbone, with its meaning.

Labels are closed sets: a service, a topic, an effect; never a case or a partner's words.
"""

from prometheus_client import Counter, Gauge, Histogram

events = Counter(
    "schakel_case_events",
    "Ledger events folded, drills left out, by what they did at their position",
    ["service", "effect"],
)
parked = Counter("schakel_events_parked", "Ledger events put aside because this version cannot read them", ["service"])
unsettled = Counter("schakel_cases_unsettled", "Decisions withheld because a case did not settle", ["service"])
submissions = Counter(
    "schakel_submissions", "Messages of partners, drills left out, by how they were answered", ["outcome"]
)
ahead = Counter(
    "schakel_noes_ahead",
    "Noes, and reports in danger too, written to the ledger before their turn, in front of a list that waits",
)
heads = Counter("schakel_heads_signed", "Heads of the ledger that were signed")
log_size = Gauge("schakel_log_leaves", "Records of the ledger in the tree", ["partition"])
head_size = Gauge("schakel_log_signed_leaves", "Records of the ledger under the newest signed head", ["partition"])
receipt_seconds = Histogram(
    "schakel_receipt_seconds",
    "Time from the broker's moment of a partner's message to the transaction that writes its receipt, by its answer.",
    ["outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800),
)
