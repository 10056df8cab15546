"""The grader of the course unit on regularization: see ``docs/architecture.md``."""
