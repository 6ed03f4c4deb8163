"""Files of figures in: read safely, checked whole, and never half-loaded."""
