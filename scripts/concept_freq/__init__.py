"""Measure how often concepts occur in image-text data, and how that relates to zero-shot accuracy."""
