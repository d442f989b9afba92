"""What the doctor keeps of their own beside the settings: a list of words and templates of notes."""
