"""The open data interface: what is published, for other programs. docs/open-data.md describes it."""
