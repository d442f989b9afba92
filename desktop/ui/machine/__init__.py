"""The models and machine page: what is installed, what runs where and how fast, and whether it hears well."""
