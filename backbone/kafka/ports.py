"""Free TCP ports on the loopback for a broker that stays at its address."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range that systems hand out to outgoing connections (32768 on Linux, 49152 elsewhere): a client that keeps
# trying a broker that is down could otherwise be given the broker's own port, connect to itself and keep the port.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a program could listen on this port of the loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the broker does: closing connections do not count
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def listens(port: int) -> bool:
    """Whether something accepts connections on this port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def pick_free(avoid: int = 0) -> int:
    """A free port, other than `avoid`. Raises OSError when none was found."""
    choose = random.Random()  # unseeded: two brokers starting at once should differ
    for _ in range(_TRIES):
        port = choose.randint(_LOWEST, _HIGHEST)
        if port != avoid and is_free(port):
            return port
    raise OSError(f"no free TCP port between {_LOWEST} and {_HIGHEST} on {LOOPBACK}")
