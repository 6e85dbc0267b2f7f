"""Prometheus beside the demo, where the machine has it: one more supervised process, which looks at every worker."""

from collections.abc import Callable
from pathlib import Path

from backbone.kafka.ports import pick_free
from backbone.monitoring import prometheus
from backbone.supervisor.keeper import Service
from backbone.supervisor.watch import Supervisor


class Monitor:
    """home: the demo's directory. Call `step` often, `stop` once; both do nothing where there is no Prometheus."""

    def __init__(self, home: Path, tell: Callable[[str], None]) -> None:
        self.missing = prometheus.missing()
        """What is missing, as a sentence; empty where it runs."""
        self.url = ""
        services: list[Service] = []
        if not self.missing:
            port = pick_free()
            self.url = f"http://127.0.0.1:{port}"
            log = home.absolute() / "log" / "prometheus-0.log"
            arguments = (str(home.absolute()), str(port))
            services = [Service("prometheus", 0, "backbone.monitoring.runner", log, arguments=arguments)]
        self._supervisor = Supervisor(services, tell=tell)

    def start(self) -> None:
        """Returns without waiting for it to answer."""
        self._supervisor.start()

    def step(self) -> None:
        """Look after it once."""
        self._supervisor.step()

    def stop(self) -> None:
        """End it."""
        self._supervisor.stop()
