"""The encounter screen: the list of encounters, the timeline of one, the composer, and the evidence beside it."""
