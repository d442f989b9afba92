"""What was said, in the form in which a clinician writes it."""
