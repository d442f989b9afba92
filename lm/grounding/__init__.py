"""Where each sentence of an answer comes from, and whether that source bears it out."""
