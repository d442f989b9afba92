"""The decoder: text and embeddings in, text out. Imports none of the other packages."""
