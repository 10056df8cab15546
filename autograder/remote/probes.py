"""Small models and functions."""
