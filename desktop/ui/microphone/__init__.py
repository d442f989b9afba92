"""Recording what is said at the bedside, and playing a place of it back."""
