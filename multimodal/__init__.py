"""Voice, image and video in; text and embeddings out."""
