"""A service's own database: position, outbox, snapshots, timers and parked records, all moved by one transaction.

`Store` opens it and hands out transactions (`Tx`); what the values look like is in `rows`, the tables in `tables`, and their
making in `migrations`. What the values mean is not here: nothing below knows Kafka, a case or an event.
"""
