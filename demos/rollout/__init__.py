"""Two builds made from this repository: a good one ramped to its promotion, a bad one caught and rolled back."""
