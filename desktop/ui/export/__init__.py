"""The wizard that exports an encounter."""
