"""The monitor: everything round the core that talks to brokers, files, screens and people."""
