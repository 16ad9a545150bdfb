"""What is said when the embedded Kafka cannot be had."""


class EmbeddedKafkaError(RuntimeError):
    """The embedded Kafka cannot start or go on; the message says why and what to do.

    One class, because there is one reaction: show the message and stop.
    """
