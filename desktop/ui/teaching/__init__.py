"""The teaching page: questions to learn from, their hints and answers with sources, and when they come again."""
