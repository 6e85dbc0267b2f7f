"""A service's own database: position, outbox, snapshots, timers and parked records, all moved by one transaction."""
