"""Train the embedded networks: one shared loop, one short runnable file a network."""
