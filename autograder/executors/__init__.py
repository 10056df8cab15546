"""Ways to map a function over items; they know nothing of grading."""
