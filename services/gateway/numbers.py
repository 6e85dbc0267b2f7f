"""What the gateway counts. Labels are words of a fixed list: never a partner, a case, a person."""

from prometheus_client import Counter, Histogram

READS = Counter(
    "schakel_reads",
    "Requests to read by reference, by what became of them; what names nothing existing stands only here, the others in the ledger.",
    ["outcome"],
)
LOOKS = Counter(
    "schakel_case_looks",
    "Looks of partners at a case that they are party to, by what became of them.",
    ["outcome"],
)
READ_SECONDS = Histogram(
    "schakel_read_seconds",
    "Time of one read that was given, from the request to the data.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
