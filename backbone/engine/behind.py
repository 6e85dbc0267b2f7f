"""How long the oldest record of a partition that is not handled yet has been waiting, from looks at where its log ends."""

from collections import deque

_LOOKS = 2_000


class Behind:
    """Remembers since when the log reached beyond each position. Times are monotonic seconds, a look is about a second apart.

    It needs no clock of Kafka's or a partner's. What stood there already when we began counts from then on.
    """

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()
        """(when, where the log ended), the ends rising."""

    def looked(self, at_s: float, log_end: int) -> None:
        """The log ends there now."""
        if not self._looks or log_end > self._looks[-1][1]:
            self._looks.append((at_s, log_end))
        if len(self._looks) > _LOOKS:  # hours behind: then half as many looks are near enough
            self._looks = deque([look for number, look in enumerate(self._looks) if number % 2 == 0])

    def seconds(self, now_s: float, position: int) -> float:
        """For how long the record at `position` has been waiting; 0 when there is none."""
        while self._looks and self._looks[0][1] <= position:
            self._looks.popleft()
        return max(0.0, now_s - self._looks[0][0]) if self._looks else 0.0
