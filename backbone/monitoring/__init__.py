"""Prometheus beside a backbone on this machine: what it reads, whom it looks at, the process that runs it."""
