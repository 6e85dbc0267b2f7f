"""What can go wrong with the embedded broker, each as one sentence that a person can act on."""


class EmbeddedKafkaError(RuntimeError):
    """The embedded broker could not do what was asked; the message says what was found and what to do."""


class JarsUnavailable(EmbeddedKafkaError):
    """The broker's jars are not here and could not be downloaded, or are not the ones the lock names."""


class PortTaken(EmbeddedKafkaError):
    """Another program listens on the port that was asked for."""


class AlreadyRunning(EmbeddedKafkaError):
    """A broker already runs on this directory."""


class ForeignData(EmbeddedKafkaError):
    """The data directory belongs to another cluster, a newer Kafka or another way of signing on."""


class BrokerDied(EmbeddedKafkaError):
    """The broker ended, or did not answer in time, while it was started."""
