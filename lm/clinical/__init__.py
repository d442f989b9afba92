"""What a clinical text says, as facts with the words that say it; no model is needed for any of it."""
