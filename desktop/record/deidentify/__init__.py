"""Taking out what names a person: rules for text, and a table for DICOM.

Nothing here changes a file: every finding is a value that can be shown, refused and undone before anything is written.
"""
