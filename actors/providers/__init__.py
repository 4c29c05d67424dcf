"""Language models and embeddings, near and far."""
