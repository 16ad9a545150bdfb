"""One suite for every adapter of a port: the Kafka ones and the fakes that stand in for them."""
